#!/usr/bin/perl
# pierrectl keys on both databases: the master key and the data keys change
# while the server works, a wrong key changes nothing, and a copy is tested.
use strict;
use warnings;
use lib 't/lib';
use MIME::Base64 qw(encode_base64);
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

# Requests one after the other until told to stop; how many, and which failed.
sub under_load {
	my ($t, $work) = @_;
	my $path = $t->dir . '/load';
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		my ($n, @bad, $over) = (0);
		local $SIG{TERM} = sub { $over = 1 };
		until ($over) {
			my ($r, $body) = $t->rpc('tools/call',
			    { name => 'get_athlete', arguments => {} });
			$n++;
			push @bad, "$r->{status} $r->{content}"
			    unless $body && $body->{result} && !$body->{result}{isError};
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

sub spew {
	my ($path, $text) = @_;
	open my $fh, '>', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
	chmod 0600, $path;
}

# What a wrong key must not touch.
sub state_of {
	my ($t) = @_;
	return join '|', map { $t->value($_) } 'SELECT count(*) FROM data_keys',
	    "SELECT number FROM meta WHERE name = 'auth_epoch'",
	    'SELECT count(*) FROM secrets';
}

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 2,
	    config => "auth:\n  token_cache_ttl: 0\n");
	my ($status, $out, $err) = $t->ctl('keys', 'status');
	is($status, 0, "$engine: status") or diag $err;
	like($out, qr/^the master key is the database's$/m, 'the master key is proven');
	like($out, qr/^data key [0-9a-f-]{36} active  seals \d+ values?, made \d{4}-\S+Z$/m,
	    'the data key');

	my ($n, @bad) = under_load($t, sub {
		for (1 .. 10) {
			is(($t->ctl('keys', 'rotate'))[0], 0, "rotation $_");
			sleep 0.1;
		}
		($status, $out, $err) = $t->ctl('keys', 'reencrypt');
	});
	is_deeply(\@bad, [], "10 rotations under $n requests, none failed");
	is($status, 0, 'values sealed anew') or diag $err;
	like($out, qr/^[1-9]\d* values sealed anew; all are sealed by the data key in force$/m,
	    'all of them');
	($status, $out) = $t->ctl('keys', 'status');
	is(scalar(() = $out =~ /^data key \S+ retired seals 0 values/mg), 10,
	    'the retired keys seal nothing any more');

	# Another master key, and where it is kept.
	my $safe = $t->dir . '/safe';
	is(($t->ctl('keys', 'export', $safe))[0], 0, 'export');
	is((stat $safe)[2] & 07777, 0600, 'for its owner only');
	is(($t->ctl('keys', 'export', $safe))[0], 1, 'over nothing that is there');
	is(($t->ctl('keys', 'export'))[1], slurp($safe), 'on standard output too');
	is(($t->ctl('keys', 'check', $safe))[0], 0, 'the copy is good');
	(my $typo = slurp($safe)) =~ s/(key:.)(.)/$1 . ($2 eq 'A' ? 'B' : 'A')/e;
	spew("$safe.typo", $typo);
	is(($t->ctl('keys', 'check', "$safe.typo"))[0], 78, 'one with a letter wrong is not');
	($n, @bad) = under_load($t, sub {
		($status, $out, $err) = $t->ctl('keys', 'rekey');
		sleep 0.3;
		$t->ctl('keys', 'rotate');
		kill 'KILL', $t->children->{workers}[0];
		sleep 1;
	});
	is($status, 0, 'another master key') or diag $err;
	like($out, qr/^11 data keys sealed by the new master key$/m, 'seals the data keys');
	# A killed worker takes the request with it that it works on.
	cmp_ok(scalar @bad, '<=', 1, "under $n requests") or diag explain \@bad;
	is($t->value("SELECT count(*) FROM audit_log WHERE actor = 'pierrectl' AND action = '$_->[0]'"), $_->[1],
	    "the audit trail has $_->[0]") for ['data_key.rotate', 11], ['master_key.change', 1];
	($status, undef, $err) = $t->ctl('keys', 'check', $safe);
	is($status, 78, 'the former one is not the database\'s any more');
	like($err, qr/not this database's/, 'which is said');

	# rekey is killed, at any moment: it is the one key or the other.
	my $survived = 0;
	for my $round (1 .. 12) {
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			open STDOUT, '>', '/dev/null';
			open STDERR, '>', '/dev/null';
			exec +($ENV{PIERRE_OBJECTS} || 'build/release') . '/pierrectl',
			    '--config', $t->conf, 'keys', 'rekey' or POSIX::_exit(127);
		}
		sleep 0.003 * $round;
		kill 'KILL', $pid;
		waitpid $pid, 0;
		$survived += ($t->ctl('keys', 'status'))[0] == 0;
	}
	is($survived, 12, 'rekey, killed twelve times: the database opens each time');
	is(($t->ctl('keys', 'rekey'))[0], 0, 'and the next one goes through');
	is(($t->ctl('keys', 'status'))[0], 0, 'to the end');

	# A key that is configured.
	my ($old) = ($t->ctl('keys', 'export'))[1] =~ /key:([^:]+):/;
	my $new = encode_base64('n' x 32, '');
	my $before = state_of($t);
	$t->write_config("security:\n  master_key: $new\n");
	for my $verb (qw(status rotate reencrypt rekey export)) {
		($status, $out, $err) = $t->ctl('keys', $verb);
		is($status, 78, "with another key: $verb is refused");
		like($err, qr/not the one this database was set up with/, 'for that reason');
	}
	is(state_of($t), $before, 'and changes nothing');
	$t->stop;
	($status, $out, $err) = run_command(Pierre::Test->bin, '-f', '-c', $t->conf);
	is($status, 78, 'so is a start');
	is(state_of($t), $before, 'which changes nothing either');
	$t->write_config("security:\n  master_key: $new\n  former_master_key: $old\n");
	$t->start;
	is(($t->ctl('keys', 'rekey', '--to', $safe))[0], 64, '--to is for a key in a file');
	is(($t->ctl('keys', 'rekey'))[0], 0, 'with the former one beside it: rekey');
	($status, $out) = $t->ctl('keys', 'rekey');
	is($status, 0, 'twice');
	like($out, qr/already/, 'is once');
	$t->write_config("security:\n  master_key: $new\n");
	is(($t->signal('reload'))[0], 0, 'reload without the former one');
	my ($r) = $t->rpc('tools/call', { name => 'get_athlete', arguments => {} });
	is($r->{status}, 200, 'and it serves');
	$t->finish(qr/killed by signal 9/);
}

done_testing();
