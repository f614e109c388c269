package Pierre::Browser;

# A browser without scripts: keeps cookies, fills in forms.

use strict;
use warnings;
use HTTP::Tiny;

sub new {
	my ($class, $server, %o) = @_;
	return bless { server => $server, cookies => {}, page => '',
		headers => $o{headers} || {} }, $class;
}

sub encode {
	my ($text) = @_;
	utf8::encode($text) if utf8::is_utf8($text);
	$text =~ s/([^A-Za-z0-9_.-])/sprintf '%%%02X', ord $1/ge;
	return $text;
}

sub unescape {
	my ($text) = @_;
	my %entity = (amp => '&', lt => '<', gt => '>', quot => '"', '#39' => "'");
	$text =~ s/&(amp|lt|gt|quot|#39);/$entity{$1}/g;
	return $text;
}

# HTTP::Tiny's answer; redirects are not followed.
sub request {
	my ($self, $method, $path, %o) = @_;
	my %headers = ('Sec-Fetch-Site' => 'same-origin', %{ $self->{headers} },
		%{ $o{headers} || {} });
	delete $headers{$_} for grep { !defined $headers{$_} } keys %headers;
	my $cookies = $self->{cookies};
	$headers{Cookie} = join '; ', map { "$_=$cookies->{$_}" } sort keys %$cookies
	    if %$cookies;
	my $r = HTTP::Tiny->new(timeout => 30, max_redirect => 0)->request($method,
	    $self->{server}->url . $path, { headers => \%headers,
		defined $o{content} ? (content => $o{content}) : () });
	my $set = $r->{headers}{'set-cookie'};
	for (ref $set ? @$set : $set // ()) {
		my ($name, $value) = /^([^=]+)=([^;]*)/;
		if ($value eq '') { delete $cookies->{$name} }
		else { $cookies->{$name} = $value }
	}
	$self->{page} = $r->{content};
	return $r;
}

sub get {
	my ($self, $path, %o) = @_;
	return $self->request('GET', $path, %o);
}

# What proves the forms of the page that was loaded last.
sub csrf {
	my ($self) = @_;
	return $self->{page} =~ /name="csrf" value="([^"]+)"/ ? $1 : '';
}

# Send a form with what proves it, unless csrf is given; fields: a list of names
# and values.
sub send {
	my ($self, $path, @fields) = @_;
	my %given = @fields;
	unshift @fields, csrf => $self->csrf unless exists $given{csrf};
	my @pairs;
	while (my ($name, $value) = splice @fields, 0, 2) {
		push @pairs, encode($name) . '=' . encode($value) if defined $value;
	}
	return $self->request('POST', $path, content => join('&', @pairs),
	    headers => { 'Content-Type' => 'application/x-www-form-urlencoded' });
}

# Load a page, then send its form.
sub fill {
	my ($self, $path, @fields) = @_;
	$self->get($path);
	return $self->send($path =~ s/\?.*//r, @fields);
}

# Text of the page, without tags.
sub text {
	my ($self) = @_;
	my $text = $self->{page};
	$text =~ s/<[^>]*>/ /g;
	$text =~ s/\s+/ /g;
	return unescape($text);
}

# The error that is tied to a field, or undef.
sub error_of {
	my ($self, $id) = @_;
	my ($described) = $self->{page} =~
	    /<(?:input|select) id="\Q$id\E"[^>]*aria-describedby="\Q$id\E-error/ or return undef;
	return $self->{page} =~ /<p class="error" id="\Q$id\E-error">([^<]*)/ ?
	    unescape($1) : undef;
}

# Follow a redirect.
sub follow {
	my ($self, $r) = @_;
	return $self->get($r->{headers}{location});
}

sub sign_in {
	my ($self, $login, $password, $next) = @_;
	return $self->fill('/signin' . (defined $next ? '?next=' . encode($next) : ''),
	    login => $login, password => $password, next => $next // '/');
}

1;
