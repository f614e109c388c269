#!/usr/bin/perl
# pierrectl import of archives: what other services hand out, member by member,
# each with a result of its own; and what was packed to do harm.
use strict;
use warnings;
use lib 't/lib';
use Archive::Tar;
use IO::Compress::Gzip ();
use IO::Compress::Zip qw(:constants);
use JSON::PP qw(encode_json);
use Test::More;
use Pierre::Test;

my $data = shared_dir('data') or plan skip_all => 'the shared data is absent';
my $t = Pierre::Test->new(workers => 1, start => 0);
my ($status, $out, $err) = $t->ctl('migrate', 'up');
is($status, 0, 'migrate up') or diag($err);
my $dir = $t->dir;
my ($people, $who) = (0);

sub somebody {
	$who = 'p' . ++$people;
	my ($rc) = $t->ctl('user', 'create', $who, '--timezone', 'Europe/Berlin');
	is($rc, 0, "a person $who");
}

sub import_files {
	my (@files) = @_;
	return $t->ctl('import', '--user', $who, '--', @files);
}

sub sql {
	my ($query) = @_;
	return $t->value($query);
}

sub gz {
	my ($bytes) = @_;
	IO::Compress::Gzip::gzip(\$bytes => \my $out) or die;
	return $out;
}

sub put {
	my ($name, $bytes) = @_;
	open my $fh, '>:raw', "$dir/$name" or die "$dir/$name: $!";
	print $fh $bytes;
	close $fh or die;
	return "$dir/$name";
}

# A ZIP of [name, bytes] pairs.
sub zip_of {
	my ($file, @members) = @_;
	my $z;
	for (@members) {
		my ($name, $bytes, @how) = @$_;
		if ($z) {
			$z->newStream(Name => $name, @how);
		} else {
			$z = IO::Compress::Zip->new("$dir/$file", Name => $name, @how) or die;
		}
		$z->print($bytes);
	}
	$z->close;
	return "$dir/$file";
}

sub tar_of {
	my (@members) = @_;
	my $tar = Archive::Tar->new;
	$tar->add_data(@$_) for @members;
	open my $fh, '>', \my $bytes or die;
	$tar->write($fh);
	return $bytes;
}

my $fit = slurp("$data/fit/garmin-fenix-5-run.fit");
my $bike = slurp("$data/fit/garmin-fenix-5-bike.fit");
my $tcx = slurp("$data/tcx/test.tcx");
my $gpx = slurp("$data/gpx/track_with_speed.gpx");

# --- one gzipped file ---------------------------------------------------------

somebody();
my $gz = put('morning.fit.gz', gz($fit));
($status, $out, $err) = import_files($gz);
is($status, 0, 'a gzipped file') or diag($err);
like($out, qr/^\Q$gz\E: imported: FIT activity, 1 activity/m, 'is imported');
($status, $out) = import_files("$data/fit/garmin-fenix-5-run.fit");
like($out, qr/already imported/, 'and is the same file without gzip');

# --- Strava -------------------------------------------------------------------

my $csv = "\xef\xbb\xbfActivity ID,Activity Date,Activity Name,Activity Type," .
    "Activity Description,Elapsed Time,Distance,Activity Gear,Filename\n" .
    qq{1,"Jun 11, 2017, 2:34:09 PM","Morning, ""easy"" run",Trail Run,"two\nlines",} .
    qq{20,1.5,Old shoes,activities/1.fit.gz\n} .
    qq{2,"Jun 12, 2017",Ride to work,Ride,,20,1.5,"Steel, blue",activities/2.fit\r\n} .
    qq{3,"Jun 13, 2017",Schwimmen,Schwimmen,,20,1.5,,activities/3.tcx.gz\n} .
    qq{4,"Jun 14, 2017",By hand,Yoga,,20,1.5,,\n};
my @strava = (['profile.csv', "a,b\n"], ['activities/1.fit.gz', gz($fit)],
    ['activities/2.fit', $bike], ['activities/3.tcx.gz', gz("  \n  $tcx")],
    ['media/one.jpg', "\xff\xd8"], ['activities/4.gpx.gz', gz($gpx)],
    ['activities/5.fit.gz', gz("no ride at all")], ['activities.csv', $csv]);
for my $kind (qw(zip tar tar.gz)) {
	somebody();
	my $file = $kind eq 'zip' ? zip_of('export.zip', @strava)
	    : put("export.$kind", $kind eq 'tar' ? tar_of(@strava) : gz(tar_of(@strava)));
	($status, $out, $err) = import_files($file);
	is($status, 1, "$kind: one file of it is bad");
	for my $n ('1.fit.gz', '2.fit', '3.tcx.gz', '4.gpx.gz') {
		like($out, qr{^\Q$file\E: activities/\Q$n\E: imported: \w+ activity, 1 activity}m,
		    "$kind: $n is imported");
	}
	like($err, qr{^\Q$file\E: activities/5\.fit\.gz: neither FIT, GPX nor TCX}m,
	    "$kind: the bad one is named");
	unlike($out, qr/media|profile/, "$kind: others are not");
	like($out, qr/: 2 other files were passed over$/m, "$kind: but counted");
	like($out, qr/^4 imported, 0 known already, 0 .*, 1 failed/m, "$kind: summary");
	my $mine = "activities WHERE user_id = (SELECT id FROM users WHERE username = '$who')";
	is(sql("SELECT name, sport FROM $mine AND name <> 'Other' ORDER BY name"),
	    qq{Morning, "easy" run|trail_running\nRide to work|ride\nSchwimmen|run},
	    "$kind: the table's names, and sports as far as they are known");
	($status, $out) = import_files($file);
	like($out, qr/^0 imported, 4 known already/m, "$kind: a second time nothing");
}

# --- Garmin -------------------------------------------------------------------

my $root = 'DI_CONNECT';
my $start = 1497191649;	# of the run, as its file has it
my @garmin = (
	["$root/DI-Connect-Fitness/a_0_summarizedActivities.json", encode_json([{
		summarizedActivitiesExport => [{ name => 'Canal run',
			beginTimestamp => $start * 1000 }] }])],
	["$root/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part1.zip",
		slurp(zip_of('part.zip', ['a@b_1.fit', $fit], ['a@b_2.txt', 'x'],
			['a@b_3.fit', 'no ride at all']))],
	["$root/DI-Connect-Uploaded-Files/UploadedFiles_0-_Part2.zip", 'PK no archive'],
	["$root/DI-Connect-Wellness/2024_1_sleepData.json", encode_json([{
		sleepStartTimestampGMT => '2024-05-01T21:43:00.0',
		sleepEndTimestampGMT => '2024-05-02T05:13:00.0', calendarDate => '2024-05-02',
		deepSleepSeconds => 4800, lightSleepSeconds => 15000, remSleepSeconds => 5700 }])],
	["$root/DI-Connect-Aggregator/UDSFile_1.json", encode_json([
		map { { calendarDate => "2024-05-0$_", totalSteps => 8000 + $_,
			restingHeartRate => 50 } } 1 .. 9])],
	["$root/DI-Connect-User/x_userBioMetrics.json", '[{"weight": '],
	["$root/DI-Connect-User/profile.json", '{}'],
);
somebody();
my $file = zip_of('garmin.zip', @garmin);
my $mine = "user_id = (SELECT id FROM users WHERE username = '$who')";
($status, $out, $err) = import_files($file);
is($status, 1, 'Garmin: bad members are told of');
like($out, qr/Part1\.zip|a\@b_1\.fit: imported: FIT activity, 1 activity/m, 'the file in a part');
like($err, qr/a\@b_3\.fit: neither FIT/, 'a bad one in a part');
like($err, qr/Part2\.zip: /, 'a part that is none');
like($err, qr/userBioMetrics\.json: Garmin: /, 'a broken table');
like($out, qr/_sleepData\.json: imported: Garmin sleep, .*, 1 sleep$/m, 'a night');
like($out, qr/^3 imported, 0 known already, 0 .*, 3 failed/m, 'summary');
is(sql("SELECT name FROM activities WHERE $mine"), 'Canal run', 'by the name it was given');
is(sql("SELECT count(*) FROM dailies WHERE $mine AND kind = 'steps'"), 9, 'days');
is(sql("SELECT value FROM dailies WHERE $mine AND kind = 'sleep_total_s'") + 0, 25500,
    'the sum of the night');
($status, $out) = import_files($file);
like($out, qr/^0 imported, 3 known already/m, 'a second time nothing');

# --- Apple Health ---------------------------------------------------------------

sub route {
	my ($from) = @_;
	my $points = join '', map {
		sprintf '<trkpt lat="%.5f" lon="7.5"><ele>%d</ele><time>2026-08-05T15:%02d:%02dZ' .
		    '</time><extensions><speed>3.0</speed></extensions></trkpt>',
		    47 + $_ / 5000, 300, $_ / 60, $_ % 60
	} $from .. 1199;
	return '<gpx version="1.1" creator="Apple Health Export"><trk><name>Route</name>' .
	    "<trkseg>$points</trkseg></trk></gpx>";
}
sub record {
	my ($type, $source, $from, $to, $value, $unit) = @_;
	return qq(<Record type="HK$type" sourceName="$source" unit="$unit" ) .
	    qq(startDate="2026-08-$from +0200" endDate="2026-08-$to +0200" value="$value"/>\n);
}
my $asleep = 'HKCategoryValueSleepAnalysisAsleep';
my $health = qq(<?xml version="1.0"?>\n<!DOCTYPE HealthData [<!ELEMENT HealthData (Record*)>]>\n) .
    qq(<HealthData locale="de_DE">\n) . join('', map {
	my $d = sprintf '%02d', $_;
	my $n = sprintf '%02d', $_ + 1;
	record('QuantityTypeIdentifierStepCount', 'iPhone', "$d 08:00:00", "$d 09:00:00", 1000, 'count') .
	record('QuantityTypeIdentifierStepCount', 'Watch', "$d 08:00:00", "$d 09:00:00", 1100, 'count') .
	($_ == 5 ? join('', map { record('QuantityTypeIdentifierHeartRate', 'Watch',
		sprintf('05 17:%02d:%02d', $_ / 60, $_ % 60),
		sprintf('05 17:%02d:%02d', $_ / 60, $_ % 60), 130 + $_ % 7, 'count/min')
	    } map { $_ * 5 } 0 .. 240) : '') .
	record('QuantityTypeIdentifierHeartRateVariabilitySDNN', 'Watch', "$d 07:00:00",
	    "$d 07:01:00", 55, 'ms') .
	record('CategoryTypeIdentifierSleepAnalysis', 'Watch', "$d 23:00:00", "$n 03:00:00",
	    "${asleep}Core", '') .
	record('CategoryTypeIdentifierSleepAnalysis', 'Watch', "$n 03:00:00", "$n 05:00:00",
	    "${asleep}Deep", '') .
	record('CategoryTypeIdentifierSleepAnalysis', 'Other app', "$d 22:00:00", "$n 06:00:00",
	    "${asleep}Unspecified", '')
    } 1 .. 20) . join('', map {
	my ($source, $route, $minute) = @$_;
	qq(<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="20" ) .
	qq(durationUnit="min" sourceName="$source" startDate="2026-08-05 17:${minute}:00 +0200" ) .
	qq(endDate="2026-08-05 17:2$minute:00 +0200"><WorkoutStatistics ) .
	qq(type="HKQuantityTypeIdentifierActiveEnergyBurned" sum="250" unit="kcal"/>) .
	($route ? qq(<WorkoutRoute><FileReference path="/workout-routes/$route"/></WorkoutRoute>) : '') .
	'</Workout>'
    } ['Watch', 'route_1.gpx', '0'], ['App', '', '1'], ['Watch 2', 'route_2.gpx', '5']) .
    '</HealthData>';
$health =~ s/startDate="2026-08-05 17:(\d):00/startDate="2026-08-05 17:0$1:00/g;
my @apple = (['apple_health_export/export.xml', $health],
    ['apple_health_export/export_cda.xml', '<ClinicalDocument/>'],
    ['apple_health_export/workout-routes/route_1.gpx', route(0)],
    ['apple_health_export/workout-routes/route_2.gpx', '<gpx><trk>']);
somebody();
$file = zip_of('apple.zip', @apple);
$mine = "user_id = (SELECT id FROM users WHERE username = '$who')";
($status, $out, $err) = import_files($file);
is($status, 0, 'Apple Health') or diag($err);
like($out, qr/export\.xml: imported: Apple Health export, 1 activity, 40 measurements, 40 sleeps/,
    'what came of it');
like($out, qr/route_2\.gpx: note: GPX, line 1/, 'a track that is broken is noted');
is(sql("SELECT count(*) FROM activities WHERE $mine"), 2, 'two runs, one by two apps');
is(sql("SELECT DISTINCT calories_kcal FROM activities a JOIN activity_streams s ON s.activity_id = a.id " .
    "WHERE a.$mine") + 0, 250, 'a workout has its track and its numbers');
is(sql("SELECT count(*) FROM activities WHERE $mine AND average_hr_bpm BETWEEN 131 AND 135"), 2,
    'and the heart rate that was measured during it');
is(sql("SELECT count(*) FROM sleeps WHERE $mine"), 20, 'a night has one sleep');
is(sql("SELECT DISTINCT device FROM sleeps WHERE $mine"), 'Watch', 'of the source that tells more');
is(sql("SELECT DISTINCT value FROM dailies WHERE $mine AND kind = 'steps'") + 0, 1100,
    'steps are not counted twice');
is(sql("SELECT count(*) FROM dailies WHERE $mine AND kind = 'hrv_sdnn_ms'"), 20, 'SDNN by its name');
($status, $out) = import_files($file);
like($out, qr/^0 imported, 3 known already/m, 'a second time nothing');
($status, $out) = import_files(zip_of('apple2.zip', @apple[1 .. 3],
    ['apple_health_export/export.xml', $health =~ s/value="55"/value="56"/r]));
is(sql("SELECT count(*) FROM activities WHERE $mine") . '/' .
    sql("SELECT count(*) FROM sleeps WHERE $mine"), '2/20', 'a later export adds nothing twice');
is(sql("SELECT max(value) FROM dailies WHERE $mine AND kind = 'hrv_sdnn_ms'") + 0, 56,
    'and brings what is new');
($status, $out, $err) = import_files(zip_of('apple3.zip',
    ['apple_health_export/export.xml', substr $health, 0, 5000]));
like($err, qr/export\.xml: Apple Health, line \d+, column \d+: /, 'a broken one by its place');
($status, $out, $err) = import_files(put('export.xml', $health));
is($status, 0, 'its file alone') or diag($err);

# --- odd and wicked -----------------------------------------------------------

somebody();
# What is refused, by its name and with the reason; a good member beside it is
# imported all the same.
sub refuses {
	my ($file, $member, $why, $what) = @_;
	my ($rc, $stdout, $stderr) = import_files($file);
	is($rc, 1, "$what is refused");
	my $label = length $member ? "$file: $member" : $file;
	like($stderr, qr/^\Q$label\E: $why/m, 'by its name');
	like($stdout, qr/good\.fit: (?:imported|already imported)/, 'alone')
	    if length $member;
}

my @good = ['good.fit', $fit];
refuses(zip_of('dots.zip', ['../../etc/evil.fit', $bike], @good),
    '../../etc/evil.fit', qr/the path leads out/, 'a path with ..');
refuses(zip_of('dots2.zip', ['a\\..\\evil.txt', 'x'], @good), 'a/../evil.txt',
    qr/the path leads out/, 'one with backslashes');
refuses(put('root.tar', tar_of(['/etc/evil.fit', $bike], @good)),
    '/etc/evil.fit', qr/the path leads out/, 'an absolute one') ;
refuses(zip_of('nested.zip', ['inner.zip', slurp("$dir/dots.zip")], @good),
    'inner.zip', qr/an archive inside of an archive/, 'a nested ZIP');
refuses(zip_of('nested2.zip', ['inner.fit', slurp("$dir/dots.zip")], @good),
    'inner.fit', qr/an archive inside of an archive/, 'one by another name');
refuses(zip_of('nested3.zip', ['a.fit.gz', gz(gz($bike))], @good), 'a.fit.gz',
    qr/an archive inside of an archive/, 'two layers of gzip');
refuses(zip_of('nested4.zip', ['a.gz.fit', gz(tar_of(@good))], @good), 'a.gz.fit',
    qr/an archive inside of an archive/, 'a nested tar.gz');
refuses(put('twice.fit.gz', gz(gz($bike))), '', qr/an archive inside/, 'gzip twice');
refuses(zip_of('bomb.zip', ['zeros.fit', "\0" x (40 << 20)], @good), 'zeros.fit',
    qr/more than 300 times its packed size/, 'a bomb');
refuses(zip_of('bomb2.zip', ['zeros.fit.gz', gz("\0" x (40 << 20)), Method => ZIP_CM_STORE],
    @good), 'zeros.fit.gz', qr/more than 300 times its packed size/, 'a gzipped bomb');
refuses(put('zeros.fit.gz', gz("\0" x (40 << 20))), '', qr/more than 300 times/,
    'a bomb of gzip alone');

# The flag of encryption, in both headers of the first member.
my $zip = slurp(zip_of('secret.zip', ['secret.fit', $bike], @good));
for my $header (['PK\x03\x04', 6], ['PK\x01\x02', 8]) {
	$zip =~ /$header->[0]/g or die;
	substr($zip, $-[0] + $header->[1], 1) |= "\x01";
	pos($zip) = 0;
}
refuses(put('secret.zip', $zip), 'secret.fit', qr/encrypted/, 'an encrypted member');

# Two gigabytes, written as a hole.
{
	my $head = tar_of(['huge.fit', ''], ['good.fit', $fit]);
	substr($head, 124, 12) = sprintf '%011o ', 2 << 30;
	substr($head, 148, 8) = ' ' x 8;
	substr($head, 148, 8) = sprintf "%06o\0 ", unpack '%32C512', $head;
	open my $fh, '>:raw', "$dir/huge.tar" or die;
	print $fh substr($head, 0, 512);
	seek $fh, 512 + (2 << 30), 0;
	print $fh substr($head, 512);
	close $fh;
	refuses("$dir/huge.tar", 'huge.fit', qr/2147483648 bytes when unpacked, at most/,
	    'a member of 2 GB');
	unlink "$dir/huge.tar";
}

# So many that no person has them; made by hand, since they are many.
{
	my ($local, $central) = ('', '');
	for my $i (1 .. 100_000) {
		my $name = "$i.fit";
		my $at = length $local;
		my $common = pack 'vvvvvVVVvv', 20, 0, 0, 0, 33, 0, 0, 0, length $name, 0;
		$local .= "PK\3\4$common$name";
		$central .= "PK\1\2" . pack('v', 20) . $common .
		    pack('vvvVV', 0, 0, 0, 0, $at) . $name;
	}
	my $end = "PK\5\6" . pack 'vvvvVVv', 0, 0, 0xffff, 0xffff, length $central,
	    length $local, 0;
	refuses(put('many.zip', "$local$central$end"), '', qr/more than 50000 members/,
	    'a ZIP of 100,000 members');
	my $one = substr tar_of(['1.fit', '']), 0, 512;
	refuses(put('many.tar.gz', gz(($one x 100_000) . "\0" x 1024)), '',
	    qr/more than 50000 members/, 'a tar of as many');
}

refuses(put('x.7z', "7z\xbc\xaf\x27\x1c" . 'x' x 100), '', qr/a 7-Zip archive; ZIP, tar/,
    'another kind of archive');
my $whole = slurp("$dir/export.zip");
($status, $out, $err) = import_files(put('cut.zip', substr $whole, 0, length($whole) / 2));
is($status, 1, 'half a ZIP is told of');
like($err, qr/\Q$dir\E\/cut\.zip: /, 'by name');
($status, $out, $err) = import_files(put('cut.fit.gz', substr gz($bike), 0, 500));
is($status, 1, 'half a gzipped file is refused');
like($err, qr/cut\.fit\.gz: .*truncated gzip input/, 'with the reason');
($status, $out, $err) = import_files(zip_of('csv.zip', ['activities.csv', qq{a,"b\n}], @good));
is($status, 1, 'a damaged table is told of');
like($err, qr/csv\.zip: activities\.csv: CSV, line 1: a quote/, 'by line');
like($out, qr/good\.fit: /, 'and the files come in without it');

# --- names that steer terminals -----------------------------------------------

($status, $out, $err) = import_files(zip_of("names.zip", ["\e[2J\nx.fit", $fit],
    ["caf\xc3\xa9.fit", $fit]));
like($out, qr/names\.zip: \\x1b\[2J\\x0ax\.fit: already/, 'controls are escaped');
like($out, qr/names\.zip: caf\xc3\xa9\.fit: already/, 'letters are not');

done_testing();
