#!/usr/bin/perl
# A long history costs no more than a short one: get_activities,
# analyze_training_load, get_stats and the home page over 100,000 activities of
# one athlete take at most 1.5 times the CPU that they take over 1,000, on both
# databases.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Pierre::Bars;
use Pierre::Browser;
use Pierre::Test;

my $many = scaled(100_000, 2000);
my $calls = scaled(1000, 100);

# User and system time of a process and of its children that ended, in seconds.
sub cpu_of {
	my @field = split ' ', (eval { slurp("/proc/$_[0]/stat") } // '') =~ s/.*\) //r;
	return @field ? ($field[11] + $field[12] + $field[13] + $field[14]) / 100 : 0;
}

# The database's processes count as well: what we do not do, it may.
sub cpu {
	my ($t) = @_;
	my $sum = 0;
	$sum += cpu_of($_) for @{ $t->children->{workers} };
	return $sum unless $t->{engine} eq 'postgresql';
	my $home = Pierre::Test::postgres()->{dir} . '/data';
	for my $cwd (glob '/proc/[0-9]*/cwd') {
		my ($pid) = $cwd =~ /(\d+)/;
		$sum += cpu_of($pid) if (readlink($cwd) // '') eq $home;
	}
	return $sum;
}

# Activities $from + 1 to $n of $n, rated as `key` says: the first 1000 one a
# day, all of them over ten years.
sub grow {
	my ($t, $engine, $from, $n, $key) = @_;
	return if $from == $n;
	my $series = $engine eq 'sqlite'
	    ? "WITH RECURSIVE s(i) AS (SELECT $from + 1 UNION ALL SELECT i + 1 FROM s WHERE i < $n)"
	    : "WITH s(i) AS (SELECT generate_series($from + 1, $n))";
	my $today = int(time / 86_400);
	my $span = $n > 1000 ? 3650 : 1000;
	my $day = "$today - $span + (i - 1) * $span / $n";
	my $id = $engine eq 'sqlite' ? 'randomblob(16)' : 'gen_random_uuid()';
	my $start = $engine eq 'sqlite' ? "($day) * 86400000000 + i % 80000 * 1000000"
	    : "to_timestamp(($day) * 86400 + i % 80000)";
	$t->value("$series INSERT INTO activities (id, tenant_id, user_id, provider, " .
	    "external_id, name, device, sport, start_at, utc_offset_s, local_day, " .
	    "elapsed_s, moving_s, distance_m, average_hr_bpm, load_method, load_key, " .
	    "load_points, created_at) SELECT $id, u.tenant_id, u.id, 'file', 'h' || i, 'Ride', '', " .
	    "CASE i % 3 WHEN 0 THEN 'run' ELSE 'ride' END, $start, 0, $day, " .
	    "3600, 3500, 30000, 140, 'trimp', $key, " . ($key ? 50 : 'NULL') . ", $start FROM s, users u WHERE u.username = 'long'");
	$t->ctl('recompute', 'long');
	$t->value('ANALYZE'); # as autovacuum does
}

# A server with n activities of one athlete, all rated; and the token.
sub server {
	my ($engine, $n) = @_;
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 1);
	$t->{engine} = $engine;
	$t->ctl('user', 'create', 'long', '--timezone', 'UTC');
	$t->ctl('threshold', 'set', 'long', 'lthr_bpm', 160, '--from', '2000-01-01');
	my (undef, $token) = $t->ctl('token', 'create', 'long');
	chomp $token;
	grow($t, $engine, 0, 1000, 0);
	$t->tool('analyze_training_load', {}, token => $token);
	my $key = $t->value('SELECT max(load_key) FROM activities a JOIN users u ' .
	    "ON u.id = a.user_id WHERE u.username = 'long'");
	ok($key, "$engine: rated");
	grow($t, $engine, 1000, $n, $key);
	my $browser = Pierre::Browser->new($t);
	open my $to, '|-', ($ENV{PIERRE_OBJECTS} || 'build/release') . '/pierrectl',
	    '--config', $t->conf, 'user', 'password', 'long' or die "pierrectl: $!";
	print $to "a long history of rides\n";
	close $to or die "pierrectl user password: $?";
	$browser->sign_in('long', 'a long history of rides');
	return { t => $t, token => $token, n => $n, cpu => 0, browser => $browser };
}

# The last answer: a tool's, or a page.
sub call {
	my ($s, $tool, $arguments, $times) = @_;
	my $answer;
	for (1 .. $times) {
		$answer = $tool eq 'home page' ? $s->{browser}->get('/')->{content}
		    : $s->{t}->tool($tool, $arguments, token => $s->{token});
	}
	return $answer;
}

# How many activities an answer tells of; the page shows but the last.
sub told {
	my ($answer, $n) = @_;
	return $answer =~ /Fitness.*Last activities.*Ride/s ? $n : 0 unless ref $answer;
	return $answer->{total} // ($answer->{all_time} || $answer->{loads})->{activities};
}

for my $engine (qw(sqlite postgresql)) {
	my @servers = map { server($engine, $_) } 1000, $many;
	for (['get_activities', { limit => 20 }], ['analyze_training_load', { days => 42 }],
	    ['get_stats', { period => 'month' }], ['home page']) {
		my ($tool, $arguments) = @$_;
		for my $s (@servers) {
			my $answer = call($s, $tool, $arguments, 20);
			is(told($answer, $s->{n}), $s->{n},
			    "$engine: $tool sees $s->{n} activities");
			$s->{cpu} = 0;
		}
		# In turns, so that what else the machine does meets both.
		for (1 .. 10) {
			for my $s (@servers) {
				my $before = cpu($s->{t});
				call($s, $tool, $arguments, $calls / 10);
				$s->{cpu} += cpu($s->{t}) - $before;
			}
		}
		my ($short, $long) = map { $_->{cpu} * 1000 / $calls } @servers;
		my $ratio = $long / ($short || 1e-9);
		figure('%s: %s %.2f ms at 1000, %.2f ms at %d, %.2f times', $engine, $tool,
		    $short, $long, $many, $ratio);
		cmp_ok($ratio, '<=', 1.5, "$engine: $tool at $many and at 1000");
	}
	$_->{t}->finish for @servers;
}

done_testing();
