#!/usr/bin/perl
# PostgreSQL as the database: the same tests of the store, the same answers as
# with SQLite, and what happens when it goes away.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use List::Util qw(max min sum);
use POSIX qw(WNOHANG);
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';
my $json = JSON::PP->new->canonical->allow_nonref;
my $pg = Pierre::Test::postgres();

# --- the programs that test the store --------------------------------------

{
	local $ENV{PIERRE_TEST_DATABASE_URL} = $pg->database('unit');
	for my $program (sort glob("$objects/t/store/*"),
	    map { "$objects/t/auth/$_" } qw(accounts guard reencrypt)) {
		next unless -x $program && -f $program;
		my ($status, $out, $err) = run_command($program);
		my @bad = grep { /^not ok|^Bail|^#|^1\.\.0/ } split /\n/, $out;
		ok($status == 0 && $out !~ /^1\.\.0/, "$program on PostgreSQL")
		    or diag join "\n", @bad, $err;
	}
}

# --- the same answers ----------------------------------------------------------

# Ids are made anew in each database; everything else has to agree.
sub without_ids {
	my ($value) = @_;
	my $text = $json->encode($value);
	my (%seen, $n);
	my $hex = '[0-9a-f]';
	$text =~ s/($hex{8}-$hex{4}-$hex{4}-$hex{4}-$hex{12})/
	    'id ' . ($seen{$1} \/\/= ++$n)/gex;
	$text =~ s/"next_cursor":"[^"]+"/"next_cursor":"..."/g;
	$text =~ s/"id":\d+,"jsonrpc"/"jsonrpc"/;
	$text =~ s/"request_id":"[^"]+"/"request_id":"..."/g;
	return $text;
}

my $data = shared_dir('data');
my @files = $data ? map { glob "$data/$_" } 'fit/*.fit', 'gpx/*.gpx', 'tcx/*.tcx' : ();
my %server = map {
	$_ => Pierre::Test->new(workers => 2, demo => 1, database => $_, start => 0)
} qw(sqlite postgresql);
SKIP: {
	skip 'the shared data is absent', 2 unless @files;
	my %out;
	for (sort keys %server) {
		my ($status, $out, $err) =
		    $server{$_}->ctl('import', @files, '--user', 'demo');
		is($status, 0, "import into $_") or diag $err;
		$out{$_} = $out;
	}
	is($out{postgresql}, $out{sqlite}, 'and it says the same');
}
$_->start for values %server;

sub same {
	my ($tool, $arguments) = @_;
	my ($one, $other) = map { $server{$_}->tool($tool, $arguments) }
	    qw(sqlite postgresql);
	is(without_ids($other), without_ids($one), "$tool " . $json->encode($arguments));
	return ($one, $other);
}
same('get_athlete', {});
same('get_stats', {});
same('analyze_training_load', {});
same('explain_metric', { metric => 'ctl' });
same('get_activities', $_) for { limit => 5 }, { limit => 100 },
    { sport_type => 'run', limit => 50 }, { limit => 0 }, { limit => 3, cursor => 'x' };
my ($one, $other) = same('get_activities', { limit => 40 });
for my $i (0 .. min($#{ $one->{activities} }, 19)) {
	for my $tool (qw(get_activity analyze_activity)) {
		my ($x, $y) = map { $_->{activities}[$i]{id} } $one, $other;
		my ($ax, $by) = ($server{sqlite}->tool($tool, { activity_id => $x }),
		    $server{postgresql}->tool($tool, { activity_id => $y }));
		is(without_ids($by), without_ids($ax), "$tool of activity $i");
	}
}
for my $table (qw(activities activity_laps activity_streams dailies thresholds imports)) {
	is($server{postgresql}->value("SELECT count(*) FROM $table"),
	    $server{sqlite}->value("SELECT count(*) FROM $table"), "rows in $table");
}
my ($status, $out) = $server{postgresql}->ctl('migrate', 'status');
like($out, qr/^PostgreSQL \d+\.\d+/m, 'status names the engine');

# --- kill -9 in the middle of imports ----------------------------------------------

# Every activity with what belongs to it, by the file's own words.
sub whole {
	my ($server) = @_;
	return { map { $_ => 1 } split /\n/, $server->value(
		"SELECT a.provider, a.external_id, a.name, count(l.position)," .
		" (SELECT sum(length(s.samples)) FROM activity_streams s" .
		" WHERE s.activity_id = a.id)" .
		" FROM activities a LEFT JOIN activity_laps l ON l.activity_id = a.id" .
		" GROUP BY a.id") };
}

SKIP: {
	skip 'the shared data is absent', 3 unless @files;
	my $t = Pierre::Test->new(demo => 1, database => 'postgresql', start => 0);
	my $all = whole($server{postgresql});
	# What one file brings another may add to, being of the same activity.
	my $slow = Pierre::Test->new(demo => 1, start => 0);
	my %known;
	for my $file (@files) {
		$slow->ctl('import', $file, '--user', 'demo');
		@known{ keys %{ whole($slow) } } = ();
	}
	my ($before, $killed, @half) = (scalar keys %{ whole($t) }, 0);
	for my $round (1 .. 20) {
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			open STDOUT, '>', '/dev/null';
			open STDERR, '>', '/dev/null';
			exec "$objects/pierrectl", '--config', $t->conf, 'import', @files,
			    '--user', 'demo' or POSIX::_exit(127);
		}
		sleep 0.01 + rand 0.02 * $round;
		$killed += kill 'KILL', $pid;
		waitpid $pid, 0;
		push @half, grep { !exists $known{$_} } keys %{ whole($t) };
	}
	is_deeply(\@half, [], "after each of $killed kills every activity is whole");
	my $there = keys %{ whole($t) };
	note $there - $before . ' activities had come by then';
	$t->ctl('import', @files, '--user', 'demo');
	is_deeply(whole($t), $all, 'the next import brings the rest');
	is($t->value("SELECT count(*) FROM imports"), scalar @files,
	    'and the ledger is whole');
}
$_->finish for values %server;

# --- many at once --------------------------------------------------------------

# Clients, each a process: call a tool until told to stop (or n times); what
# came, as "status error-code seconds" a line.
sub clients {
	my ($t, $n, $times, $until, $tool) = @_;
	my @pids;
	my $path = $t->dir . "/clients";
	unlink glob "$path.*";
	for my $i (1 .. $n) {
		my $pid = fork // die "fork: $!";
		push @pids, $pid;
		next if $pid;
		open my $fh, '>', "$path.$i" or POSIX::_exit(1);
		for (my $k = 0; $times ? $k < $times : time < $until; $k++) {
			my $begun = time;
			my ($r, $body) = $t->rpc('tools/call',
			    $tool ? { name => $tool, arguments => {} }
			    : { name => 'get_activities', arguments => { limit => 3 } });
			my $good = $body && $body->{result} && !$body->{result}{isError};
			my $error = $good ? 'none'
			    : $body && $body->{error} ? $body->{error}{code} : 'body';
			printf $fh "%s %s %.3f %.3f\n", $r->{status}, $error, time - $begun,
			    $begun;
		}
		close $fh;
		POSIX::_exit(0);
	}
	return sub {
		waitpid $_, 0 for @pids;
		return map { [split] } map { split /\n/, slurp($_) } glob "$path.*";
	};
}

sub connections {
	return $pg->sql("SELECT count(*) FROM pg_stat_activity WHERE" .
	    " application_name = 'pierre-mcp-server' AND datname = '$_[0]{database}'");
}

my $t = Pierre::Test->new(workers => 2, demo => 1, database => 'postgresql',
    config => "database:\n  max_connections: 9\n  acquire_timeout: 20s\n" .
	"auth:\n  token_cache_ttl: 0\nlimits:\n" .
	join '', map { "  ${_}_per_minute: 0\n" } qw(address token user mcp));
my $wait = clients($t, 200, 1);
my $most = 0;
for (1 .. 10) { $most = max($most, connections($t)); sleep 0.05 }
my @answers = $wait->();
is(scalar(grep { "@$_[0, 1]" eq '200 none' } @answers), 200,
    '200 clients at once over 8 connections are all served')
    or diag explain { map { ("@$_[0, 1]" => 1) } @answers };
cmp_ok($most, '<=', 9, "with $most connections");
cmp_ok(max(map { $_->[2] } @answers), '<', 15, 'none starves');
my $metrics = $t->request('GET', '/metrics')->{content};
like($metrics, qr/^pierre_db_connections_max 9$/m, 'the gauge of the budget');
like($metrics, qr/^pierre_db_connections_active \d$/m, 'and of those in use');
like($metrics, qr/^pierre_db_acquire_timeouts_total 0$/m, 'nobody waited in vain');

# --- clients that leave while the database lets them wait ---------------------------

# Who holds the table, and who waits for it.
sub locks {
	my ($granted) = @_;
	return $t->value("SELECT count(*) FROM pg_locks WHERE relation = " .
		"'access_tokens'::regclass AND " .
		($granted ? "granted AND mode = 'AccessExclusiveLock'" : 'NOT granted'));
}

my $generation = join ',', sort @{ $t->children->{workers} };
my $holder = fork // die "fork: $!";
if ($holder == 0) {
	$pg->sql('BEGIN; LOCK TABLE access_tokens; SELECT pg_sleep(2); COMMIT', $t->{database});
	POSIX::_exit(0);
}
ok(until_true(sub { locks(1) }), 'tokens cannot be looked up for a while');
my @leaving = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port) }
    1 .. 4;
print $_ "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " . $t->token .
    "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{" for @leaving;
ok(until_true(sub { locks(0) >= 2 }), 'clients wait for that, with their bodies not sent yet');
close $_ for @leaving;
waitpid $holder, 0;
ok(until_true(sub { $t->request('GET', '/metrics')->{content} =~
		/^pierre_http_requests_in_flight 1$/m }), 'they leave, and nothing of them stays');
is(join(',', sort @{ $t->children->{workers} }), $generation, 'nor dies of it');

# --- a restart of the database ---------------------------------------------------

$wait = clients($t, 4, 0, time + 6);
sleep 1;
my $gone = time;
$pg->stop('INT');
sleep 1;
$pg->start;
my $back = time;
@answers = $wait->();
my %kinds;
$kinds{ $_->[0] }++ for @answers;
is_deeply([grep { !/^(200|503)$/ } keys %kinds], [],
    'a restart under load: answers or 503')
    or diag explain \%kinds;
my @late = grep { $_->[3] > $back + 5 && $_->[0] != 200 } @answers;
my ($first) = sort { $a <=> $b } map { $_->[3] }
    grep { $_->[3] > $back - 0.3 && $_->[0] == 200 } @answers;
ok(!@late && defined $first, 'and service within 5 s')
    or diag explain \@late;
note sprintf 'service %.2f s after the database', ($first // $back) - $back;
cmp_ok(max(map { $_->[2] } @answers), '<', 5, 'no request hangs');
is(join(',', sort @{ $t->children->{workers} }), $generation,
    'none of our processes was replaced');

# --- kill -9 of a worker that writes ------------------------------------------------

my $curve = $json->encode($t->tool('analyze_training_load', {}));
my $deaths = 0;
for (1 .. 5) {
	# Loads of another key are computed anew and written in batches.
	$pg->sql('UPDATE activities SET load_key = 0', $t->{database});
	my $working = clients($t, 1, 1, 0, 'analyze_training_load');
	sleep 0.02 + rand 0.1;
	$deaths += kill 'KILL', @{ $t->children->{workers} };
	$working->();
	Pierre::Test::until_true(sub { @{ $t->children->{workers} } == 2 }, 5);
	Pierre::Test::until_true(
	    sub { $t->request('GET', '/readyz')->{status} == 200 }, 5);
}
is($deaths, 10, 'workers killed while they write');
ok(Pierre::Test::until_true(sub {
		eval { $json->encode($t->tool('analyze_training_load', {})) eq $curve }
	}, 15), 'leave what gives the same answer');
is($pg->sql("SELECT count(*) FROM pg_stat_activity WHERE state LIKE" .
	" 'idle in transaction%'"), 0, 'and no open transaction');
$generation = join ',', sort @{ $t->children->{workers} };

# --- the database is away -----------------------------------------------------------

is($t->request('GET', '/readyz')->{status}, 200, 'ready');
$pg->stop('KILL');
my ($r) = $t->rpc('tools/call', { name => 'get_athlete', arguments => {} });
is($r->{status}, 503, 'a request meanwhile: 503');
like($r->{content}, qr/unavailable/, 'and clean');
is($t->request('GET', '/readyz')->{status}, 200, 'not ill at once');
my $gone_since = time;
ok(Pierre::Test::until_true(
	sub { $t->request('GET', '/readyz')->{status} == 503 }, 20),
    sprintf 'ill after %.1f s', time - $gone_since);
cmp_ok(time - $gone_since, '>', 8, 'which is the debounce');
is($t->request('GET', '/livez')->{status}, 200, 'alive all the same');
$pg->start;
my $there_since = time;
ok(Pierre::Test::until_true(
	sub { $t->request('GET', '/readyz')->{status} == 200 }, 5),
    sprintf 'ready again after %.1f s', time - $there_since);
# Each worker looks again by itself, a moment after it last looked in vain.
ok(Pierre::Test::until_true(sub {
	($r) = $t->rpc('tools/call', { name => 'get_athlete', arguments => {} });
	$r->{status} == 200 }, 5), 'and it serves');
$pg->signal('STOP');
$gone_since = time;
ok(Pierre::Test::until_true(
	sub { $t->request('GET', '/readyz')->{status} == 503 }, 15),
    sprintf 'one that hangs makes ill after %.1f s', time - $gone_since);
$pg->signal('CONT');
ok(Pierre::Test::until_true(
	sub { $t->request('GET', '/readyz')->{status} == 200 }, 5), 'and ready again');
is(join(',', sort @{ $t->children->{workers} }), $generation,
    'by the same processes');
$t->stop;

# --- the database starts later than we do --------------------------------------------

$pg->stop;
$t->launch;
sleep 1;
$pg->start;
ok(eval { $t->await_ready }, 'a database that starts late is waited for');
is($t->tool('get_stats', {})->{error}, undef, 'and used');
$t->finish(qr/the database does not answer|killed by signal 9/);

done_testing();
