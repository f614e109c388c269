#!/usr/bin/perl
# slowhttptest in its three ways, a thousand connections each: what others wait
# for their answers stays under twice of what it is in calm.
use strict;
use warnings;
use lib 't/lib';
use List::Util qw(min);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);
use Pierre::Bars;
use Pierre::Test;

my $seconds = scaled(20, 5);
# None is sent away meanwhile.
my $t = Pierre::Test->new(workers => 2, config => "log:\n  access: false\n" .
    "limits:\n  address_per_minute: 0\n  auth_per_minute: 0\n" . "http:\n" .
    join '', map {"  ${_}_timeout: 2m\n"} qw(header body write));
# The others come from another address than the attacker.
my @others = ('/livez', qw(-b 127.0.0.2 -c 16 -r 500));

# Where the server reads what the attacker is slow with.
my @ways = (
	['slow heads', '/livez', qw(-H -i 2 -x 24)],
	['slow bodies', '/oauth2/token', qw(-B -i 2 -s 8192 -x 10)],
	['slow readers', '/metrics', qw(-X -w 10 -y 20 -n 2 -z 32 -k 3)],
);
my $attackers = 1000;

sub connections { return metrics_of($t)->{pierre_http_connections} // -1 }

# Of a second each, and of equally many in calm and under attack: the least counts,
# since other programs disturb the rest.
my @calm = map { load($t, @others, '-d', 1)->{p99_us} } 1 .. $seconds;
my $calm = min(@calm);
figure('calm: p99 %.3f ms (%s)', $calm / 1e3, join ' ', map { sprintf '%.3f', $_ / 1e3 } @calm);

for (@ways) {
	my ($what, $target, @options) = @$_;
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		open STDOUT, '>', $t->dir . '/slow' or die;
		open STDERR, '>&', \*STDOUT or die;
		exec 'slowhttptest', @options, '-c', $attackers, '-r', 400, '-l', $seconds + 20, '-u',
		    $t->url . $target or POSIX::_exit(127);
	}
	ok(until_true(sub { connections() >= 0.95 * $attackers }, 15), "$what: all are there");
	# It is busy, and not on the server's machine in real life.
	setpriority 0, $pid, 19;
	my @p99;
	my %sum;
	for (1 .. $seconds) {
		my $c = load($t, @others, '-d', 1);
		push @p99, $c->{p99_us};
		$sum{$_} += $c->{$_} for qw(answered lost silent malformed);
	}
	my $open = connections();
	kill 'TERM', $pid;
	waitpid $pid, 0;
	cmp_ok($open, '>=', 0.95 * $attackers, "$what: and still are in the end");
	my $p99 = min(@p99);
	figure('%s: p99 %.3f ms (%s), %.2f times the calm; %d connections open, %d answered',
	    $what, $p99 / 1e3, join(' ', map { sprintf '%.3f', $_ / 1e3 } @p99), $p99 / $calm,
	    $open, $sum{answered});
	cmp_ok($p99, '<', 2 * $calm, "$what: others wait less than twice as long");
	is($sum{lost} + $sum{silent} + $sum{malformed}, 0, "$what: and all are answered");
	sleep 1;
}
$t->finish;
done_testing();
