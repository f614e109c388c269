#!/usr/bin/perl
# Two hundred times, for each database, all processes of the server are killed in
# the middle of uploads and imports, and PostgreSQL with them: what was
# acknowledged is there in the end, nothing is half, and integrity and foreign
# keys hold.
use strict;
use warnings;
use lib 't/lib';
use POSIX qw(strftime);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Test;

my $rounds = scaled(200, 2);
my $config = "log:\n  access: false\n  level: warn\njobs:\n  lease: 1s\n" .
    "  max_open_per_user: 10000\n  max_attempts: 100\n" .
    "limits:\n" . join '', map { "  ${_}_per_minute: 0\n" } qw(address token user api);

# A short recording of an hour of its own.
sub track {
	my ($n) = @_;
	my $start = 946_684_800 + $n * 21_600;
	my $points = join '', map {
		sprintf '<trkpt lat="%.5f" lon="7.5"><ele>300</ele><time>%s</time></trkpt>',
		    47 + $_ / 5000, strftime('%Y-%m-%dT%H:%M:%SZ', gmtime($start + 2 * $_))
	} 0 .. 59;
	return qq(<?xml version="1.0"?><gpx version="1.1" creator="t" ) .
	    qq(xmlns="http://www.topografix.com/GPX/1/1"><trk><name>n$n</name>) .
	    qq(<trkseg>$points</trkseg></trk></gpx>);
}

# Send files from number $n on until the server is gone; which were taken.
sub start_sender {
	my ($t, $path, $n) = @_;
	my $pid = fork // die "fork: $!";
	return $pid if $pid;
	open my $fh, '>>', $path or POSIX::_exit(1);
	for (1 .. 50) {
		my $r = $t->request('POST', "/api/activities/import?filename=u$n.gpx",
		    headers => { 'Content-Type' => 'application/gpx+xml' }, content => track($n));
		last if $r->{status} == 599;
		syswrite $fh, "$n\n" if $r->{status} == 202;
		syswrite $fh, "# $r->{status} $r->{content}\n"
		    if $r->{status} != 202 && $r->{status} != 503;
		$n++;
	}
	POSIX::_exit(0);
}

sub kill_all {
	my ($t) = @_;
	my $children = $t->children;
	kill 'KILL', $t->pid, @{ $children->{workers} }, $children->{keeper} // ();
	waitpid $t->pid, 0;
	$t->{pid} = undef;
	return unless $t->{postgres};
	$t->{postgres}->signal('KILL');
	$t->{postgres}->restart('KILL');
}

# What must hold whatever happened.
sub faults {
	my ($t) = @_;
	my @found;
	unless ($t->{postgres}) {
		push @found, grep { $_ ne 'ok' } $t->value('PRAGMA integrity_check');
		push @found, grep { $_ ne '' } $t->value('PRAGMA foreign_key_check');
	}
	my %none = (
		'activities without samples' => "SELECT count(*) FROM activities a" .
		    " WHERE provider = 'file' AND NOT EXISTS (SELECT 1 FROM activity_streams s" .
		    " WHERE s.activity_id = a.id)",
		'imports without their file' => 'SELECT count(*) FROM imports i WHERE NOT' .
		    ' EXISTS (SELECT 1 FROM import_files f WHERE f.import_id = i.id)',
		'imports without their activity' => 'SELECT count(*) FROM imports i WHERE NOT' .
		    ' EXISTS (SELECT 1 FROM import_activities x WHERE x.import_id = i.id)',
	);
	push @found, map { my $n = $t->value($none{$_}); $n ? "$n $_" : () } sort keys %none;
	return @found;
}

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 2,
	    config => $config, start => 0);
	my $path = $t->dir . '/taken';
	my (@faults, $begun);
	$begun = time;
	for my $round (1 .. $rounds) {
		$t->start;
		my @senders = map { start_sender($t, $path, $round * 100 + $_ * 50) } 0, 1;
		sleep 0.02 + rand 0.3;
		kill_all($t);
		waitpid $_, 0 for @senders;
		push @faults, map {"round $round: $_"} faults($t);
	}
	is_deeply(\@faults, [], "$engine: $rounds rounds of kill -9, nothing is half");
	my @lines = split /\n/, slurp($path);
	is_deeply([grep {/^#/} @lines], [], 'requests were taken, or refused for the moment');
	my @taken = grep {/^\d/} @lines;
	cmp_ok(scalar @taken, '>', $rounds / 2, @taken . ' uploads were acknowledged');
	$t->start;
	ok(until_true(sub { !$t->value("SELECT count(*) FROM jobs WHERE state IN" .
			" ('queued', 'running')") }, 600), 'all jobs come to their end');
	my %there = map { $_ => 1 } split /\n/, $t->value('SELECT file_name FROM imports');
	is_deeply([grep { !$there{"u$_.gpx"} } @taken], [], 'every acknowledged one is there');
	is_deeply([faults($t)], [], 'as a whole');
	figure('%s: %d rounds, %d acknowledged, %d imported, %.0f s', $engine, $rounds,
	    scalar @taken, scalar keys %there, time - $begun);
	$t->finish(qr/./);
}

done_testing();
