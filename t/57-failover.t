#!/usr/bin/perl
# A primary dies, its standby takes over, and the former primary comes back: no
# acknowledged write is lost, and none goes to the wrong one.
use strict;
use warnings;
use lib 't/lib';
use Pierre::Postgres;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $first = Pierre::Postgres->new;
my $second = Pierre::Postgres->new(standby_of => $first);
$first->database('pierre');
$first->configure(synchronous_standby_names => "'*'");
$first->run("$first->{bin}/pg_ctl", '-D', $first->dir . '/data', 'reload');
Pierre::Test::until_true(sub { $first->sql(
	"SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") }, 10)
    or die 'no replication: ' . $second->log;

my ($one, $two) = map { $_->dir } $first, $second;
my $t = Pierre::Test->new(workers => 2, start => 0, config =>
    "database:\n  url: postgresql://pierre@/pierre?host=$one,$two\n");
my ($status, $out, $err) = $t->ctl('demo');
is($status, 0, 'the demo athlete') or diag $err;
($t->{token}) = $out =~ /TOKEN=(\S+)/;
$t->start;

# What serves: the clusters on which our workers have connections.
sub used {
	return join ' ', map { $_->sql("SELECT count(*) > 0 FROM pg_stat_activity" .
		" WHERE application_name = 'pierre-mcp-server'") } @_;
}

sub works {
	my ($r) = $t->rpc('tools/call', { name => 'get_athlete', arguments => {} });
	return $r->{status} == 200;
}

# Writes by one name after the other, each a word of the program that it is
# done.
my (@written, $n);
sub write_one {
	my $name = 'user' . ++$n;
	my ($status, undef, $err) = $t->ctl('user', 'create', $name);
	push @written, $name if $status == 0;
	return $status == 0;
}

write_one() for 1 .. 5;
is(scalar @written, 5, 'writes at first');
ok(works(), 'and reads');
is($first->sql("SELECT DISTINCT application_name = 'pierre-mcp-server' FROM" .
	" pg_stat_activity WHERE datname = 'pierre'"), 't', 'on the primary');

my $since = time;
$first->stop('KILL');
ok(!write_one(), 'without a primary no write is acknowledged');
is($second->promote, 0, 'the standby takes over');
my $promoted = time;
ok(Pierre::Test::until_true(\&write_one, 5), sprintf 'writes are back after %.1f s',
    time - $promoted);
ok(Pierre::Test::until_true(\&works, 5), 'so are reads');

# The former primary comes back, and is first in the URL.
unlink "$one/data/standby.signal";
$first->configure(synchronous_standby_names => "''");
$first->start;
for my $round (1 .. 3) {
	$second->sql('SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity' .
	    " WHERE application_name = 'pierre-mcp-server'");
	kill 'KILL', $t->children->{workers}[0] if $round == 2;
	ok(Pierre::Test::until_true(\&works, 5), 'connections are made anew');
}
sleep 0.5;
ok(works(), 'all is well');
is(used($first), 'f', 'the former primary is refused');
is(used($second), 't', 'its successor is used');
is($second->sql("SELECT count(*) FROM users WHERE username LIKE 'user%'", 'pierre'),
    scalar @written, 'no acknowledged write is lost');
$t->finish(qr/killed by signal 9|does not answer/);

done_testing();
