#!/usr/bin/perl
# The pages in Chromium: t/clients/browser.mjs.  PIERRE_SHOTS=DIR keeps pictures of
# every page.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use Test::More;
use Pierre::Smtp;
use Pierre::Test;

my $clients = abs_path($ENV{PIERRE_CLIENTS} || 'build/clients');
plan skip_all => 'the clients are not installed (make check does)'
    unless -e "$clients/.installed";
plan skip_all => 'there is no Chromium' unless -x '/usr/bin/chromium';
my $data = shared_dir('data') or plan skip_all => 'the shared data is absent';
$ENV{PATH} = "$clients/node_modules/.bin:$ENV{PATH}";

my $t = Pierre::Test->new(workers => 2, config =>
	"auth:\n  registration: approval\nlimits:\n  auth_per_minute: 0\n");
my ($status, $out, $err) = $t->ctl('setup');
my ($token) = $out =~ /(pmcp_adm_\w+)/ or die "pierrectl setup: $out $err";

# One that sends mail, for the pages that are there then.
my $smtp = Pierre::Smtp->new;
my $m = Pierre::Test->new(workers => 1, start => 0);
$m->write_config("server:\n  public_url: " . $m->url . "\nauth:\n  registration: open\n" .
    "mail:\n  url: \"" . $smtp->url . "\"\n  from: a\@x.example\n  ca_file: " .
    $smtp->certificate . "\n");
$m->start;
$m->request('POST', '/api/auth/register', headers => { 'Content-Type' => 'application/json' },
    content => '{"email":"new@x.example","password":"seven lakes and a fjord"}');
my ($verify) = ($smtp->await('new@x.example') || {})->{body} =~ m{(/verify\?token=\w+)} or die 'no mail';
($status, $out, $err) = run_command('node', "$clients/browser.mjs", $t->url, $token,
    abs_path("$data/fit/Activity.fit"), $m->url, $verify, $ENV{PIERRE_SHOTS} || ());
my $n = 0;
for (split /\n/, $out) {
	if (/^(not )?ok \d+ - (.*)/) { ok(!$1, $2); $n++ }
	elsif (/^#/) { diag($_) }
}
cmp_ok($n, '>', 100, "$n things were looked at");
is($status, 0, 'to the end') or diag($err);
$m->finish;
$t->finish;
done_testing();
