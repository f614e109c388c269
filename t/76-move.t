#!/usr/bin/perl
# pierrectl migrate --from sqlite: --to postgresql:, while the server reads and
# others write: everything is there, and equal; who is killed has changed nothing.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';
my $pg = Pierre::Test::postgres();
my $t = Pierre::Test->new(database => 'sqlite', demo => 1, workers => 2,
    config => "auth:\n  token_cache_ttl: 0\ndatabase:\n  busy_timeout: 10s\n");
my $db = $t->dir . '/pierre.db';
my @tables = sort { $a cmp $b } map { /^CREATE TABLE (\w+) \(/mg }
    map { slurp($_) =~ s/^-- down\n.*//msr } glob 'sql/migrations/*.sql';

# Writes that need each other: measurements come by two, of which one changes
# later, when the other goes; until it is stopped.
sub start_writer {
	my $pid = fork // die "fork: $!";
	return $pid if $pid;
	open STDERR, '>', $t->dir . '/writer.err';
	open STDOUT, '>', '/dev/null';
	open my $to, '|-', 'sqlite3', '-bail', '-cmd', '.timeout 10000', '-cmd',
	    'PRAGMA synchronous = OFF', '-cmd', 'PRAGMA foreign_keys = ON', $db
	    or POSIX::_exit(1);
	$to->autoflush(1);
	my $over;
	local $SIG{TERM} = sub { $over = 1 };
	local $SIG{PIPE} = sub { $over = 1 };
	my $who = 'SELECT tenant_id, id';
	for (my $n = 0; !$over; $n++) {
		my $old = $n - 20;
		print $to "BEGIN IMMEDIATE;\n" .
		    "INSERT INTO dailies (tenant_id, user_id, kind, day, value, source)" .
		    " $who, 'canary', $n, 1, 'test' FROM users;\n" .
		    "INSERT INTO dailies (tenant_id, user_id, kind, day, value, source)" .
		    " $who, 'mayfly', $n, 1, 'test' FROM users;\n" .
		    "UPDATE dailies SET value = 2 WHERE kind = 'canary' AND day = $old;\n" .
		    "DELETE FROM dailies WHERE kind = 'mayfly' AND day = $old;\n" .
		    "UPDATE users SET weight_kg = 60 + $n % 30;\n" .
		    "COMMIT;\n";
		sleep 0.004;
	}
	close $to;
	POSIX::_exit(0);
}

# Reads through the server until told to stop; those that failed.
sub reads {
	my ($work) = @_;
	my $path = $t->dir . '/reads';
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		my ($n, @bad, $over) = (0);
		local $SIG{TERM} = sub { $over = 1 };
		until ($over) {
			my ($r, $body) = $t->rpc('tools/call',
			    { name => 'get_activities', arguments => { limit => 5 } });
			$n++;
			push @bad, "$r->{status} $r->{content}"
			    unless $body && $body->{result} && !$body->{result}{isError};
			sleep 0.005;
		}
		open my $fh, '>', $path or POSIX::_exit(1);
		print $fh join "\n", $n, @bad;
		close $fh;
		POSIX::_exit(0);
	}
	$work->();
	kill 'TERM', $pid;
	waitpid $pid, 0;
	return split /\n/, slurp($path);
}

# --- what is refused ------------------------------------------------------------

my $taken = $pg->database('taken');
my $other = Pierre::Test->new(start => 0);
$other->{database_url} = $taken;
$other->write_config('');
$other->ctl('migrate', 'up');
$other->ctl('user', 'create', 'somebody');
my ($status, $out, $err) = $t->ctl('migrate', '--to', $taken);
is($status, 1, 'a target with people in it');
like($err, qr/not new: there are rows in tenants/, 'is refused');
is(($t->ctl('migrate', '--to', 'sqlite:/tmp/x.db'))[0], 64, 'so is another engine');
is(($t->ctl('migrate'))[0], 64, 'and no target');
is($t->value("SELECT count(*) FROM sqlite_master WHERE name LIKE 'mov%'"), 0,
    'nothing of it is left');

# --- killed on the way ------------------------------------------------------------

my $url = $pg->database('target');
my ($killed, @half) = (0);
for my $round (1 .. 8) {
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec "$objects/pierrectl", '--config', $t->conf, 'migrate', '--to', $url
		    or POSIX::_exit(127);
	}
	sleep 0.02 + 0.02 * $round;
	my $alive = waitpid($pid, POSIX::WNOHANG()) == 0;
	last unless $alive;
	$killed++;
	kill 'KILL', $pid;
	waitpid $pid, 0;
	Pierre::Test::until_true(sub { $pg->sql('SELECT count(*) FROM pg_stat_activity' .
		" WHERE datname = 'target'") == 0 }, 10);
	my $laid_out = $pg->sql("SELECT count(*) FROM pg_class WHERE relname = 'users'", 'target');
	push @half, $round if $laid_out && $pg->sql('SELECT count(*) FROM users', 'target');
}
cmp_ok($killed, '>=', 2, "killed $killed times");
is_deeply(\@half, [], 'the target is as empty as before');

# --- the move ---------------------------------------------------------------------

$t->ctl('migrate', 'undo'); # in case the last one got to its end
$url = $pg->database('target2');
my $writer = start_writer();
sleep 0.5;
my $before = $t->value("SELECT count(*) FROM dailies WHERE kind = 'canary'");
my ($n, @bad) = reads(sub { ($status, $out, $err) = $t->ctl('migrate', '--to', $url) });
is($status, 0, 'moved') or diag $err;
is_deeply(\@bad, [], "$n reads meanwhile, none failed");
my ($followed, $pause) = $out =~ /, (\d+) that changed meanwhile followed; writing paused for ([\d.]+) s$/m;
cmp_ok($followed // 0, '>', 0, ($followed // 0) . ' changed rows followed');
cmp_ok($pause // 99, '<', 10, 'the pause is told: ' . ($pause // '?') . ' s');
is_deeply([sort { $a cmp $b } $out =~ /^(\w+) +\d+ rows  [0-9a-f]{16}  equal$/mg], \@tables,
    'every table is reported');
sleep 0.2;
kill 'TERM', $writer;
waitpid $writer, 0;
like(slurp($t->dir . '/writer.err'), qr/the database was moved to another place/,
    'nobody writes at the source any more');
my @different = grep {
	my $query = "SELECT count(*) FROM $_";
	$t->value($query) != $pg->sql($query, 'target2')
} @tables;
is_deeply(\@different, [], 'as many rows on both sides');
my $canary = "SELECT count(*), sum(day), sum(value) FROM dailies WHERE kind = 'canary'";
is($pg->sql($canary, 'target2'), $t->value($canary) =~ s/\.0$//r,
    'of those that were written meanwhile too');
cmp_ok($pg->sql("SELECT count(*) FROM dailies WHERE kind = 'canary'", 'target2'), '>', $before,
    'of which there are some');
my ($r, $body) = $t->rpc('tools/call', { name => 'get_athlete', arguments => {} });
is($r->{status}, 200, 'the server goes on reading');
my ($refused, undef, $why) = $t->ctl('user', 'create', 'late');
is($refused, 1, 'and writing is refused');
my $todo = qr/put its URL into database\.url and start the server anew, or take the move back by pierrectl migrate undo/;
like($why, $todo, 'with what the operator has to do');
my $told = HTTP::Tiny->new->post($t->url . '/api/activities/import', {
	headers => { Authorization => 'Bearer ' . $t->token,
		'Content-Type' => 'application/gpx+xml' }, content => '<gpx/>' });
is($told->{status}, 503, 'an athlete as well');
like($told->{content}, qr/is moving to another database: .* nothing was changed/,
    'in words of his own');
like($t->log, $todo, 'and the log says the rest');

my $served = Pierre::Test->new(start => 0);
$served->{database_url} = $url;
$served->write_config('');
open my $key, '>', $served->dir . '/master.key' or die;
print $key slurp($t->dir . '/master.key');
close $key;
chmod 0600, $served->dir . '/master.key';
$served->{token} = $t->token;
$served->start;
my ($x, $y) = map { $_->tool('get_activities', { limit => 20 }) } $t, $served;
is_deeply($y->{activities}, $x->{activities}, 'a server on the new database: the same answers');
is(($served->ctl('user', 'create', 'late'))[0], 0, 'and it is written');
is(($served->ctl('keys', 'status'))[0], 0, 'by the same master key');
$served->finish;

# --- and back ----------------------------------------------------------------------

is(($t->ctl('migrate', 'undo'))[0], 0, 'undone');
is(($t->ctl('user', 'create', 'late'))[0], 0, 'the former database is written again');
is($t->value("SELECT count(*) FROM sqlite_master WHERE name LIKE 'mov%'"), 0,
    'and nothing of the move is left in it');
$t->finish(qr/moved to another place/);

done_testing();
