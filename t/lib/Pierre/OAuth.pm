package Pierre::OAuth;

# An OAuth client, and the person in front of the browser.

use strict;
use warnings;
use Digest::SHA qw(sha256);
use HTTP::Tiny;
use JSON::PP;
use MIME::Base64 qw(encode_base64url decode_base64url);
use Pierre::Browser;
use Pierre::Test;

our $PASSWORD = 'eleven quiet herons at dusk';
our $VERIFIER = 'a-verifier-of-fortythree-letters-or-more-0123';
my $json = JSON::PP->new->utf8->canonical;

sub challenge { return encode_base64url(sha256($_[0] // $VERIFIER)) }

sub form {
	my (@pairs) = @_;
	my @out;
	while (my ($name, $value) = splice @pairs, 0, 2) {
		next unless defined $value;
		s/([^A-Za-z0-9._~-])/sprintf '%%%02X', ord $1/ge for $name, $value;
		push @out, "$name=$value";
	}
	return join '&', @out;
}

# For a server: the person `user`, whose password is set, which ends what was
# granted before; password => 0: it is set.
sub new {
	my ($class, $t, %o) = @_;
	my $self = bless { t => $t, user => $o{user} || 'demo' }, $class;
	$self->set_password unless defined $o{password};
	$self->{browser} = Pierre::Browser->new($t);
	return $self;
}

sub set_password {
	my ($self) = @_;
	my $t = $self->{t};
	open my $ctl, '|-', ($ENV{PIERRE_OBJECTS} || 'build/release') . '/pierrectl',
	    '--config', $t->conf, 'user', 'password', $self->{user} or die "pierrectl: $!";
	print $ctl "$PASSWORD\n";
	close $ctl or die "pierrectl user password: $?";
	return $self;
}

sub sign_in {
	my ($self) = @_;
	my $r = $self->{browser}->sign_in($self->{user}, $PASSWORD);
	die "sign in: $r->{status}" unless $r->{status} == 303;
	return $self;
}

# { client_id, client_secret }, made by an administrator.
sub registered {
	my ($self, $name, @options) = @_;
	my ($status, $out, $err) = $self->{t}->ctl('client', 'create', $name, @options);
	die "client create: $err" if $status;
	return { $out =~ /^(\w+)=(\S+)$/mg };
}

# Made by itself: what the server answered.
sub register {
	my ($self, %metadata) = @_;
	my $r = $self->post_json('/oauth2/register', {
		redirect_uris => ['http://127.0.0.1/callback'], client_name => 'Test',
		token_endpoint_auth_method => 'none',
		grant_types => ['authorization_code', 'refresh_token'], %metadata });
	die "register: $r->{status} $r->{content}" unless $r->{status} == 201;
	return $json->decode($r->{content});
}

sub post_json {
	my ($self, $path, $data, %headers) = @_;
	return $self->{t}->request('POST', $path, token => undef,
		headers => { 'Content-Type' => 'application/json', %headers },
		content => ref $data ? $json->encode($data) : $data);
}

# A form to an endpoint; the pairs are the fields, {} first: headers.
sub post {
	my ($self, $path, @pairs) = @_;
	my $headers = ref $pairs[0] ? shift @pairs : {};
	return $self->{t}->request('POST', $path, token => undef, headers => {
		'Content-Type' => 'application/x-www-form-urlencoded', %$headers },
		content => form(@pairs));
}

sub decode { return eval { $json->decode($_[1]{content}) } || {} }
sub claims { return $json->decode(decode_base64url((split /\./, $_[1])[1])) }

# The fields of an authorization request, changed by what follows.
sub request_of {
	my ($self, $client, %change) = @_;
	my %fields = (response_type => 'code', client_id => $client->{client_id},
		redirect_uri => 'http://127.0.0.1:4000/callback', state => 'a state',
		code_challenge => challenge(), code_challenge_method => 'S256',
		resource => $self->{t}->url . '/mcp', %change);
	return map { $_ => $fields{$_} } sort keys %fields;
}

# GET the authorization endpoint: the answer; the page is in the browser.
sub ask {
	my ($self, $client, %change) = @_;
	return $self->{browser}->get('/oauth2/authorize?' .
	    form($self->request_of($client, %change)));
}

# Answer the question that is in the browser: where it leads to, or undef.
sub answer {
	my ($self, $decision, @more) = @_;
	my $b = $self->{browser};
	my ($ticket) = $b->{page} =~ /name="ticket" value="([^"]+)"/ or return undef;
	my ($scopes) = $b->{page} =~ /name="scopes" value="([^"]*)"/ or return undef;
	my $r = $b->send('/oauth2/authorize', ticket => $ticket, scopes => $scopes,
	    decision => $decision, @more);
	$self->{answer} = $r;
	my ($to) = $r->{content} =~ /http-equiv="refresh" content="0; url=([^"]+)"/;
	return undef unless defined $to;
	$to =~ s/&amp;/&/g;
	return $to;
}

# The parameters of a URL's query.
sub params_of {
	my ($self, $url) = @_;
	my ($query) = $url =~ /\?(.*)/ or return {};
	return { map { my ($n, $v) = split /=/, $_, 2; $v =~ s/%(..)/chr hex $1/ge; ($n, $v) }
		split /&/, $query };
}

# A code, by a person who agrees.
sub code {
	my ($self, $client, %change) = @_;
	my $r = $self->ask($client, %change);
	my $to = $self->answer('allow') // die "no answer: $r->{status} $r->{content}";
	return $self->params_of($to)->{code} // die "no code: $to";
}

# The fields that exchange a code.
sub exchange_of {
	my ($self, $client, $code, %change) = @_;
	my %fields = (grant_type => 'authorization_code', code => $code,
		client_id => $client->{client_id}, client_secret => $client->{client_secret},
		code_verifier => $VERIFIER, redirect_uri => 'http://127.0.0.1:4000/callback',
		%change);
	return map { $_ => $fields{$_} } sort keys %fields;
}

sub exchange {
	my ($self, $client, $code, %change) = @_;
	return $self->post('/oauth2/token', $self->exchange_of($client, $code, %change));
}

sub refresh_of {
	my ($self, $client, $token, %change) = @_;
	my %fields = (grant_type => 'refresh_token', refresh_token => $token,
		client_id => $client->{client_id}, client_secret => $client->{client_secret},
		%change);
	return map { $_ => $fields{$_} } sort keys %fields;
}

sub refresh {
	my ($self, $client, $token, %change) = @_;
	return $self->post('/oauth2/token', $self->refresh_of($client, $token, %change));
}

# { access_token, refresh_token, ... }
sub tokens {
	my ($self, $client, %change) = @_;
	my $r = $self->exchange($client, $self->code($client, %change));
	die "tokens: $r->{status} $r->{content}" unless $r->{status} == 200;
	return $self->decode($r);
}

# The status of a call with an access token.
sub call {
	my ($self, $token, %headers) = @_;
	return $self->{t}->request('POST', '/mcp', token => $token,
		headers => { 'Content-Type' => 'application/json',
			Accept => 'application/json, text/event-stream', %headers },
		content => '{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
}

# All the answers to many posts at once, over connections of their own.
sub at_once {
	my ($self, $path, @bodies) = @_;
	my @open = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1',
		PeerPort => $self->{t}->port, Proto => 'tcp') or die "connect: $!" } @bodies;
	for my $i (0 .. $#bodies) {
		my $n = length $bodies[$i];
		syswrite $open[$i], "POST $path HTTP/1.1\r\nHost: 127.0.0.1:" .
		    $self->{t}->port . "\r\nConnection: close\r\nContent-Type: " .
		    "application/x-www-form-urlencoded\r\nContent-Length: $n\r\n\r\n" .
		    $bodies[$i];
	}
	return map {
		local $/;
		my $answer = readline $_;
		my ($status, $body) = ($answer // "") =~ m{\AHTTP/1.1 (\d+).*?\r\n\r\n(.*)\z}s;
		{ status => $status, content => $body }
	} @open;
}

1;
