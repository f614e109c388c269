#!/usr/bin/perl
# A million rows from SQLite to PostgreSQL while the server reads and others write
# 100 transactions a second: the digests are equal, no write is lost, and
# writing pauses for less than 2 s.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Test;

my $rows = scaled(1_000_000, 20_000);
my $pg = Pierre::Test::postgres();
my $t = Pierre::Test->new(database => 'sqlite', demo => 1, workers => 2,
    config => "database:\n  busy_timeout: 10s\n");
my $db = $t->dir . '/pierre.db';
my (undef, undef, $made) = run_command('sqlite3', '-cmd', '.timeout 10000', $db, "PRAGMA synchronous = OFF;" .
    " WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $rows)" .
    " INSERT INTO dailies (tenant_id, user_id, kind, day, value, source)" .
    " SELECT u.tenant_id, u.id, 'made_up_' || (i % 97), i / 97, i * 0.25, 'test'" .
    " FROM n, (SELECT tenant_id, id FROM users LIMIT 1) u");

is($t->value("SELECT count(*) FROM dailies WHERE kind LIKE 'made_up%'"), $rows,
    "$rows rows") or diag $made;

my $writer = fork // die "fork: $!";
if ($writer == 0) {
	open STDERR, '>', $t->dir . '/writer.err';
	open STDOUT, '>', '/dev/null';
	open my $to, '|-', 'sqlite3', '-bail', '-cmd', '.timeout 10000', $db
	    or POSIX::_exit(1);
	$to->autoflush(1);
	my $over;
	local $SIG{$_} = sub { $over = 1 } for qw(TERM PIPE);
	for (my $n = 0; !$over; $n++) {
		print $to "INSERT INTO dailies (tenant_id, user_id, kind, day, value, source)" .
		    " SELECT tenant_id, id, 'canary', $n, 1, 'test' FROM users LIMIT 1;\n";
		sleep 0.01;
	}
	close $to;
	POSIX::_exit(0);
}

my $url = $pg->database('target');
my $begun = time;
my ($status, $out, $err) = $t->ctl('migrate', '--to', $url);
figure('%d rows moved in %.1f s', $rows, time - $begun);
sleep 0.2;
kill 'TERM', $writer;
waitpid $writer, 0;
is($status, 0, 'moved, and the digests are equal') or diag $err;
my ($followed, $pause) =
    $out =~ /, (\d+) that changed meanwhile followed; writing paused for ([\d.]+) s$/m;
cmp_ok($pause // 99, '<', 2, 'writing pauses for less than 2 s');
figure('writing paused for %.3f s, %d rows followed', $pause // -1, $followed // -1);
cmp_ok($followed // 0, '>', 0, 'while others wrote');
my $canary = "SELECT count(*), max(day) FROM dailies WHERE kind = 'canary'";
is($pg->sql($canary, 'target'), $t->value($canary), 'no write is lost');
is($pg->sql("SELECT count(*) FROM dailies WHERE kind LIKE 'made_up%'", 'target'), $rows,
    'and every row is there');
is($t->request('GET', '/readyz')->{status}, 200, 'the server goes on');
$t->finish;

done_testing();
