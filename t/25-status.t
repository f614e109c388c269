#!/usr/bin/perl
# What an operator sees of the processes: -s status, -s status-json and
# /admin/status, which also answer when no worker does.
use strict;
use warnings;
use lib 't/lib';
use Digest::SHA qw(sha256_base64);
use IO::Socket::INET;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Test;

my $t = Pierre::Test->new(demo => 1, config => "http:\n  max_connections: 500\n");

sub status_json {
	my ($status, $out) = $t->signal('status-json');
	is($status, 0, '-s status-json') if $status != 0;
	return decode_json($out);
}

sub workers { return grep { $_->{role} eq 'worker' } @{ $_[0]{processes} } }

# --- who may ask ----------------------------------------------------------------

is(($t->ctl('user', 'create', 'root', '--admin'))[0], 0, 'an administrator');
my ($admin) = ($t->ctl('token', 'create', 'root', '--scopes', 'admin'))[1] =~ /(\S{20,})/;
my ($narrow) = ($t->ctl('token', 'create', 'root', '--scopes', 'profile:read'))[1] =~ /(\S{20,})/;
is($t->request('GET', '/admin/status', token => undef)->{status}, 401, 'nobody');
is(($t->ctl('user', 'create', 'anna'))[0], 0, 'a person');
my ($person) = ($t->ctl('token', 'create', 'anna', '--scopes', 'admin'))[1] =~ /(\S{20,})/;
is($t->request('GET', '/admin/status', token => $person)->{status}, 403, 'who is no administrator');
is($t->request('GET', '/admin/status', token => $narrow)->{status}, 403,
    'an administrator\'s token that is not for this');
my $r = $t->request('GET', '/admin/status', token => $admin);
is($r->{status}, 200, 'an administrator');
is($r->{headers}{'content-type'}, 'application/json', 'gets JSON');

# --- the same from both sides -----------------------------------------------------

my %mine = %{ decode_json($r->{content}) };
my $theirs = status_json();
is_deeply([sort keys %$theirs], [sort keys %mine], 'master and worker say the same things');
is_deeply([map { "$_->{slot} $_->{role} $_->{index} $_->{pid}" } @{ $mine{processes} }],
    [map { "$_->{slot} $_->{role} $_->{index} $_->{pid}" } @{ $theirs->{processes} }],
    'of the same processes');
my $children = $t->children;
is_deeply([sort map { $_->{pid} } @{ $mine{processes} }],
    [sort $t->pid, @{ $children->{workers} }, $children->{keeper}], 'which are those there are');
is($theirs->{$_}, $mine{$_}, $_) for qw(version commit state generation listen);
is($mine{state}, 'running', 'running');
is($mine{limits}{connections_per_worker}, 500, 'limits as configured');
is(join(' ', sort keys %{ $mine{limits}{rates} }), 'address api auth mcp token user', 'rates');
is(join(' ', sort keys %{ $mine{limits}{refused} }), 'address connections route streams token user',
    'and what they refused');
is((workers(\%mine))[0]{max_connections}, 500, 'and as each worker has them');

# --- what they use ------------------------------------------------------------------

my $until = time + 2.5;
1 while time < $until && $t->request('GET', '/livez')->{status} == 200;
sleep 1.1;
for my $p (@{ status_json()->{processes} }) {
	my $who = "$p->{role} $p->{index}";
	my ($pages) = slurp("/proc/$p->{pid}/statm") =~ /^\d+ (\d+)/;
	cmp_ok(abs($p->{resident_memory_bytes} - $pages * 4096), '<', 4 << 20,
	    "$who: memory as the kernel tells it");
	my @ticks = (split ' ', slurp("/proc/$p->{pid}/stat") =~ s/^.*\) //r)[11, 12];
	cmp_ok(abs($p->{cpu_seconds} - ($ticks[0] + $ticks[1]) / 100), '<', 0.2,
	    "$who: CPU time too");
	my @files = glob "/proc/$p->{pid}/fd/*";
	cmp_ok(abs($p->{open_files} - @files), '<', 4, "$who: and open files") if @files;
	cmp_ok($p->{heartbeat_age_seconds}, '<', 2.5, "$who: its heart beats");
	ok(!$p->{stuck}, "$who: turns");
}
cmp_ok(status_json()->{totals}{requests}, '>', 20, 'requests are counted');

# --- what they do -------------------------------------------------------------------

my $slow = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port)
    or die;
print $slow "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " . $t->token
    . "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
ok(until_true(sub { grep { $_->{oldest_request} } workers(status_json()) }),
    'a request under way is seen');
my ($busy) = grep { $_->{oldest_request} } workers(status_json());
is($busy->{oldest_request}{route}, 'POST /mcp', 'by its route');
is($busy->{requests_in_flight}, 1, 'and counted');
my $earlier = $busy->{oldest_request}{seconds};
$t->request('GET', '/livez') for 1 .. 20;
sleep 0.2;
($busy) = grep { $_->{oldest_request} } workers(status_json());
cmp_ok($busy->{oldest_request}{seconds}, '>', $earlier + 0.15,
    'others that begin and end later do not hide it');
like(($t->signal('status'))[1], qr/^ +\d+ +worker .* POST \/mcp for \d+\.\d s$/m,
    'the text says so too');

# --- nobody answers but the master -----------------------------------------------------

my $answered = qr/^pierre_http_requests_total\{route="POST \/mcp",status="200"\} [1-9]/m;
ok($t->tool('explain_metric', { metric => 'tss' }), 'a tool is called');
ok(until_true(sub { $t->request('GET', '/metrics')->{content} =~ $answered }), 'and counted');
kill 'STOP', @{ $children->{workers} }, $children->{keeper};
my @took;
for (1 .. 5) {
	my $begun = time;
	my $s = IO::Socket::UNIX->new(Peer => $t->dir . '/pierre.sock') or die "connect: $!";
	print $s "status\n";
	local $/;
	my $answer = <$s>;
	push @took, (time - $begun) * 1000;
	like($answer, qr/^ok\n.*POST \/mcp for/s, 'while all workers are stopped') if $_ == 1;
}
cmp_ok((sort { $a <=> $b } @took)[-1], '<', 50, sprintf 'in %.1f ms at most', (sort { $a <=> $b } @took)[-1]);
kill 'CONT', $children->{keeper};

# HTTP on the admin socket, of the keeper; its name is not that of any route.
sub admin {
	my ($path, @headers) = @_;
	my $s = IO::Socket::UNIX->new(Peer => $t->dir . '/admin.sock', Timeout => 5) or return '';
	print $s join("\r\n", "GET $path HTTP/1.1", 'Host: localhost', 'Connection: close',
	    @headers, '', '');
	local $/;
	return <$s> // '';
}
is((stat $t->dir . '/admin.sock')[2] & 0777, 0600, 'the admin socket is the owner\'s');
like(admin($_), qr{^HTTP/1\.1 200 }, "$_ there, without a token")
    for qw(/livez /readyz /startupz /admin/health);
like(admin('/admin/health'), qr/"checks":\[/, 'with what an administrator is shown');
like(admin('/admin/status'), qr{"route":"POST /mcp"}, 'what the workers hang in');
like(admin('/admin/status', 'Accept: text/html'), qr{<title>.*POST /mcp}s, 'as a page');
like(admin('/metrics'), $answered, 'and what they have counted, by its names');
like(admin('/metrics'), qr/^pierre_mcp_tool_calls_total\{tool="\w+",outcome="\w+"\}/m, 'of all rooms');
like(admin($_), qr{^HTTP/1\.1 404 .*NOT_FOUND}s, "not $_") for qw(/mcp / /nothing);
my $found = until_true(sub { status_json()->{totals}{processes_stuck} >= 1 }, 15);
ok($found, 'those that do not turn are called stuck');
kill 'CONT', @{ $children->{workers} }, $children->{keeper};
ok(until_true(sub { status_json()->{totals}{processes_stuck} == 0 }), 'until they do');
close $slow;
ok(until_true(sub { !grep { $_->{oldest_request} } workers(status_json()) }),
    'a client that goes takes its request along');

# --- for people ------------------------------------------------------------------------

my %html = (Accept => 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8');
$r = $t->request('GET', '/admin/status', token => $admin, headers => \%html);
is($r->{status}, 200, 'a browser');
like($r->{headers}{'content-type'}, qr{^text/html}, 'gets a page');
like($r->{content}, qr{^<!doctype html>.*</html>\n\z}s, 'a whole one');
my ($style) = $r->{content} =~ m{<style>(.*?)</style>}s;
my $hash = sha256_base64($style);
$hash .= '=' while length($hash) % 4;
is($r->{headers}{'content-security-policy'},
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
	. "style-src 'sha256-$hash'", 'that may load nothing but its own style');
is($r->{headers}{'cache-control'}, 'no-store', 'and is not kept');
like($r->{headers}{vary}, qr/Accept/, 'it varies');
unlike($r->{content}, qr{<(?:script|img|link|iframe)|\bstyle=|\bon\w+=|https?://}, 'nothing foreign in it');
is($r->{headers}{refresh}, undef, 'once');
$r = $t->request('GET', '/admin/status?refresh=5', token => $admin, headers => \%html);
is($r->{headers}{refresh}, 5, 'or again every 5 seconds');
is($t->request('GET', "/admin/status?refresh=$_", token => $admin, headers => \%html)->{status},
    400, "not every '$_'") for 0, -1, 3601, 'x', '5;url=http://evil';
my %type = ('text/html' => 'html', 'text/html;q=0.5, application/json' => 'json',
	'application/json;q=0.5, text/html' => 'html', '*/*' => 'json', 'text/html;q=0' => 'json',
	'TEXT/HTML' => 'html', 'text/html;q=x' => 'json', '' => 'json',
	'application/json, text/html' => 'html');
for (sort keys %type) {
	$r = $t->request('GET', '/admin/status', token => $admin, headers => { Accept => $_ });
	like($r->{headers}{'content-type'}, qr/$type{$_}/, "Accept: $_");
}

# --- the same as metrics ------------------------------------------------------------------

sub cpu {
	my %m = $t->request('GET', '/metrics')->{content} =~
	    /^pierre_process_cpu_seconds_total\{role="(\w+)"\} (\S+)$/mg;
	return \%m;
}
my $before = cpu();
is(join(' ', sort keys %$before), 'keeper master worker', 'CPU time by role');
cmp_ok($before->{worker}, '>', 0, 'of workers');
is(status_json()->{last_reload}, undef, 'no reload so far');
is(($t->signal('reload'))[0], 0, 'a reload');
my $reload = status_json()->{last_reload};
ok($reload->{ok} && $reload->{at} =~ /^20\d\d-/, 'which is noted');
is($reload->{message}, 'generation 2 is serving', 'with its outcome');
my $after = cpu();
cmp_ok($after->{$_}, '>=', $before->{$_}, "$_: CPU time does not go back") for keys %$before;
my $metrics = $t->request('GET', '/metrics')->{content};
like($metrics, qr/^pierre_process_$_\{role="worker"\} [1-9]/m, $_)
    for qw(resident_memory_bytes open_fds);
is(status_json()->{generation}, 2, 'the new generation');

# --- last words ----------------------------------------------------------------------------

is(status_json()->{last_panic}, undef, 'nobody panicked');
my $victim = (grep { $_->{index} == 1 } workers(status_json()))[0]{pid};
kill 'ABRT', $victim;
ok(until_true(sub { status_json()->{last_panic} }), 'one does');
my $panic = status_json()->{last_panic};
is("$panic->{role} $panic->{index} $panic->{pid}", "worker 1 $victim", 'and is remembered');
like($panic->{message}, qr/^aborted at(?: \+0x[0-9a-f]+)+$/, 'with its last words');
ok(until_true(sub { !grep { $_->{pid} == $victim } @{ status_json()->{processes} } }),
    'though another has its place');
like(($t->signal('status'))[1], qr/^last panic \d{4}-.*, worker 1 \($victim\): aborted/m, 'as text');
$t->finish(qr/panicked: aborted/);

# --- what is measured counts: server.max_memory -------------------------------------------

my $fat = Pierre::Test->new(workers => 1, config => "  max_memory: 1MiB\n");
my $first = $fat->children->{workers}[0];
ok(until_true(sub { !grep { $_ == $first } @{ $fat->children->{workers} } }),
    'a worker above server.max_memory is replaced');
is($fat->request('GET', '/livez')->{status}, 200, 'and the service goes on');
$fat->finish;
done_testing();
