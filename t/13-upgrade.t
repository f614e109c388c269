#!/usr/bin/perl
# The program is replaced while it serves; a new one that fails, hangs or is
# missing changes nothing.  And what a hanging or tired worker gets.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Test;

# A copy of the program, since it is to be exchanged.
my $dir = tempdir(CLEANUP => 1);
my $program = "$dir/pierre-mcp-server";
my $original = Pierre::Test::bin();
copy($original, $program) or die;
chmod 0755, $program;

sub replace_by {
	my ($text) = @_;
	unlink $program;
	return unless defined $text;
	if (ref $text) { copy($$text, $program) or die }
	else {
		open my $fh, '>', $program or die;
		print $fh $text;
		close $fh;
	}
	chmod 0755, $program;
}

my $config = "log:\n  access: false\nserver:\n  startup_timeout: 3s\n  watchdog: 2s\n";
my $t = Pierre::Test->new(workers => 2, config => $config, bin => $program);
sub master_pid { my $p = slurp($t->dir . '/pierre.pid'); chomp $p; return $p }
sub requests {
	my ($n) = $t->request('GET', '/metrics')->{content} =~
	    m{^pierre_http_requests_total\{route="GET /livez",status="200"\} (\d+)}m;
	return $n || 0;
}

# --- a good one -----------------------------------------------------------------

$t->request('GET', '/livez') for 1 .. 20;
my $counted = requests();
cmp_ok($counted, '>=', 20, 'requests are counted');
my $old = $t->pid;
replace_by(\$original);
my ($status, $out, $err) = $t->signal('upgrade');
is($status, 0, '-s upgrade succeeds') or diag($err . $t->log);
like($out, qr/process \d+ has taken over/, 'and says who serves now');
my $new = master_pid();
isnt($new, $old, 'the pid file names the new master');
ok(until_true(sub { waitpid($old, POSIX::WNOHANG()) == $old }), 'the old master leaves');
is($?, 0, 'with status 0');
$t->{pid} = $new;
is($t->request('GET', '/readyz')->{status}, 200, 'the new one serves');
cmp_ok(requests(), '>=', $counted, 'and counts on');
($status, $out) = $t->signal('status');
like($out, qr/master $new, running, generation 2/, '-s status speaks to it');
is(scalar @{ $t->children->{workers} }, 2, 'it has its workers');
like((run_command('curl', '-s', '--unix-socket', $t->dir . '/admin.sock',
    'http://localhost/readyz'))[1], qr/"ok"/, 'and the admin socket');

# --- under load, ten times --------------------------------------------------------

SKIP: {
	skip 'wrk is not installed', 3 unless grep { -x "$_/wrk" } split /:/, $ENV{PATH};
	open my $wrk, '-|', 'wrk', '-t1', '-c64', '-d9s', $t->url . '/livez' or die "wrk: $!";
	my $done = 0;
	for (1 .. 10) {
		sleep 0.4;
		$done++ if ($t->signal('upgrade'))[0] == 0;
	}
	my $text = join '', <$wrk>;
	close $wrk;
	is($done, 10, 'ten upgrades under load');
	unlike($text, qr/Socket errors/, 'no connection failed');
	unlike($text, qr/Non-2xx/, 'every answer was 200');
	diag(($text =~ /(\d+ requests in)/)[0] . ' over 10 upgrades');
	$t->{pid} = master_pid();
}

# --- bad ones -----------------------------------------------------------------------

my @bad = (
	['exits 1', "#!/bin/sh\nexit 1\n", qr/upgrade failed: the new program did not start/],
	['hangs', "#!/bin/sh\nexec sleep 100\n", qr/not ready within server.startup_timeout/],
	['is missing', undef, qr/upgrade failed/],
	['is no program', 'hello', qr/upgrade failed/],
);
my $serving = master_pid();
for (@bad) {
	my ($what, $text, $says) = @$_;
	replace_by($text);
	($status, $out, $err) = $t->signal_by($original, 'upgrade');
	is($status, 1, "a new program that $what: the command fails");
	like($err, $says, 'and says why');
	is(master_pid(), $serving, 'the old one stays');
	is($t->request('GET', '/readyz')->{status}, 200, 'and serves');
}
replace_by(\$original);

# --- a worker that hangs ---------------------------------------------------------------

# The watchdog aborts it, which a stopped process learns when it goes on: with
# a quarter of a second for its last words, before it is killed.
sub hang_until_aborted {
	my ($pid) = @_;
	kill 'STOP', $pid;
	until_true(sub { $t->log =~ /\($pid\) has not turned for \d/ }, 8);
	kill 'CONT', $pid;
	return until_true(sub { !grep { $_ == $pid } @{ $t->children->{workers} } }, 8);
}

my ($hung, $other, $words);
my $begun;
for (1 .. 5) {
	ok(until_true(sub { @{ $t->children->{workers} } == 2 }), 'two serve');
	($hung, $other) = @{ $t->children->{workers} };
	$begun = time;
	ok(hang_until_aborted($hung), 'a worker that hangs is replaced');
	last if ($words) = $t->log =~ /worker \d+ \($hung\) panicked: (.*)/;
}
cmp_ok(time - $begun, '<', 2 + 1.5, 'soon after the watchdog');
ok((grep { $_ == $other } @{ $t->children->{workers} }), 'the other stays');
my @frames = ($words // '') =~ /\+(0x[0-9a-f]+)/g;
cmp_ok(scalar @frames, '>', 3, 'its last words are where it stood') or diag $words;
like((run_command('addr2line', '-f', '-e', $original, @frames))[1], qr/^worker_main$/m,
    'which the program can be asked for');
like(($t->signal('status'))[1], qr/^last panic .*\($hung\): aborted at \+0x/m,
    'and the status keeps them');

# One that does not even get that far is killed.
ok(until_true(sub { @{ $t->children->{workers} } == 2 }), 'two serve again');
my ($stopped) = @{ $t->children->{workers} };
kill 'STOP', $stopped;
ok(until_true(sub { !grep { $_ == $stopped } @{ $t->children->{workers} } }, 8),
    'a stopped worker is replaced');
ok(until_true(sub { @{ $t->children->{workers} } == 2 }), 'two serve again');

# --- a worker that has served its time ------------------------------------------------------

$t->write_config($config . "  max_requests: 200\n");
is(($t->signal_by($original, 'reload'))[0], 0, 'with server.max_requests');
my %first = map { $_ => 1 } @{ $t->children->{workers} };
my ($asked, $failed) = (0, 0);
ok(until_true(sub {
	for (1 .. 40) {
		$asked++;
		$failed++ if $t->request('GET', '/livez')->{status} != 200;
	}
	return !grep { $first{$_} } @{ $t->children->{workers} };
}, 20), 'workers are relieved');
is($failed, 0, "none of $asked requests failed");
my $metrics = $t->request('GET', '/metrics')->{content};
like($metrics, qr/^pierre_respawns_total\{reason="relieved"\} [1-9]/m, 'which is counted');
like($metrics, qr/^pierre_respawns_total\{reason="(?:killed|panicked)"\} [1-9]/m,
    'beside the replacement of the stopped one');
$t->finish(qr/upgrade failed|cannot run|has not turned|was killed by signal 9|panicked: aborted/);
done_testing();
