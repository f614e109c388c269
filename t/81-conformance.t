#!/usr/bin/perl
# The official conformance suite: all that each revision requires, what is not
# scored too, against four workers, so that requests scatter.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Pierre::Conformance;
use Pierre::Test;

plan skip_all => 'the clients are not installed (make check does)'
    unless -e ($ENV{PIERRE_CLIENTS} || 'build/clients') . '/.installed';

my $t = Pierre::Test->new(workers => 4, demo => 1, config => suite_config());
my $url = suite_proxy($t);
# Both at once.
my %run = map { $_ => suite_start($url, $_) } keys %suite_required;
for my $revision (sort keys %run) {
	my $run = suite_end($run{$revision});
	my %failed = %{ $run->{failed} };
	my @further = @{ $suite_further{$revision} };
	is($run->{status}, 0, "$revision: what is required") or diag($run->{out});
	cmp_ok(scalar(grep { $_ eq '0' } values %failed), '>=',
	    $suite_required{$revision} + @further, "$revision: scenarios that pass");
	is($failed{$_}, 0, "$revision: $_") for @further;
	is(join(' ', grep { $failed{$_} && $failed{$_} ne 'skipped' } sort keys %failed),
	    '', "$revision: none fails");
}

# Whose addresses others reach does not start with them.
my $dir = $t->dir;
open my $fh, '>', "$dir/open.yaml" or die $!;
print $fh "server:\n  data_dir: $dir\n  listen: 0.0.0.0:1\n", suite_config();
close $fh;
my ($status, $out, $err) = run_command($t->bin, '-t', '-c', "$dir/open.yaml");
isnt($status, 0, 'the fixtures are for loopback addresses');
like($err . $out, qr/open\.yaml:5:\d+: mcp\.conformance_fixture: is for loopback/, 'and it says so');
# What a job of the fixture is to do.
$t->finish(qr/job of the fixture|mcp_task: internal error/);
done_testing();
