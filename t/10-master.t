#!/usr/bin/perl
# The master: starting, reloading, rolling back, respawning, draining, and what
# the operator's commands say.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Test;

my $t = Pierre::Test->new(workers => 2, config => "log:\n  access: false\n");

sub same { return "@{[sort @{$_[0]}]}" eq "@{[sort @{$_[1]}]}" }

# --- status and version -----------------------------------------------------

my ($status, $out, $err) = $t->signal('status');
is($status, 0, '-s status');
like($out, qr/running, generation 1/, 'says the generation');
is(() = $out =~ /^\s*\d+\s+worker\s+\d+\s+\d+\s+1\s+ready/mg, 2, 'lists the workers');
($status, $out) = run_command($t->bin, '-V');
like($out, qr/^pierre-mcp-server \d+\.\d+\.\d+ \(\w+\)$/, '-V');
($status, $out, $err) = run_command($t->bin, '-s', 'dance', '-c', $t->conf);
is($status, 64, 'an unknown verb');
is((stat($t->dir . '/pierre.sock'))[2] & 0777, 0600, 'the control socket is the owner\'s');
is(slurp($t->dir . '/pierre.pid'), $t->pid . "\n", 'the pid file');

# --- a second server --------------------------------------------------------

($status, $out, $err) = run_command($t->bin, '-f', '-c', $t->conf);
is($status, 78, 'a second server on the same data does not start');
like($err, qr/running as process @{[$t->pid]}/, 'and names the first');

# --- reload -----------------------------------------------------------------

my $before = $t->children;
($status, $out) = $t->signal('reload');
is($status, 0, '-s reload waits for its outcome');
like($out, qr/generation 2 is serving/, 'and tells it');
ok(until_true(sub { @{ $t->children->{workers} } == 2 }), 'the old generation leaves');
my $after = $t->children;
ok(!same($before->{workers}, $after->{workers}), 'workers are new');
isnt($before->{keeper}, $after->{keeper}, 'the keeper too');

# --- a bad file changes nothing ---------------------------------------------

my $good = slurp($t->conf);
$t->write_config("http:\n  max_bodi: 1MiB\n");
($status, $out, $err) = $t->signal('reload');
is($status, 1, 'a reload with a bad file fails');
like($err, qr{pierre.yaml:\d+:3: http.max_bodi: unknown key; did you mean http.max_body\?},
    'and says where');
ok(same($after->{workers}, $t->children->{workers}), 'the workers stay');
is($t->request('GET', '/livez')->{status}, 200, 'and serve');
($status, $out, $err) = run_command($t->bin, '-t', '-c', $t->conf);
is($status, 1, '-t says the same');

# --- a generation that cannot start is rolled back ---------------------------

$t->write_config("database:\n  busy_timeout: 6s\nserver:\n  startup_timeout: 5s\n");
rename $t->dir . '/master.key', $t->dir . '/master.key.away' or die;
mkdir $t->dir . '/master.key' or die;
($status, $out, $err) = $t->signal('reload');
is($status, 1, 'new workers that cannot start');
like($err, qr/rolled back/, 'are rolled back');
ok(until_true(sub { same($after->{workers}, $t->children->{workers}) }), 'the old go on');
$t->signal('status'); # the master has seen all of them end
my $hopeless = () = $t->log =~ /ended with status 78/g;
cmp_ok($hopeless, '>=', 1, 'with status 78');

# --- a worker that cannot start again -------------------------------------------

kill 'KILL', $after->{workers}[0];
ok(until_true(sub { (() = $t->log =~ /ended with status 78/g) > $hopeless }),
    'its successor ends with status 78');
# Others would be tried within a third of a second.
sleep 0.7;
is(() = $t->log =~ /ended with status 78/g, $hopeless + 1, 'and none is tried again');
is(scalar(grep { $t->request('GET', '/livez')->{status} == 200 } 1 .. 30), 30,
    'the other gets its connections');
rmdir $t->dir . '/master.key' or die;
rename $t->dir . '/master.key.away', $t->dir . '/master.key' or die;
($status) = $t->signal('reload');
is($status, 0, 'and the next reload succeeds');
ok(until_true(sub { @{ $t->children->{workers} } == 2 }), 'with as many as before');
is(scalar(grep { $t->request('GET', '/livez')->{status} == 200 } 1 .. 30), 30, 'who serve');

# --- another number of workers, another address ---------------------------------

sub with_workers {
	my ($n) = @_;
	my $text = slurp($t->conf) =~ s/workers: \d+/workers: $n/r;
	open my $fh, '>', $t->conf or die;
	print $fh $text;
	close $fh;
	return ($t->signal('reload'))[0];
}
$t->write_config("server:\n  environment: development\nhttp:\n  max_connections: 100\n");
is(with_workers(3), 0, 'a reload with more workers');
ok(until_true(sub { @{ $t->children->{workers} } == 3 }), 'starts one more');
is(scalar(grep { $t->request('GET', '/livez')->{status} == 200 } 1 .. 30), 30, 'all serve');
is(with_workers(1), 0, 'with fewer');
ok(until_true(sub { @{ $t->children->{workers} } == 1 }), 'only that many stay');
is(scalar(grep { $t->request('GET', '/livez')->{status} == 200 } 1 .. 30), 30,
    'and no socket is left unserved');
is(with_workers(2), 0, 'and back');
my $old_port = $t->port;
$t->{port} = free_port();
$t->write_config('');
($status, $out, $err) = $t->signal('reload');
is($status, 0, 'a reload with another address') or diag($err);
is($t->request('GET', '/livez')->{status}, 200, 'listens there');
ok(until_true(sub { !IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $old_port) }),
    'and no longer at the old one');
$t->write_config("database:\n  url: sqlite:" . $t->dir . "/other.db\n");
($status, $out) = $t->signal('reload');
is($status, 0, 'a reload that would change the database');
like($out, qr/\Ageneration \d+ is serving; waiting for a restart: database\.url\n\z/, 'says what it did not');
like($t->log, qr/waiting for a restart: database.url/, 'names the key that waits');
ok(until_true(sub { @{ $t->children->{workers} } == 2 }), 'two workers');
$after = $t->children;

# --- kill -9 ------------------------------------------------------------------

my @workers = sort { $a <=> $b } @{ $t->children->{workers} };
my $pid = $t->pid;
my $begun = time;
kill 'KILL', $workers[0];
# What it had taken before it felt that is lost.
until_true(sub { slurp("/proc/$workers[0]/stat") !~ /\) [RSD] / });
my ($served, $tries) = (0, 0);
# With one socket a worker, connections of the dead one's queue wait for its
# successor: every request is answered, and soon.
while ($served < 40 && time < $begun + 5) {
	$tries++;
	$served++ if $t->request('GET', '/livez')->{status} == 200;
}
my $took = time - $begun;
is($served, $tries, 'no new connection fails');
ok(until_true(sub { @{ $t->children->{workers} } == 2 }), 'the worker is replaced');
ok((grep { $_ == $workers[1] } @{ $t->children->{workers} }), 'the other is untouched');
my $keeper = $t->children->{keeper};
kill 'KILL', $keeper;
ok(until_true(sub { my $k = $t->children->{keeper}; $k && $k != $keeper }),
    'the keeper is replaced');
like($t->request('GET', '/metrics')->{content},
    qr/pierre_worker_exits_total\{reason="killed"\} 3/, 'exits are counted');

# --- a storm of HUPs is coalesced ---------------------------------------------

my ($generation) = ($t->signal('status'))[1] =~ /generation (\d+)/;
sub processes { my $c = $t->children; return @{ $c->{workers} } + defined $c->{keeper} }
my $most = 0;
for (1 .. 500) {
	kill 'HUP', $pid;
	sleep 0.002;
	next if $_ % 25;
	my $n = processes();
	$most = $n if $n > $most;
}
my $newest = $generation;
ok(until_true(sub {
	($newest) = ($t->signal('status'))[1] =~ /running, generation (\d+)/ or return 0;
	return $newest > $generation && processes() == 3;
}, 30), 'a storm of 500 ends with one generation');
cmp_ok($newest - $generation, '<', 100, 'many of them were one reload');
note $newest - $generation, " reloads, $most processes at most";
is($t->request('GET', '/readyz')->{status}, 200, 'that serves');

# --- logs ----------------------------------------------------------------------

# Processes that are still being made must not die of it: finish() looks.
($generation) = ($t->signal('status'))[1] =~ /generation (\d+)/;
kill 'HUP', $pid;
kill('USR1', $pid), sleep 0.001 for 1 .. 300;
ok(until_true(sub { ($t->signal('status'))[1] =~ /running, generation (\d+)/ && $1 > $generation }),
    'a reload survives a storm of USR1');

$t->write_config("log:\n  level: warn\n");
$t->signal('reload');
my $quiet = () = $t->log =~ /http: request /g;
cmp_ok($quiet, '>', 0, 'requests are logged');
$t->request('GET', '/livez') for 1 .. 8;
is(scalar(() = $t->log =~ /http: request /g), $quiet, 'new workers log by the new level');
$t->write_config('');
$t->signal('reload');

($status) = $t->signal('reopen');
is($status, 0, '-s reopen');

# --- the end ---------------------------------------------------------------------

($status) = $t->signal('quit');
is($status, 0, '-s quit waits until it is gone');
ok(until_true(sub { kill(0, $pid) == 0 || waitpid($pid, POSIX::WNOHANG()) != 0 }, 5),
    'the master has gone');
$t->{status} = $?;
$t->{pid} = undef;
ok(!-e $t->dir . '/pierre.pid', 'the pid file too');
ok(!-e $t->dir . '/pierre.sock', 'and the socket');
($status, $out, $err) = $t->signal('status');
is($status, 1, 'nobody answers now');
like($t->log, qr/shutdown complete/, 'the last line');
$t->finish(qr/config: |rolled back|refused|was killed by signal 9|cannot start|ended with status 78/);

# --- no worker at all can start ----------------------------------------------------

my $lone = Pierre::Test->new(workers => 1);
rename $lone->dir . '/master.key', $lone->dir . '/master.key.away' or die;
mkdir $lone->dir . '/master.key' or die;
kill 'KILL', $lone->children->{workers}[0];
my $ended;
ok(until_true(sub { ($ended = waitpid $lone->pid, POSIX::WNOHANG()) != 0 }, 20),
    'a server whose last worker cannot start again ends');
is($? >> 8, 78, 'with status 78');
like($lone->log, qr/alert .*no worker is left/, 'which the log explains');
$lone->{pid} = undef if $ended;
done_testing();
