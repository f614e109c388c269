#!/usr/bin/perl
# A FIT file of ten hours by the second, with all that a bicycle computer
# records, imports in less than 1.5 s of CPU time, on both databases: by the
# command, and by a worker.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Pierre::Bars;
use Pierre::Fit;
use Pierre::Test;

my $hours = scaled(10, 1);
my $bar_s = 1.5;
my $start = 1_100_000_000; # FIT time

# --- the file -------------------------------------------------------------------

# Position, altitude, heart rate, cadence, distance, speed, power, temperature.
sub ride {
	my ($seconds) = @_;
	my $data = fit_define(0, 0, [0, 1, 0], [4, 4, 0x86]) . pack 'CCV', 0, 4, $start;
	$data .= fit_define(1, 20, [253, 4, 0x86], [0, 4, 0x85], [1, 4, 0x85], [2, 2, 0x84],
	    [3, 1, 2], [4, 1, 2], [5, 4, 0x86], [6, 2, 0x84], [7, 2, 0x84], [13, 1, 1]);
	srand 1;
	my ($lat, $lon, $cm, $hr, $power) = (570_000_000, 90_000_000, 0, 130, 200);
	for my $t (0 .. $seconds - 1) {
		my $speed = 8000 + int(2000 * sin($t / 300)) + int rand 200;
		$cm += $speed / 10;
		$lat += int(rand 700) - 200;
		$lon += int(rand 900) - 100;
		$hr = ($hr * 9 + 120 + rand 60) / 10;
		$power = ($power + 150 + rand 200) / 2;
		$data .= pack 'CVl<l<vCCVvvc', 1, $start + $t, $lat, $lon,
		    2500 + 5 * (300 + int(200 * sin($t / 900))), $hr, 80 + rand 20, $cm, $speed,
		    $power, 20;
	}
	$data .= fit_define(2, 18, [253, 4, 0x86], [2, 4, 0x86], [7, 4, 0x86], [5, 1, 0]) .
	    pack 'CVVVC', 2, $start + $seconds, $start, $seconds * 1000, 2;
	return fit_file($data);
}

my $file = ride($hours * 3600);
note sprintf '%d hours in %.1f MB', $hours, length($file) / 1e6;

# --- imports --------------------------------------------------------------------

# User and system time of processes, in seconds.
sub cpu_of {
	my $sum = 0;
	for (@_) {
		my @field = split ' ', slurp("/proc/$_/stat") =~ s/.*\) //r;
		$sum += ($field[11] + $field[12]) / 100;
	}
	return $sum;
}

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 1);
	my $path = $t->dir . '/ride.fit';
	open my $fh, '>:raw', $path or die "$path: $!";
	print $fh $file;
	close $fh or die "$path: $!";

	my $before = (times)[2] + (times)[3];
	my ($status, $out, $err) = $t->ctl('import', $path, '--user', 'demo');
	my $took = (times)[2] + (times)[3] - $before;
	is($status, 0, "$engine: imported") or diag $err;
	like($out, qr/1 activity/, 'as an activity');
	cmp_ok($took, '<', $bar_s, 'by the command');
	figure('%s: pierrectl import of %d h: %.2f s of CPU', $engine, $hours, $took);

	# Another file, so that it is not the same.
	my $other = $file;
	substr($other, 14 + 12 + 1 + 1, 4) = pack 'V', $start + 5;
	substr($other, -2) = fit_crc(substr $other, 0, -2);
	my @pids = @{ $t->children->{workers} };
	$before = cpu_of(@pids);
	my $r = $t->request('POST', '/api/activities/import?filename=x.fit',
	    headers => { 'Content-Type' => 'application/octet-stream' }, content => $other);
	is($r->{status}, 202, 'sent') or diag $r->{content};
	my $job;
	until_true(sub {
		$job = decode_json($t->request('GET', $r->{headers}{location})->{content});
		$job->{finished_at} }, 60);
	$took = cpu_of(@pids) - $before;
	is($job->{result}{imported}, 1, 'imported by a worker') or diag explain $job;
	cmp_ok($took, '<', $bar_s, 'in time');
	figure('%s: a worker: %.2f s of CPU', $engine, $took);
	$t->finish;
}

done_testing();
