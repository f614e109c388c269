#!/usr/bin/perl
# 64 requests at once with one code, and with one refresh token, over four
# workers: 1,000 rounds on each database.
use strict;
use warnings;
use lib 't/lib';
use Pierre::Bars;
use Pierre::Race;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(time);

for my $engine ('sqlite', 'postgresql') {
	my $race = Pierre::Race->new(database => $engine);
	my $begun = time;
	my ($wrong, $rounds) = $race->rounds(scaled(1000, 10));
	is_deeply($wrong, [], "$engine: $rounds rounds, each with one winner and equal answers");
	figure('%s: %d rounds of 2 x 64 requests, %d wrong, %.0f s', $engine, $rounds,
	    scalar @$wrong, time - $begun);
	is_deeply($race->kills(scaled(100, 5)), [], "$engine: workers die between, nothing is lost");
	$race->finish;
}
done_testing();
