#!/usr/bin/perl
# pierrectl migrate on both databases: status, up, down and up again with data
# in place; what a start does and what it refuses.
use strict;
use warnings;
use lib 't/lib';
use Pierre::Test;
use Test::More;

my @versions = map { m{/(\d{4}_\w+)\.sql$} } sort glob 'sql/migrations/*.sql';
my $all = @versions;
my ($last) = $versions[-1] =~ /^(\d+)/;
my $bin = Pierre::Test->bin;

# Start in the foreground until it ends; status and log.
sub start_refused {
	my ($t) = @_;
	my ($status, $out, $err) = run_command($bin, '-f', '-c', $t->conf);
	return ($status, "$out$err");
}

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, workers => 1, start => 0,
	    config => "database:\n  migrate_at_start: false\n");
	my ($status, $out, $err) = $t->ctl('migrate', 'status');
	is($status, 78, "$engine: nothing there yet");
	like($err, qr/pierrectl migrate up/, 'and what to do');
	my ($ended, $log) = start_refused($t);
	is($ended, 78, 'a start that may not migrate refuses');
	like($log, qr/pierrectl migrate up/, 'and says what to do');

	($status, $out) = $t->ctl('migrate', 'up');
	is("$status $out", "0 $all migrations applied\n", 'up');
	($status, $out) = $t->ctl('migrate', 'up');
	is("$status $out", "0 0 migrations applied\n", 'and nothing more');
	($status, $out) = $t->ctl('migrate', 'status');
	is($status, 0, 'status');
	like($out, qr/^\Q$_\E +applied \d{4}-\d\d-\d\dT[\d:]+Z$/m, $_) for @versions;
	like($out, qr/^(?:SQLite|PostgreSQL) [\d.]+: the schema is up to date$/m,
	    'up to date');

	($status) = $t->ctl('user', 'create', 'anna');
	is($status, 0, 'data');
	($status, $out, $err) = $t->ctl('migrate', 'down');
	is($status, 64, 'down, without --yes');
	like($err, qr/say --yes/, 'is refused');
	($status, $out) = $t->ctl('migrate', 'down', '--yes');
	is("$status $out", "0 1 migrations taken back\n", 'down by one');
	($status, $out, $err) = $t->ctl('migrate', 'status');
	is($status, 78, 'which is too old');
	like($out, qr/^\Q$versions[-1]\E +not applied$/m, 'and listed so');
	is(($t->ctl('migrate', 'up'))[1], "1 migrations applied\n", 'up again');
	($status, $out) = $t->ctl('migrate', 'down', '--to', 0, '--yes');
	is("$status $out", "0 $all migrations taken back\n", 'all the way down');
	is(($t->ctl('migrate', 'up'))[1], "$all migrations applied\n", 'all up');
	($status) = $t->ctl('user', 'create', 'anna');
	is($status, 0, 'which works as new');

	# Another host has a newer program, and has brought the schema up to date:
	# what is only added does not disturb us, nor a worker that comes anew.
	(undef, $out) = $t->ctl('token', 'create', 'anna');
	$t->{token} = $out =~ s/\n.*//sr;
	$t->start;
	my @bad;
	my $serves = sub {
		my ($tool) = @_;
		my ($r, $body) = $t->rpc('tools/call', { name => $tool, arguments => {} });
		push @bad, "$tool: $r->{status} $r->{content}"
		    unless $body && $body->{result} && !$body->{result}{isError};
	};
	$serves->($_) for qw(get_athlete get_activities);
	$t->value($_) for 'ALTER TABLE users ADD COLUMN later INTEGER NOT NULL DEFAULT 0',
	    'ALTER TABLE activities ADD COLUMN later TEXT',
	    'CREATE TABLE later (id INTEGER PRIMARY KEY)',
	    'CREATE INDEX later_day ON activities (later)',
	    "INSERT INTO schema_migrations SELECT 9999, 'later', 'x', applied_at" .
	    ' FROM schema_migrations WHERE version = 1';
	$serves->($_) for qw(get_athlete get_activities);
	my ($worker) = @{ $t->children->{workers} };
	kill 'KILL', $worker;
	until_true(sub { my ($now) = @{ $t->children->{workers} };
		$now && $now != $worker && $t->request('GET', '/readyz')->{status} == 200 }, 10);
	$serves->($_) for qw(get_athlete get_activities);
	is_deeply(\@bad, [], 'a server goes on with a schema that became newer');
	$t->finish(qr/killed by signal 9/);
	$t->value($_) for 'DELETE FROM schema_migrations WHERE version = 9999',
	    'DROP INDEX later_day', 'DROP TABLE later',
	    'ALTER TABLE activities DROP COLUMN later', 'ALTER TABLE users DROP COLUMN later';
	$t->value("INSERT INTO schema_migrations SELECT 9999, 'later', 'x'," .
	    ' applied_at FROM schema_migrations WHERE version = 1');
	($status, $out, $err) = $t->ctl('migrate', 'status');
	like($out, qr/^9999_later .*, by a newer program$/m, 'a newer schema is seen');
	for my $verb (['up'], ['down', '--yes']) {
		($status, undef, $err) = $t->ctl('migrate', @$verb);
		is($status, 78, "@$verb: refused");
		like($err, qr/newer than this program/, 'for that reason');
	}
	is((start_refused($t))[0], 78, 'by a start too');
	$t->value('DELETE FROM schema_migrations WHERE version = 9999');
	$t->value("UPDATE schema_migrations SET checksum = 'x' WHERE version = $last");
	($status, $out, $err) = $t->ctl('migrate', 'status');
	like($out, qr/, with another text$/m, 'so is a migration that was changed');
	is($status, 78, 'and refused');
}

done_testing();
