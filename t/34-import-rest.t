#!/usr/bin/perl
# POST /api/activities/import on both databases: forms and bare files, the job
# and its results, what is refused, and what is left behind: nothing.
use strict;
use warnings;
use lib 't/lib';
use Compress::Zlib qw(crc32);
use IO::Compress::Zip qw(zip $ZipError);
use JSON::PP;
use Pierre::Client;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(time);

my $data = shared_dir('data') or plan skip_all => 'the shared data is absent';
my @files = map { glob "$data/$_" } 'fit/*.fit', 'gpx/*.gpx', 'tcx/*.tcx';

sub name_of { return $_[0] =~ s{.*/}{}r }

# A form of [file name, bytes] pairs.
sub form {
	my (@parts) = @_;
	my $body = join '', map {
		"--B0undary\r\nContent-Disposition: form-data; name=\"file\"; " .
		"filename=\"$_->[0]\"\r\nContent-Type: application/octet-stream\r\n\r\n" .
		"$_->[1]\r\n"
	} @parts;
	return "$body--B0undary--\r\n";
}

# A ZIP of so many files that are none.
sub many {
	my ($n) = @_;
	my $bytes = 'no ride';
	my ($local, $central) = ('', '');
	for my $i (1 .. $n) {
		my $name = "$i.fit";
		my $at = length $local;
		my $common = pack 'vvvvvVVVvv', 20, 0, 0, 0, 33, crc32($bytes),
		    (length $bytes) x 2, length $name, 0;
		$local .= "PK\3\4$common$name$bytes";
		$central .= "PK\1\2" . pack('v', 20) . $common .
		    pack('vvvVV', 0, 0, 0, 0, $at) . $name;
	}
	return $local . $central . "PK\5\6" . pack 'vvvvVVv', 0, 0, ($n) x 2,
	    length $central, length $local, 0;
}

sub upload {
	my ($t, $body, %headers) = @_;
	$headers{'Content-Type'} //= 'multipart/form-data; boundary=B0undary';
	my $query = delete $headers{query} // '';
	return $t->request('POST', "/api/activities/import$query",
	    headers => \%headers, content => $body);
}

sub job {
	my ($t, $path) = @_;
	return decode_json($t->request('GET', $path)->{content});
}

# The job when it has ended.
sub finished {
	my ($t, $path, $seconds) = @_;
	my $job;
	until_true(sub { $job = job($t, $path); $job->{finished_at} }, $seconds || 30);
	return $job;
}

sub spooled { my ($t) = @_; return glob $t->dir . '/spool/*-*' }
sub error_of { return decode_json($_[0]{content})->{error}{code} // '' }

my %whole;
for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 2, config =>
	    "import:\n  max_upload: 8MiB\n  max_files: 200\n  upload_timeout: 2s\n" .
	    "http:\n  body_timeout: 1s\n");
	my ($status, $out) = $t->ctl('token', 'create', 'demo', '--scopes',
	    'activities:read');
	chomp(my $reader = $out);

	# --- a form with many files ---------------------------------------------

	my $r = upload($t, form(map { [name_of($_), slurp($_)] } @files));
	is($r->{status}, 202, "$engine: a form of " . @files . ' files is taken')
	    or diag $r->{content};
	my $where = $r->{headers}{location};
	like($where, qr{^/api/jobs/[0-9a-f-]{36}$}, 'and says where to ask');
	is($r->{headers}{'retry-after'}, 1, 'and when');
	my $job = finished($t, $where);
	is($job->{state}, 'done', 'the job is done') or diag explain $job;
	is(scalar @{ $job->{files} }, @files, 'every file has a result');
	is(join(' ', sort map { $_->{name} } @{ $job->{files} }),
	    join(' ', sort map { name_of($_) } @files), 'by its name');
	is_deeply($job->{progress}, { done => @files + 0, of => @files + 0 }, 'progress');
	is($job->{result}{failed}, 0, 'none failed') or diag explain $job;
	is($job->{result}{imported} + $job->{result}{nothing}, @files, 'nor was known');
	my ($one) = grep { $_->{status} eq 'imported' && @{ $_->{result}{activities} } }
	    @{ $job->{files} };
	my $activity = $t->tool('get_activity',
	    { activity_id => $one->{result}{activities}[0] });
	ok($activity->{activity}{sport_type}, 'the activities are there');
	is($t->value('SELECT count(*) FROM import_files'), scalar @files,
	    'the files are kept');
	$whole{$engine} = $t->value('SELECT count(*) FROM activities');
	ok(until_true(sub { !spooled($t) }), 'the spool is empty');

	# --- asking --------------------------------------------------------------

	$r = $t->request('GET', $where);
	my $etag = $r->{headers}{etag};
	ok($etag, 'a job has an ETag');
	is($r->{headers}{'retry-after'}, undef, 'a finished one no Retry-After');
	$r = $t->request('GET', $where, headers => { 'If-None-Match' => $etag });
	is($r->{status}, 304, 'which saves an answer');
	my $list = decode_json($t->request('GET', '/api/jobs?limit=1')->{content});
	is($list->{jobs}[0]{id}, $job->{id}, 'it is listed');
	is($t->request('GET', "/api/jobs?before=$list->{next_before}")->{content},
	    '{"jobs":[]}', 'and the list ends');
	is($t->request('GET', "/api/jobs?$_")->{status}, 400, $_)
	    for 'limit=0', 'limit=101', 'limit=x', 'before=1';
	is($t->request('GET', "/api/jobs/$_")->{status}, 404, "no job $_")
	    for 'x', '01a20c8d-40d9-7981-baea-3a8f77fe5f03';
	is($t->request('DELETE', $where)->{status}, 409, 'what has ended stays so');
	($status) = $t->ctl('user', 'create', "other-$engine");
	(undef, $out) = $t->ctl('token', 'create', "other-$engine");
	chomp $out;
	is($t->request('GET', $where, token => $out)->{status}, 404, "another's is not there");
	is($t->request('DELETE', $where, token => $out)->{status}, 404, 'nor to cancel');
	is($t->request('GET', '/api/jobs', token => $out)->{content}, '{"jobs":[]}',
	    'nor listed');

	# --- one file as the body ---------------------------------------------------

	my ($fit) = grep { /\.fit$/ } @files;
	$r = upload($t, slurp($fit), 'Content-Type' => 'application/octet-stream',
	    query => '?filename=sub%2Fagain.fit');
	$job = finished($t, $r->{headers}{location});
	is("$job->{files}[0]{name} $job->{files}[0]{status}", 'again.fit known',
	    'a bare file, known already');
	$r = upload($t, "no ride\n", 'Content-Type' => 'application/vnd.ant.fit',
	    'Content-Disposition' => 'attachment; filename="bad.fit"');
	$job = finished($t, $r->{headers}{location});
	is($job->{state}, 'done', 'a bad file is a result like any other');
	is("$job->{files}[0]{name} $job->{files}[0]{status} $job->{files}[0]{error}{code}",
	    'bad.fit failed UNSUPPORTED', 'which says what is wrong');
	my ($broken) = glob "$data/fit/invalid/*";
	$r = upload($t, form(['', ''], ['a.fit', slurp($broken)], ['b.fit', ''],
		[name_of($fit), slurp($fit)]));
	$job = finished($t, $r->{headers}{location});
	is(join(' ', map { $_->{status} } @{ $job->{files} }), 'failed failed known',
	    'one bad file does not stop the others');
	like($job->{files}[0]{error}{message}, qr/^FIT, byte \d+: \w+/, 'with offset and reason');
	like($job->{files}[1]{error}{message}, qr/empty/, 'an empty one');

	# --- archives ---------------------------------------------------------------

	my $zip = $t->dir . '/some.zip';
	my @members = grep { /\.gpx$/ } @files;
	zip([@members, $broken] => $zip, FilterName => sub { s{.*/}{} }) or die $ZipError;
	$r = upload($t, form(['some.zip', slurp($zip)], ['x.7z', "7z\xbc\xaf\x27\x1cxxxx"]));
	$job = finished($t, $r->{headers}{location});
	is(join(' ', map { $_->{status} } @{ $job->{files} }), 'known failed',
	    'a ZIP of files that are known, and another kind') or diag explain $job;
	my $sum = $job->{files}[0]{result};
	is($sum->{files}{known}, scalar @members, 'each of its files is');
	is($sum->{failures}[0]{code}, 'CORRUPT', 'of each that failed the code is said');
	is("$sum->{files}{failed} $sum->{failures}[0]{file}", '1 ' . name_of($broken),
	    'but the one that cannot be read');
	like($job->{files}[1]{error}{message}, qr/7-Zip/, 'which is named');
	is_deeply($job->{result}, { imported => 0, known => scalar @members,
		nothing => 0, failed => 2 }, 'and the job counts the files in it');
	# More failures than are listed.
	my $bad = IO::Compress::Zip->new(\my $wrong, Name => '0.fit') or die $ZipError;
	for my $n (1 .. 120) {
		$bad->print('no ride');
		$bad->newStream(Name => "$n.fit");
	}
	$bad->print('no ride');
	$bad->newStream(Name => 'readme.txt');
	$bad->print('hello');
	$bad->close;
	$r = upload($t, form(['wrong.zip', $wrong]));
	$job = finished($t, $r->{headers}{location});
	is($job->{files}[0]{status}, 'failed', 'a ZIP of nothing but bad files fails');
	my $error = $job->{files}[0]{error};
	is("$error->{code} $error->{message}" =~ s/:.*//r, 'UNSUPPORTED 0.fit',
	    'for the reason of the first');
	is("$error->{files}{failed} $error->{files}{passed_over} " .
	    @{ $error->{failures} }, '121 1 100', 'all are counted, and some listed');
	is_deeply($job->{result}, { imported => 0, known => 0, nothing => 0, failed => 121,
		passed_over => 1 }, 'by the job as well');

	# One that takes a while says how it goes.
	$r = upload($t, form([name_of($fit), slurp($fit)], ['long.zip', many(20_000)]));
	my ($so_far, $last);
	until_true(sub {
		$last = job($t, $r->{headers}{location});
		$so_far = $last->{progress}{so_far} if $last->{progress}{so_far};
		$last->{finished_at} || $so_far }, 60);
	cmp_ok($so_far->{failed} // 0, '>', 0, 'a long archive is told of while it is read')
	    or diag explain $last;
	is($so_far->{known}, 1, 'with the files before it');
	ok(!exists $last->{result}, 'which is no result yet');
	$job = finished($t, $r->{headers}{location}, 120);
	is("$job->{result}{known} $job->{result}{failed}", '1 20000', 'that comes in the end');
	ok(!exists $job->{progress}{so_far}, 'in its place');

	# --- what is refused --------------------------------------------------------

	my $before = $t->value('SELECT count(*) FROM jobs');
	my @refused = (
		['another type', 415, 'x', 'Content-Type' => 'application/json'],
		['curl without a type', 415, 'x',
			'Content-Type' => 'application/x-www-form-urlencoded'],
		['no boundary', 400, 'x', 'Content-Type' => 'multipart/form-data'],
		['no form', 400, 'hello'],
		['a form cut off', 400, form(['a.fit', 'x' x 100]) =~ s/--\r\n\z//r],
		['a form without a file', 400, form()],
		['no file chosen', 400, form(['', ''])],
		['an empty body', 400, '', 'Content-Type' => 'application/octet-stream'],
		['too many files', 413, form(map { ["$_.fit", 'x'] } 0 .. 200)],
		['too large', 413, form(['a.fit', 'x' x (8 << 20)])],
		['a bad name', 400, form(["\xff.fit", 'x'])],
		['a name with a control character', 400, 'x', 'Content-Type' =>
			'application/octet-stream', query => '?filename=a%0Ab'],
		['a bad Content-Disposition', 400, 'x', 'Content-Type' =>
			'application/octet-stream', 'Content-Disposition' => 'x; filename="'],
	);
	for (@refused) {
		my ($what, $want, $body, %headers) = @$_;
		$r = upload($t, $body, %headers);
		is($r->{status}, $want, "$what is $want") or diag $r->{content};
		ok(length eval { decode_json($r->{content})->{error}{message} }, 'with a reason');
	}
	is($t->request('POST', '/api/activities/import', token => $reader,
		headers => { 'Content-Type' => 'application/octet-stream' }, content => 'x')
	    ->{status}, 403, 'without the scope');
	is($t->request('POST', '/api/activities/import', token => undef,
		headers => { 'Content-Type' => 'application/octet-stream' }, content => 'x')
	    ->{status}, 401, 'without a token');

	# --- clients that stop, are slow, or go away ---------------------------------

	my $head = "POST /api/activities/import HTTP/1.1\r\nHost: localhost\r\n" .
	    "Authorization: Bearer " . $t->token . "\r\n" .
	    "Content-Type: application/octet-stream\r\n";
	my $c = Pierre::Client->new($t);
	$c->send("${head}Content-Length: 1000000\r\n\r\n" . 'x' x 50_000);
	is($c->answer->{status}, 408, 'one that stops is told');
	$c = Pierre::Client->new($t);
	$c->send("${head}Transfer-Encoding: chunked\r\n\r\n");
	my $begun = time;
	while (time - $begun < 4) {
		$c->send("1000\r\n" . 'x' x 4096 . "\r\n");
		last if $c->more(time + 0.2);
	}
	my $answer = $c->answer;
	is($answer && $answer->{status}, 408, 'one that is too slow too');
	cmp_ok(time - $begun, '<', 4, 'in time');
	$c = Pierre::Client->new($t);
	$c->send("${head}Content-Length: 1000000\r\n\r\n" . 'x' x 50_000);
	ok(until_true(sub { spooled($t) }), 'an upload goes to the disk as it comes');
	$c->break;
	ok(until_true(sub { !spooled($t) }, 5), 'and leaves nothing when its client goes');
	is($t->value('SELECT count(*) FROM jobs'), $before, 'none of it made a job');
	is_deeply([spooled($t)], [], 'or left a file');
	my ($peak) = sort { $b <=> $a } map {
		slurp("/proc/$_/status") =~ /^VmHWM:\s+(\d+)/m
	} @{ $t->children->{workers} };
	note "the largest worker had $peak kB";
	$t->finish;
}
is($whole{postgresql}, $whole{sqlite}, 'both databases have the same');

done_testing();
