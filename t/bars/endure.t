#!/usr/bin/perl
# Reloads, upgrades and log rotations under load: not one request fails, on
# connections that are kept and on new ones, and each has its line in the log;
# new programs that fail meanwhile change nothing.  First with the client that
# counts to the last request, then with wrk, as fast as that can.
use strict;
use warnings;
use lib 't/lib';
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Test;

my %want = (reload => scaled(50, 5), upgrade => scaled(10, 2), reopen => scaled(20, 3));
# So many a second that all of it happens meanwhile.
my %load = (
	kept => [scaled(1_000_000, 20_000), 12_000],
	new => [scaled(200_000, 10_000), 2_500, '-N'],
);

# A copy of the program, which is what an upgrade runs.
my $dir = tempdir(CLEANUP => 1);
my $program = "$dir/pierre-mcp-server";

sub install {
	my ($text) = @_;
	unlink $program;
	return unless defined $text;
	if (ref $text) { copy($$text, $program) or die "$program: $!" }
	else {
		open my $fh, '>', $program or die "$program: $!";
		print $fh $text;
		close $fh or die;
	}
	chmod 0755, $program;
}
my $good = Pierre::Test::bin();
install(\$good);

my $t = Pierre::Test->new(workers => 2, start => 0, bin => $program);
my $log = $t->dir . '/server.log';
$t->write_config("server:\n  startup_timeout: 10s\nlog:\n  file: $log\n" .
    "http:\n  keepalive_requests: 1000000000\n");
$t->start;
my $first = $t->pid;
my $files = 0;

sub master_pid { my $p = slurp($t->dir . '/pierre.pid'); chomp $p; return $p }

sub command {
	my ($verb) = @_;
	rename $log, "$log." . ++$files or die "$log: $!" if $verb eq 'reopen';
	my ($status, undef, $err) = $t->signal($verb);
	diag "$verb: $err" if $status != 0;
	# The first master is our child.
	waitpid $first, POSIX::WNOHANG() if $verb eq 'upgrade';
	return $status == 0;
}

# All commands, at random times within so many seconds; how many succeeded, of
# each, and after how long.
sub trouble {
	my ($seconds, @more) = @_;
	my @verbs = map { my $verb = $_;
		map { [$verb, ($_ + rand) / $want{$verb}] } 0 .. $want{$verb} - 1 } sort keys %want;
	my %done = map { $_ => 0 } keys %want;
	my $begun = time;
	for (sort { $a->[1] <=> $b->[1] } @verbs, @more) {
		my ($verb, $at) = @$_;
		sleep 0.02 while time - $begun < $at * $seconds;
		if (ref $verb) { $verb->() } elsif (command($verb)) { $done{$verb}++ }
	}
	return (time - $begun, \%done);
}

# A new program that fails: the command does too, and the old one serves on.
sub bad_upgrade {
	my ($what, $text) = @_;
	my $serving = master_pid();
	install($text);
	my ($status) = $t->signal('upgrade');
	isnt($status, 0, "a new program that $what: the command fails");
	is(master_pid(), $serving, 'and the old one serves on');
	install(\$good);
}
my @bad = map { my ($what, $text, $at) = @$_; [sub { bad_upgrade($what, $text) }, $at] }
    (['exits 1', "#!/bin/sh\nexit 1\n", 0.2], ['hangs', "#!/bin/sh\nexec sleep 100\n", 0.4],
	['is missing', undef, 0.8]);

# --- every request is counted ---------------------------------------------------

my @loads = map {
	my ($n, $rate, @more) = @{ $load{$_} };
	load_start($t, '/livez', '-c', 64, '-n', $n, '-r', $rate, '-w', 20, @more)
} qw(kept new);
my $begun = time;
my ($took, $done) = trouble(0.9 * $load{kept}[0] / $load{kept}[1], @bad);
my @count = map { load_end($_) } @loads;
my $all = time - $begun;
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
figure('%d reloads, %d upgrades, %d rotations, %d bad upgrades in %.0f of %.0f s',
    @$done{qw(reload upgrade reopen)}, scalar @bad, $took, $all);
is_deeply($done, \%want, 'every command succeeded');
cmp_ok($took, '<', $all, 'all under load');

# --- wrk --------------------------------------------------------------------------

# Connections, and seconds, of each of two; the log tells them by their path.
my ($many, $seconds) = (64, scaled(100, 15));
my %wrk = (kept => [], new => ['-H', 'Connection: close']);

sub wrk_start {
	my (@options) = @_;
	open my $from, '-|', 'wrk', '-t1', "-c$many", "-d${seconds}s", '--timeout', '20s', @options,
	    $t->url . '/startupz' or die "wrk: $!";
	return $from;
}

my %from = map { $_ => wrk_start(@{ $wrk{$_} }) } sort keys %wrk;
($took, $done) = trouble(0.5 * $seconds);
my %asked;
for (sort keys %from) {
	my $fh = $from{$_};
	my $text = join '', <$fh>;
	close $fh or die "wrk: $?";
	($asked{$_}) = $text =~ /(\d+) requests in/ or die "wrk: $text";
	unlike($text, qr/Socket errors|Non-2xx/, "wrk, $_ connections: none failed") or diag $text;
}
figure('wrk: %d requests on kept connections, %d on new ones; %d reloads, %d upgrades, ' .
    '%d rotations in %.0f of %d s', @asked{qw(kept new)},
    @$done{qw(reload upgrade reopen)}, $took, $seconds);
is_deeply($done, \%want, 'every command succeeded');
cmp_ok($took, '<', $seconds, 'all under load');

# --- the log ------------------------------------------------------------------------

$t->{pid} = master_pid();
$t->stop;
my %lines;
for my $file ($log, map {"$log.$_"} 1 .. $files) {
	open my $fh, '<', $file or die "$file: $!";
	while (<$fh>) { $lines{$1}++ if m{ request method=GET path=/(\w+) status=200 .*\n\z} }
	unlink $file unless $file eq $log;
}
figure('%d requests, %d lines', $asked, $lines{livez});
is($lines{livez}, $asked, 'a line for each request');
# What was under way at its end, wrk does not count.
my $over = $lines{startupz} - $asked{kept} - $asked{new};
ok($over >= 0 && $over <= 2 * $many, 'and for each of wrk') or
    diag "$asked{kept} + $asked{new} requests, $lines{startupz} lines";
is($t->{status}, 0, 'status 0');
done_testing();
