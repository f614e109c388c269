package Pierre::Feed;

# A client of server-sent events: one stream, read event by event.

use strict;
use warnings;
use IO::Socket::INET;
use Time::HiRes qw(time);

# path, token, cookie, last => the Last-Event-ID.
sub new {
	my ($class, $server, %o) = @_;
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $server->port, Proto => 'tcp', Timeout => 5)
	    or die "connect: $!";
	my $token = exists $o{token} ? $o{token} : $server->token;
	my $path = $o{path} || '/sse';
	print $s "GET $path HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n" .
	    (defined $token ? "Authorization: Bearer $token\r\n" : '') .
	    (defined $o{cookie} ? "Cookie: $o{cookie}\r\n" : '') .
	    (defined $o{last} ? "Last-Event-ID: $o{last}\r\n" : '') . "\r\n";
	$s->flush;
	my $self = bless { socket => $s, raw => '', text => '', events => [] }, $class;
	my $until = time + 10;
	my $end;
	until (($end = index $self->{raw}, "\r\n\r\n") >= 0) {
		die "no answer: $self->{raw}" unless $self->more($until);
	}
	my ($line, @lines) = split /\r\n/, substr $self->{raw}, 0, $end + 4, '';
	($self->{status}) = $line =~ m{\AHTTP/1\.1 (\d+)};
	for (@lines) {
		my ($name, $value) = split /: /, $_, 2;
		$self->{headers}{ lc $name } = $value;
	}
	return $self;
}

sub status { return $_[0]{status} }
sub header { return $_[0]{headers}{ $_[1] } }
sub retry { return $_[0]{retry} }
sub fd { return fileno $_[0]{socket} }
sub close { CORE::close $_[0]{socket} }

# Read more; false at the end or when time is up.
sub more {
	my ($self, $until) = @_;
	vec(my $wanted = '', fileno $self->{socket}, 1) = 1;
	my $left = $until - time;
	$left = 0 if $left < 0;
	return 0 unless select $wanted, undef, undef, $left;
	return 1 if sysread $self->{socket}, $self->{raw}, 65536, length $self->{raw};
	$self->{lost} = 1;
	return 0;
}

# Take chunks apart, then events.
sub digest {
	my ($self) = @_;
	while ($self->{raw} =~ /\A([0-9a-f]+)\r\n/) {
		my ($head, $n) = ($+[0], hex $1);
		last if length $self->{raw} < $head + $n + 2;
		$self->{text} .= substr $self->{raw}, $head, $n;
		substr $self->{raw}, 0, $head + $n + 2, '';
		$self->{ended} = 1 if $n == 0;
	}
	while ($self->{text} =~ s/\A(.*?)\n\n//s) {
		my %event;
		for (split /\n/, $1) {
			my ($field, $value) = /\A(\w*): ?(.*)\z/ or next;
			if ($field eq 'retry') { $self->{retry} = $value }
			elsif ($field eq 'data' && exists $event{data}) {
				$event{data} .= "\n$value";
			} elsif ($field ne '') { $event{$field} = $value }
		}
		push @{ $self->{events} }, \%event if exists $event{data};
	}
}

# The next event, or undef when none comes in time.
sub event {
	my ($self, $seconds) = @_;
	my $until = time + ($seconds || 10);
	for (;;) {
		$self->digest;
		my $event = shift @{ $self->{events} };
		return $event if $event;
		return undef unless $self->more($until);
	}
}

# Whether the server ends the stream properly in time; events are thrown away.
sub is_ended {
	my ($self, $seconds) = @_;
	my $until = time + ($seconds || 5);
	$self->digest;
	until ($self->{ended}) {
		return 0 unless $self->more($until);
		$self->digest;
	}
	return 1;
}

1;
