#!/usr/bin/perl
# Codes and refresh tokens that 64 requests use at the same moment, over four
# workers, on both databases; and workers that die between the database and the
# answer.  The rounds of t/bars/oauth-races.t are many more.
use strict;
use warnings;
use lib 't/lib';
use Pierre::OAuth;
use Pierre::Race;
use Pierre::Test;
use Test::More;

for my $engine ('sqlite', 'postgresql') {
	my $race = Pierre::Race->new(database => $engine);
	my ($wrong, $rounds) = $race->rounds(4);
	is_deeply($wrong, [], "T1 R3 $engine: $rounds rounds of 64: one winner, equal answers in grace");
	is_deeply($race->kills(6), [], "R7 $engine: an answer that was lost with its worker comes again");
	$race->finish;
}
done_testing();
