#!/usr/bin/perl
# slowhttptest in its three ways, a thousand connections each: what others wait
# for their answers stays under twice of what it is in calm.
use strict;
use warnings;
use lib 't/lib';
use List::Util qw(min);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Test;

my $seconds = scaled(20, 5);
my $t = Pierre::Test->new(workers => 2,
    config => "log:\n  access: false\nhttp:\n  trusted_proxies: [127.0.0.9]\n");
# The others come from another address than the attacker.
my @others = ('/livez', qw(-b 127.0.0.2 -c 16 -r 500));

my @ways = (
	['slow heads', qw(-H -i 2 -x 24)],
	['slow bodies', qw(-B -i 2 -s 8192 -x 10)],
	['slow readers', qw(-X -w 10 -y 20 -n 2 -z 32 -k 3)],
);

# The least of a few, since other programs disturb the others.
my $calm = min(map { load($t, @others, '-d', 3)->{p99_us} } 1 .. 3);
figure('calm: p99 %.3f ms', $calm / 1e3);

for (@ways) {
	my ($what, @options) = @$_;
	my $target = $what eq 'slow readers' ? '/metrics' : '/livez';
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		open STDOUT, '>', $t->dir . '/slow' or die;
		open STDERR, '>&', \*STDOUT or die;
		exec 'slowhttptest', @options, '-c', 1000, '-r', 400, '-l', $seconds + 4, '-u',
		    $t->url . $target or POSIX::_exit(127);
	}
	sleep 3; # until all have come
	my $open = metrics_of($t)->{pierre_http_connections} // -1;
	my @p99;
	my $until = time + $seconds - 4;
	my %sum;
	do {
		my $c = load($t, @others, '-d', 3);
		push @p99, $c->{p99_us};
		$sum{$_} += $c->{$_} for qw(answered lost silent malformed);
	} while (time < $until);
	kill 'TERM', $pid;
	waitpid $pid, 0;
	my $p99 = min(@p99);
	figure('%s: p99 %.3f ms (%s), %.2f times the calm; %d connections open, %d answered',
	    $what, $p99 / 1e3, join(' ', map { sprintf '%.3f', $_ / 1e3 } @p99), $p99 / $calm,
	    $open, $sum{answered});
	cmp_ok($open, '>', 300, "$what: many are there") unless $what eq 'slow readers';
	cmp_ok($p99, '<', 2 * $calm, "$what: others wait less than twice as long");
	is($sum{lost} + $sum{silent} + $sum{malformed}, 0, "$what: and all are answered");
	sleep 1;
}
$t->finish;
done_testing();
