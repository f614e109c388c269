#!/usr/bin/perl
# Requests that two readers could understand differently: refused, and what
# stands behind them is not taken for another.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Time::HiRes qw(sleep);
use Pierre::Corpus;
use Pierre::Test;

my $t = Pierre::Test->new(workers => 2, config => "http:\n  header_timeout: 1s\n  body_timeout: 1s\n");
my @items = corpus();
cmp_ok(scalar @items, '>', 150, 'a corpus');
my @answers = send_all($t->port, 4, map { $_->{bytes} } @items);
sleep 0.1;
my %logged;
$logged{$_}++ for $t->log =~ m{ path=/((?:item|next)-\d+) }g;

for my $item (@items) {
	my ($n, $name, $expect) = @$item{qw(n name expect)};
	my @statuses = statuses($answers[$n]);
	my $next = $logged{"next-$n"} // 0;
	if ($expect eq 'refused') {
		ok(@statuses == 1 && $statuses[0] >= 400 && $answers[$n]{closed} &&
			!$next, "refused: $name")
		    or diag "answered @statuses, closed $answers[$n]{closed}, next $next";
	} else {
		my $wanted = $expect eq 'one' ? 1 : 2;
		ok(@statuses == $wanted && !(grep { !/^40[45]$/ } @statuses) &&
			($logged{"item-$n"} // 0) == 1 && $next == $wanted - 1, "$expect: $name")
		    or diag "answered @statuses, next $next";
	}
}
$t->finish;
done_testing();
