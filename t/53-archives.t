#!/usr/bin/perl
# pierrectl import of archives: what other services hand out, member by member,
# each with a result of its own; and what was packed to do harm.
use strict;
use warnings;
use lib 't/lib';
use Archive::Tar;
use IO::Compress::Gzip ();
use IO::Compress::Zip qw(:constants);
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
