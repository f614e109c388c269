#!/usr/bin/perl
# TERM while a hundred requests are under way that take five seconds each: all
# are answered, nobody waits longer than that, and the status is 0.  And where
# they take for ever, the end comes with server.drain_timeout.
use strict;
use warnings;
use lib 't/lib';
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Test;

my $requests = 100;
my $drain_s = 8;

sub server {
	my (%o) = @_;
	my $seconds = delete $o{drain_s} // $drain_s;
	return Pierre::Test->new(workers => 2, demo => 1, %o,
	    config => "server:\n  drain_timeout: ${seconds}s\n");
}

sub call {
	my ($t, $tool) = @_;
	my $body = encode_json({ jsonrpc => '2.0', id => 1, method => 'tools/call',
		params => { name => $tool, arguments => {} } });
	return (join("\r\n", 'POST /mcp HTTP/1.1', 'Host: localhost',
		'Authorization: Bearer ' . $t->token, 'Content-Type: application/json',
		'Accept: application/json, text/event-stream',
		'Content-Length: ' . length $body, '', ''), $body);
}

sub connections {
	my ($t) = @_;
	return map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port)
		or die "connect: $!" } 1 .. $requests;
}

# How many of the connections got a 200 and all its bytes.
sub good_answers {
	my ($seconds, @c) = @_;
	my %text = map { $_ => '' } @c;
	my $open = IO::Select->new(@c);
	my $until = time + $seconds;
	while ($open->count && time < $until) {
		for ($open->can_read(0.1)) {
			my $n = sysread $_, $text{$_}, 65536, length $text{$_};
			next if $n;
			$open->remove($_);
			close $_;
		}
	}
	return scalar grep {
		m{\AHTTP/1\.1 200 .*\r\nContent-Length: (\d+)\r\n.*?\r\n\r\n(.*)\z}s &&
		    length $2 == $1
	} values %text;
}

sub in_flight {
	my ($t) = @_;
	return $t->request('GET', '/metrics')->{content} =~
	    /^pierre_http_requests_in_flight (\d+)$/m ? $1 : -1;
}

# Seconds that the server takes to leave, from the signal on.
sub seconds_to_leave {
	my ($t, $begun, $limit) = @_;
	my $ended;
	until_true(sub { $ended = waitpid $t->pid, WNOHANG; $ended != 0 }, $limit);
	$t->{status} = $ended == $t->pid ? $? : -1;
	$t->{pid} = undef if $ended == $t->pid;
	return time - $begun;
}

sub is_done {
	my ($what, $t, $begun, $good, $slowest_s) = @_;
	my $answered = time - $begun;
	my $took = seconds_to_leave($t, $begun, $drain_s + 10);
	figure('%s: %d of %d answered 200, the last %.2f s after TERM, left after %.2f s, ' .
	    'status %d', $what, $good, $requests, $answered, $took, $t->{status});
	is($good, $requests, "$what: every request is answered");
	is($t->{status}, 0, "$what: status 0");
	cmp_ok($took, '<', $slowest_s + 1, "$what: as soon as that is done");
	$t->finish;
}

# --- bodies that trickle ------------------------------------------------------

{
	my $t = server();
	my ($head, $body) = call($t, 'get_athlete');
	my @c = connections($t);
	my $begun = time;
	syswrite $_, $head for @c;
	cmp_ok(in_flight($t), '>=', $requests, 'all are under way');
	sleep 0.5;
	my $told = time;
	kill 'TERM', $t->pid;
	my $steps = 20;
	for my $i (0 .. $steps - 1) {
		sleep 0.01 while time < $begun + 5 * ($i + 1) / $steps;
		my ($from, $to) = map { int(length($body) * $_ / $steps) } $i, $i + 1;
		syswrite $_, substr($body, $from, $to - $from) for @c;
	}
	my $good = good_answers(10, @c);
	is_done('bodies of 5 s', $t, $told, $good, 4.5);
}

# --- a database that makes them wait --------------------------------------------

# A lock that another session holds for so long.
sub lock_table {
	my ($t, $seconds) = @_;
	my $pid = fork // die "fork: $!";
	return $pid if $pid;
	eval {
		$t->{postgres}->sql("BEGIN; LOCK TABLE activities IN ACCESS EXCLUSIVE MODE; " .
		    "SELECT pg_sleep($seconds); COMMIT", $t->{database});
	};
	POSIX::_exit(0);
}

sub locked {
	my ($t) = @_;
	return until_true(sub {
		$t->value("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' " .
		    "AND relation = 'activities'::regclass AND granted") > 0;
	});
}

sub calls_behind_lock {
	my ($t, $seconds) = @_;
	my $locker = lock_table($t, $seconds);
	ok(locked($t), 'the table is locked');
	my ($head, $body) = call($t, 'get_activities');
	my @c = connections($t);
	syswrite $_, $head . $body for @c;
	sleep 0.5;
	cmp_ok(in_flight($t), '>=', $requests, 'all are under way');
	return ($locker, @c);
}

{
	my $t = server(database => 'postgresql');
	my $begun = time;
	my ($locker, @c) = calls_behind_lock($t, 5);
	my $told = time;
	kill 'TERM', $t->pid;
	my $good = good_answers(15, @c);
	waitpid $locker, 0;
	is_done('a lock of 5 s', $t, $told, $good, 5 - ($told - $begun) + 1);
}
{
	my $t = server(database => 'postgresql', drain_s => 3);
	my ($locker, @c) = calls_behind_lock($t, 20);
	my $told = time;
	kill 'TERM', $t->pid;
	my $took = seconds_to_leave($t, $told, 30);
	figure('a lock of 20 s, a drain time of 3 s: left after %.2f s, status %d', $took,
	    $t->{status});
	cmp_ok($took, '>', 2.9, 'the drain time is granted');
	cmp_ok($took, '<', 4, 'and no more');
	is($t->{status}, 0, 'with status 0');
	close $_ for @c;
	waitpid $locker, 0;
	$t->finish;
}
done_testing();
