package Pierre::Client;

# A client that sends the bytes it is told to, and reads answers one by one.

use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(SOL_SOCKET SO_LINGER);
use Time::HiRes qw(time);

sub new {
	my ($class, $server) = @_;
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $server->port, Proto => 'tcp', Timeout => 5)
	    or die "connect: $!";
	$s->autoflush(1);
	return bless { socket => $s, got => '' }, $class;
}

sub send {
	my ($self, $bytes) = @_;
	local $SIG{PIPE} = 'IGNORE';
	print { $self->{socket} } $bytes;
	return $self;
}

# Read more; false at the end or when time is up.
sub more {
	my ($self, $until) = @_;
	vec(my $wanted = '', fileno $self->{socket}, 1) = 1;
	my $left = $until - time;
	return 0 unless $left > 0 && select $wanted, undef, undef, $left;
	my $n = sysread $self->{socket}, $self->{got}, 65536, length $self->{got};
	return 1 if $n;
	$self->{ended} = defined $n ? 'closed' : 'reset';
	return 0;
}

# { status, headers => { lower-case name => value }, body }, or undef.
# head => 1: the answer to HEAD.
sub answer {
	my ($self, %o) = @_;
	my $until = time + ($o{seconds} || 10);
	my ($head, %headers);
	until (($head) = $self->{got} =~ /\A(.*?\r\n)\r\n/s) {
		return undef unless $self->more($until);
	}
	my ($line, @lines) = split /\r\n/, $head;
	my ($status) = $line =~ m{\AHTTP/1\.1 (\d{3}) } or die "status line: $line";
	for (@lines) {
		my ($name, $value) = /\A([^:\s]+): (.*)\z/ or die "header: $_";
		$headers{ lc $name } = $value;
	}
	my $length = $o{head} || $status < 200 || $status == 204 ? 0 :
	    $headers{'content-length'};
	die "no Content-Length: $head" unless defined $length;
	$length += 2 + length $head;
	while (length $self->{got} < $length) {
		return undef unless $self->more($until);
	}
	my $answer = substr $self->{got}, 0, $length, '';
	return { status => $status, headers => \%headers,
		body => substr $answer, 2 + length $head };
}

sub ask {
	my ($self, $bytes, %o) = @_;
	return $self->send($bytes)->answer(%o);
}

# Whether the server closes the connection, in time and without a word more.
sub is_closed {
	my ($self, $seconds) = @_;
	my $until = time + ($seconds || 5);
	1 while $self->more($until);
	return defined $self->{ended} && $self->{got} eq '';
}

sub close { CORE::close $_[0]{socket} }

# Close so that the server's end is told by a reset.
sub break {
	my ($self) = @_;
	setsockopt $self->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
	CORE::close $self->{socket};
}

1;
