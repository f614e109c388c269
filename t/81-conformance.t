#!/usr/bin/perl
# The official conformance suite: every scenario that needs no fixture of its
# own, for both revisions.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use IPC::Open2;
use Test::More;
use Pierre::Test;

my $clients = abs_path($ENV{PIERRE_CLIENTS} || 'build/clients');
plan skip_all => 'the clients are not installed (make check does)'
    unless -e "$clients/.installed";
$ENV{PATH} = "$clients/node_modules/.bin:$ENV{PATH}";

my %scenarios = (
	'2025-11-25' => [qw(server-initialize ping tools-list resources-list
	    prompts-list dns-rebinding-protection server-sse-multiple-streams)],
	'2026-07-28' => [qw(tools-list resources-list prompts-list caching
	    dns-rebinding-protection sep-2164-resource-not-found
	    server-sse-multiple-streams http-header-validation
	    input-required-result-unsupported-methods server-stateless)],
);
# Checks of server-stateless that call tools of a fixture ("Not testable").
my %fixture = map { $_ => 1 } qw(sep-2575-server-rejects-undeclared-capability
    sep-2575-missing-capability-http-400
    sep-2575-http-server-no-independent-requests-on-stream
    sep-2575-server-no-log-without-loglevel);

my $t = Pierre::Test->new(workers => 2, demo => 1);
# The suite sends no token; this proxy adds it.
my $proxy = open2(my $from, my $to, 'node', "$clients/proxy.mjs", $t->url, $t->token);
chomp(my $port = <$from>);

for my $revision (sort keys %scenarios) {
	for my $scenario (@{ $scenarios{$revision} }) {
		my ($status, $out, $err) = run_command('conformance', 'server',
		    '--url', "http://127.0.0.1:$port/mcp", '--scenario', $scenario,
		    '--spec-version', $revision);
		$out =~ s/\e\[\d+m//g;
		my ($passed, $all) = $out =~ m{^Passed: (\d+)/(\d+)}m;
		my @failed = grep { !$fixture{$_} } $out =~ /\[(\S+)\s*\] FAILURE/g;
		ok(defined $passed && !@failed, "$revision $scenario: " .
		    ($passed // 'none') . ' of ' . ($all // '?')) or diag($out);
	}
}
close $to;
waitpid $proxy, 0;
$t->finish;
done_testing();
