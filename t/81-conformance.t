#!/usr/bin/perl
# The official conformance suite: all that each revision requires, what is not
# scored too, against four workers, so that requests scatter.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use IPC::Open2;
use POSIX ();
use Test::More;
use Pierre::Test;

my $clients = abs_path($ENV{PIERRE_CLIENTS} || 'build/clients');
plan skip_all => 'the clients are not installed (make check does)'
    unless -e "$clients/.installed";
$ENV{PATH} = "$clients/node_modules/.bin:$ENV{PATH}";

# How many are scored, and further ones that must hold too.
my %required = ('2025-11-25' => 30, '2026-07-28' => 37);
my %further = (
	'2025-11-25' => [qw(server-session-lifecycle json-schema-2020-12
	    server-sse-polling)],
	'2026-07-28' => [qw(json-schema-2020-12 http-header-validation
	    http-custom-header-server-validation)],
);

my $t = Pierre::Test->new(workers => 4, demo => 1,
    config => "mcp:\n  conformance_fixture: true\n");
# The suite sends no token; this proxy adds it.
my $proxy = open2(my $from, my $to, 'node', "$clients/proxy.mjs", $t->url, $t->token);
chomp(my $port = <$from>);

# Both at once.
my %run;
for my $revision (sort keys %required) {
	my $dir = tempdir(CLEANUP => 1);
	my $pid = open my $fh, '-|' or do {
		open STDERR, '>&', \*STDOUT;
		exec 'conformance', 'server', '--url', "http://127.0.0.1:$port/mcp",
		    '--requirements', $revision, '-o', $dir or POSIX::_exit(127);
	};
	$run{$revision} = $fh;
}

for my $revision (sort keys %required) {
	my $out = do { local $/; readline $run{$revision} };
	close $run{$revision};
	is($? >> 8, 0, "$revision: what is required") or diag($out);
	$out =~ s/\e\[\d+m//g;
	# ✓ tools-list: 8 passed, 0 failed
	my %failed = map { /^\s*\S+ ([\w-]+): (\d+) passed, (\d+) failed/ ?
		($1 => $2 > 0 ? $3 : 'all') : () } split /\n/, $out;
	my @good = grep { $failed{$_} eq '0' } keys %failed;
	cmp_ok(scalar @good, '>=', $required{$revision} + @{ $further{$revision} },
	    "$revision: scenarios that pass");
	is($failed{$_}, 0, "$revision: $_") for @{ $further{$revision} };
	my @bad = grep { $failed{$_} && !/^(tasks|sep-2640)-/ } sort keys %failed;
	is("@bad", '', "$revision: none fails");
}
close $to;
waitpid $proxy, 0;
$t->finish;
done_testing();
