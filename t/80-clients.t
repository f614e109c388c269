#!/usr/bin/perl
# Stock clients from npm: the official TypeScript SDK, versions 1 and 2, over
# HTTP and stdio, and the MCP Inspector, in each era that they speak.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;
use Pierre::Test;

my $clients = abs_path($ENV{PIERRE_CLIENTS} || 'build/clients');
plan skip_all => 'the clients are not installed (make check does)'
    unless -e "$clients/.installed";
$ENV{PATH} = "$clients/node_modules/.bin:$ENV{PATH}";

my $t = Pierre::Test->new(workers => 4, demo => 1,
    config => "mcp:\n  conformance_fixture: true\n");
my $url = $t->url . '/mcp';

# A script that prints TAP, as one subtest.
sub script {
	my ($name, @command) = @_;
	my ($status, $out, $err) = run_command(@command);
	subtest $name => sub {
		my $n = 0;
		for (split /\n/, $out) {
			if (/^(not )?ok \d+ - (.*)/) { ok(!$1, $2); $n++ }
			elsif (/^#/) { diag($_) }
		}
		is($status, 0, "ends well after $n checks") or diag($err);
	};
}

script('SDK 1', 'node', "$clients/sdk1.mjs", $url, $t->token);
script("SDK 2, $_", 'node', "$clients/sdk2.mjs", $_, 'http', $url, $t->token)
    for qw(legacy auto modern);
script("SDK 2, $_, stdio", 'node', "$clients/sdk2.mjs", $_, 'stdio', $t->bin,
    '-c', $t->conf, 'mcp-stdio', '--user', 'demo') for qw(legacy modern);

script('a client of 2024-11-05, stdio', 'node', "$clients/old.mjs", $t->bin,
    '-c', $t->conf, 'mcp-stdio', '--user', 'demo');
{
	# It keeps files at home.
	local $ENV{HOME} = local $ENV{MCP_REMOTE_CONFIG_DIR} = tempdir(CLEANUP => 1);
	script('SDK 2 by mcp-remote', 'node', "$clients/sdk2.mjs", 'legacy', 'stdio',
	    "$clients/node_modules/.bin/mcp-remote", $url, '--allow-http', '--transport',
	    'http-only', '--header', 'Authorization: Bearer ' . $t->token);
}
like($t->request('GET', '/metrics')->{content},
    qr/^pierre_mcp_tool_calls_total\{tool="fixture",outcome="canceled"\} [4-9]/m,
    'what was canceled over HTTP did stop');

script('the Inspector in three eras', 'node', "$clients/inspector.mjs", $url, $t->token);
SKIP: {
	skip 'there is no Chromium', 1 unless -x '/usr/bin/chromium';
	script("the Inspector's page in three eras", 'node', "$clients/inspector-page.mjs", $url,
	    $t->token);
}
{
	# As people call it.
	my ($status, $out, $err) = run_command('mcp-inspector', '--cli', $url,
	    '--transport', 'http', '--protocol-era', 'modern', '--format', 'json', '-q',
	    '--header', 'Authorization: Bearer ' . $t->token, '--method', 'tools/call',
	    '--tool-name', 'analyze_training_load', '--tool-arg', 'days=7');
	my $answer = eval { decode_json($out) } || {};
	$answer = $answer->{result} || $answer;
	cmp_ok($answer->{structuredContent}{training_load}{ctl}, '>', 30,
	    "the Inspector's other CLI") or diag("$status $err");
}
$t->finish;
done_testing();
