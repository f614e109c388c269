#!/usr/bin/perl
# A program and the one before the last change of the schema, side by side on one
# database, as while hosts are brought up to date one after the other: what either
# writes both read, sums hold, and the older goes on until it is stopped.  The
# older is built from the history, once.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use File::Copy qw(copy);
use File::Path qw(make_path);
use JSON::PP;
use Pierre::Bars;
use Pierre::Fit;
use Pierre::Test;
use Test::More;

my $rides = scaled(40, 10);
my $json = JSON::PP->new->utf8->canonical;
my $start = 1_000_000_000; # FIT time

# --- the older program ------------------------------------------------------------

my ($newest) = reverse sort glob 'sql/migrations/*.sql';
my ($commit) = split /\n/, (run_command('git', 'log', '--diff-filter=A', '--format=%H', '--',
	$newest))[1];
plan skip_all => "the history does not tell when $newest came" unless $commit &&
    !(run_command('git', 'rev-parse', '--verify', '--quiet', "$commit^"))[0];

my $before = (run_command('git', 'rev-parse', "$commit^"))[1] =~ s/\n//r;
my $dir = abs_path('build') . "/before-$before";
my $objects = "$dir/build/release";
if (!-x "$objects/pierrectl") {
	make_path($dir);
	my ($status, undef, $err) = run_command('sh', '-c',
		qq(git archive $before | tar -x -C "$dir" && ) .
		qq(env -u MAKEFLAGS make -C "$dir" -j2 all && test -x "$objects/pierrectl"));
	BAIL_OUT("the program of $before: $err") if $status;
}
ok(!-e "$dir/$newest", "the program of $before does not know $newest");

# --- what is asked ------------------------------------------------------------------

# A ride of a minute at the n-th hour, with a lap each 20 seconds.
sub ride {
	my ($n) = @_;
	my $t = $start + 3600 * $n;
	my $data = fit_define(0, 0, [0, 1, 0], [4, 4, 0x86]) . pack 'CCV', 0, 4, $t;
	$data .= fit_define(1, 20, [253, 4, 0x86], [3, 1, 2]);
	$data .= pack 'CVC', 1, $t + $_, 120 + $_ % 20 for 0 .. 60;
	$data .= fit_define(2, 19, [2, 4, 0x86], [23, 1, 0]);
	$data .= pack 'CVC', 2, $t + $_ * 20, $_ for 0 .. 2;
	return fit_file($data . fit_define(3, 18, [253, 4, 0x86], [2, 4, 0x86], [7, 4, 0x86],
	    [5, 1, 0]) . pack 'CVVVC', 3, $t + 60, $t, 60_000, 2);
}

# Send a ride; where its job is told of.
sub send_ride {
	my ($t, $n) = @_;
	my $r = $t->request('POST', '/api/activities/import?filename=x.fit', content => ride($n),
	    headers => { 'Content-Type' => 'application/octet-stream' });
	return $r->{headers}{location} // die "$r->{status} $r->{content}";
}

# The id of the activity that a job made.
sub outcome {
	my ($t, $path) = @_;
	my $job;
	until_true(sub {
		$job = $json->decode($t->request('GET', $path)->{content});
		$job->{finished_at} }, 60);
	return $job->{files}[0]{result}{activities}[0] // 'none';
}

sub laps {
	my ($t, $id) = @_;
	my $r = $t->request('GET', "/api/activities/$id");
	return "status $r->{status}" if $r->{status} != 200;
	return join ' ', map { $_->{start_s} } @{ $json->decode($r->{content})->{laps} };
}

sub count {
	my ($t) = @_;
	my $r = $t->request('GET', '/api/activities?limit=200');
	return $r->{status} == 200 ? scalar @{ $json->decode($r->{content})->{activities} } : -1;
}

# --- both -----------------------------------------------------------------------------

for my $engine (qw(sqlite postgresql)) {
	my $old = Pierre::Test->new(database => $engine, bin => "$objects/pierre-mcp-server");
	my @old_ctl = ("$objects/pierrectl", '--config', $old->conf);
	run_command(@old_ctl, 'user', 'create', 'anna');
	my (undef, $out) = run_command(@old_ctl, 'token', 'create', 'anna');
	$old->{token} = $out =~ s/\n.*//sr;
	my $first = outcome($old, send_ride($old, 0));
	is(laps($old, $first), '0 20 40', "$engine: a ride of before");

	(undef, $out) = $old->ctl('migrate', 'up');
	is($out, "1 migrations applied\n", 'the schema is brought up to date');
	my $new = Pierre::Test->new(database => $engine, start => 0);
	$new->{$_} = $old->{$_} for qw(database database_url token);
	$new->{database_url} ||= 'sqlite:' . $old->dir . '/pierre.db';
	copy($old->dir . '/master.key', $new->dir) or die "master.key: $!";
	chmod 0600, $new->dir . '/master.key';
	$new->write_config('');
	$new->start;

	# By turns, as many at a time as may be under way.
	my @ids = $first;
	for my $ten (1 .. $rides / 10) {
		my @jobs = map { my $t = $_ % 2 ? $old : $new;
			[$t, send_ride($t, 10 * $ten + $_)] } 1 .. 10;
		push @ids, map { outcome(@$_) } @jobs;
	}
	for my $by ([old => $old], [new => $new]) {
		my ($name, $t) = @$by;
		is(count($t), $rides + 1, "the $name one lists all rides");
		is_deeply([grep { laps($t, $_) ne '0 20 40' } @ids], [], 'with their laps');
	}
	for my $t ($old, $new) {
		my $id = pop @ids;
		is($t->request('PATCH', "/api/activities/$ids[-1]", content => '{"name":"Both"}',
			headers => { 'Content-Type' => 'application/json' })->{status}, 200, 'renamed');
		is($t->request('DELETE', "/api/activities/$id")->{status}, 204, 'deleted');
	}
	is($_->request('GET', "/api/activities/$ids[-1]")->{content} =~ /"name":"Both"/, 1,
	    'which both know') for $old, $new;
	like(($new->ctl('recompute', 'anna'))[1], qr/^anna: @{[$rides - 1]} activities in \d+ sums$/,
	    'and all sums are right');
	is(($new->ctl('user', 'delete', 'anna', '--yes'))[0], 0, 'deleted by the new one');
	ok(until_true(sub { count($old) == -1 }, 5), 'which the old one learns');
	$_->finish for $old, $new;
}

done_testing();
