#!/usr/bin/perl
# A thousand times a worker is killed or stopped in the middle of its work: no
# client waits longer than server.watchdog and a second, no counter goes
# backwards, and nothing is left under way.  A request that is the death of its
# worker does no harm to who is served by another.
use strict;
use warnings;
use lib 't/lib';
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Client;
use Pierre::Test;

my $watchdog_s = 2;
my $config = "server:\n  watchdog: ${watchdog_s}s\n  startup_timeout: 2s\n" .
    "log:\n  access: false\n";
my $said = qr/was killed by signal 9|has not turned|has not become ready|panicked: aborted/;

# --- a thousand deaths --------------------------------------------------------

my $t = Pierre::Test->new(workers => 8, config => $config);
my $signals = scaled(1000, 20);
my $last;
my ($scrapes, @backwards) = (0);

sub scrape {
	my $now = metrics_of($t, 1) or return;
	$scrapes++;
	for (grep { /_(?:total|sum|count|bucket)\b/ } keys %{ $last || {} }) {
		push @backwards, "$_: $last->{$_}, then " . ($now->{$_} // 'nothing')
		    if !defined $now->{$_} || $now->{$_} < $last->{$_};
	}
	$last = $now;
}

# As the master says, without a process for the question.
sub processes {
	my $s = IO::Socket::UNIX->new(Peer => $t->dir . '/pierre.sock') or die "pierre.sock: $!";
	print $s "status-json\n";
	local $/;
	my ($json) = <$s> =~ /^ok\n(.*)/s or die 'no status';
	return @{ decode_json($json)->{processes} };
}

# Workers that serve: what waited for them they have taken, so that nobody meets
# with two deaths in one wait.
my (%seen, %stopped);
sub candidates {
	my @workers = map { $_->{pid} } grep { $_->{role} eq 'worker' && $_->{state} eq 'ready' &&
		$_->{requests} > 0 } processes();
	my %there = map { $_ => 1 } @{ $t->children->{workers} };
	delete $stopped{$_} for grep { !$there{$_} } keys %stopped;
	$seen{$_} //= time for @workers;
	return grep { !$stopped{$_} && time - $seen{$_} > 0.3 } @workers;
}

my @loads = (load_start($t, '/livez', qw(-c 32 -r 1500 -w 30 -d 100000)),
    load_start($t, '/livez', qw(-c 32 -r 1500 -w 30 -N -d 100000)));
my %sent = (KILL => 0, STOP => 0);
my $begun = time;
while ($sent{KILL} + $sent{STOP} < $signals) {
	sleep rand 0.2;
	scrape() if time - $begun > $scrapes * 0.5;
	my @may = candidates() or next;
	my $pid = $may[rand @may];
	# Some are left to serve.
	my $signal = keys %stopped < 5 && rand() < 0.4 ? 'STOP' : 'KILL';
	$stopped{$pid} = 1 if $signal eq 'STOP';
	$sent{$signal}++ if kill $signal, $pid;
}
my $took = time - $begun;
sleep $watchdog_s + 1;
kill 'TERM', $_->{pid} for @loads;
my @count = map { load_end($_) } @loads;
ok(until_true(sub { metrics_of($t, 1) && @{ $t->children->{workers} } == 8 }, 10),
    'all workers serve');
for (['on connections that are kept', $count[0]], ['on new connections', $count[1]]) {
	my ($what, $c) = @$_;
	figure('%s: %d answered, %d lost with their worker, longest wait %.3f s, p99 %.1f ms',
	    $what, $c->{answered}, $c->{lost}, $c->{max_us} / 1e6, $c->{p99_us} / 1e3);
	cmp_ok($c->{max_us} / 1e6, '<', $watchdog_s + 1, "$what: nobody waits longer");
	is($c->{silent} + $c->{malformed}, 0, "$what: nobody waits in vain");
	is(join(' ', grep { /^status_/ } keys %$c), '', "$what: and none is refused");
}
scrape();
figure('%d killed and %d stopped in %.0f s; %d scrapes', @sent{qw(KILL STOP)}, $took,
    $scrapes);
is_deeply(\@backwards, [], 'no counter goes backwards');
is($last->{pierre_http_requests_in_flight}, 1, 'nothing is under way but the question');
$t->finish($said);

# --- poison -----------------------------------------------------------------------

# { port of the client => process id of the worker } of what is connected.
sub servers_of {
	my ($t) = @_;
	my (%inode, %worker);
	my $port = sprintf '%04X', $t->port;
	for (split /\n/, slurp('/proc/net/tcp')) {
		my (undef, $local, $remote, undef, @rest) = split;
		$inode{ $rest[5] } = hex substr $remote, -4 if $local =~ /:$port$/;
	}
	for my $pid (@{ $t->children->{workers} }) {
		for (glob "/proc/$pid/fd/*") {
			my ($n) = (readlink // '') =~ /^socket:\[(\d+)\]$/ or next;
			$worker{ $inode{$n} } = $pid if $inode{$n};
		}
	}
	return \%worker;
}

sub get { return $_[0]->ask("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n", seconds => 5) }

$t = Pierre::Test->new(workers => 4, config => $config);
my ($spared, $harmed, $slowest) = (0, 0, 0);
my $rounds = scaled(50, 5);
for (1 .. $rounds) {
	my @c = map { Pierre::Client->new($t) } 1 .. 40;
	get($_) for @c;
	my $poison = Pierre::Client->new($t);
	$poison->send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n12");
	my $worker = servers_of($t);
	until_true(sub { $worker = servers_of($t);
		keys %$worker >= @c + 1 }, 2);
	my $dies = $worker->{ $poison->{socket}->sockport } or die 'no worker has it';
	# Each has one more request under way when it happens.
	$_->send("GET /livez HTTP/1.1\r\nHost: localhost\r\n") for @c;
	# From without, and by a fault of its own.
	kill $_ % 2 ? 'KILL' : 'SEGV', $dies;
	for (grep { $worker->{ $_->{socket}->sockport } != $dies } @c) {
		my $r = $_->ask("\r\n", seconds => 5);
		$spared++;
		$harmed++ unless $r && $r->{status} == 200 && get($_)->{status} == 200;
	}
	until_true(sub { @{ $t->children->{workers} } == 4 }, 5);
	my $gap = time;
	get(Pierre::Client->new($t)) or $harmed++ for 1 .. 20;
	$gap = time - $gap;
	$slowest = $gap if $gap > $slowest;
}
figure('%d poisoned workers, %d connections of others, %d errors; %.0f ms at most for ' .
    'twenty new ones then', $rounds, $spared, $harmed, $slowest * 1e3);
is($harmed, 0, 'a death harms nobody whom another worker serves');
cmp_ok($spared, '>', 20 * $rounds, 'of whom there were many');
cmp_ok($slowest, '<', 1, 'and it is replaced at once');
$t->finish(qr/$said|panicked: segmentation fault/);
done_testing();
