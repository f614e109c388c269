#!/usr/bin/perl
# Ten million requests, on connections that are kept and on new ones, of anybody
# and with a token: what the processes take of memory stays what it was.
use strict;
use warnings;
use lib 't/lib';
use List::Util qw(max sum0);
use Test::More;
use Time::HiRes qw(sleep);
use Pierre::Bars;
use Pierre::Test;

my $requests = scaled(10_000_000, 100_000);
my $t = Pierre::Test->new(workers => 2, demo => 1, config => "log:\n  file: /dev/null\n" .
    'limits:' . join '', "\n", map {"  ${_}_per_minute: 0\n"} qw(address token user api));

# Of so many requests, the part of each kind.
my @kinds = (
	['kept connections', 0.96, '/livez', '-c', 64],
	['new connections', 0.02, '/livez', '-c', 16, '-N'],
	['a token', 0.01, '/admin/health', '-c', 8, '-H', 'Authorization: Bearer ' . $t->token],
	['metrics', 0.01, '/metrics', '-c', 4],
);

# By process id, in KiB.
sub resident {
	my $c = $t->children;
	return { map { $_ => (slurp("/proc/$_/status") =~ /^VmRSS:\s+(\d+) kB/m)[0] }
		@{ $c->{workers} }, $c->{keeper}, $t->pid };
}

# What became of n requests of the mixture, and the most that a worker had.
sub ask {
	my ($n) = @_;
	my @loads = map { my (undef, $part, $path, @options) = @$_;
		load_start($t, $path, '-w', 60, '-n', int($n * $part), @options) } @kinds;
	my ($answered, $failed, $seconds) = (0, 0, 0);
	for (@loads) {
		my $c = load_end($_);
		$answered += $c->{answered};
		$failed += $c->{lost} + $c->{silent} + $c->{malformed};
		$failed += sum0 map { $c->{$_} } grep { /^status_/ } keys %$c;
		$seconds = max($seconds, $c->{seconds});
	}
	sleep 1; # what was open is closed
	return ($answered, $failed, $seconds);
}

# What is made once, and kept for reuse.
ask(int($requests / 20));
my $before = resident();
my ($answered, $failed, $seconds) = ask($requests);
my $after = resident();
my $expected = sum0 map { int($requests * $_->[1]) } @kinds;
is($failed, 0, 'no request failed');
is($answered, $expected, "$expected were answered");
is_deeply([sort keys %$after], [sort keys %$before], 'by the same processes');
my $workers = $t->children->{workers};
for my $pid (sort { $a <=> $b } keys %$before) {
	my $who = (grep { $_ == $pid } @$workers) ? 'worker' : $pid == $t->pid ? 'master' : 'keeper';
	figure('%s: %.2f MiB before, %+d KiB after %d requests in %.0f s', $who,
	    $before->{$pid} / 1024, $after->{$pid} - $before->{$pid}, $answered, $seconds);
	cmp_ok($after->{$pid} - $before->{$pid}, '<=', 1024, "$who: not 1 MiB more");
	cmp_ok($after->{$pid}, '<', 20 * 1024, "$who: less than 20 MiB");
}
$t->finish;
done_testing();
