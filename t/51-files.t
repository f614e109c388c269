#!/usr/bin/perl
# Files of real devices and programs: all of them decode, and the damaged ones
# are refused with the place and the reason.
use strict;
use warnings;
use Test::More;

my $data = '../shared/data';
my $dump = ($ENV{PIERRE_OBJECTS} || 'build/release') . '/t/files/file_dump';
plan skip_all => "no sample files in $data" unless -d $data;
plan skip_all => "$dump is not built" unless -x $dump;

# What is in a file: a list of hashes, the file itself or its error first.
sub decoded {
	my ($path) = @_;
	my @rows;
	for (split /\n/, qx($dump $path)) {
		my ($what, @pairs) = split /\|/;
		push @rows, { what => $what, map { split /=/, $_, 2 } @pairs };
	}
	is($?, 0, "$path: the decoder lives");
	return @rows;
}

# Facts by other decoders' word, and the devices' own totals.
my %want = (
	'20170518-191602-1740899583.fit' => { sport => 'rowing',
		distance => 6163, samples => 1641, laps => 8, power => 368 },
	'Activity.fit' => { sport => 'run', samples => 14, laps => 1,
		start => '2012-04-09T17:22:26-04:00' },
	'Edge810-Vector-2013-08-16-15-35-10.fit' => { sport => 'ride',
		samples => 4700, laps => 8, power => 276, hr => 154,
		distance => 41339.38, gain => 514 },
	'activity-small-fenix2-run.fit' => { sport => 'run', laps => 4,
		distance => 9008.22, moving => 2832,
		start => '2015-08-15T16:45:08+02:00' },
	'compressed-speed-distance.fit' => { sport => 'run', samples => 754,
		laps => 11, distance => 10248.67, hr => 170 },
	'developer-types-sample.fit' => { sport => 'run', samples => 3424,
		distance => 6753.99, power => 218 },
	'event_timestamp.fit' => { sport => 'swim', laps => 99,
		distance => 2606.04, moving => 4371.56, hr => 142,
		hr_bpm => 1, start => '2017-06-13T09:42:30-04:00' },
	'garmin-edge-500-activity.fit' => { sport => 'ride', laps => 9,
		distance => 92622.34, moving => 10641.06, elapsed => 12691.28,
		gain => 541, hr => 162, max_hr => 189 },
	'garmin-fenix-5-bike.fit' => { sport => 'ride', samples => 19 },
	'garmin-fenix-5-run.fit' => { sport => 'run', samples => 21,
		start => '2017-06-11T07:34:09-07:00' },
	'sample-activity-indoor-trainer.fit' => { sport => 'ride', laps => 5,
		power => 201, samples => 2263 },
	'sample-activity.fit' => { sport => 'ride', laps => 4,
		distance => 88797.21, calories => 2045, gain => 299 },
	'no_hr.tcx' => { sport => 'run', laps => 3, moving => 1992.78,
		samples => 383 },
	'test.tcx' => { sport => 'run', laps => 3, max_hr => 189,
		samples => 383, hr_bpm => 1 },
	'track_with_speed.gpx' => { samples => 3, max_speed => 3.2 },
);

# Valid files without an activity, and what they are.
my %kind = (
	'DeveloperData.fit' => 'activity', # its records have no times
	'MonitoringFile.fit' => 'monitoring',
	'Settings.fit' => 'settings',
	'WeightScaleSingleUser.fit' => 'weight',
	'WorkoutRepeatSteps.fit' => 'workout',
	'gpx_with_garmin_extension.gpx' => 'waypoints',
	'track-with-extremes.gpx' => 'track',
	'unicode_with_bom.gpx' => 'waypoints',
);

my %activities = (
	'cerknicko-jezero.gpx' => 7,
	'cerknicko-jezero-without-elevations.gpx' => 7,
	'korita-zbevnica.gpx' => 2,
);

my $recordings = 0;
for my $path (sort glob("$data/{fit/*.fit,gpx/*.gpx,tcx/*.tcx}")) {
	my ($name, $format) = $path =~ m{([^/]+\.(\w+))$};
	my ($file, @rest) = decoded($path);
	is($file->{what}, 'file', "$name decodes")
	    or diag($file->{message});
	is($file->{format}, uc $format, "$name: format");
	is($file->{kind}, $kind{$name} || 'activity', "$name: kind");
	my @activities = grep { $_->{what} eq 'activity' } @rest;
	is(scalar @activities, $kind{$name} ? 0 : $activities{$name} || 1,
	    "$name: activities");
	my $want = $want{$name} || {};
	for my $key (sort keys %$want) {
		is($activities[0]{$key}, $want->{$key}, "$name: $key");
	}
	# Recordings by the second that are long enough to tell.
	for my $act (grep { ($_->{samples} // 0) > 1200 &&
	    $_->{samples} > 0.9 * $_->{moving} } @activities) {
		my $all = $act->{stored} * 3600 / $act->{samples};
		my $six = $act->{sensors} * 3600 / $act->{samples};
		$recordings++;
		cmp_ok($six, '<=', 12_000, "$name: six channels in " .
		    int($six) . ' bytes an hour');
		cmp_ok($all, '<=', 19_000, 'all in ' . int($all));
	}
}
cmp_ok($recordings, '>=', 5, "$recordings recordings by the second are stored compactly");

# What the device knew of its owner.
my @thresholds = grep { $_->{what} eq 'threshold' } decoded("$data/fit/garmin-fenix-5-bike.fit");
is(join(' ', map { my $t = $_; map { "$_=$t->{$_}" } grep { /_/ } keys %$t } @thresholds),
    'ftp_w=400 lthr_bpm=164 max_hr_bpm=183 rest_hr_bpm=48', 'thresholds');
is($thresholds[0]{day}, '2017-06-12', 'of the day');
my @power = grep { exists $_->{ftp_w} } decoded("$data/fit/Edge810-Vector-2013-08-16-15-35-10.fit");
is($power[0]{ftp_w}, 315, 'what the session was rated by');

my @daily = grep { $_->{what} eq 'daily' }
    decoded("$data/fit/WeightScaleSingleUser.fit");
is($daily[0]{weight_kg}, 76.09, 'the last weight of the day');

# The damaged ones: code, offset and reason.
my %refused = (
	'activity-activity-filecrc' => ['CORRUPT', 1540, qr/checksum is b1d5/],
	'activity-filecrc' => ['CORRUPT', 769, qr/checksum is b1d5/],
	'activity-settings-corruptheader' => ['CORRUPT', 779,
		qr/header does not say \.FIT/],
	'elemnt-bolt-no-application-id-inside-developer-data-id' =>
	    ['UNSUPPORTED', 58, qr/developer data without an application id/],
	'activity-settings-nodata' => ['CORRUPT', 786,
		qr/end of the input, after 14 samples/],
	'activity-unexpected-eof' => ['CORRUPT', 768,
		qr/end of the input, after 14 samples/],
);
for my $path (sort glob("$data/fit/invalid/*.fit")) {
	my ($name) = $path =~ m{([^/]+)\.fit$};
	my ($row) = decoded($path);
	is($row->{what}, 'error', "$name is refused");
	like($row->{message}, qr/^FIT, byte \d+: \w/, "$name: place and reason");
	my ($code, $offset, $reason) = @{ $refused{$name} || next };
	is($row->{code}, $code, "$name: code");
	like($row->{message}, qr/^FIT, byte $offset: .*$reason/,
	    "$name: $offset");
}

done_testing();
