#!/usr/bin/perl
# Reloads, upgrades and log rotations under load: not one request fails, on
# connections that are kept and on new ones, and each has its line in the log.
use strict;
use warnings;
use lib 't/lib';
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Test;

my ($hups, $upgrades, $rotations) = (scaled(50, 5), scaled(10, 2), scaled(20, 3));
# So many a second that all of it happens meanwhile.
my %load = (
	kept => [scaled(1_000_000, 20_000), 12_000],
	new => [scaled(200_000, 10_000), 2_500, '-N'],
);

# A copy of the program, which is what an upgrade runs.
my $dir = tempdir(CLEANUP => 1);
copy(Pierre::Test::bin(), "$dir/pierre-mcp-server") or die;
chmod 0755, "$dir/pierre-mcp-server";
my $t = Pierre::Test->new(workers => 2, start => 0, bin => "$dir/pierre-mcp-server");
my $log = $t->dir . '/server.log';
$t->write_config("log:\n  file: $log\nhttp:\n  keepalive_requests: 1000000000\n");
$t->start;

sub master_pid { my $p = slurp($t->dir . '/pierre.pid'); chomp $p; return $p }

my @loads = map {
	my ($n, $rate, @more) = @{ $load{$_} };
	load_start($t, '/livez', '-c', 64, '-n', $n, '-r', $rate, '-w', 20, @more)
} qw(kept new);
my $begun = time;
my $first = $t->pid;
my %done = (reload => 0, upgrade => 0, reopen => 0);
my %want = (reload => $hups, upgrade => $upgrades, reopen => $rotations);
my @verbs = map { my $verb = $_;
	map { [$verb, ($_ + rand) / $want{$verb}] } 0 .. $want{$verb} - 1 } sort keys %want;
my $length = 0.9 * $load{kept}[0] / $load{kept}[1];
my $files = 0;
for (sort { $a->[1] <=> $b->[1] } @verbs) {
	my ($verb, $at) = @$_;
	sleep 0.02 while time - $begun < $at * $length;
	rename $log, "$log." . ++$files or die "$log: $!" if $verb eq 'reopen';
	my ($status, undef, $err) = $t->signal($verb);
	$status == 0 ? $done{$verb}++ : diag "$verb: $err";
	waitpid $first, POSIX::WNOHANG() if $verb eq 'upgrade';
}
my $took = time - $begun;
my @count = map { load_end($_) } @loads;
my $all = time - $begun;
$t->{pid} = master_pid();
my $asked = 0;
for (['kept connections', $count[0], $load{kept}[0]], ['new connections', $count[1], $load{new}[0]]) {
	my ($what, $c, $n) = @$_;
	my $failed = $c->{lost} + $c->{silent} + $c->{malformed};
	$failed += $c->{$_} for grep { /^status_/ } keys %$c;
	figure('%s: %d answered of %d, %d failed; %d connections, p99 %.1f ms, longest %.1f ms',
	    $what, $c->{answered}, $n, $failed, $c->{connections}, $c->{p99_us} / 1e3,
	    $c->{max_us} / 1e3);
	is($failed, 0, "$what: none failed");
	is($c->{answered}, $n, "$what: all answered");
	$asked += $n;
}
figure('%d reloads, %d upgrades, %d rotations in %.0f of %.0f s', @done{qw(reload upgrade reopen)},
    $took, $all);
is_deeply(\%done, \%want, 'every command succeeded');
cmp_ok($took, '<', $all, 'all under load');
$t->stop;
my $lines = 0;
for my $file ($log, map {"$log.$_"} 1 .. $files) {
	open my $fh, '<', $file or die "$file: $!";
	while (<$fh>) { $lines++ if m{ request method=GET path=/livez status=200 .*\n\z} }
	unlink $file unless $file eq $log;
}
figure('%d requests, %d lines', $asked, $lines);
is($lines, $asked, 'a line for each request');
is($t->{status}, 0, 'status 0');
done_testing();
