#!/usr/bin/perl
# The records of FIT files equal the tables that other programs made of them,
# every row and every column.
use strict;
use warnings;
use Test::More;
use Time::Local qw(timegm);

my $data = '../shared/data/fit';
my $dump = ($ENV{PIERRE_OBJECTS} || 'build/release') . '/t/files/fit_dump';
plan skip_all => "no sample files in $data" unless -d $data;
plan skip_all => "$dump is not built" unless -x $dump;

use constant FIT_EPOCH => 631065600;
my %month;
@month{qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec)} = (0 .. 11);

# Columns: how the table calls them, our channel, what a step of the FIT field
# is, and how our unit becomes theirs.
my $degree = 2**31 / 180;
my %column = (
	'heart_rate' => ['hr_bpm', 1, 1],
	'cadence' => ['cadence_rpm', 1, 1],
	'speed' => ['speed_mps', 0.001, 1],
	'distance' => ['distance_m', 0.01, 1],
	'position_lat' => ['latitude_deg', 1, $degree],
	'position_long' => ['longitude_deg', 1, $degree],
	'altitude' => ['altitude_m', 0.2, 1],
	'temperature' => ['temperature_c', 1, 1],
	'Heart Rate [bpm]' => ['hr_bpm', 1, 1],
	'Speed [m/s]' => ['speed_mps', 0.01, 1],
	'Distance [m]' => ['distance_m', 1 / 16, 1],
	'Cadence [rpm]' => ['cadence_rpm', 1, 1],
);

# "Sun Sep 25 06:00:22 PDT 2011", or seconds since the FIT epoch.
sub fit_time {
	my ($text) = @_;
	return $text if $text =~ /^\d+$/;
	my ($m, $d, $h, $min, $s, $zone, $y) =
	    $text =~ /^\w+ (\w+) (\d+) (\d+):(\d+):(\d+) (PDT|PST) (\d+)$/
	    or die "time '$text'";
	return timegm($s, $min, $h, $d, $month{$m}, $y) - FIT_EPOCH
	    + 3600 * ($zone eq 'PDT' ? 7 : 8);
}

sub records {
	my ($path) = @_;
	my @rows;
	for (split /\n/, qx($dump $path)) {
		my ($time, @channels) = split / /;
		push @rows, { time => $time, map { split /=/, $_, 2 } @channels };
	}
	is($?, 0, "$path is read to its end");
	return @rows;
}

# Where the Edge 500's file has no value (the sensor was out of reach), its table
# has one all the same: cadence 0, and the position of the row before.  So many
# values, no more and no fewer, are stand-ins of that kind.
my %stand_ins = ('garmin-edge-500-activity' => 121 + 2 * 9);
my $stand_ins;

sub is_stand_in {
	my ($name, $want, $before) = @_;
	return 1 if $name eq 'cadence' && $want eq '0';
	return $name =~ /^position_/ && $before && $want eq $before->{$name};
}

# What differs in one row, or nothing.
sub differs {
	my ($ours, $theirs, $before) = @_;
	return "time $ours->{time}, not $theirs->{time}"
	    if $ours->{time} != $theirs->{time};
	for my $name (grep { $_ ne 'time' } keys %$theirs) {
		my ($channel, $step, $unit) = @{ $column{$name} };
		my ($got, $want) = ($ours->{$channel}, $theirs->{$name});
		if ($want eq '' || $want eq 'null') {
			return "$name is $got, not missing" if $got ne '-';
			next;
		}
		if ($got eq '-' && is_stand_in($name, $want, $before)) {
			$stand_ins++;
			next;
		}
		return "$name is missing, not $want" if $got eq '-';
		$got *= $unit;
		# The tables leave out the fraction of a step.
		$got = int($got) if $channel eq 'cadence_rpm';
		return "$name is $got, not $want"
		    if abs($got - $want) > $step * 0.01;
	}
	return;
}

for my $csv (sort glob("$data/*-records.csv")) {
	(my $fit = $csv) =~ s/-records\.csv$/.fit/;
	# A record without any value makes no row.
	my @ours = grep {
		my $row = $_;
		grep { $_ ne 'time' && $row->{$_} ne '-' } keys %$row;
	} records($fit);
	open my $fh, '<', $csv or die "$csv: $!";
	chomp(my $head = <$fh>);
	$head =~ s/\r$//;
	my ($time, @names) = split /,\s*/, $head;
	is_deeply([grep { !$column{$_} } @names], [], "$csv: columns known");
	my (@wrong, $rows, $before);
	$stand_ins = 0;
	while (my $line = <$fh>) {
		$line =~ s/[\r\n]+$//;
		my %theirs;
		(my $t, @theirs{@names}) = split /,/, $line, -1;
		$theirs{time} = fit_time($t);
		my $ours = $ours[$rows++] or last;
		my $what = differs($ours, \%theirs, $before);
		$before = \%theirs;
		push @wrong, "row $rows: $what" if $what;
	}
	is($rows, scalar @ours, "$fit: $rows records");
	is_deeply([@wrong[0 .. ($#wrong < 9 ? $#wrong : 9)]], [],
	    "$fit: every value of every record");
	my ($name) = $fit =~ m{([^/]+)\.fit$};
	is($stand_ins, $stand_ins{$name} || 0, "$fit: stand-ins for missing");
}

done_testing();
