#!/usr/bin/perl
# The tool import_file on both databases: files that come with the call, what is
# refused and how that is said, and that it is a task which outlives workers.
use strict;
use warnings;
use lib 't/lib';
use IO::Compress::Gzip qw(gzip $GzipError);
use IO::Compress::Zip qw(zip $ZipError);
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use Pierre::Mcp;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $data = shared_dir('data');
my $tasks = { extensions => { 'io.modelcontextprotocol/tasks' => {} } };

# A ride of $n seconds that begins $days after 2026-01-01.
sub gpx {
	my ($days, $n) = @_;
	my $points = '';
	for my $i (0 .. $n) {
		$points .= sprintf '<trkpt lat="%.6f" lon="7.5"><ele>%d</ele><time>' .
		    "2026-%02d-%02dT%02d:%02d:%02dZ</time></trkpt>\n", 47 + int($i / 20) * 0.0008,
		    300, 1 + int($days / 28), 1 + $days % 28,
		    10 + $i / 3600, $i / 60 % 60, $i % 60;
	}
	return '<?xml version="1.0"?><gpx version="1.1" creator="test" ' .
	    'xmlns="http://www.topografix.com/GPX/1/1"><trk><type>cycling</type>' .
	    "<trkseg>$points</trkseg></trk></gpx>\n";
}

# A ZIP of $n rides.
sub archive {
	my ($first, $n, $seconds) = @_;
	my $z = IO::Compress::Zip->new(\my $out, Name => 'a.txt') or die $ZipError;
	$z->print('not an activity');
	for my $i ($first .. $first + $n - 1) {
		$z->newStream(Name => "rides/$i.gpx", -Level => 9);
		$z->print(gpx($i, $seconds));
	}
	$z->close;
	return $out;
}

sub base64 { return encode_base64($_[0], '') }

# The tool's result; more by name: token, abilities.
sub send_file {
	my ($t, $name, $base64, %o) = @_;
	my ($r, $body) = $t->rpc('tools/call', { name => 'import_file',
		arguments => { defined $name ? (name => $name) : (),
			defined $base64 ? (data => $base64) : () } }, %o);
	return ($body->{result} || {}, $r, $body);
}

sub get {
	my ($t, $id) = @_;
	return ($t->rpc('tasks/get', { taskId => $id }, abilities => $tasks))[1]{result};
}

# The task when it has ended.
sub ended {
	my ($t, $id) = @_;
	my $task;
	until_true(sub { $task = get($t, $id);
		$task && $task->{status} =~ /^(?:completed|failed|cancelled)$/ }, 60);
	return $task;
}

sub activities {
	my ($t) = @_;
	return $t->value("SELECT count(*) FROM activities WHERE provider = 'file'");
}

# Is it an error that says all this?
sub refused {
	my ($result, $what, @says) = @_;
	my $text = $result->{content}[0]{text} // '';
	ok($result->{isError}, "$what: refused") or diag explain $result;
	like($text, $_, 'which says what is wrong') for @says;
}

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 2);
	test_imports($t, $engine);
	$t->finish(qr/signal 9|ended with status 0|neither FIT|import: .*bad\.gpx|broken\.gpx/);
}

sub test_imports {
	my ($t, $engine) = @_;

	# --- the good path ---------------------------------------------------------

	my $ride = gpx(1, 900);
	my ($result) = send_file($t, 'ride.gpx', base64($ride));
	my $s = $result->{structuredContent};
	is($s->{status}, 'imported', "$engine: a file is imported") or diag explain $result;
	is($s->{name}, 'ride.gpx', 'its name');
	is($s->{size_bytes}, length $ride, 'its size');
	is($s->{format}, 'GPX', 'its format');
	is(scalar @{ $s->{activities} }, 1, 'one activity');
	like($result->{content}[0]{text}, qr/"ride\.gpx" is imported, 1 activity; get_activity/, 'in words');
	is($t->tool('get_activity', { activity_id => $s->{activities}[0] })
		->{activity}{sport_type}, 'ride', 'which is there');
	my $job = decode_json($t->request('GET', "/api/jobs/$s->{job_id}")->{content});
	is("$job->{kind} $job->{state}", 'import done', 'by a job as the route has it');
	ok(!(glob $t->dir . '/spool/*-*'), 'whose file is gone');
	for my $again (base64($ride), encode_base64($ride)) {
		($result) = send_file($t, 'again.gpx', $again);
		is($result->{structuredContent}{status}, 'known', 'once more: known');
		ok(!$result->{isError}, 'which is no error');
	}
	is(activities($t), 1, 'nothing is there twice');

	gzip(\gpx(2, 60) => \my $packed) or die $GzipError;
	($result) = send_file($t, 'ride.gpx.gz', base64($packed));
	is($result->{structuredContent}{status}, 'imported', 'gzip');
	($result) = send_file($t, 'rides.zip', base64(archive(3, 3, 60)));
	$s = $result->{structuredContent};
	is($s->{status}, 'imported', 'an archive');
	is($s->{files}{imported}, 3, 'what came of its files');
	is(scalar @{ $s->{activities} }, 3, 'and the activities');
	my $z = IO::Compress::Zip->new(\my $mixed, Name => 'bad.gpx') or die $ZipError;
	$z->print('<gpx><trk>');
	$z->newStream(Name => 'good.gpx');
	$z->print(gpx(7, 60));
	$z->close;
	($result) = send_file($t, 'mixed.zip', base64($mixed));
	$s = $result->{structuredContent};
	is("$s->{status} $s->{files}{imported} $s->{files}{failed}", 'imported 1 1',
	    'one with a file that cannot be read');
	is($s->{failures}[0]{file}, 'bad.gpx', 'which is named');
	like($s->{failures}[0]{message}, qr/line 1/, 'with the reason');
	like($result->{content}[0]{text}, qr/1 of its files; .*1 of its files could not be/,
	    'in words');

	my @events = Pierre::Mcp->new($t)->begin('tools/call', { name => 'import_file',
		arguments => { name => 'told.gpx', data => base64(gpx(6, 60)) },
		_meta => { progressToken => 'p' } })->all(20);
	is(join(' ', map { $_->{data}{params}{progress} //
		$_->{data}{result}{structuredContent}{status} } @events), '0 1 imported',
	    'a client of a session hears of its progress');

	# --- files of others ---------------------------------------------------------

	SKIP: {
		skip 'the shared data is absent', 5 unless $data;
		my $fit = "$data/fit/garmin-fenix-5-run.fit";
		($result) = send_file($t, 'run.fit', base64(Pierre::Test::slurp($fit)));
		is($result->{structuredContent}{status}, 'imported', 'a FIT file');
		is($result->{structuredContent}{format}, 'FIT', 'is known as such');
		($result) = send_file($t, 'settings.fit',
		    base64(Pierre::Test::slurp("$data/fit/Settings.fit")));
		is($result->{structuredContent}{status}, 'nothing', 'one that holds nothing');
		($result) = send_file($t, 'bad.fit', base64(
			Pierre::Test::slurp("$data/fit/invalid/activity-filecrc.fit")));
		is($result->{structuredContent}{status}, 'failed', 'a damaged one') or diag explain $result;
		like($result->{structuredContent}{failures}[0]{message}, qr/byte 769: the checksum/, 'and why');
	}

	# --- what is refused -----------------------------------------------------------

	my $before = $t->value('SELECT count(*) FROM jobs');
	refused((send_file($t, 'x.fit', ''))[0], 'empty', qr/"data" must be a string of 4 to 1024000/,
	    qr/Example: \{"data": "PGdw/);
	refused((send_file($t, 'x.fit', 'no base64!'))[0], 'no base64',
	    qr/"data" must be base64.*1 to 768000 bytes; what was given is no base64/,
	    qr/Example: \{"data": "/);
	refused((send_file($t, 'x.fit', '    '))[0], 'blanks', qr/nothing was given/);
	refused((send_file($t, 'x.fit', base64('x' x 100)))[0], 'garbage',
	    qr/"data" must be.*FIT, GPX or TCX.*begins like none of these/);
	refused((send_file($t, 'x.rar', base64("Rar!\x1a\x07\x00" . 'x' x 100)))[0], 'RAR',
	    qr/"data" must be.*ZIP, tar or gzip.*a RAR archive was given/);
	refused((send_file($t, 'big.gpx', base64('x' x 768001)))[0], 'one byte too many',
	    qr/"data" must be a string of 4 to 1024000 characters/, qr{the page /import},
	    qr{POST /api/activities/import});
	refused((send_file($t, undef, base64($ride)))[0], 'no name', qr/"name" is missing/,
	    qr/Example: \{"name": "ride\.fit"\}/);
	refused((send_file($t, 'ride.gpx'))[0], 'no data', qr/"data" is missing/);
	refused((send_file($t, $_, base64($ride)))[0], 'a path', qr/"name" must be a file's name/,
	    qr/Example: \{"name": "ride\.fit"\}/) for '../ride.gpx', 'a\\b', "a\nb";
	is($t->value('SELECT count(*) FROM jobs'), $before, 'and no job is there for that');
	($result) = send_file($t, 'largest.gpx', base64($ride . ' ' x (768000 - length $ride)));
	is($result->{structuredContent}{status}, 'imported', 'the largest fits')
	    or diag explain $result;
	($result) = send_file($t, 'broken.gpx', base64('<gpx><trk>'));
	is($result->{structuredContent}{status}, 'failed', 'what breaks off fails');
	ok($result->{isError}, 'which is an error');
	like($result->{structuredContent}{failures}[0]{message}, qr/line 1/, 'that says where');
	like($result->{content}[0]{text}, qr/"broken\.gpx" could not be imported: .*line 1/,
	    'in words');

	my (undef, $token) = $t->ctl('token', 'create', 'demo', '--scopes', 'activities:read');
	chomp $token;
	my (undef, $r) = send_file($t, 'ride.gpx', base64($ride), token => $token);
	is($r->{status}, 403, 'not without the scope');
	like($r->{headers}{'www-authenticate'}, qr/insufficient_scope.*activities:write/,
	    'which is named');

	# --- as a task ---------------------------------------------------------------------

	($result) = send_file($t, 'x.fit', base64('x' x 100), abilities => $tasks);
	ok($result->{isError} && !$result->{taskId}, 'bad arguments make no task');
	($result) = send_file($t, 'task.gpx', base64(gpx(10, 300)), abilities => $tasks);
	is($result->{resultType}, 'task', 'a client that takes tasks gets one');
	my $task = ended($t, $result->{taskId});
	is($task->{status}, 'completed', 'which ends') or diag explain $task;
	is($task->{result}{resultType}, 'complete', 'with a result');
	is($task->{result}{structuredContent}{status}, 'imported', 'that says the same');
	my ($narrow) = $t->rpc('tasks/get', { taskId => $result->{taskId} },
	    abilities => $tasks, token => $token);
	is($narrow->{status}, 403, 'not for a token that may not import');
	($result) = send_file($t, 'broken.gpx', base64('<gpx><trk></gpx>'), abilities => $tasks);
	$task = ended($t, $result->{taskId});
	ok($task->{status} eq 'completed' && $task->{result}{isError},
	    'a file that cannot be read is the result of a task');
	for my $topic (qw(mcp feed)) {
		cmp_ok($t->value('SELECT count(*) FROM events WHERE topic = ' . "'$topic' AND " .
			"CAST(payload AS TEXT) LIKE '%$result->{taskId}%'"), '>', 1,
		    "who listens to $topic is told");
	}
	my $path = '/api/activities/import?filename=x.gpx';
	my $other = decode_json($t->request('POST', $path, content => gpx(11, 60),
		headers => { 'Content-Type' => 'application/gpx+xml' })->{content});
	my (undef, $none) = $t->rpc('tasks/get', { taskId => $other->{id} }, abilities => $tasks);
	is($none->{error}{code}, -32602, 'what a route has queued is no task');

	# --- workers die -------------------------------------------------------------------

	until_true(sub { $t->value("SELECT count(*) FROM jobs WHERE state <> 'done'") == 0 });
	$before = activities($t);
	my $n = 40;
	($result) = send_file($t, 'many.zip', base64(archive(20, $n, 6000)), abilities => $tasks);
	my $id = $result->{taskId} or diag explain $result;
	until_true(sub { activities($t) > $before + 2 }, 20);
	my ($pid) = $t->value("SELECT worker FROM jobs WHERE state = 'running'") =~ /\.(\d+)$/;
	ok($pid, 'a task runs') && kill 'KILL', $pid;
	$t->await_ready;
	is(get($t, $id)->{status}, 'working', 'its worker is killed, and it goes on');
	$task = ended($t, $id);
	is($task->{status}, 'completed', 'to its end') or diag explain $task;
	my $files = $task->{result}{structuredContent}{files};
	is(($files->{imported} || 0) + ($files->{known} || 0), $n, 'with all files');
	cmp_ok($files->{known} || 0, '>', 0, 'of which some were stored before');
	is(activities($t), $before + $n, 'each once');
	until_true(sub { !(glob $t->dir . '/spool/*-*') });
	ok(!(glob $t->dir . '/spool/*-*'), 'and no file is left behind');

	# --- canceled ----------------------------------------------------------------------

	($result) = send_file($t, 'more.zip', base64(archive(100, $n, 6000)), abilities => $tasks);
	$t->rpc('tasks/cancel', { taskId => $result->{taskId} }, abilities => $tasks);
	$task = ended($t, $result->{taskId});
	is($task->{status}, 'cancelled', 'a task is canceled') or diag explain $task;
	cmp_ok(activities($t), '<', $before + 2 * $n, 'before its end');
	test_canceled_calls($t, $n);
	return;
}

# How the import of this file stands, or ''.
sub state {
	my ($t, $name) = @_;
	return $t->value('SELECT state FROM jobs WHERE id = ' .
	    "(SELECT job_id FROM job_items WHERE name = '$name')");
}

# A call that is no task is sent, and its job is there.
sub begin {
	my ($t, $c, $name, $bytes, $meta, %headers) = @_;
	my $stream = $c->begin('tools/call', { name => 'import_file', _meta => $meta,
		arguments => { name => $name, data => base64($bytes) } }, %headers);
	until_true(sub { state($t, $name) ne '' });
	return $stream;
}

sub begin_modern {
	return begin(@_, { 'io.modelcontextprotocol/protocolVersion' => '2026-07-28',
		'io.modelcontextprotocol/clientCapabilities' => {} },
	    'MCP-Protocol-Version' => '2026-07-28', 'Mcp-Method' => 'tools/call',
	    'Mcp-Name' => 'import_file');
}

# Its import ends with such a call when its client says so, by the rule of its
# era, and with nothing else.
sub test_canceled_calls {
	my ($t, $n) = @_;
	my $legacy = Pierre::Mcp->new($t);
	my $modern = Pierre::Mcp->new($t, session => 0);
	my $before = activities($t);

	# The person's one place is taken, as by another node.
	until_true(sub { !(glob $t->dir . '/spool/*-*') });
	my $hold = sub { $t->value(sprintf "UPDATE jobs SET state = '%s', lease_until = %s, " .
		"worker = 'elsewhere/1.1' WHERE id = (SELECT job_id FROM job_items WHERE " .
		"name = 'many.zip')", $_[0], $t->sql_time(time + 3600)) };
	$hold->('running');
	my $stream = begin($t, $legacy, 'waits.gpx', gpx(12, 60), { progressToken => 'p' }, id => 'w');
	is($stream->event->{data}{params}{progress}, 0, 'a call whose import waits its turn');
	is($legacy->note('notifications/cancelled', { requestId => 'w' })->{status}, 202,
	    'is canceled');
	is($stream->event(5), undef, 'without an answer');
	ok(until_true(sub { state($t, 'waits.gpx') eq 'canceled' }), 'and its import with it')
	    or diag state($t, 'waits.gpx');
	$stream = begin_modern($t, $modern, 'left.gpx', gpx(13, 60));
	$stream->hang_up;
	ok(until_true(sub { state($t, 'left.gpx') eq 'canceled' }),
	    'a modern client cancels by going away') or diag state($t, 'left.gpx');
	ok(until_true(sub { !(glob $t->dir . '/spool/*-*') }), 'no file is left behind');
	$stream = begin($t, $legacy, 'lost.gpx', gpx(14, 60), {});
	$stream->hang_up;
	sleep 1;
	is(state($t, 'lost.gpx'), 'queued', 'one of before who loses the connection does not');
	$stream = begin_modern($t, $modern, 'cut.gpx', gpx(15, 60));
	kill 'TERM', @{ $t->children->{workers} };
	is($stream->event(5), undef, 'workers leave at once');
	$t->await_ready;
	sleep 1;
	is(state($t, 'cut.gpx'), 'queued', 'which was not the client');
	$hold->('done');
	ok(until_true(sub { state($t, $_) eq 'done' }), "$_: the import goes on")
	    for qw(lost.gpx cut.gpx);
	is(activities($t), $before + 2, 'they alone are stored');

	$before = activities($t);
	$stream = begin($t, $legacy, 'runs.zip', archive(200, $n, 6000), {}, id => 'r');
	until_true(sub { activities($t) > $before + 2 }, 20);
	$legacy->note('notifications/cancelled', { requestId => 'r' });
	is($stream->event(5), undef, 'another, whose import runs, is canceled');
	ok(until_true(sub { state($t, 'runs.zip') eq 'canceled' }), 'what runs stops as well')
	    or diag state($t, 'runs.zip');
	cmp_ok(activities($t), '<', $before + $n, 'before its end');
	return;
}

done_testing();
