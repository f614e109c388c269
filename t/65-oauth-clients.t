#!/usr/bin/perl
# Stock clients from npm connect by OAuth: a headless Chromium signs in and
# agrees, and each ends in a working tools/call.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use Test::More;
use Pierre::OAuth;
use Pierre::Test;

my $clients = abs_path($ENV{PIERRE_CLIENTS} || 'build/clients');
plan skip_all => 'the clients are not installed (make check does)'
    unless -e "$clients/.installed";
plan skip_all => 'there is no Chromium' unless -x '/usr/bin/chromium';
$ENV{PATH} = "$clients/node_modules/.bin:$ENV{PATH}";

# A server of documents.
my $dir = tempdir(CLEANUP => 1);
is(system("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 " .
    "-subj /CN=localhost -keyout $dir/key.pem -out $dir/cert.pem >$dir/log 2>&1"), 0,
    'a certificate');
my $pid = open my $documents, '-|', 'node', "$clients/document.mjs", "$dir/key.pem",
    "$dir/cert.pem" or die "node: $!";
chomp(my $port = <$documents>);

my $t = Pierre::Test->new(workers => 2, demo => 1,
	config => "limits:\n  auth_per_minute: 0\nauth:\n" .
	    "  client_document_test_hosts: [\"localhost:$port\"]\n");
my $o = Pierre::OAuth->new($t);
my $url = $t->url . '/mcp';
my @person = ('demo', $Pierre::OAuth::PASSWORD);

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
script('SDK 2, registered by itself', 'node', "$clients/oauth-sdk2.mjs", $url, @person);
script('SDK 2, known by its document', 'node', "$clients/oauth-sdk2.mjs", $url, @person,
    "https://localhost:$port/client.json");
script('mcp-remote', 'node', "$clients/oauth-remote.mjs", $url, @person);
script('the Inspector', 'node', "$clients/oauth-inspector.mjs", $url, @person);
my $known = $o->registered('Known', '--redirect', 'http://127.0.0.1/callback');
script('oauth4webapi and openid-client', 'node', "$clients/oauth-panva.mjs", $url, @person,
    @$known{qw(client_id client_secret)});

# --- the conformance suite's authorization scenarios -----------------------------

my $app = $o->registered('Conformance', '--redirect', 'http://127.0.0.1/callback',
	'--auth', 'none');
my ($status, $out, $err) = run_command('node', "$clients/conformance-person.mjs", $t->url,
    $app->{client_id}, $url, free_port(), @person);
is($status, 0, 'conformance: authorization') or diag("$out\n$err");
unlike($out, qr/FAILURE|WARNING/, 'without a warning') or diag($out);
note($out);

kill 'TERM', $pid;
close $documents;
$t->finish;
done_testing();
