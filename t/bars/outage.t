#!/usr/bin/perl
# The database is away for ten minutes, while clients go on asking: the server
# lives, says that it is not ready, refuses each request cleanly and at once, and
# serves again within 5 s.
use strict;
use warnings;
use lib 't/lib';
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Test;

my $away_s = scaled(600, 20);
my $bar_s = 5;
my $pg = Pierre::Test::postgres();
my $t = Pierre::Test->new(workers => 2, demo => 1, database => 'postgresql',
    config => "log:\n  access: false\nlimits:\n" .
	join '', map { "  ${_}_per_minute: 0\n" } qw(address token user mcp));
my $workers = join ',', sort @{ $t->children->{workers} };

sub call {
	my $begun = time;
	my ($r, $body) = $t->rpc('tools/call', { name => 'get_activities', arguments => {} });
	return ($r, $body && $body->{result} && !$body->{result}{isError}, time - $begun);
}

# Resident memory of the workers, in kB.
sub memory {
	my $sum = 0;
	for (@{ $t->children->{workers} }) {
		$sum += $1 if slurp("/proc/$_/status") =~ /^VmRSS:\s+(\d+)/m;
	}
	return $sum;
}

my (undef, $good) = call();
ok($good, 'it serves');
$pg->stop('KILL');
my $gone = time;
ok(until_true(sub { $t->request('GET', '/readyz')->{status} == 503 }, 20), 'not ready');
my ($lines, $kb) = (scalar(() = $t->log =~ /\n/g), memory());
my (%livez, %readyz, %asked, @took, @loud);
while (time < $gone + $away_s) {
	$livez{ $t->request('GET', '/livez')->{status} }++;
	$readyz{ $t->request('GET', '/readyz')->{status} }++;
	my ($r, $good, $took) = call();
	$asked{ $good ? 'answered' : $r->{status} }++;
	push @took, $took;
	push @loud, $r->{content} if $r->{content} !~ /unavailable/;
	sleep 0.5;
}
is_deeply([keys %livez], [200], 'alive all the time');
is_deeply([keys %readyz], [503], 'not ready all the time');
# While its token is remembered a call comes as far as its tool, which says so.
is_deeply([grep { !/^(?:200|503)$/ } keys %asked], [], 'each request is refused')
    or diag explain \%asked;
is_deeply(\@loud, [], 'with clean words');
cmp_ok(max(@took), '<', 2, 'at once');
cmp_ok(memory() - $kb, '<', 8000, 'in the same memory');
my $said = (() = $t->log =~ /\n/g) - $lines - @took;
cmp_ok($said, '<', 30 + $away_s / 4, 'the log has little more than a line a request');
figure('%d requests in %.0f s, the slowest %.2f s, %d other lines of log', scalar @took,
    time - $gone, max(@took), $said);

$pg->start;
my $back = time;
ok(until_true(sub { $t->request('GET', '/readyz')->{status} == 200 }, 30), 'ready again');
my $ready_s = time - $back;
# Each worker finds it by itself.
my $in_row = 0;
until_true(sub { (undef, $good) = call(); $in_row = $good ? $in_row + 1 : 0; $in_row == 10 }, 30);
my $served_s = time - $back;
is($in_row, 10, 'and it serves');
cmp_ok(max($ready_s, $served_s), '<', $bar_s, "within $bar_s s");
figure('ready after %.2f s, serving after %.2f s', $ready_s, $served_s);
is(join(',', sort @{ $t->children->{workers} }), $workers, 'by the same processes');
$t->finish(qr/database/);

done_testing();
