#!/usr/bin/perl
# FIT files as gpsbabel reads them: every point, and of every point each field
# that both of us have.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use Time::Local qw(timegm);

my $data = '../shared/data/fit';
my $dump = ($ENV{PIERRE_OBJECTS} || 'build/release') . '/t/files/fit_dump';
plan skip_all => "no sample files in $data" unless -d $data;
plan skip_all => "$dump is not built" unless -x $dump;
plan skip_all => 'gpsbabel is not installed' if system 'gpsbabel -V >/dev/null 2>&1';

use constant FIT_EPOCH => 631065600;
my $dir = tempdir(CLEANUP => 1);

# Its column, our channel, and half of the last digit that it writes.
my @columns = (
	['Latitude',    'latitude_deg',  0.51e-6],
	['Longitude',   'longitude_deg', 0.51e-6],
	['Altitude',    'altitude_m',    0.051],
	['Speed',       'speed_mps',     0.0051],
	['Heartrate',   'hr_bpm',        0],
	['Cadence',     'cadence_rpm',   1],	# it leaves out fractions
	['Power',       'power_w',       0.051],
	['Temperature', 'temperature_c', 0.00051],
);
use constant WAY_SHARE => 0.05;	# smart recording cuts corners

sub run_gpsbabel {
	my ($path, $format, $name) = @_;
	my @command = ('gpsbabel', '-t', '-i', 'garmin_fit', '-f', $path, '-o', $format,
	    '-F', "$dir/$name");
	is(system(@command), 0, "gpsbabel reads $path as $format");
	open my $fh, '<', "$dir/$name" or die "$dir/$name: $!";
	local $/;
	return <$fh>;
}

# Its points: hashes by column, with the time as FIT has it.
sub theirs {
	my ($path) = @_;
	my ($head, @lines) = split /\r?\n/, run_gpsbabel($path, 'unicsv,utc=0', 'points.csv');
	my @names = split /,/, $head;
	my @points;
	for (@lines) {
		my %p;
		@p{@names} = split /,/, $_, -1;
		my @t = ($p{Date} =~ /^(\d+)\/(\d+)\/(\d+)$/, $p{Time} =~ /^(\d+):(\d+):(\d+)/);
		$p{time} = timegm($t[5], $t[4], $t[3], $t[2], $t[1] - 1, $t[0]) - FIT_EPOCH;
		push @points, \%p;
	}
	return @points;
}

# How long the way over all its points is.  The distance that is in the file it
# does not hand on, so that this is all there is to compare.
sub its_way {
	my ($path) = @_;
	my ($way) = run_gpsbabel($path, 'gtrnctr,course=0', 'points.tcx')
	    =~ /<\/TotalTimeSeconds>\s*<DistanceMeters>([\d.]+)</;
	return $way;
}

# Our records that have a position, as its points do.
sub ours {
	my ($path) = @_;
	my @rows;
	for (split /\n/, qx($dump $path)) {
		my ($time, @channels) = split / /;
		push @rows, { time => $time, map { split /=/, $_, 2 } @channels };
	}
	is($?, 0, 'we read it to its end');
	return grep { $_->{latitude_deg} ne '-' && $_->{longitude_deg} ne '-' } @rows;
}

# What differs, or nothing; and how many values were compared.
sub compare {
	my ($ours, $theirs, $counts) = @_;
	return "time $ours->{time}, not $theirs->{time}" if $ours->{time} != $theirs->{time};
	for (@columns) {
		my ($column, $channel, $slack) = @$_;
		my ($got, $want) = ($ours->{$channel}, $theirs->{$column});
		next if !defined $want || $want eq '';
		# What it has no value of, it may write as 0.
		next if $got eq '-' && $want == 0;
		return "$channel is missing, not $want" if $got eq '-';
		return "$channel is $got, not $want" if abs($got - $want) > $slack + 1e-9;
		$counts->{$channel}++;
	}
	return;
}

# Files and the fields that both of us find in them.
my @base = qw(altitude_m latitude_deg longitude_deg speed_mps);
my %files = (
	'Edge810-Vector-2013-08-16-15-35-10' =>
	    [@base, qw(hr_bpm cadence_rpm power_w temperature_c)],
	'activity-small-fenix2-run' => [@base, qw(hr_bpm cadence_rpm temperature_c)],
	'developer-types-sample' => [@base, qw(hr_bpm cadence_rpm power_w)],
	'garmin-edge-500-activity' => [@base, qw(hr_bpm cadence_rpm temperature_c)],
	'sample-activity' => [@base, qw(hr_bpm cadence_rpm temperature_c)],
	'garmin-fenix-5-run' => [@base, qw(hr_bpm cadence_rpm temperature_c)],
	'garmin-fenix-5-bike' => [@base, qw(hr_bpm temperature_c)],
);
for my $name (sort keys %files) {
	my $path = "$data/$name.fit";
	my @theirs = theirs($path);
	my @ours = ours($path);
	is(scalar @ours, scalar @theirs, "$name: " . @theirs . ' points');
	my (%counts, @wrong);
	for (0 .. ($#ours < $#theirs ? $#ours : $#theirs)) {
		my $what = compare($ours[$_], $theirs[$_], \%counts);
		push @wrong, "point $_: $what" if $what;
	}
	is_deeply([@wrong[0 .. ($#wrong < 9 ? $#wrong : 9)]], [], "$name: every value of each");
	is_deeply([sort keys %counts], [sort @{ $files{$name} }], "$name: of " .
	    join(', ', map {"$_ $counts{$_}"} sort keys %counts));
	my ($last) = map { $_->{distance_m} } grep { $_->{distance_m} ne '-' } reverse @ours;
	next if $last < 1000;
	my $way = its_way($path);
	cmp_ok(abs($way - $last), '<', WAY_SHARE * $last, "$name: $last m, its way is $way m");
}

done_testing();
