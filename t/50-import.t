#!/usr/bin/perl
# pierrectl import: real files of real devices, once; broken ones leave nothing.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(getcwd);
use POSIX qw(mkfifo);
use Test::More;
use Pierre::Test;

my $data = shared_dir('data') or plan skip_all => 'the shared data is absent';
my $t = Pierre::Test->new(workers => 1, start => 0);
my ($status, $out, $err) = $t->ctl('migrate', 'up');
is($status, 0, 'migrate up') or diag($err);
($status) = $t->ctl('user', 'create', 'anna', '--timezone', 'Europe/Berlin',
    '--sex', 'female', '--born', '1990-05-01');
is($status, 0, 'user create');
for (['ftp_w', 250], ['lthr_bpm', 168], ['max_hr_bpm', 190], ['rest_hr_bpm', 50],
    ['run_pace_mps', 3.8]) {
	($status) = $t->ctl('threshold', 'set', 'anna', @$_, '--from', '2000-01-01');
	is($status, 0, "threshold set $_->[0]");
}

sub rows {
	my ($table) = @_;
	return $t->value("SELECT count(*) FROM $table");
}

# --- good files ---------------------------------------------------------------

my @files = map { glob "$data/$_" } 'fit/*.fit', 'gpx/*.gpx', 'tcx/*.tcx';
($status, $out, $err) = $t->ctl('import', @files, '--user', 'anna');
is($status, 0, scalar(@files) . ' files are imported') or diag($err);
is(() = $out =~ /^\S+: (?:imported: )?(?:FIT|GPX|TCX) /mg, scalar @files, 'a line for each');
like($out, qr/(\d+) imported, 0 known already/, 'and a summary');
my $activities = rows('activities');
cmp_ok($activities, '>', 20, "$activities activities are there");
is(rows('imports'), scalar @files, 'the ledger has every file');

($status, $out) = $t->ctl('import', @files, '--user', 'anna');
is($status, 0, 'importing again succeeds');
like($out, qr/^0 imported, @{[scalar @files]} known already/m, 'and does nothing');
is(rows('activities'), $activities, 'no activity stands twice');

# --- thresholds that devices know -------------------------------------------------

is(($t->ctl('user', 'create', 'cleo'))[0], 0, 'somebody without thresholds');
($status, $out, $err) = $t->ctl('import', '--user', 'cleo', map { "$data/fit/$_" }
    'garmin-fenix-5-bike.fit', 'garmin-fenix-5-run.fit', 'Settings.fit');
is($status, 0, 'imports') or diag $err;
like($out, qr/bike\.fit: imported: .*, 4 thresholds$/m, 'and is told of those in a file');
like($out, qr/run\.fit: imported: .*, 3 thresholds$/m, 'which an earlier file moves');
like($out, qr/Settings\.fit: FIT settings, nothing to keep$/m, 'those without a day are none');
(undef, $out) = $t->ctl('threshold', 'list', 'cleo');
my @held = map { join ' ', split } grep { /^2017/ } split /\n/, $out;
my $fenix = 'file: Garmin 2697';
is_deeply([sort @held], ["2017-06-11 lthr_bpm 164 $fenix", "2017-06-11 max_hr_bpm 183 $fenix",
	"2017-06-11 rest_hr_bpm 47 $fenix", "2017-06-12 ftp_w 400 $fenix"],
    'they hold from the first day') or diag $out;
(undef, $out) = $t->ctl('threshold', 'list', 'anna');
unlike($out, qr/file/, 'whoever has said a threshold keeps it');
$t->ctl('user', 'delete', 'cleo', '--yes');

# However sparse or noisy a recording is.
my $most = $t->value(
    'SELECT max(length(samples) * 3600 / moving_s) FROM activities a ' .
    'JOIN activity_streams s ON s.activity_id = a.id WHERE moving_s > 1800');
cmp_ok($most, '<', 26_000, "an hour of samples takes at most $most bytes");
cmp_ok($most, '>', 10_000, 'at least that of a full recording');

# --- odd names ----------------------------------------------------------------

my $here = getcwd;
my ($first) = map { slurp($_) } glob "$data/tcx/*.tcx";
chdir $t->dir or die;
for my $name ('--odd.tcx', "two\nlines.tcx", "\xff\xfe.tcx", 'with space & $(x).tcx') {
	open my $fh, '>', "./$name" or die "$name: $!";
	print $fh $first;
	close $fh;
	($status, $out, $err) = $t->ctl('import', '--user', 'anna', '--', $name);
	is($status, 0, 'a name is only a name') or diag $err;
	my $shown = $name =~ s/([\x00-\x1f\xfe\xff])/sprintf '\\x%02x', ord $1/ger;
	like($out, qr/^\Q$shown\E: already imported$/m, 'shown so that it can be read');
}
mkfifo('pipe.fit', 0600) or die;
{
	local $SIG{ALRM} = sub { die "an import waits for a pipe\n" };
	alarm 10;
	($status, $out, $err) = $t->ctl('import', 'pipe.fit', '--user', 'anna');
	alarm 0;
}
is($status, 1, 'a pipe is refused');
like($err, qr/^pipe\.fit: not a file/m, 'at once');
chdir $here or die;

# --- bad files ----------------------------------------------------------------

my %before = map { $_ => rows($_) } qw(activities imports dailies activity_streams);
my @invalid = glob "$data/fit/invalid/*";
for my $file (@invalid) {
	($status, $out, $err) = $t->ctl('import', $file, '--user', 'anna');
	is($status, 1, "$file is refused");
	like($err, qr/^\Q$file\E: FIT, byte \d+: \w+/m, 'with offset and reason');
}
my $dir = $t->dir;
for (["$dir/empty.fit", ''], ["$dir/text.fit", 'hello, this is no ride'],
    ["$dir/bad.gpx", "<?xml version=\"1.0\"?>\n<gpx><trk></gpx>"],
    ["$dir/bomb.tcx", "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"aaaa\">]>\n<TrainingCenterDatabase>&a;</TrainingCenterDatabase>"]) {
	open my $fh, '>', $_->[0] or die;
	print $fh $_->[1];
	close $fh;
	($status, $out, $err) = $t->ctl('import', $_->[0], '--user', 'anna');
	is($status, 1, "$_->[0] is refused");
	like($err, qr/^\Q$_->[0]\E: \w+/m, 'with a reason');
}
is(rows($_), $before{$_}, "nothing of them is in $_") for sort keys %before;

($status, $out, $err) = $t->ctl('import', '/no/such.fit', '--user', 'anna');
like($err, qr{/no/such.fit: cannot open: No such file}, 'a missing file is named');
($status, $out, $err) = $t->ctl('import', $files[0], '--user', 'nobody');
like($err, qr/no user "nobody"/, 'an unknown user is named');
($status, $out, $err) = $t->ctl('import', $files[0]);
is($status, 64, 'without --user');

# --- kill -9 in the middle ------------------------------------------------------

($status) = $t->ctl('user', 'create', 'bert');
for my $ms (5, 15, 30, 60, 120) {
	my $pid = fork // die;
	if ($pid == 0) {
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec(($t->bin =~ s/-mcp-server$/ctl/r), '--config', $t->conf, 'import',
		    @files, '--user', 'bert') or POSIX::_exit(127);
	}
	select undef, undef, undef, $ms / 1000;
	kill 'KILL', $pid;
	waitpid $pid, 0;
}
($status, $out) = $t->ctl('import', @files, '--user', 'bert');
is($status, 0, 'after kill -9 in the middle, importing again completes');
is(rows("activities WHERE user_id = (SELECT id FROM users WHERE username = 'bert')"),
    $activities, 'to the same activities');
is($t->value('SELECT count(*) FROM activity_streams s WHERE NOT EXISTS ' .
    '(SELECT 1 FROM activities a WHERE a.id = s.activity_id)'), 0, 'nothing is orphaned');
is($t->value('PRAGMA integrity_check'), 'ok', 'or corrupt') unless $t->{postgres};

# --- what an assistant sees of them ----------------------------------------------

($status, $out) = $t->ctl('token', 'create', 'anna');
chomp($t->{token} = $out);
$t->start;
my $list = $t->tool('get_activities', { limit => 100 });
is(scalar @{ $list->{activities} }, $activities, 'all are listed');
my ($bike) = grep { $_->{sport_type} eq 'ride' && $_->{average_power_w} } @{ $list->{activities} };
ok($bike, 'a ride with power is among them');
my $analysis = $t->tool('analyze_activity', { activity_id => $bike->{id} });
cmp_ok($analysis->{power}{normalized_w}, '>=', $analysis->{power}{average_w} * 0.95,
    'Normalized Power of ' . $bike->{name});
is($analysis->{load}{method}, 'tss', 'is rated by power');
for my $a (@{ $list->{activities} }) {
	my $one = $t->tool('analyze_activity', { activity_id => $a->{id} });
	ok($one->{load}, "$a->{local_date} $a->{name} is analysed") or diag(explain $one);
}
is($t->tool('get_athlete', {})->{weight_kg}, 76.1, 'what the scale said last is the weight');
my $load = $t->tool('analyze_training_load', { days => 30 });
is($load->{loads}{activities}, $activities, 'all count in the training load');
$t->finish;
done_testing();
