#!/usr/bin/perl
# Activities over REST on both databases: pages, editing and deleting; and two
# recordings of one ride, which become one activity whoever imports them, and
# can be taken apart.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use POSIX qw(strftime);
use Pierre::Test;
use Test::More;

my $json = JSON::PP->new->utf8->canonical->allow_nonref;
my $none = '01a20c8d-40d9-7981-baea-3a8f77fe5f03';

# A track of n seconds from a time on; what each point has in its extensions.
sub gpx {
	my ($start, $n, $device, $extension) = @_;
	my $points = join '', map {
		my $t = strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $start + $_);
		sprintf '<trkpt lat="%.6f" lon="8"><time>%s</time>%s</trkpt>',
		    50 + $_ * 5e-5, $t, $extension ? "<extensions>$extension</extensions>" : ''
	} 0 .. $n;
	return qq{<gpx version="1.1" creator="$device" } .
	    'xmlns="http://www.topografix.com/GPX/1/1"><trk><type>cycling</type><trkseg>' .
	    "$points</trkseg></trk></gpx>";
}

sub watch { return gpx($_[0], 900, 'Watch', '<hr>140</hr>') }
sub computer { return gpx($_[0] + 45, 880, 'Computer', '<power>210</power><cad>88</cad>') }

sub api {
	my ($t, $method, $path, $body, %o) = @_;
	my $r = $t->request($method, "/api/activities$path", %o,
	    defined $body ? (content => ref $body ? $json->encode($body) : $body,
		headers => { 'Content-Type' => 'application/json' }) : ());
	return ($r->{status}, length $r->{content} ? $json->decode($r->{content}) : undef);
}

# Send files, each in a request of its own, all at once; the jobs' results.
sub import_all {
	my ($t, @files) = @_;
	my @jobs = map {
		my $r = $t->request('POST', '/api/activities/import?filename=x.gpx',
		    content => $_, headers => { 'Content-Type' => 'application/gpx+xml' });
		$r->{headers}{location} // die "$r->{status} $r->{content}";
	} @files;
	return map {
		my ($path, $job) = $_;
		until_true(sub {
			$job = $json->decode($t->request('GET', $path)->{content});
			$job->{finished_at}
		}, 30);
		$job->{files}[0]
	} @jobs;
}

sub events {
	my ($t) = @_;
	my $text = $t->value("SELECT count(*) FROM events WHERE kind = 'activity_updated'");
	return $text;
}

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 2);
	my $demo = $t->value('SELECT count(*) FROM activities');

	# --- pages ---------------------------------------------------------------

	my ($status, $page) = api($t, 'GET', '?limit=7');
	is($status, 200, "$engine: a page");
	is(scalar @{ $page->{activities} }, 7, 'of the size asked for');
	my ($n, @ids) = (0);
	my $path = '?limit=100';
	while ($path) {
		(undef, $page) = api($t, 'GET', $path);
		push @ids, map { $_->{id} } @{ $page->{activities} };
		$path = $page->{next_cursor} && "?limit=100&cursor=$page->{next_cursor}";
	}
	my %seen = map { $_ => 1 } @ids;
	is(scalar @ids, $demo, 'all pages have all activities');
	is(scalar keys %seen, $demo, 'each once');
	my $newest = $page = (api($t, 'GET', '?limit=1'))[1]{activities}[0];
	(undef, $page) = api($t, 'GET', "?from=$newest->{local_date}&to=$newest->{local_date}");
	is($page->{activities}[0]{id}, $newest->{id}, 'by day');
	(undef, $page) = api($t, 'GET', '?sport_type=ride&limit=200');
	is(join(' ', keys %{ { map { $_->{sport_type} => 1 } @{ $page->{activities} } } }),
	    'ride', 'by sport');
	(undef, $page) = api($t, 'GET', '?provider=nobody');
	is_deeply($page, { activities => [] }, 'by source');
	is((api($t, 'GET', "?$_"))[0], 400, "?$_ is refused")
	    for qw(limit=0 limit=201 limit=x from=x sport_type=x cursor=x), 'cursor=AAAA',
	    'from=2026-02-01&to=2026-01-01';

	# --- one -----------------------------------------------------------------

	($status, my $one) = api($t, 'GET', "/$ids[0]");
	is($status, 200, 'one activity');
	is($one->{id}, $ids[0], 'by its id');
	ok(exists $one->{laps}, 'with laps');
	is($one->{recordings}, undef, 'of one recording');
	ok(exists $one->{start_latitude_deg}, 'and its place');
	for my $id ('x', $none) {
		is((api($t, $_, "/$id"))[0], 404, "$_ $id: not there") for qw(GET DELETE);
		is((api($t, 'PATCH', "/$id", { name => 'x' }))[0], 404, "PATCH $id");
		is((api($t, 'GET', "/$id/sources"))[0], 404, "sources of $id");
		is((api($t, 'POST', "/$id/split"))[0], 404, "split $id");
		is((api($t, 'POST', "/$id/merge", { activity_id => $ids[0] }))[0], 404,
		    "merge $id");
	}

	($status, $one) = api($t, 'PATCH', "/$ids[0]", { name => "L\x{e6}p", rpe => 8.5 });
	is($status, 200, 'edited');
	is("$one->{name} $one->{rpe} @{ $one->{edited} }", "L\x{e6}p 8.5 name rpe",
	    'and says so');
	(undef, $one) = api($t, 'PATCH', "/$ids[0]",
	    { sport_type => 'gravel_ride', rpe => undef, name => undef });
	is("$one->{sport_type} $one->{name}", 'gravel_ride Gravel ride',
	    'without a name it has its title');
	is($one->{rpe}, undef, 'and no effort');
	my $got = $t->tool('get_activity', { activity_id => $ids[0] });
	is($got->{activity}{sport_type}, 'gravel_ride', 'the tools see it');
	is((api($t, 'PATCH', "/$ids[0]", $_))[0], 400, "PATCH $_ is refused")
	    for '', '{', '[]', '{}', '{"name":""}', '{"name":7}', '{"rpe":11}', '{"rpe":"x"}',
	    '{"sport_type":"x"}', '{"sport_type":null}', '{"distance_m":7}',
	    '{"name":"' . 'x' x 201 . '"}';
	(undef, my $after) = api($t, 'GET', "/$ids[0]");
	is($after->{name}, 'Gravel ride', 'and changes nothing');

	# --- two recordings --------------------------------------------------------

	my $start = 1_700_000_000;
	my $updates = events($t);
	my ($first) = import_all($t, watch($start));
	my ($second) = import_all($t, computer($start));
	my $id = $first->{result}{activities}[0];
	is($second->{result}{activities}[0], $id, 'the computer is in the watch\'s activity');
	is($second->{result}{joined}, 1, 'as the job says');
	is(events($t), $updates + 1, 'and an event');
	(undef, $one) = api($t, 'GET', "/$id");
	is($one->{recording_count}, 2, 'of two recordings');
	is("$one->{average_hr_bpm} $one->{average_power_w} $one->{average_cadence_rpm}",
	    '140 210 88', 'with the numbers of both');
	(undef, my $sources) = api($t, 'GET', "/$id/sources");
	is(scalar @{ $sources->{sources} }, 2, 'both are listed');
	my ($hr) = grep { grep { $_ eq 'heart_rate' } @{ $_->{gives} } } @{ $sources->{sources} };
	my ($power) = grep { grep { $_ eq 'power' } @{ $_->{gives} } } @{ $sources->{sources} };
	is("$hr->{average_hr_bpm} $power->{average_power_w}", '140 210',
	    'each with what it gives');
	is($hr->{average_power_w}, undef, 'and only that');
	$got = $t->tool('get_activity', { activity_id => $id,
		streams => ['hr_bpm', 'power_w'], points => 10 });
	is(scalar @{ $got->{recordings} }, 2, 'get_activity shows them');
	ok($got->{streams}{hr_bpm}[5] == 140 && $got->{streams}{power_w}[5] == 210,
	    'and the samples of both');
	my ($again) = import_all($t, computer($start));
	is($again->{status}, 'known', 'the same file is known');

	api($t, 'PATCH', "/$id", { name => 'Ours' });
	($status, my $parts) = api($t, 'POST', "/$id/split");
	is($status, 200, 'taken apart');
	is(scalar @{ $parts->{activities} }, 2, 'into two');
	is($parts->{activities}[0], $id, 'one of which has the id');
	is((api($t, 'POST', "/$id/split"))[0], 409, 'there is nothing left to split');
	(undef, $one) = api($t, 'GET', "/$parts->{activities}[1]");
	is($one->{average_power_w}, 210, 'the computer\'s');
	is($one->{average_hr_bpm}, undef, 'has no pulse');
	(undef, $sources) = api($t, 'GET', "/$id/sources");
	ok($sources->{kept_apart}, 'they are kept apart');
	is($t->value('SELECT count(*) FROM activity_sources'), 0, 'nothing is left over');
	my ($third) = import_all($t, gpx($start + 10, 890, 'Phone', ''));
	isnt($third->{result}{activities}[0], $id, 'which holds for a third');
	api($t, 'DELETE', "/$third->{result}{activities}[0]");

	is((api($t, 'POST', "/$id/merge", $_))[0], 400, "merge with $_")
	    for '{}', '{"activity_id":"x"}', "{\"activity_id\":\"$id\"}";
	is((api($t, 'POST', "/$id/merge", { activity_id => $none }))[0], 404, 'with none');
	($status) = api($t, 'POST', "/$id/merge", { activity_id => $parts->{activities}[1] });
	is($status, 200, 'together again');
	(undef, $one) = api($t, 'GET', "/$id");
	is("$one->{name} $one->{recording_count}", 'Ours 2', 'with the person\'s name');
	is((api($t, 'GET', "/$parts->{activities}[1]"))[0], 404, 'the other is in it');

	# --- from the command line -------------------------------------------------

	my ($rc, $out) = $t->ctl('activity', 'list', 'demo', '--from', '2023-11-14',
	    '--to', '2023-11-15');
	like($out, qr/^$id  2023-11-1\d  ride .* Ours \(2 recordings\)$/m, 'listed');
	($rc, $out) = $t->ctl('activity', 'show', 'demo', $id);
	like($out, qr/gives:.*heart_rate.*gives:.*power/s, 'shown');
	($rc, $out) = $t->ctl('activity', 'split', 'demo', $id);
	my @apart = split /\n/, $out;
	is("$rc " . @apart, '0 2', 'taken apart');
	($rc) = $t->ctl('activity', 'join', 'demo', @apart);
	is($rc, 0, 'put together');
	($rc) = $t->ctl('activity', 'delete', 'demo', $id);
	isnt($rc, 0, 'deleting wants a word');
	($rc) = $t->ctl('activity', 'delete', 'demo', $id, '--yes');
	is($rc, 0, 'deleted');
	is((api($t, 'GET', "/$id"))[0], 404, 'gone');
	isnt(($t->ctl('activity', 'show', 'demo', $_))[0], 0, "show $_") for 'x', $id;

	# --- deleting --------------------------------------------------------------

	($first) = import_all($t, watch($start));
	is($first->{status}, 'imported', 'what was deleted may come again');
	$id = $first->{result}{activities}[0];
	my $files = $t->value('SELECT count(*) FROM import_files');
	is((api($t, 'DELETE', "/$id"))[0], 204, 'DELETE');
	is((api($t, 'DELETE', "/$id"))[0], 404, 'once');
	is($t->value('SELECT count(*) FROM import_files'), $files - 1, 'the file went with it');
	is($t->value("SELECT count(*) FROM events WHERE kind = 'activity_deleted'"), 5,
	    'and events told of it');

	# --- both at once, on two workers ------------------------------------------

	my $before = $t->value('SELECT count(*) FROM activities');
	my @all = map { my $day = $start + 86_400 * $_; (watch($day), computer($day)) } 1 .. 6;
	my @files = import_all($t, @all);
	is(join(' ', sort keys %{ { map { $_->{status} => 1 } @files } }), 'imported',
	    'six rides from two devices');
	is($t->value('SELECT count(*) FROM activities') - $before, 6, 'are six activities');
	is(scalar(grep { $_->{result}{joined} } @files), 6, 'of two recordings each');
	is($t->value('SELECT count(*) FROM activity_sources'), 12, 'none of which is lost');

	# --- others ----------------------------------------------------------------

	$t->ctl('user', 'create', "other-$engine");
	(undef, my $token) = $t->ctl('token', 'create', "other-$engine");
	chomp $token;
	my $theirs = $files[0]{result}{activities}[0];
	for (['GET', ''], ['DELETE', ''], ['GET', '/sources'], ['POST', '/split']) {
		is((api($t, $_->[0], "/$theirs$_->[1]", undef, token => $token))[0], 404,
		    "another's $_->[0] $_->[1]");
	}
	is((api($t, 'PATCH', "/$theirs", { name => 'x' }, token => $token))[0], 404, 'PATCH');
	is_deeply((api($t, 'GET', '', undef, token => $token))[1], { activities => [] },
	    'nor listed');
	(undef, $token) = $t->ctl('token', 'create', 'demo', '--scopes', 'activities:read');
	chomp $token;
	is((api($t, 'DELETE', "/$theirs", undef, token => $token))[0], 403,
	    'changing needs its scope');
	($status, $one) = api($t, 'GET', "/$theirs", undef, token => $token);
	is($status, 200, 'reading does not');
	ok(!exists $one->{start_latitude_deg}, 'places do');
	is((api($t, 'GET', '', undef, token => undef))[0], 401, 'without a token');
	$t->finish;
}

done_testing();
