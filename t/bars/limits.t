#!/usr/bin/perl
# Four limits, each by itself, over eight workers that are killed and reloaded
# meanwhile: in no window is more let through than the limit says, and in all
# of them together nothing less.
use strict;
use warnings;
use lib 't/lib';
use POSIX qw(mktime);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Test;

my ($per_minute, $burst) = (6000, 200);
my $rate = $per_minute / 60;
my $seconds = scaled(20, 4);

my %off = map { ("${_}_per_minute" => 0) } qw(address token user mcp api auth);

sub config {
	my ($log, %key) = @_;
	return "http:\n  trusted_proxies: [127.0.0.1]\nlog:\n  file: $log\nlimits:\n" .
	    join('', map {"  $_: $key{$_}\n"} sort keys %key);
}

# When each request that was let through was decided, as [no sooner, no later],
# by the access log; in order.
sub decisions {
	my ($log, $route) = @_;
	my @at;
	open my $fh, '<', $log or die "$log: $!";
	while (<$fh>) {
		next unless / request .*\bpath="?\Q$route\E"? .*\bstatus=200\b/;
		my ($y, $mo, $d, $h, $mi, $s) = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):([\d.]+)Z/
		    or die "no time in $_";
		my ($us) = /\bduration_us=(\d+)/ or die "no duration in $_";
		my $end = mktime(0, $mi, $h, $d, $mo - 1, $y - 1900) + $s;
		push @at, [$end - $us / 1e6, $end + 0.001]; # the log cuts off
	}
	return sort { $a->[1] <=> $b->[1] } @at;
}

# By how many requests the worst of all windows was over the limit.
sub excess {
	my (@at) = @_;
	my $worst = -1e9;
	for my $i (0 .. $#at) {
		for my $j ($i .. $#at) {
			my $may = $burst + $rate * ($at[$j][1] - $at[$i][0]);
			my $over = $j - $i + 1 - $may;
			$worst = $over if $over > $worst;
		}
	}
	return $worst;
}

sub flood {
	my ($what, $keys, $route, @headers) = @_;
	my $t = Pierre::Test->new(workers => 8, demo => 1, start => 0);
	my $log = $t->dir . '/access.log';
	$t->write_config(config($log, %off, "${keys}_per_minute" => $per_minute,
	    "${keys}_burst" => $burst));
	$t->start;
	my @more = map { ref $_ ? $_->($t) : $_ } @headers;
	sleep 0.5;
	my $begun = time;
	my @loads = map { load_start($t, $route, '-c', 32, '-d', $seconds, '-r', 2000,
		map { ('-H', $_) } @$_) } ref $more[0] ? @more : [@more];
	my $kills = 0;
	while (time < $begun + $seconds - 1) {
		sleep 0.4;
		my @workers = @{ $t->children->{workers} };
		kill 'KILL', $workers[rand @workers] and $kills++;
		kill 'HUP', $t->pid if $kills % 10 == 0;
	}
	my %sum;
	for (@loads) {
		my $c = load_end($_);
		$sum{$_} += $c->{$_} for keys %$c;
	}
	my $took = time - $begun;
	sleep 0.2;
	my @at = decisions($log, $route);
	my $ideal = $burst + $rate * ($at[-1][1] - $at[0][0]);
	my $over = excess(@at);
	figure('%s: %d let through of %d asked in %.1f s, by the limit %.1f; ' .
	    'worst window %+.2f; %d kills, %d requests lost with them', $what,
	    scalar @at, $sum{answered} + $sum{status_429} + $sum{lost}, $took, $ideal, $over,
	    $kills, $sum{lost});
	cmp_ok($over, '<=', 0, "$what: no window with more than the limit");
	cmp_ok(scalar @at, '>=', $ideal - 2 - $sum{lost}, "$what: and nothing less");
	cmp_ok($sum{status_429}, '>', 4 * $ideal, "$what: many more were asked for");
	is($sum{silent} + $sum{malformed}, 0, "$what: each was answered or lost with its worker");
	$t->finish(qr/was killed by signal 9|ended before it was ready|reload rolled back/);
}

sub another_token {
	my ($t) = @_;
	my ($status, $out, $err) = $t->ctl('token', 'create', 'demo');
	is("$status $err", '0 ', 'another token');
	return $out =~ s/\n//r;
}

flood('address', 'address', '/admin/health', 'X-Forwarded-For: 198.51.100.9');
flood('token', 'token', '/admin/health',
    sub { 'Authorization: Bearer ' . $_[0]->token });
# With two tokens of one person.
flood('user', 'user', '/admin/health', sub { ['Authorization: Bearer ' . $_[0]->token] },
    sub { ['Authorization: Bearer ' . another_token($_[0])] });
flood('route class', 'api', '/admin/health',
    sub { 'Authorization: Bearer ' . $_[0]->token });
done_testing();
