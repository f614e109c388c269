#!/usr/bin/perl
# The server as an operator starts it: in the background, with a log file,
# without a configuration, by somebody else than root; and what is told when it
# cannot.
use strict;
use warnings;
use lib 't/lib';
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Test;

my $t = Pierre::Test->new(workers => 2, start => 0, config => '');
my $log = $t->dir . '/server.log';
$t->write_config("log:\n  file: $log\n");

sub daemon {
	my (@arguments) = @_;
	return run_command($t->bin, '-c', $t->conf, @arguments);
}

sub master_pid {
	my ($pid) = slurp($t->dir . '/pierre.pid') =~ /^(\d+)$/ or die 'no pid file';
	return $pid;
}

sub livez { return $t->request('GET', '/livez')->{status} }

# --- the background -----------------------------------------------------------

my ($status, $out, $err) = daemon();
is("$status [$out$err]", '0 []', 'it returns when it serves, without a word');
is(livez(), 200, 'and serves at once');
like(slurp($log), qr/master: ready/, 'the log file is written');
is((stat $t->dir . '/master.key')[2] & 0777, 0600, 'the master key is the owner\'s');

# --- why it cannot start is told where somebody looks ---------------------------

for (['in the background'], ['in the foreground', '-f']) {
	my ($where, @arguments) = @$_;
	($status, $out, $err) = daemon(@arguments);
	is($status, 78, "a second server $where");
	like($err, qr/^pierre-mcp-server: \S+: a server is running as process \d+$/m,
	    'is told why on standard error, in spite of the log file');
}
my $other = tempdir(CLEANUP => 1);
{
	open my $fh, '>', "$other/pierre.yaml" or die;
	print $fh "server:\n  listen: 127.0.0.1:@{[$t->port]}\n  data_dir: $other\n" .
	    "log:\n  file: $other/log\n";
}
my $taken = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1', Proto => 'tcp');
{
	local $ENV{HTTP_PORT} = $taken->sockport;
	($status, $out, $err) = run_command($t->bin, '-c', "$other/pierre.yaml");
}
is($status, 78, 'a port that is taken');
like($err, qr/cannot listen on 127\.0\.0\.1 port \d+: Address already in use/, 'is named');

# --- logs are rotated -----------------------------------------------------------

rename $log, "$log.1" or die;
kill 'USR1', master_pid();
ok(until_true(sub { -e $log }), 'USR1: the log file is there again');
ok(until_true(sub { livez(); slurp($log) =~ /path=\/livez/ }), 'workers write to it');

# --- the master is killed -------------------------------------------------------

my $first = master_pid();
kill 'KILL', $first;
ok(until_true(sub { ($t->signal('status'))[0] == 1 }), 'no master answers');
ok(until_true(sub { !eval { wait_for_port($t->port, 0.05) } }), 'its workers leave');
ok(-S $t->dir . '/pierre.sock', 'the control socket is left');
{
	# Its number has gone to another process.
	open my $fh, '>', $t->dir . '/pierre.pid' or die;
	print $fh "$$\n";
}
($status, $out, $err) = daemon();
is("$status [$err]", '0 []', 'a stale pid file and a stale socket are in nobody\'s way');
isnt(master_pid(), $first, 'the pid file is the new master\'s');
($status) = $t->signal('quit');
is($status, 0, 'quit');
ok(!-e $t->dir . '/pierre.pid', 'the pid file has gone');

# --- the environment alone --------------------------------------------------------

SKIP: {
	my $home = tempdir(CLEANUP => 1);
	my @as = $> == 0 ? ('setpriv', '--reuid', '65534', '--regid', '65534',
	    '--clear-groups') : ();
	chown 65534, 65534, $home if @as;
	skip 'there is a configuration', 6 if -e '/etc/pierre-mcp/pierre.yaml';
	skip 'the program is out of reach', 6
	    if @as && (run_command(@as, $t->bin, '-V'))[0] != 0;
	local $ENV{HTTP_PORT} = free_port();
	{
		local $ENV{PIERRE_DATA_DIR} = '/proc/nobody/can/write';
		($status, $out, $err) = run_command(@as, $t->bin);
		is($status, 78, 'a data directory that cannot be made');
		like($err, qr/cannot make \S+: .*; PIERRE_DATA_DIR or the configuration may/,
		    'what to do is told');
	}
	local $ENV{PIERRE_DATA_DIR} = "$home/data";
	($status, $out, $err) = run_command(@as, $t->bin);
	is($status, 0, 'anybody starts it with the environment alone') or diag $err;
	is((stat "$home/data")[2] & 07777, 0700, 'the data directory is the owner\'s');
	ok(-e "$home/data/pierre.db", 'the database is in it');
	($status) = run_command(@as, $t->bin, '-s', 'quit');
	is($status, 0, 'and ends it');
}

done_testing();

END {
	my ($left) = $t ? slurp($t->dir . '/pierre.pid') =~ /^(\d+)$/ : ();
	kill 'TERM', $left if $left;
}
