#!/usr/bin/perl
# Event streams: 200 of them over 50 reloads, while events are published; each
# goes on, or ends as a stream should and is taken up again where it ended, and
# every event comes once.  And 20,000 that are idle: what one costs.
use strict;
use warnings;
use lib 't/lib';
use IO::Socket::INET;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Feed;
use Pierre::Test;

my $unlimited = join '', "limits:\n", map { "  ${_}_per_minute: 0\n" } qw(address token user api);

# --- 200 over 50 reloads -------------------------------------------------------

my ($streams, $reloads) = (scaled(200, 20), scaled(50, 5));
my $t = Pierre::Test->new(demo => 1, workers => 4, config => $unlimited .
    "events:\n  max_streams_per_user: 0\nlog:\n  access: false\n");
my @last; # numbers of the last events
my @feed;
my %count = map { $_ => 0 } qw(opened ended torn twice skipped);

# The stream of a client, taken up where it ended.
sub come {
	my ($i) = @_;
	$feed[$i] = eval { Pierre::Feed->new($t, last => $last[$i]) } or return 0;
	return 0 if $feed[$i]->status != 200;
	return ++$count{opened};
}

# What has come by now.
sub drink {
	my ($i) = @_;
	my $feed = $feed[$i];
	while (my $event = $feed->event(0.0001)) {
		$last[$i] //= $event->{id};
		next if $event->{event} eq 'connection';
		$count{twice}++ if $event->{id} <= $last[$i];
		$count{skipped}++ if $event->{id} > $last[$i] + 1;
		$last[$i] = $event->{id};
	}
	return unless $feed->{ended} || $feed->{lost};
	$count{ $feed->{ended} && defined $feed->retry ? 'ended' : 'torn' }++;
	$feed->close;
	until_true(sub { come($i) }, 20) or die 'the server does not answer';
}

sub turn {
	my $bits = '';
	vec($bits, $_->fd, 1) = 1 for @feed;
	return unless select $bits, undef, undef, 0.1;
	drink($_) for grep { vec $bits, $feed[$_]->fd, 1 } 0 .. $#feed;
}

come($_) for 0 .. $streams - 1;
ok(until_true(sub { turn(); @last == $streams && !grep { !defined } @last }, 30),
    "$streams streams are open");
my $first = $last[0];
my $worker = fork // die;
if ($worker == 0) {
	my $failed = 0;
	for my $n (1 .. $reloads) {
		$failed += ($t->signal('reload'))[0] != 0;
		$failed += ($t->ctl('notice', "number $n.$_"))[0] != 0 for 1 .. 4;
	}
	POSIX::_exit($failed);
}
turn() while waitpid($worker, WNOHANG) == 0;
is($? >> 8, 0, "$reloads reloads, and four events after each");
until_true(sub { turn(); !grep { $_ < $first + 4 * $reloads } @last }, 60);
is_deeply([grep { $_ != $first + 4 * $reloads } @last], [], 'every stream has had all events');
is($count{twice}, 0, 'none twice');
is($count{skipped}, 0, 'and none too early');
is($count{torn}, 0, 'each end was a proper one');
figure('%d streams over %d reloads: opened %d times, ended properly %d, torn %d; %d events each',
    $streams, $reloads, @count{qw(opened ended torn)}, 4 * $reloads);
$_->close for @feed;
$t->finish;

# --- idle ------------------------------------------------------------------------

my ($clients, $each) = (4, scaled(5000, 250));
$t = Pierre::Test->new(demo => 1, workers => 4, config => $unlimited .
    "events:\n  max_streams_per_user: 0\nhttp:\n  max_connections: 20000\n" .
    "  max_connections_per_address: 0\nlog:\n  access: false\n");

# What a process has for itself.
sub private_bytes {
	my ($pid) = @_;
	my $sum = 0;
	$sum += $_ for slurp("/proc/$pid/smaps_rollup") =~ /^Private_(?:Clean|Dirty): +(\d+) kB/mg;
	return $sum * 1024;
}
sub all_private { my $sum = 0; $sum += private_bytes($_) for @{ $t->children->{workers} }; return $sum }

sub open_some {
	my ($n) = @_;
	my @held;
	for (1 .. $n) {
		my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port) or last;
		print $s "GET /sse HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer @{[$t->token]}\r\n\r\n";
		sysread $s, my $answer, 4096;
		push @held, $s if $answer =~ m{^HTTP/1\.1 200 };
	}
	return @held;
}

# The first ones fill what is kept for reuse.
my @warm = open_some(200);
sleep 1;
my $before = all_private();
my @pids;
pipe my $from, my $to or die;
for (1 .. $clients) {
	my $pid = fork // die;
	if ($pid == 0) {
		close $from;
		my @held = open_some($each);
		syswrite $to, scalar(@held) . "\n";
		sleep 600;
		POSIX::_exit(0);
	}
	push @pids, $pid;
}
close $to;
my $n = 0;
$n += <$from> for 1 .. $clients;
is($n, $clients * $each, 'as many idle streams');
sleep 2;
my $a_stream = (all_private() - $before) / $n;
my $rss = (sort { $b <=> $a } map { slurp("/proc/$_/status") =~ /^VmRSS:\s+(\d+)/m } @{ $t->children->{workers} })[0];
figure('%d idle streams over 4 workers: %.0f bytes of memory each; largest worker %.1f MiB', $n, $a_stream, $rss / 1024);
cmp_ok($a_stream, '<=', 2048, 'at most 2 KiB of memory each');
kill 'KILL', @pids;
waitpid $_, 0 for @pids;
close $_ for @warm;
$t->finish;
done_testing();
