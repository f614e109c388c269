package Pierre::Mcp;

# A client of a legacy revision with a session, and streams that are read event
# by event; many at a time, each on a connection of its own.

use strict;
use warnings;
use IO::Socket::INET;
use JSON::PP;
use Time::HiRes qw(time);

my $json = JSON::PP->new->allow_nonref->canonical;

# version, capabilities; session => 0: none is begun.
sub new {
	my ($class, $t, %o) = @_;
	my $self = bless { t => $t, version => $o{version} || '2025-11-25', id => 0,
		token => $o{token} // $t->token }, $class;
	return $self if exists $o{session} && !$o{session};
	my ($r, $body) = $self->call('initialize', { protocolVersion => $self->{version},
		capabilities => $o{capabilities} || {},
		clientInfo => { name => 'test', version => '1' } });
	$self->{session} = $r->{headers}{'mcp-session-id'} or die "no session: $r->{content}";
	$self->{hello} = $body->{result};
	$self->note('notifications/initialized');
	return $self;
}

sub headers {
	my ($self, %more) = @_;
	return ('Content-Type' => 'application/json',
	    Accept => 'application/json, text/event-stream',
	    $self->{session} ? ('Mcp-Session-Id' => $self->{session},
		'MCP-Protocol-Version' => $self->{version}) : (), %more);
}

sub post {
	my ($self, $message, %headers) = @_;
	my $r = $self->{t}->request('POST', '/mcp', token => $self->{token},
	    content => ref $message ? $json->encode($message) : $message,
	    headers => { $self->headers(%headers) });
	return ($r, eval { $json->decode($r->{content}) });
}

sub call {
	my ($self, $method, $params) = @_;
	return $self->post({ jsonrpc => '2.0', id => ++$self->{id}, method => $method,
		params => $params || {} });
}

sub note {
	my ($self, $method, $params) = @_;
	return ($self->post({ jsonrpc => '2.0', method => $method,
		params => $params || {} }))[0];
}

sub delete {
	my ($self) = @_;
	return $self->{t}->request('DELETE', '/mcp', token => $self->{token},
	    headers => { $self->headers });
}

# Begin a request and return at once; read its answer with event() or all().
sub begin {
	my ($self, $method, $params, %headers) = @_;
	return $self->open_stream('POST', $json->encode({ jsonrpc => '2.0',
		id => $headers{id} // ++$self->{id}, method => $method,
		params => $params || {} }), %headers);
}

# The session's own stream.
sub get { my ($self, %headers) = @_; return $self->open_stream('GET', '', %headers) }

sub open_stream {
	my ($self, $method, $body, %headers) = @_;
	delete $headers{id};
	my %all = ($self->headers, Host => 'localhost:' . $self->{t}->port,
	    Authorization => "Bearer $self->{token}", 'Content-Length' => length $body,
	    %headers);
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $self->{t}->port, Proto => 'tcp') or die "connect: $!";
	$socket->autoflush(1);
	print $socket "$method /mcp HTTP/1.1\r\n",
	    map({ "$_: $all{$_}\r\n" } sort keys %all), "\r\n", $body;
	return bless { socket => $socket, raw => '', text => '' }, 'Pierre::Mcp::Stream';
}

package Pierre::Mcp::Stream;

use Time::HiRes qw(time);

# Take more bytes off the connection; false at the end or when time is up.
sub fill {
	my ($self, $until) = @_;
	vec(my $wanted = '', fileno $self->{socket}, 1) = 1;
	my $left = $until - time;
	return 0 unless $left > 0 && select $wanted, undef, undef, $left;
	my $n = sysread $self->{socket}, $self->{raw}, 65536, length $self->{raw};
	if (!$n) { $self->{ended} = 1; return 0 }
	if (!$self->{head}) {
		$self->{raw} =~ s/\A(.*?)\r\n\r\n//s or return 1;
		$self->{head} = $1;
		($self->{status}) = $1 =~ m{\AHTTP/1\.1 (\d+)};
	}
	while ($self->{raw} =~ /\A([0-9a-f]+)\r\n/) {
		my ($size, $at) = (hex $1, $+[0]);
		last if length $self->{raw} < $at + $size + 2;
		$self->{text} .= substr $self->{raw}, $at, $size;
		substr $self->{raw}, 0, $at + $size + 2, '';
		$self->{ended} = 1 if $size == 0;
	}
	return 1;
}

# The next event that has data: { id, data => decoded }; undef at the end.
sub event {
	my ($self, $seconds) = @_;
	my $until = time + ($seconds || 10);
	for (;;) {
		while ($self->{text} =~ s/\A(.*?)\n\n//s) {
			my $event = $1;
			my ($id) = $event =~ /^id: (.*)$/m;
			$self->{last_id} = $id if defined $id;
			my ($data) = $event =~ /^data: (.+)$/m or next;
			return { id => $id, data => $json->decode($data) };
		}
		return undef if $self->{ended} || !$self->fill($until);
	}
}

# The events up to the end of the stream.
sub all {
	my ($self, $seconds) = @_;
	my @all;
	while (my $e = $self->event($seconds)) { push @all, $e }
	return @all;
}

# Wait for the head; its status.
sub status {
	my ($self) = @_;
	my $until = time + 10;
	while (!$self->{head}) { $self->fill($until) or last }
	return $self->{status};
}

# Gone without a word.
sub hang_up { close $_[0]{socket} }

1;
