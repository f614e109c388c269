#!/usr/bin/perl
# pierrectl backup, verify and restore on both databases: what comes back is what
# was there, at one moment; what is damaged, newer or of another key is refused
# and changes nothing; who is killed leaves nothing half.
use strict;
use warnings;
use lib 't/lib';
use Digest::SHA qw(sha256_hex);
use JSON::PP;
use MIME::Base64 qw(encode_base64);
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';

sub spew {
	my ($path, $text) = @_;
	open my $fh, '>:raw', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}

# A place that a backup may be restored to; nothing is there yet.
my $places = 0;
sub new_place {
	my ($t) = @_;
	my $name = 'place_' . ++$places;
	return $t->{postgres} ? $t->{postgres}->database($name)
	    : 'sqlite:' . $t->dir . "/$name.db";
}

# How many tables stand at a place.
sub tables_at {
	my ($t, $url) = @_;
	return $t->{postgres}->sql("SELECT count(*) FROM pg_class WHERE relkind = 'r'" .
	    " AND relnamespace = 'public'::regnamespace", ($url =~ m{/(\w+)$})[0])
	    if $t->{postgres};
	return -e ($url =~ s/^sqlite://r) ? 1 : 0;
}

# One value there.
sub value_at {
	my ($t, $url, $sql) = @_;
	return $t->{postgres}->sql($sql, ($url =~ m{/(\w+)$})[0]) if $t->{postgres};
	my (undef, $out) = run_command('sqlite3', $url =~ s/^sqlite://r, $sql);
	chomp $out;
	return $out;
}

# The manifest with another text, in a backup that is whole.
sub forge {
	my ($from, $to, $change) = @_;
	my $dir = "$to.dir";
	mkdir $dir or die "$dir: $!";
	run_command('tar', '-xf', $from, '-C', $dir);
	my ($copy) = map { m{([^/]+)$} } glob "$dir/database.*";
	spew("$dir/manifest.json", $change->(slurp("$dir/manifest.json")));
	run_command('tar', '--format=pax', '-cf', "$dir.tar", '-C', $dir,
	    'manifest.json', $copy);
	my $tar = slurp("$dir.tar");
	spew($to, $tar . 'sha256:' . sha256_hex($tar) . "\n");
}

# Both rows of each number are written in one transaction, about 500 a second,
# until it is stopped.
sub start_writer {
	my ($t) = @_;
	my @client = $t->{postgres}
	    ? ("$t->{postgres}{bin}/psql", '-X', '-q', '-h', $t->{postgres}->dir,
		'-U', 'pierre', '-d', $t->{database})
	    : ('sqlite3', '-cmd', '.timeout 10000', '-cmd',
		'PRAGMA synchronous = OFF', "$t->{dir}/pierre.db");
	my $pid = fork // die "fork: $!";
	return $pid if $pid;
	open STDERR, '>', "$t->{dir}/writer.err";
	open STDOUT, '>', '/dev/null';
	open my $to, '|-', @client or POSIX::_exit(1);
	$to->autoflush(1);
	my $over;
	local $SIG{TERM} = sub { $over = 1 };
	my ($n, $begun) = (0, time);
	until ($over) {
		my $late = time - $begun;
		for (; $n < 500 * $late; $n++) {
			print $to "BEGIN;\n", (map {
				"INSERT INTO dailies (tenant_id, user_id, kind, day, value, source)" .
				" SELECT tenant_id, id, '$_', $n, 1, 'test' FROM users LIMIT 1;\n"
			} qw(left right)), "COMMIT;\n";
		}
		sleep 0.01;
	}
	close $to;
	POSIX::_exit(0);
}

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 1);
	my $file = $t->dir . '/backup';
	my ($status, $out, $err) = $t->ctl('backup', $file);
	is($status, 0, "$engine: backup") or diag $err;
	is((stat $file)[2] & 07777, 0600, 'for its owner only');
	my ($schema) = map { m{/(\w+)\.sql$} } (sort glob 'sql/migrations/*.sql')[-1];
	like($out, qr/: schema \Q$schema\E, \d+ rows in \d+ tables$/m, 'and it says what is in it');
	my ($listed, $members) = run_command('tar', '-tf', $file);
	is_deeply([split ' ', $members], ['manifest.json',
		$engine eq 'sqlite' ? 'database.sqlite' : 'database.dump'], 'a tar archive');
	my $manifest = decode_json((run_command('tar', '-xOf', $file, 'manifest.json'))[1]);
	my %rows = map { $_->{name} => $_->{rows} } @{ $manifest->{tables} };
	is($rows{activities}, $t->value('SELECT count(*) FROM activities'), 'with all rows');
	is(($t->ctl('backup', $file))[0], 1, 'over nothing that is there');
	($status, $out) = $t->ctl('verify', $file);
	is($status, 0, 'verify');
	like($out, qr/: good, $engine, made \S+Z of (?:SQLite|PostgreSQL) /, 'good');

	my $place = new_place($t);
	($status, $out, $err) = $t->ctl('restore', $file, '--to', $place);
	is($status, 0, 'restore') or diag $err;
	like($out, qr/restored, and what was counted is equal/, 'equal');
	($status, undef, $err) = $t->ctl('restore', $file, '--to', $place);
	is($status, 1, 'a place that is taken is refused');
	is(value_at($t, $place, 'SELECT count(*) FROM activities'), $rows{activities},
	    'and stays');
	my $served = Pierre::Test->new(start => 0);
	$served->{database_url} = $place;
	$served->write_config('');
	spew($served->dir . '/master.key', slurp($t->dir . '/master.key'));
	chmod 0600, $served->dir . '/master.key';
	$served->{token} = $t->token;
	$served->start;
	my ($x, $y) = map { $_->tool('get_activities', { limit => 5 }) } $t, $served;
	is_deeply($y->{activities}, $x->{activities}, 'a server serves it, by the same token');
	$served->finish;

	# What is not as it was written.
	my $whole = slurp($file);
	my @at = (0, 100, 600, map { int rand length $whole } 1 .. 12);
	my @damaged = map {
		my $bytes = $whole;
		substr($bytes, $_, 1) ^= chr(1 << int rand 8);
		["a bit of byte $_ flipped", $bytes];
	} @at, length($whole) - 2;
	push @damaged, map { ["cut to $_ bytes", substr $whole, 0, $_] }
	    0, 71, 72, 512, int(length($whole) / 2), length($whole) - 1;
	my ($taken, $place2) = (0, new_place($t));
	my @passed;
	for (@damaged) {
		spew("$file.bad", $_->[1]);
		push @passed, "verify: $_->[0]" if ($t->ctl('verify', "$file.bad"))[0] != 1;
		push @passed, "restore: $_->[0]"
		    if ($t->ctl('restore', "$file.bad", '--to', $place2))[0] != 1;
	}
	is_deeply(\@passed, [], scalar @damaged . ' damaged backups are refused');
	forge($file, "$file.newer",
	    sub { $_[0] =~ s/("migrations":\[)/$1\{"version":9999,"name":"later","checksum":"x"},/r });
	($status, undef, $err) = $t->ctl('restore', "$file.newer", '--to', $place2);
	is($status, 78, 'so is a newer schema');
	like($err, qr/newer than this program/, 'for that reason');
	forge($file, "$file.rows", sub { $_[0] =~ s/("name":"activities","rows":)\d+/${1}1/r });
	($status, undef, $err) = $t->ctl('restore', "$file.rows", '--to',
	    $engine eq 'sqlite' ? $place2 : new_place($t));
	is($status, 1, 'and one that does not hold what it says');
	like($err, qr/activities holds other rows/, 'which is named');
	($status, undef, $err) = $t->ctl('verify', "$file.rows");
	is($status, 1, 'verify counts as well');
	like($err, qr/activities holds other rows/, 'and names it');
	is($t->value("SELECT count(*) FROM pg_database WHERE datname LIKE 'pierre_verify%'"), 0,
	    'in a database that is gone again') if $engine eq 'postgresql';
	my $other = Pierre::Test->new(start => 0,
	    config => "security:\n  master_key: " . encode_base64('x' x 32, '') . "\n");
	for my $verb (['verify', $file], ['restore', $file, '--to', $place2]) {
		($status, undef, $err) = $other->ctl(@$verb);
		is($status, 78, "$verb->[0] with another master key is refused");
	}
	($status, undef, $err) = $t->ctl('restore', $file, '--to', $engine eq 'sqlite'
		? 'postgresql://nobody@/nowhere' : 'sqlite:' . $t->dir . '/x.db');
	is($status, 64, 'and another engine');
	is(tables_at($t, $place2), 0, 'all of which changed nothing');

	# Killed at any moment.
	my (@half, $killed);
	for my $round (1 .. 12) {
		my ($verb, @rest) = $round % 2 ? ('backup', "$file.k$round")
		    : ('restore', $file, '--to', $place2);
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			open STDOUT, '>', '/dev/null';
			open STDERR, '>', '/dev/null';
			exec "$objects/pierrectl", '--config', $t->conf, $verb, @rest
			    or POSIX::_exit(127);
		}
		sleep 0.01 * $round;
		my $alive = waitpid($pid, POSIX::WNOHANG()) == 0;
		$killed += $alive;
		kill 'KILL', $pid;
		waitpid $pid, 0;
		if ($verb eq 'backup') {
			push @half, "backup $round" if -e "$file.k$round" &&
			    ($t->ctl('verify', "$file.k$round"))[0] != 0;
		} elsif ($alive && $engine eq 'sqlite') {
			push @half, "restore $round" if tables_at($t, $place2) &&
			    value_at($t, $place2, 'SELECT count(*) FROM activities') !=
			    $rows{activities};
		} elsif ($alive) {
			Pierre::Test::until_true(sub { $t->{postgres}->sql(
				"SELECT count(*) FROM pg_stat_activity WHERE datname = '" .
				($place2 =~ m{/(\w+)$})[0] . "'") == 0 }, 10);
			my $n = tables_at($t, $place2);
			push @half, "restore $round: $n" if $n != 0 && $n != tables_at($t, $place);
		}
		$place2 = new_place($t) if tables_at($t, $place2);
	}
	is_deeply(\@half, [], "killed $killed times: nothing half under a final name");

	# While others write.
	my $writer = start_writer($t);
	sleep 1;
	my $begun = time;
	($status, $out, $err) = $t->ctl('backup', "$file.live");
	my $took = time - $begun;
	is($status, 0, 'backup while others write') or diag $err;
	sleep 0.5;
	kill 'TERM', $writer;
	waitpid $writer, 0;
	my $written = $t->value("SELECT count(*) FROM dailies WHERE source = 'test'");
	my $place3 = new_place($t);
	($status, undef, $err) = $t->ctl('restore', "$file.live", '--to', $place3);
	is($status, 0, 'and restore') or diag $err;
	my ($left, $right, $last, $rows) = split /\|/, value_at($t, $place3,
	    "SELECT (SELECT count(*) FROM dailies WHERE kind = 'left')," .
	    " (SELECT count(*) FROM dailies WHERE kind = 'right'), max(day), count(*)" .
	    " FROM dailies WHERE source = 'test'");
	is($left, $right, "every transaction as a whole: $left");
	is($last + 1, $left, 'and every one up to that moment');
	cmp_ok($rows, '<', $written, sprintf 'of %d rows at the end, %.1f s', $written, $took);
	$t->finish;
}

done_testing();
