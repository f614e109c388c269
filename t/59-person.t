#!/usr/bin/perl
# All of one person, and then nothing: pierrectl export and user delete, on both
# databases.
use strict;
use warnings;
use lib 't/lib';
use Digest::MD5 qw(md5_hex);
use IO::Uncompress::Unzip;
use JSON::PP;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';

# Every member of a ZIP archive.
sub unzip {
	my ($path) = @_;
	my %members;
	my $zip = IO::Uncompress::Unzip->new($path) or die "$path: no ZIP\n";
	for (my $more = 1; $more > 0; $more = $zip->nextStream) {
		my $name = $zip->getHeaderInfo->{Name};
		my ($bytes, $part) = ('');
		while (($zip->read($part)) > 0) { $bytes .= $part }
		$members{$name} = $bytes;
	}
	return \%members;
}

sub track {
	my ($name, $day) = @_;
	my $points = join '', map {
		sprintf '<trkpt lat="%.5f" lon="7.5"><ele>%d</ele>' .
		    '<time>2026-0%d-11T08:%02d:%02dZ</time></trkpt>',
		    47 + $_ / 5000, 300 + $_, $day, $_ / 60, $_ % 60
	} 0 .. 299;
	return qq(<?xml version="1.0"?><gpx version="1.1" creator="t" ) .
	    qq(xmlns="http://www.topografix.com/GPX/1/1"><trk><name>$name</name>) .
	    qq(<trkseg>$points</trkseg></trk></gpx>);
}

sub spew {
	my ($path, $text) = @_;
	open my $fh, '>', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}

# Rows of a person by table, in those that have any.
sub rows_of {
	my ($t, $user) = @_;
	my $text = slurp_all(glob 'sql/migrations/*.sql');
	my %rows;
	while ($text =~ /^CREATE TABLE (\w+) \(\n(.*?)\n\);/gms) {
		my ($table, $body) = ($1, $2);
		my $column = $table eq 'users' ? 'id' : 'user_id';
		next unless $body =~ /^\t$column /m && $body =~ /^\ttenant_id /m;
		my $n = $t->value("SELECT count(*) FROM $table WHERE $column = $user");
		$rows{$table} = $n if $n;
	}
	return \%rows;
}

sub slurp_all { return join '', map { slurp($_) } @_ }

# Have the deletion of a person killed while there is still something of them.
sub leave_half {
	my ($t, $name, $id) = @_;
	$t->value("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)" .
	    " INSERT INTO dailies (tenant_id, user_id, kind, day, value, source)" .
	    " SELECT u.tenant_id, u.id, 'many', i, i, 'test' FROM n, users u WHERE u.id = $id");
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec "$objects/pierrectl", '--config', $t->conf, 'user', 'delete',
		    $name, '--yes' or POSIX::_exit(127);
	}
	until_true(sub { $t->value("SELECT count(*) FROM users WHERE id = $id" .
		" AND leaving_at IS NOT NULL") }, 20);
	kill 'KILL', $pid;
	waitpid $pid, 0;
}

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 1);
	my $dir = $t->dir;
	my %id;
	for my $name (qw(anna bruno)) {
		is(($t->ctl('user', 'create', $name, '--display', "Canary $name",
			'--email', "$name\@example.org"))[0], 0, "$engine: $name");
		my $n = 0;
		for my $ride ("Ride of $name in May", "Ride of $name in June") {
			spew("$dir/$name-" . ++$n . '.gpx', track($ride, $n + 4));
		}
		my ($status, $out, $err) = $t->ctl('import', glob("$dir/$name-*.gpx"),
		    '--user', $name);
		is($status, 0, 'with two activities') or diag $err;
		$t->ctl('threshold', 'set', $name, 'ftp_w', 250);
		$t->ctl('token', 'create', $name);
		my $q = $engine eq 'sqlite' ? 'hex(id)' : "replace(id::text, '-', '')";
		my $hex = $t->value("SELECT $q FROM users WHERE username = '$name'");
		$id{$name} = $engine eq 'sqlite' ? "X'$hex'" : "'$hex'";
	}

	# Sums that are not those of the activities, and the command that mends them.
	$t->value("UPDATE activity_sums SET activities = activities + 7 WHERE user_id = $id{anna}");
	$t->value("DELETE FROM activity_totals WHERE user_id = $id{anna}");
	my ($mended, $sums, $why) = $t->ctl('recompute', 'anna');
	is($mended, 0, 'recompute') or diag $why;
	like($sums, qr/^anna: 2 activities in \d+ sums, which said 9$/, 'says what it mended');
	is(($t->ctl('recompute'))[1] =~ /^anna: 2 activities in \d+ sums$/m, 1, 'for good');
	is($t->value("SELECT count(*) FROM activity_totals WHERE user_id = $id{anna} AND level = 2"),
	    1, 'totals as well');

	my $zip = "$dir/anna.zip";
	my ($status, undef, $err) = $t->ctl('export', 'anna', $zip);
	is($status, 0, 'export') or diag $err;
	is((stat $zip)[2] & 07777, 0600, 'for its owner only');
	is(($t->ctl('export', 'anna', $zip))[0], 1, 'over nothing that is there');
	is_deeply([glob "$zip.part*"], [], 'and nothing is left beside it');
	my $members = unzip($zip);
	my %data = map { m{^data/(\w+)\.json$} ? ($1 => decode_json($members->{$_})) : () }
	    keys %$members;
	my $rows = rows_of($t, $id{anna});
	is_deeply({ map { $_ => scalar @{ $data{$_} } } keys %data }, $rows,
	    'as many records as there are rows');
	is($data{users}[0]{display_name}, 'Canary anna', 'the person');
	is_deeply([map { $_->{name} } sort { $a->{start_at} cmp $b->{start_at} }
		@{ $data{activities} }],
	    ['Ride of anna in May', 'Ride of anna in June'], 'the activities');
	is($data{activities}[0]{local_day}, substr($data{activities}[0]{start_at}, 0, 10),
	    'with days as dates');
	is(scalar @{ $data{activity_streams}[0]{samples}{altitude_m} }, 300,
	    'and every sample');
	my %sent = map { $_ => slurp("$dir/$_") } qw(anna-1.gpx anna-2.gpx);
	my %kept = map { m{^files/[0-9a-f-]{36}/(.*)$} ? ($1 => $members->{$_}) : () }
	    keys %$members;
	ok($kept{'anna-1.gpx'} eq $sent{'anna-1.gpx'} &&
		$kept{'anna-2.gpx'} eq $sent{'anna-2.gpx'} && keys %kept == 2,
	    'the files as they were');
	my $all = join '', values %$members;
	unlike($all, qr/bruno/, "nothing of others");
	ok(!exists $data{access_tokens}[0]{hash} && $data{access_tokens}[0]{prefix},
	    'no secret');

	# Deleting, killed on the way.
	is(($t->ctl('user', 'delete', 'anna'))[0], 64, 'deleting wants --yes');
	my $other = rows_of($t, $id{bruno});
	for my $round (1 .. 4) {
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			open STDOUT, '>', '/dev/null';
			open STDERR, '>', '/dev/null';
			exec "$objects/pierrectl", '--config', $t->conf, 'user', 'delete',
			    'anna', '--yes' or POSIX::_exit(127);
		}
		sleep 0.004 * $round;
		kill 'KILL', $pid;
		waitpid $pid, 0;
	}
	($status, undef, $err) = $t->ctl('user', 'delete', 'anna', '--yes');
	ok($status == 0 || $err =~ /there is no user "anna"/, 'deleted, in the end')
	    or diag $err;
	my $left = rows_of($t, $id{anna});
	ok(delete $left->{audit_log}, 'the audit trail stays');
	is($t->value("SELECT count(*) FROM audit_log WHERE user_id = $id{anna}" .
	    " AND action = 'user.delete'"), 1, 'and tells of the deletion once');
	is_deeply($left, {}, 'and no other row');
	is($t->value('SELECT count(*) FROM tenants'), 2, 'and no tenant without anybody');
	is_deeply(rows_of($t, $id{bruno}), $other, 'all of the others are');
	my $raw = $t->raw_database(1);
	my @traces = grep { index($raw, $_) >= 0 }
	    'Canary anna', 'anna@example.org', 'Ride of anna', 'anna-1.gpx';
	is_deeply(\@traces, [], 'and no trace on the raw pages');
	cmp_ok(index($raw, 'Ride of bruno'), '>=', 0, 'where the others are');
	# What one that was stopped before it overwrote anything has left.
	$t->value('PRAGMA secure_delete = ON; ' .
	    "INSERT INTO meta (name, number) VALUES ('Trace of somebody', 1); " .
	    "DELETE FROM meta WHERE name = 'Trace of somebody'") if $engine eq 'sqlite';
	$t->value("UPDATE meta SET number = 1 WHERE name = 'scrub_wanted'");
	is(($t->ctl('user', 'delete', 'nobody', '--yes'))[0], 1, 'somebody who is not there');
	is($t->value("SELECT number FROM meta WHERE name = 'scrub_wanted'"), 0,
	    'but what was to be overwritten is');
	is(index($t->raw_database(0), 'Trace of somebody'), -1, 'to the last trace')
	    if $engine eq 'sqlite';
	is(($t->ctl('export', 'nobody', "$dir/nobody.zip"))[0], 1, 'has no export either');

	my $noted = "SELECT count(*) FROM audit_log WHERE user_id = $id{bruno}" .
	    " AND action = 'user.delete'";
	# What was broken off the keeper finishes, when nobody has been at it for long.
	leave_half($t, 'bruno', $id{bruno});
	is($t->value("SELECT count(*) FROM users WHERE id = $id{bruno} AND suspended"), 1,
	    'one whose deletion was killed');
	is($t->value($noted), 1, 'which is in the audit trail');
	ok(!until_true(sub { !%{ rows_of($t, $id{bruno}) } }, 0.5),
	    'is still there');
	is(($t->ctl('user', 'restore', 'bruno'))[0], 0, 'who is restored');
	is($t->value("SELECT count(*) FROM users WHERE id = $id{bruno} AND leaving_at IS NULL"), 1,
	    'is no longer to go');
	my $long_ago = $t->sql_time(time - 61);
	$t->value("UPDATE users SET leaving_at = $long_ago WHERE id = $id{bruno}");
	ok(until_true(sub {
		my $still = rows_of($t, $id{bruno});
		delete $still->{audit_log};
		!%$still }, 30), 'but the server deletes the rest')
	    or diag explain rows_of($t, $id{bruno});
	ok(until_true(sub {
		$t->value("SELECT number FROM meta WHERE name = 'scrub_wanted'") eq '0' }, 20),
	    'and overwrites it');
	is(index($t->raw_database(1), 'Ride of bruno'), -1, 'to the last trace');
	like($t->log, qr/deleted a person whose deletion had been broken off/, 'which it logs');
	is($t->value($noted), 1, 'and of which the audit trail tells once');
	ok(!-e "$dir/nobody.zip", 'not even an empty one');
	$t->finish;
}

done_testing();
