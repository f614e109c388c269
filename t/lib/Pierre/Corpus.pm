package Pierre::Corpus;

# The requests of t/http-corpus, and how to send them all at once.

use strict;
use warnings;
use Exporter 'import';
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(time);

our @EXPORT = qw(corpus send_all statuses);

my %letter = (r => "\r", n => "\n", t => "\t", 0 => "\0");

sub unescape {
	my ($text) = @_;
	return $text =~ s/\\(?:x([0-9a-f]{2})|([rnt0]))/$1 ? chr hex $1 : $letter{$2}/ger;
}

sub expand {
	my ($text, $n) = @_;
	my $next = "GET /next-$n HTTP/1.1\r\nHost: localhost\r\n\r\n";
	my $length = length $next;
	my $hex = sprintf '%x', $length;
	$text =~ s/\{(\d+):(.*?)\}/$2 x $1/ge;
	$text =~ s/\{PATH\}/\/item-$n/g;
	$text =~ s/\{NEXT\}/$next/g;
	$text =~ s/\{NEXT-LENGTH\}/$length/g;
	$text =~ s/\{NEXT-HEX\}/$hex/g;
	return $text;
}

# [{ n, name, expect => 'refused', 'one' or 'two', bytes }]; its own path is
# /item-n and that of what follows /next-n.
sub corpus {
	open my $fh, '<', 't/http-corpus/requests' or die "t/http-corpus: $!";
	my @items;
	while (<$fh>) {
		if (/^== (refused|one|two) (.*)$/) {
			push @items, { n => scalar @items, expect => $1, name => $2, text => '' };
		} elsif (@items) {
			chomp;
			$items[-1]{text} .= s/\\\z// ? $_ : "$_\\r\\n";
		}
	}
	$_->{bytes} = expand(unescape($_->{text}), $_->{n}) for @items;
	return @items;
}

# Send each on a connection of its own and read until it is closed or nothing
# more can come: [{ text, closed }] in the same order.
sub send_all {
	my ($port, $seconds, @bytes) = @_;
	local $SIG{PIPE} = 'IGNORE';
	my $open = IO::Select->new;
	my (@answers, %answer);
	for (@bytes) {
		my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port,
		    Timeout => 5) or die "connect: $!";
		push @answers, $answer{$s} = { text => '', closed => 0 };
		$s->blocking(0);
		syswrite $s, $_;
		$open->add($s);
	}
	my $until = time + $seconds;
	while ($open->count && time < $until) {
		for my $s ($open->can_read(0.05)) {
			my $n = sysread $s, $answer{$s}{text}, 65536, length $answer{$s}{text};
			next if $n || !defined $n && $!{EAGAIN};
			$answer{$s}{closed} = 1;
			$open->remove($s);
			close $s;
		}
	}
	return @answers;
}

# The final ones, in order.
sub statuses { return grep { $_ >= 200 } $_[0]{text} =~ m{HTTP/1\.[01] (\d{3}) [A-Z]}g }

1;
