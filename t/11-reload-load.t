#!/usr/bin/perl
# Under load: 64 keep-alive connections over 10 reloads lose nothing; a worker
# that is killed is serving again within 100 ms.
use strict;
use warnings;
use lib 't/lib';
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Test;

plan skip_all => 'wrk is not installed' unless grep { -x "$_/wrk" } split /:/, $ENV{PATH};

my $t = Pierre::Test->new(workers => 2, config => "log:\n  access: false\n");

# --- reloads ------------------------------------------------------------------

open my $wrk, '-|', 'wrk', '-t2', '-c64', '-d20s', $t->url . '/livez' or die "wrk: $!";
for (1 .. 10) {
	sleep 1.7;
	kill 'HUP', $t->pid;
}
my $out = join '', <$wrk>;
close $wrk;
my ($requests) = $out =~ /(\d+) requests in/;
diag("$requests requests over 10 reloads");
cmp_ok($requests, '>', 10_000, 'wrk got answers');
unlike($out, qr/Socket errors/, 'no connection failed');
unlike($out, qr/Non-2xx/, 'every answer was 200');
my ($generation) = ($t->signal('status'))[1] =~ /generation (\d+)/;
is($generation, 11, 'ten reloads were done');

# --- kill -9 --------------------------------------------------------------------

# Requests on new connections, one after the other, until the board shows a new
# worker ready in place of the old.
my @gaps;
for my $round (1 .. 5) {
	my @before = @{ $t->children->{workers} };
	my $begun = time;
	kill 'KILL', $before[0];
	my $slowest = 0;
	for (1 .. 200) {
		my $asked = time;
		my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
		    PeerPort => $t->port, Proto => 'tcp') or die "connect: $!";
		print $s "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
		my $answer = join '', <$s>;
		die "no answer: $answer" unless $answer =~ m{^HTTP/1.1 200};
		my $gap = time - $asked;
		$slowest = $gap if $gap > $slowest;
	}
	push @gaps, $slowest * 1000;
	is(scalar(grep { $_ == $before[1] } @{ $t->children->{workers} }), 1,
	    'the other worker is untouched');
}
@gaps = sort { $a <=> $b } @gaps;
diag(sprintf 'slowest request around a kill -9, ms: %s',
    join ' ', map { sprintf '%.1f', $_ } @gaps);
cmp_ok($gaps[2], '<', 100, 'served again within 100 ms');
$t->finish(qr/was killed by signal 9/);
done_testing();
