#!/usr/bin/perl
# What laps were for, on both databases: steps of a planned workout and sets in a
# gym, from a FIT file to REST, the tool and the page; also of a ride that is put
# together with another recording and taken apart again.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use POSIX qw(strftime);
use Pierre::Browser;
use Pierre::Fit;
use Pierre::Test;
use Test::More;

my $json = JSON::PP->new->utf8->canonical;
my $epoch = 631065600;
my $start = 1_000_000_000; # FIT time
my $password = 'eleven quiet herons at dusk';

sub begin {
	my ($sport) = @_;
	my $data = fit_define(0, 0, [0, 1, 0], [4, 4, 0x86]) . pack 'CCV', 0, 4, $start;
	$data .= fit_define(1, 20, [253, 4, 0x86], [3, 1, 2]);
	$data .= pack 'CVC', 1, $start + $_, 120 + $_ % 20 for 0 .. 900;
	return $data . fit_define(2, 18, [253, 4, 0x86], [2, 4, 0x86], [7, 4, 0x86], [5, 1, 0]) .
	    pack 'CVVVC', 2, $start + 900, $start, 900_000, $sport;
}

# Two steps of a workout, one of them twice.
sub ride {
	my $data = begin(2) . fit_define(3, 26, [8, 16, 7]) . pack 'CZ16', 3, 'Two & two';
	$data .= fit_define(3, 27, [254, 2, 0x84], [0, 12, 7], [7, 1, 0], [3, 1, 0],
	    [4, 4, 0x86], [5, 4, 0x86], [6, 4, 0x86]);
	$data .= pack 'CvZ12CCVVV', 3, 0, 'Hard', 5, 4, 0, 1250, 1270;
	$data .= pack 'CvZ12CCVVV', 3, 1, '', 4, 2, 0, 0, 0;
	$data .= fit_define(3, 19, [2, 4, 0x86], [23, 1, 0], [71, 2, 0x84]);
	$data .= pack 'CVCv', 3, $start + $_ * 225, 255, $_ % 2 for 0 .. 3;
	return fit_file($data);
}

# Ten squats with 62.5 kg, a rest, eight more without.
sub gym {
	my $data = begin(10) . fit_define(3, 225, [0, 4, 0x86], [3, 2, 0x84], [4, 2, 0x84],
	    [5, 1, 2], [6, 4, 0x86], [7, 2, 0x84]);
	$data .= pack 'CVvvCVv', 3, @$_ for [60_000, 10, 1000, 1, $start, 28],
	    [90_000, 0xffff, 0xffff, 0, $start + 60, 0xffff],
	    [50_000, 8, 0, 1, $start + 150, 28];
	return fit_file($data);
}

# The same ride, of a device without a button for laps.
sub track {
	my $points = join '', map {
		my $t = strftime('%Y-%m-%dT%H:%M:%SZ', gmtime $epoch + $start + $_);
		sprintf '<trkpt lat="%.6f" lon="8"><time>%s</time></trkpt>', 50 + $_ * 5e-5, $t
	} 0 .. 900;
	return '<gpx version="1.1" creator="Telephone" ' .
	    'xmlns="http://www.topografix.com/GPX/1/1"><trk><type>cycling</type><trkseg>' .
	    "$points</trkseg></trk></gpx>";
}

# The id of the activity in a file.
sub import_one {
	my ($t, $name, $bytes) = @_;
	my $r = $t->request('POST', "/api/activities/import?filename=$name",
	    content => $bytes, headers => { 'Content-Type' => 'application/octet-stream' });
	my $job;
	until_true(sub {
		$job = $json->decode($t->request('GET', $r->{headers}{location})->{content});
		$job->{finished_at} }, 30);
	return $job->{files}[0]{result}{activities}[0] // diag $json->encode($job);
}

sub activity {
	my ($t, $id) = @_;
	return $json->decode($t->request('GET', "/api/activities/$id")->{content});
}

# What laps were for, without their numbers.
sub what_of {
	return [map { my $lap = $_; +{ map { exists $lap->{$_} ? ($_ => $lap->{$_}) : () }
		    qw(kind name target repetitions weight_kg) } } @{ $_[0] }];
}

my @steps = ({ kind => 'interval', name => 'Hard', target => '250-270 W' },
	{ kind => 'recovery' });
my @sets = ({ kind => 'active', name => 'Squat', repetitions => 10, weight_kg => 62.5 },
	{ kind => 'rest' }, { kind => 'active', name => 'Squat', repetitions => 8 });

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 1);
	my $ride = import_one($t, 'ride.fit', ride());
	my $one = activity($t, $ride);
	is($one->{name}, 'Two & two', "$engine: named as the workout");
	is_deeply(what_of($one->{laps}), [@steps, @steps], 'each lap with its step');
	is_deeply(what_of($t->tool('get_activity', { activity_id => $ride })->{laps}),
	    [@steps, @steps], 'to the tool as well');

	import_one($t, 'ride.gpx', track());
	$one = activity($t, $ride);
	is(scalar @{ $one->{recordings} }, 2, 'with a second recording');
	is_deeply(what_of($one->{laps}), [@steps, @steps], 'laps are what they were');
	is($t->request('POST', "/api/activities/$ride/split")->{status}, 200, 'and taken apart');
	is_deeply(what_of(activity($t, $ride)->{laps}), [@steps, @steps], 'they still are');

	my $gym = import_one($t, 'gym.fit', gym());
	is_deeply(what_of(activity($t, $gym)->{laps}), \@sets, 'sets of a gym');
	is_deeply(what_of($t->tool('get_activity', { activity_id => $gym })->{laps}),
	    \@sets, 'to the tool as well');

	open my $ctl, '|-', ($ENV{PIERRE_OBJECTS} || 'build/release') . '/pierrectl',
	    '--config', $t->conf, 'user', 'password', 'demo' or die "pierrectl: $!";
	print $ctl "$password\n";
	close $ctl or die "pierrectl user password: $?";
	my $b = Pierre::Browser->new($t);
	$b->sign_in('demo', $password);
	$b->get("/activities/$ride");
	like($b->{page}, qr{<td>Hard, 250-270 W</td>.*<td>Recovery</td>}s, 'on the page');
	$b->get("/activities/$gym");
	like($b->{page}, qr{<td>Squat, 10 x 62\.5 kg</td>.*<td>Rest</td>.*<td>Squat, 8 x</td>}s,
	    'sets too');
	$t->finish;
}

done_testing();
