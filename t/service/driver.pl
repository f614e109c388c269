#!/usr/bin/perl
# Runs inside a booted container, as a service of its own: installs the package,
# uses, breaks, upgrades, removes and purges it.  t/41-service.t starts it and
# reads what it prints.
use strict;
use warnings;
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);

my $deb = '/opt/pierre/package.deb';
my $unit = 'pierre-mcp-server';
my $data = '/var/lib/pierre-mcp';
my $yaml = '/etc/pierre-mcp/pierre.yaml';
my $dotenv = '/etc/pierre-mcp/.env';
my $token;
$ENV{DEBIAN_FRONTEND} = 'noninteractive';

# --- small helpers -----------------------------------------------------------

# Status and all output of a command.
sub run {
	my (@command) = @_;
	open my $pipe, '-|', 'sh', '-c', 'exec "$@" </dev/null 2>&1', 'sh', @command
	    or die "@command: $!";
	my $out = join '', <$pipe>;
	close $pipe;
	return ($? >> 8, $out);
}

sub works {
	my ($name, @command) = @_;
	my ($status, $out) = run(@command);
	is($status, 0, $name) or diag("@command: $out" . last_lines());
	return $out;
}

sub slurp {
	my ($path) = @_;
	open my $fh, '<', $path or return '';
	local $/;
	return <$fh> // '';
}

sub spew {
	my ($path, $text) = @_;
	open my $fh, '>', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}

sub property {
	my ($name) = @_;
	my (undef, $out) = run('systemctl', 'show', '-P', $name, $unit);
	return $out =~ s/\n//r;
}

sub journal {
	my (undef, $out) = run('journalctl', '--no-pager', '-o', 'cat', '-u', $unit);
	return $out;
}

sub get {
	my ($path, $port) = @_;
	return HTTP::Tiny->new(timeout => 5)->get(
	    "http://127.0.0.1:" . ($port || 8081) . $path,
	    { headers => { Authorization => 'Bearer ' . ($token // '') } });
}

sub last_lines {
	my @lines = split /^/, journal();
	return join '', "journal:\n", @lines[-(@lines < 12 ? @lines : 12) .. -1];
}

sub until_true {
	my ($test, $seconds) = @_;
	my $until = time + ($seconds || 10);
	while (time < $until) {
		return 1 if $test->();
		sleep 0.05;
	}
	return 0;
}

sub owner_and_mode {
	my ($path) = @_;
	my (undef, $out) = run('stat', '-c', '%U:%G %a', $path);
	return $out =~ s/\n//r;
}

sub drop_in {
	my ($name, $text) = @_;
	mkdir "/etc/systemd/system/$unit.service.d";
	my $path = "/etc/systemd/system/$unit.service.d/$name.conf";
	$text ne '' ? spew($path, "[Service]\n$text") : unlink $path;
	run('systemctl', 'daemon-reload');
}

# Load over a time in which something happens; what wrk says.
sub under_load {
	my ($seconds, $happens) = @_;
	open my $wrk, '-|', 'wrk', '-t1', '-c16', "-d${seconds}s", '--timeout', '10s',
	    'http://127.0.0.1:8081/livez' or die "wrk: $!";
	sleep 0.5;
	$happens->();
	my $out = join '', <$wrk>;
	close $wrk;
	return $out;
}

sub lost_nothing {
	my ($out, $name) = @_;
	my ($requests) = $out =~ /(\d+) requests in/;
	cmp_ok($requests, '>', 1000, "$name: $requests requests");
	unlike($out, qr/Socket errors|Non-2xx/, "$name: none is lost") or diag $out;
}

# --- installation ------------------------------------------------------------

sub test_install {
	my $out = works('the package installs', 'dpkg', '-i', $deb);
	is(property('ActiveState'), 'active', 'the service runs');
	is(property('UnitFileState'), 'enabled', 'and will after a boot');
	is(get('/readyz')->{status}, 200, 'ready as soon as systemd says so');
	like(property('StatusText'), qr/[Gg]eneration 1/, 'systemd has a status text');
	is(owner_and_mode("$data/master.key"), 'pierre:pierre 600', 'the master key');
	is(owner_and_mode($data), 'pierre:pierre 700', 'the data directory');
	is(owner_and_mode('/etc/pierre-mcp'), 'root:pierre 750',
	    'the configuration directory');
	my $key = slurp("$data/master.key") =~ s/\n//r;
	is(length $key, 44, 'the key has 32 bytes');
	ok(index($out, $key) < 0 && index(journal(), $key) < 0,
	    'it is neither printed nor logged');
	like($out, qr/Keep a copy of it/, 'but a copy is recommended');
	my @listening = grep { /^ *\d+: \S+:1F91 \S+ 0A/ }
	    split /\n/, slurp('/proc/net/tcp') . slurp('/proc/net/tcp6');
	ok(@listening > 0 && !(grep { !/: 0100007F:/ } @listening),
	    'it listens on the loopback address only');
	(undef, $out) = run('systemd-analyze', 'security', '--threshold=12', $unit);
	like($out, qr/exposure level for \S+: (?:0|1\.[0-2]) /, 'exposed at 1.2 at most');
	return $key;
}

sub test_sandbox {
	my $pid = property('MainPID');
	my $status = slurp("/proc/$pid/status");
	like($status, qr/^NoNewPrivs:\t1$/m, 'no new privileges');
	like($status, qr/^CapEff:\t0+$/m, 'no capability');
	like($status, qr/^CapBnd:\t0+$/m, 'and none to be had');
	like($status, qr/^Seccomp:\t2$/m, 'a filter of system calls');
	like(journal(), qr/sandbox: level 3, (\d+) of \1 attempts refused/,
	    'the server can lock its workers up further');
	my $uid = getpwnam 'pierre';
	like($status, qr/^Uid:(?:\t$uid){4}$/m, 'the account is pierre');
	my ($failed) = run('nsenter', '-t', $pid, '-m', 'touch', '/usr/x');
	isnt($failed, 0, 'the system is read-only');
	(undef, my $out) = run('nsenter', '-t', $pid, '-m', 'stat', '-c', '%a', '/root');
	is($out, "0\n", 'home directories are out of reach');
}

sub test_use {
	works('a person', 'runuser', '-u', 'pierre', '--', 'pierrectl', 'user',
	    'create', 'anna', '--timezone', 'Europe/Berlin', '--admin');
	my $out = works('a token', 'runuser', '-u', 'pierre', '--', 'pierrectl',
	    'token', 'create', 'anna', '--scopes', 'admin');
	($token) = $out =~ /(pmcp_pat_\S+)/;
	like(get('/admin/health')->{content}, qr/uptime/, 'the token is good');
}

# --- reload ------------------------------------------------------------------

# Without a line for each request, which are too many here for a journal.
sub test_reload {
	my $good = slurp($yaml) =~ s/^  access: true/  access: false/mr;
	spew($yaml, $good);
	works('systemctl reload', 'systemctl', 'reload', $unit);
	my $out = under_load(3, sub {
		works("systemctl reload, time $_", 'systemctl', 'reload', $unit)
		    for 1 .. 3;
	});
	lost_nothing($out, 'reloads');
	is(property('ActiveState'), 'active', 'the service is active after it');
	like(property('StatusText'), qr/[Gg]eneration 5/, 'and says the generation');
	spew($yaml, "$good\nlgo:\n  level: debug\n");
	my ($status) = run('systemctl', 'reload', $unit);
	isnt($status, 0, 'a reload of a bad file fails');
	like(journal(), qr{\Q$yaml\E:\d+:1: lgo: unknown key; did you mean log\?},
	    'the journal has the line');
	is(get('/readyz')->{status}, 200, 'and the server goes on');
	spew($yaml, $good =~ s/max_body: "4MiB"/max_body: "1MiB"/r);
	works('a changed setting', 'systemctl', 'reload', $unit);
}

# --- .env --------------------------------------------------------------------

sub test_dotenv {
	my ($key) = @_;
	my $text = <<"ENV";
# Core Configuration
PIERRE_MASTER_ENCRYPTION_KEY="$key"  # openssl rand -base64 32

# Server Configuration
HTTP_PORT=8082                        # Single unified port for all protocols
HOST="pierre.example.com"            # Production hostname
RUST_LOG="info,pierre_mcp_server=info"
LOG_FORMAT="json"                    # Use structured JSON logging in production
ENV
	spew($dotenv, $text);
	rename "$data/master.key", "$data/master.key.away" or die;
	works('a restart with an .env that has comments', 'systemctl', 'restart', $unit);
	is(get('/readyz', 8082)->{status}, 200, 'its port is used');
	like(get('/admin/health', 8082)->{content}, qr/uptime/, 'its key opens the database');
	like(journal(), qr/^\{.*"level":/m, 'its log format');
	works('pierrectl reads it too', 'runuser', '-u', 'pierre', '--',
	    'pierrectl', 'token', 'list', 'anna');
	ok(!-e "$data/master.key", 'nobody made another key');

	spew($dotenv, $text =~ s/\Q$key/REDACTED_BASE64_KEY_HERE/r);
	my ($status) = run('systemctl', 'restart', $unit);
	isnt($status, 0, 'no key where one must be: the service does not start');
	is(property('ExecMainStatus'), 78, 'with status 78');
	sleep 2.5;
	is(property('NRestarts'), 0, 'and is not tried again');
	like(journal(), qr{\Q$dotenv\E:2:1: security.master_key: must be 32 bytes},
	    'the journal has file and line');
	unlink $dotenv;
	rename "$data/master.key.away", "$data/master.key" or die;
	run('systemctl', 'reset-failed', $unit);
	works('started again', 'systemctl', 'start', $unit);
}

# --- what goes wrong -----------------------------------------------------------

sub test_death {
	my $pid = property('MainPID');
	kill 'KILL', $pid;
	ok(until_true(sub { property('MainPID') =~ /^(?!0$|$pid$)/ &&
	    get('/readyz')->{status} == 200 }, 20), 'a killed master is replaced');
	drop_in('watchdog', "WatchdogSec=5s\n");
	works('a watchdog of 5 s', 'systemctl', 'restart', $unit);
	sleep 7;
	is(property('NRestarts'), 0, 'it is fed');
	$pid = property('MainPID');
	kill 'STOP', $pid;
	ok(until_true(sub { property('MainPID') =~ /^(?!0$|$pid$)/ &&
	    get('/readyz')->{status} == 200 }, 20), 'a stopped master is replaced');
	drop_in('watchdog', '');
	works('back to the usual', 'systemctl', 'restart', $unit);
}

# --- upgrade -----------------------------------------------------------------

sub test_upgrade {
	my ($key) = @_;
	my $conf = slurp($yaml);
	my $pid = property('MainPID');
	my $out = under_load(10, sub {
		works('an upgrade under load', 'dpkg', '-i', $deb);
		works('another', 'dpkg', '-i', $deb);
	});
	lost_nothing($out, 'upgrades');
	isnt(property('MainPID'), $pid, 'a new master serves');
	is(property('ActiveState'), 'active', 'as the same service');
	is(property('NRestarts'), 0, 'without a restart');
	is(slurp($yaml), $conf, 'the changed configuration is kept');
	is(slurp("$data/master.key"), "$key\n", 'and the key');
	like(get('/admin/health')->{content}, qr/uptime/, 'and the token');
	works('reload after it', 'systemctl', 'reload', $unit);
	works('a stop', 'systemctl', 'stop', $unit);
	is(property('Result'), 'success', 'drains the new master as it would the old');
	like(journal(), qr/shutdown complete\n(?!.*master: )/, 'to the last line');
	works('a start', 'systemctl', 'start', $unit);
	works('an upgrade by hand', 'pierre-mcp-server', '-s', 'upgrade');
	$pid = property('MainPID');
	kill 'KILL', $pid;
	ok(until_true(sub { property('MainPID') =~ /^(?!0$|$pid$)/ &&
	    get('/readyz')->{status} == 200 }, 20), 'systemd sees a new master die');
	works('the scripts again', 'dpkg-reconfigure', $unit) if -x '/usr/sbin/dpkg-reconfigure';
	is(slurp("$data/master.key"), "$key\n", 'change nothing');
}

# The program that is being installed cannot start: the running one serves on.
sub test_bad_upgrade {
	run('systemctl', 'reset-failed', $unit);
	my $pid = property('MainPID');
	my $program = '/usr/sbin/pierre-mcp-server';
	rename $program, "$program.good" or die;
	spew($program, "#!/bin/sh\nexit 1\n");
	chmod 0755, $program;
	my $out = under_load(3, sub {
		my ($status) = run("$program.good", '-s', 'upgrade');
		isnt($status, 0, 'an upgrade to a program that fails is told');
	});
	lost_nothing($out, 'a failed upgrade');
	is(property('MainPID'), $pid, 'the master is the same');
	rename "$program.good", $program or die;
}

# --- logs, socket, credentials -----------------------------------------------------

sub test_logrotate {
	my $good = slurp($yaml);
	my $log = '/var/log/pierre-mcp/pierre.log';
	spew($yaml, $good =~ s{^  file: ""}{  file: "$log"}mr);
	works('a log file', 'systemctl', 'restart', $unit);
	works('logrotate', 'logrotate', '-f', "/etc/logrotate.d/$unit");
	ok(-s "$log.1", 'the old lines are aside');
	ok(until_true(sub { slurp($log) =~ /logs reopened/ }),
	    'new lines are in a new file');
	like(owner_and_mode($log), qr/^pierre:pierre 6[04]0$/, 'of the service');
	spew($yaml, $good);
	works('back to the journal', 'systemctl', 'restart', $unit);
}

sub test_socket {
	works('the socket is enabled', 'systemctl', 'stop', $unit);
	works('and started', 'systemctl', 'enable', '--now', "$unit.socket");
	is(get('/livez')->{status}, 200, 'a request starts the service');
	ok(until_true(sub { property('ActiveState') eq 'active' }), 'which is then active');
	my ($asked, $refused, $slowest) = (0, 0, 0);
	my $restarts = fork // die "fork: $!";
	if ($restarts == 0) {
		system('systemctl', 'restart', $unit) for 1 .. 5;
		POSIX::_exit(0);
	}
	while (waitpid($restarts, POSIX::WNOHANG()) == 0) {
		my $begun = time;
		$asked++;
		$refused++ if get('/livez')->{status} != 200;
		my $took = time - $begun;
		$slowest = $took if $took > $slowest;
	}
	is($refused, 0, sprintf '5 restarts refuse none of %d connections; the slowest took %.1f s',
	    $asked, $slowest);
	works('the socket is given back', 'systemctl', 'disable', '--now', "$unit.socket");
	works('and the service starts by itself', 'systemctl', 'restart', $unit);
	is(get('/readyz')->{status}, 200, 'on its own socket');
}

sub test_credential {
	my $good = slurp($yaml);
	rename "$data/master.key", '/etc/pierre-mcp/master_key' or die;
	chown 0, 0, '/etc/pierre-mcp/master_key';
	drop_in('credential', "LoadCredential=master_key:/etc/pierre-mcp/master_key\n");
	spew($yaml, $good =~
	    s/^  master_key: ""/  master_key: file:\${CREDENTIALS_DIRECTORY}\/master_key/mr);
	works('a key that only root may read, as a credential', 'systemctl', 'restart',
	    $unit);
	like(get('/admin/health')->{content}, qr/uptime/, 'opens the database');
	works('reload with it', 'systemctl', 'reload', $unit);
	my ($uid, $gid) = (getpwnam 'pierre')[2, 3];
	rename '/etc/pierre-mcp/master_key', "$data/master.key" or die;
	chown $uid, $gid, "$data/master.key";
	drop_in('credential', '');
	spew($yaml, $good);
	works('back to the file', 'systemctl', 'restart', $unit);
}

# --- the end ---------------------------------------------------------------------

sub test_remove {
	my ($key) = @_;
	works('the package is removed', 'dpkg', '-r', $unit);
	(undef, my $out) = run('pgrep', '-u', 'pierre');
	is($out, '', 'nothing runs any more');
	is(slurp("$data/master.key"), "$key\n", 'the key stays');
	ok(-s "$data/pierre.db", 'and the database');
	ok(-e $yaml, 'and the configuration');
	works('and comes back', 'dpkg', '-i', $deb);
	is(slurp("$data/master.key"), "$key\n", 'with its key');
	like(get('/admin/health')->{content}, qr/uptime/, 'and its data');
}

sub test_purge {
	my ($key) = @_;
	spew($dotenv, "PIERRE_MASTER_ENCRYPTION_KEY=\"$key\" # the only one\n");
	spew($yaml, "security:\n  master_key: $key\n");
	unlink "$data/master.key";
	my $out = works('the package is purged', 'dpkg', '-P', $unit);
	like($out, qr/kept \Q$data\E/, 'which says what is left');
	ok(index($out, $key) < 0, 'and not the key');
	ok(!-e '/etc/pierre-mcp', 'the configuration is gone');
	ok(!-e '/var/log/pierre-mcp', 'and the logs');
	ok(-s "$data/pierre.db", 'the database is there');
	for my $kept ('env.kept', 'pierre.yaml.kept') {
		like(slurp("$data/$kept"), qr/\Q$key/, "a key is in $kept");
		like(owner_and_mode("$data/$kept"), qr/ 600$/, 'for the owner alone');
	}
	ok(defined getpwnam('pierre'), 'the account stays, for it owns them');
	my (undef, $status) = run('systemctl', 'list-unit-files', "$unit*");
	like($status, qr/^0 unit files/m, 'no unit is left');
	works('a new installation beside them', 'dpkg', '-i', $deb);
	ok(!-e "$data/master.key.new", 'leaves nothing half done');
}

sub main {
	my $key = test_install();
	test_sandbox();
	test_use();
	test_reload();
	test_dotenv($key);
	test_death();
	test_upgrade($key);
	test_bad_upgrade();
	test_logrotate();
	test_socket();
	test_credential();
	test_remove($key);
	test_purge($key);
	done_testing();
}

use POSIX ();
eval { main(); 1 } or fail("the driver died: $@");
(undef, my $log) = run('journalctl', '--no-pager', '-u', $unit);
spew('/opt/pierre/journal', $log);
