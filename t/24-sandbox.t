#!/usr/bin/perl
# What workers and keeper have left once they serve: nothing of the starter's,
# no privileges, and walls that the kernel keeps.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Time::HiRes qw(sleep time);
use Fcntl qw(F_SETFD);
use File::Path qw(make_path);
use JSON::PP;
use Pierre::OAuth;
use Pierre::Test;

my $sanitized = `nm @{[Pierre::Test::bin()]} 2>/dev/null` =~ /__asan_init/;
my $is_root = $> == 0;

sub status_of {
	my ($pid) = @_;
	return { slurp("/proc/$pid/status") =~ /^(\w+):\s*(.*)$/mg };
}

sub limit {
	my ($pid, $name) = @_;
	my ($soft, $hard) = slurp("/proc/$pid/limits") =~ /^$name\s+(\w+)\s+(\w+)/m;
	return "$soft $hard";
}

# What each descriptor above standard error is.
sub descriptors {
	my ($pid) = @_;
	return map { readlink($_) // () } grep { m{/(\d+)$} && $1 > 2 }
	    glob "/proc/$pid/fd/*";
}

# --- what a careless starter leaves open, no child has -------------------------

my $t = Pierre::Test->new(demo => 1, start => 0, config => "http:\n  max_connections: 300\n");
open my $leak, '<', '/etc/hostname' or die;
fcntl $leak, F_SETFD, 0;
$t->start;
close $leak;
my $children = $t->children;
my %pids = ((map { ("worker $_" => $children->{workers}[$_]) } 0 .. 1),
    keeper => $children->{keeper});

for my $who (sort keys %pids) {
	my $pid = $pids{$who};
	SKIP: {
		skip 'descriptors are for root to see', 1 unless $is_root;
		my $dir = $t->dir;
		my @foreign = grep { !m{^$dir/} && !/^anon_inode:\[event(?:poll|fd)\]$/
			    && !/^(?:socket|pipe):/ && !m{^/proc/$pid/} } descriptors($pid);
		is_deeply(\@foreign, [], "$who: only descriptors of its own");
	}
	SKIP: {
		skip 'a build with sanitizers', 8 if $sanitized;
		my $s = status_of($pid);
		is($s->{NoNewPrivs}, 1, "$who: no new privileges");
		is(hex $s->{$_}, 0, "$who: $_ is empty") for qw(CapEff CapPrm CapInh);
		is(hex $s->{CapBnd}, 0, "$who: CapBnd is empty") if $is_root;
		like(limit($pid, 'Max core file size'), qr/^0 0$/, "$who: no core");
		is((stat("/proc/$pid/mem"))[4], 0, "$who: its memory is not to be read");
		my ($level) = $t->log =~ /sandbox: level (\d)/;
		is($s->{Seccomp}, $level >= 2 ? 2 : 0, "$who: seccomp as the log says");
	}
	my ($files) = limit($pid, 'Max open files');
	is($files, '812 812', "$who: descriptors follow http.max_connections");
}

# --- what was tried, failed -----------------------------------------------------

SKIP: {
	skip 'a build with sanitizers', 3 if $sanitized;
	my ($level, $refused, $all) = $t->log =~
	    /sandbox: level (\d), (\d+) of (\d+) attempts refused/;
	ok(defined $level, 'the log says how far the walls go');
	cmp_ok($all, '>=', 20, "$all attempts");
	if ($level == 3) {
		is($refused, $all, 'all of them refused');
	} else {
		unlike($t->log, qr/not refused:.*(?:execute|trace|mount|fork)/,
		    "at level $level: the worst of them refused");
	}
}

# --- and yet it serves -----------------------------------------------------------

my $data = $t->tool('get_activities', { limit => 1 });
ok($data && !$data->{error}, 'a tool answers');
is(($t->signal('reload'))[0], 0, 'a reload');
is(($t->signal('reopen'))[0], 0, 'reopening the log');
unlike($t->log, qr/Permission denied|not permitted|not implemented/,
    'nothing needed was refused');

# --- nor do the libraries miss anything ------------------------------------------------

# Pictures (cairo), hashes of passwords (Argon2), recordings, names and
# connections (libcurl): each works, and no system call that they try is refused.
# Archives (libarchive) are pierrectl's alone.
sub refused_while {
	my ($work) = @_;
	my $out = $t->dir . '/strace';
	my $tracer = fork // die;
	if ($tracer == 0) {
		exec 'strace', '-f', '-qq', '-o', $out, '-e', 'status=failed',
		    map { ('-p', $_) } @{ $t->children->{workers} } or POSIX::_exit(127);
	}
	until_true(sub { !grep { status_of($_)->{TracerPid} == 0 } @{ $t->children->{workers} } });
	$work->();
	kill 'INT', $tracer;
	waitpid $tracer, 0;
	my ($all, %refused) = slurp($out);
	$refused{"$1 $2"}++ while $all =~ /^\d+ +(\w+)\(.* = -1 (ENOSYS|EPERM|EACCES|EAFNOSUPPORT)/mg;
	# The C library takes clone in its place.
	delete $refused{'clone3 ENOSYS'};
	return join ', ', sort keys %refused;
}

sub work {
	my $chart = ($t->rpc('tools/call', { name => 'chart_training_load',
		arguments => { image => JSON::PP::true } }))[1]{result};
	is((grep { $_->{type} eq 'image' } @{ $chart->{content} })[0]{mimeType}, 'image/png',
	    'a picture is drawn');
	my $client = Pierre::OAuth->new($t)->sign_in;
	ok($client->{browser}{cookies}{session}, 'a password is hashed and proven');
	my $gpx = '<gpx version="1.1"><trk><trkseg>' . join('', map {
		sprintf '<trkpt lat="52.%04d" lon="13.4"><time>2026-03-01T08:%02d:00Z</time></trkpt>',
		    10 * $_, $_ } 0 .. 9) . '</trkseg></trk></gpx>';
	my $r = $t->request('POST', '/api/activities/import?filename=walk.gpx', content => $gpx,
	    headers => { 'Content-Type' => 'application/gpx+xml' });
	is($r->{status}, 202, 'a recording is taken') or diag $r->{content};
	my $job;
	until_true(sub { $job = decode_json($t->request('GET', $r->{headers}{location})->{content});
		$job->{finished_at} });
	is($job->{result}{imported}, 1, 'and imported') or diag explain $job;
	$r = $client->ask({ client_id => 'https://client.invalid/client.json' });
	is($r->{status}, 400, 'a name that is none is looked for');
	like($r->{content}, qr/document could not be fetched/, 'and not found');
}

SKIP: {
	my ($level) = $t->log =~ /sandbox: level (\d)/;
	skip 'the whole sandbox is not here', 7 if $sanitized || $level != 3;
	if ($is_root && system('strace -V >/dev/null 2>&1') == 0) {
		is(refused_while(\&work), '', 'no system call is missed');
	} else {
		work();
	}
}

# --- whoever meets the wall is named -----------------------------------------------

my $victim = $t->children->{workers}[0];
kill 'SYS', $victim;
ok(until_true(sub { $t->log =~ /worker \d \($victim\) was killed by signal 31, by the sandbox/ }),
    'the end of one who tried something forbidden is explained');
ok(until_true(sub { @{ $t->children->{workers} } == 2 }), 'and it is replaced');
$t->finish(qr/by the sandbox/);

# --- off ------------------------------------------------------------------------

my $off = Pierre::Test->new(config => "  sandbox: off\n");
like($off->log, qr/sandbox: level 0: (?:server.sandbox is off|a build with)/, 'off: said in the log');
is(status_of($off->children->{keeper})->{Seccomp}, 0, 'off: no filter');
is(status_of($off->children->{keeper})->{NoNewPrivs}, 0, 'off: nothing else either');
$off->finish;

# --- an account of their own -----------------------------------------------------

SKIP: {
	skip 'only root can become another', 10 unless $is_root;
	my ($name, undef, $uid) = getpwnam('nobody') or skip 'no account', 10;
	my $base = File::Temp::tempdir(CLEANUP => 1);
	chmod 0755, $base;
	my $own = Pierre::Test->new(demo => 1, start => 0,
	    config => "  user: nobody\nlog:\n  file: $base/log\n");
	$own->start;
	my $c = $own->children;
	is_deeply([grep { (split /\s+/, status_of($_)->{Uid})[0] != $uid }
		@{ $c->{workers} }, $c->{keeper}], [], 'all but the master are that account');
	is((stat $own->dir . "/$_")[4], $uid, "$_ is the account's") for qw(pierre.db master.key);
	is((stat "$base/log")[4], $uid, 'the log too');
	rename "$base/log", "$base/log.1" or die;
	is(($own->signal('reopen'))[0], 0, 'the log is opened again');
	ok(until_true(sub {
		$own->request('GET', '/livez')->{status} == 200
		    && slurp("$base/log") =~ m{path=/livez};
	}), 'and requests are written to the new one');
	kill 'KILL', $c->{workers}[0];
	ok(until_true(sub { @{ $own->children->{workers} } == 2 &&
		    !grep { $_ == $c->{workers}[0] } @{ $own->children->{workers} } }),
	    'a successor starts as that account');
	kill 'KILL', $own->pid;
	waitpid $own->pid, 0;
	$own->{pid} = undef;
	ok(until_true(sub { !grep { kill 0, $_ } @{ $c->{workers} }[1], $c->{keeper} }),
	    'without its master it leaves');
	my $bad = Pierre::Test->new(start => 0, config => "  user: no-such-account\n");
	my ($status, undef, $err) = run_command($bad->bin, '-f', '-c', $bad->conf);
	is($status, 78, 'an account that is not there');
	like($err, qr/server.user: there is no account \\?"no-such-account/, 'is named');
}

done_testing();
