#!/usr/bin/perl
# PostgreSQL as the database: the same tests of the store, the same answers,
# and what happens when it goes away.
use strict;
use warnings;
use lib 't/lib';
use Pierre::Postgres;
use Pierre::Test;
use Test::More;

my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';
my $pg = Pierre::Postgres->new;

# --- the programs that test the store ----------------------------------------

{
	local $ENV{PIERRE_TEST_DATABASE_URL} = $pg->database('unit');
	for my $program (sort glob "$objects/t/store/*") {
		next unless -x $program && -f $program;
		my ($status, $out, $err) = run_command($program);
		my @bad = grep { /^not ok|^Bail|^#/ } split /\n/, $out;
		ok($status == 0, "$program on PostgreSQL")
		    or diag join "\n", @bad, $err;
	}
}

done_testing();
