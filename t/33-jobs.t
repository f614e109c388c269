#!/usr/bin/perl
# Background jobs on both databases: who runs them and how many at once, what
# cancels them, and that each comes to its end however often those who run it
# are killed: nothing twice, nothing half, and no file left behind.
use strict;
use warnings;
use lib 't/lib';
use IO::Compress::Zip qw($ZipError);
use JSON::PP;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

# A ride of $n seconds that begins $days after 2026-01-01.
sub gpx {
	my ($days, $n) = @_;
	my $points = '';
	for my $i (0 .. $n) {
		my ($s, $day) = (36_000 + $i, $days + 1);
		$points .= sprintf '<trkpt lat="%.6f" lon="7.5"><ele>%d</ele><time>' .
		    "2026-%02d-%02dT%02d:%02d:%02dZ</time></trkpt>\n", 47 + $i * 0.00004,
		    300 + $i % 50, 1 + int($days / 28), 1 + $days % 28, $s / 3600,
		    $s / 60 % 60, $s % 60;
	}
	return '<?xml version="1.0"?><gpx version="1.1" creator="test" ' .
	    'xmlns="http://www.topografix.com/GPX/1/1"><trk><type>cycling</type>' .
	    "<trkseg>$points</trkseg></trk></gpx>\n";
}

my @rides = ((map { gpx($_, 2000) } 0 .. 39), map { gpx($_, 15_000) } 40 .. 51);

# The long ones.
my $archive = '';
my $zip = IO::Compress::Zip->new(\$archive, Name => 'about.txt', -Level => 1)
    or die $ZipError;
$zip->print('rides');
for my $i (40 .. 51) {
	$zip->newStream(Name => "$i.gpx", -Level => 1);
	$zip->print($rides[$i]);
}
$zip->close;

sub upload {
	my ($t, $from, $to, %o) = @_;
	my $body = join '', map {
		"--B\r\nContent-Disposition: form-data; name=f; filename=\"$_.gpx\"\r\n\r\n" .
		"$rides[$_]\r\n"
	} $from .. $to;
	return $t->request('POST', '/api/activities/import', %o, headers => {
		'Content-Type' => 'multipart/form-data; boundary=B' },
	    content => "$body--B--\r\n");
}

sub job {
	my ($t, $path, %o) = @_;
	my $r = $t->request('GET', $path, %o);
	return eval { decode_json($r->{content}) } || {};
}

sub finished {
	my ($t, $path) = @_;
	my $job;
	until_true(sub { $job = job($t, $path); $job->{finished_at} }, 40);
	return $job;
}

sub spooled { my ($t) = @_; return glob $t->dir . '/spool/*-*' }

sub activities {
	my ($t) = @_;
	return $t->value("SELECT count(*) FROM activities WHERE provider = 'file'");
}

# As if nothing had been sent.
sub empty {
	my ($t, $engine) = @_;
	my $first = $engine eq 'sqlite' ? 'PRAGMA foreign_keys = ON; ' : '';
	$t->value($first . $_) for 'DELETE FROM jobs', 'DELETE FROM imports',
	    "DELETE FROM activities WHERE provider = 'file'";
}

# What must hold whatever happened.
sub check_whole {
	my ($t, $what) = @_;
	is($t->value('SELECT count(*) FROM activities a WHERE provider = \'file\' AND NOT' .
		' EXISTS (SELECT 1 FROM activity_streams s WHERE s.activity_id = a.id)'), 0,
	    "$what: no activity without samples");
	is($t->value('SELECT count(*) FROM imports i WHERE NOT EXISTS (SELECT 1 FROM' .
		' import_files f WHERE f.import_id = i.id)'), 0, 'no import without its file');
	is($t->value("SELECT count(*) FROM job_items WHERE state = 'imported'"),
	    activities($t), 'every result is stored with what it tells of');
}

my $config = "jobs:\n  lease: 1s\n  max_running: 2\n  max_open_per_user: 3\n" .
    "  max_attempts: 50\n";
for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 2,
	    config => $config);

	# --- limits -----------------------------------------------------------------

	my @where;
	my $most = 0;
	for (0 .. 2) {
		my $r = upload($t, $_ * 3, $_ * 3 + 2);
		is($r->{status}, 202, "$engine: job $_ is queued");
		push @where, $r->{headers}{location};
	}
	my $r = upload($t, 0, 0);
	SKIP: {
		skip 'the first job has ended already', 1 if $r->{status} == 202;
		is($r->{status}, 429, 'one too many is refused');
	}
	until_true(sub {
		my $list = decode_json($t->request('GET', '/api/jobs')->{content});
		my $n = grep { $_->{state} eq 'running' } @{ $list->{jobs} };
		$most = $n if $n > $most;
		return !grep { !$_->{finished_at} } @{ $list->{jobs} };
	}, 30);
	cmp_ok($most, '<=', 1, 'one of a person runs at a time');
	is(join(' ', map { finished($t, $_)->{state} } @where), 'done done done',
	    'all come to their end');
	check_whole($t, 'then');
	like($t->request('GET', '/metrics')->{content},
	    qr/^pierre_jobs_total\{state="done"\} [3-9]/m, 'and are counted');

	# --- kill -9: workers, then everything --------------------------------------

	$r = upload($t, 9, 30);
	my $where = $r->{headers}{location};
	my $kills = 0;
	for (1 .. 3) {
		last unless until_true(sub {
			my $job = job($t, $where);
			$job->{finished_at} || ($job->{state} // '') eq 'running' }, 10);
		last if job($t, $where)->{finished_at};
		sleep 0.02 * $_;
		kill 'KILL', @{ $t->children->{workers} };
		$kills++;
		until_true(sub { @{ $t->children->{workers} } == 2 });
		Pierre::Test::wait_for_port($t->port);
	}
	my $all = $t->children;
	kill 'KILL', $t->pid, @{ $all->{workers} }, $all->{keeper};
	waitpid $t->pid, 0;
	$t->{pid} = undef;
	sleep 0.1;
	check_whole($t, "after $kills kills of the workers and one of the server");
	$t->start;
	my $job = finished($t, $where);
	is($job->{state}, 'done', 'the job goes on where it was') or diag explain $job;
	is(join(' ', map { $_->{status} } @{ $job->{files} }), join(' ', ('imported') x 22),
	    'each file was imported once, and is told so');
	is(activities($t), 31, 'and is there once');
	check_whole($t, 'at the end');

	# --- cancelling ---------------------------------------------------------------

	empty($t, $engine);
	my $first = upload($t, 40, 51)->{headers}{location};
	my $second = upload($t, 39, 39)->{headers}{location};
	$r = $t->request('DELETE', $second);
	SKIP: {
		skip 'it was too fast', 1 if $r->{status} == 409;
		like($r->{status}, qr/^20[02]$/, 'a job is cancelled');
		is(finished($t, $second)->{state}, 'canceled', 'and ends so');
	}
	$r = $t->request('DELETE', $first);
	is("$r->{status} " . finished($t, $first)->{state}, '202 canceled',
	    'one that runs too');
	is($t->request('DELETE', $second)->{status}, 409, 'no second time');
	check_whole($t, 'what was stored until then stays');

	# An archive is one file of its job, and left between two of its own.
	empty($t, $engine);
	my $packed = $t->request('POST', '/api/activities/import?filename=rides.zip',
	    content => $archive, headers => { 'Content-Type' => 'application/zip' });
	until_true(sub { activities($t) > 0 });
	is($t->request('DELETE', $packed->{headers}{location})->{status}, 202,
	    'an archive that is being imported');
	my $left = finished($t, $packed->{headers}{location});
	is("$left->{state} $left->{files}[0]{status}", 'canceled waiting',
	    'is canceled, not one that failed');
	cmp_ok(activities($t), '<', 12, 'before its end');

	# --- a reload moves jobs to the new workers ------------------------------------

	empty($t, $engine);
	$where = upload($t, 0, 20)->{headers}{location};
	until_true(sub { job($t, $where)->{state} eq 'running' }, 5);
	$t->signal('reload');
	$job = finished($t, $where);
	is($job->{state}, 'done', 'a reload loses no job');
	is((grep { $_->{status} eq 'imported' } @{ $job->{files} }), 21, 'nor a file');

	# --- what dies too often, is no one's, or is old --------------------------------

	my $past = $engine eq 'sqlite' ? '1000000' : "'2000-01-01'";
	$t->value('INSERT INTO jobs (id, tenant_id, user_id, kind, state, node, worker,' .
	    ' lease_until, attempts, cancel_wanted, items_done, items_all, revision,' .
	    ' created_at) SELECT ' . ($engine eq 'sqlite' ?
		"x'000102030405060708090a0b0c0d0e0f'" :
		"'00010203-0405-0607-0809-0a0b0c0d0e0f'") .
	    ", tenant_id, user_id, 'import', 'running', '', 'x/0.1', $past, 50," .
	    " FALSE, 0, 1, 1, $past FROM jobs LIMIT 1");
	$job = finished($t, '/api/jobs/00010203-0405-0607-0809-0a0b0c0d0e0f');
	is($job->{state}, 'failed', 'what was begun too often has failed');
	like($job->{error}{message}, qr/50 attempts/, 'and says why');
	$t->value("UPDATE jobs SET state = 'queued', node = 'another', finished_at = NULL," .
	    " lease_until = $past, attempts = 0 WHERE kind = 'import' AND attempts = 50");
	mkdir $t->dir . '/spool/00010203-0405-0607-0809-0a0b0c0d0e10';
	$t->value("UPDATE jobs SET finished_at = $past WHERE state = 'canceled'");
	$t->stop;
	sleep 2.5;
	$t->start;
	$job = finished($t, '/api/jobs/00010203-0405-0607-0809-0a0b0c0d0e0f');
	is($job->{state}, 'failed', 'so has what another node left');
	like($job->{error}{message}, qr/node/, 'for that reason');
	ok(until_true(sub { !spooled($t) }), 'uploads of no job are swept away');
	ok(until_true(sub { !$t->value("SELECT count(*) FROM jobs WHERE state = 'canceled'") }),
	    'old jobs are forgotten');
	$t->finish(qr/worker|keeper|killed|signal/);
}

done_testing();
