#!/usr/bin/perl
# Limits as clients meet them: four workers that count as one, over reloads and
# deaths; by address, token, person and route; and what they are told.
use strict;
use warnings;
use lib 't/lib';
use IO::Socket::INET;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Test;

sub limits {
	my (%key) = @_;
	return "http:\n  trusted_proxies: [127.0.0.1]\nlimits:\n" .
	    join('', map {"  $_: $key{$_}\n"} sort keys %key);
}

my %first = (address_per_minute => 30, address_burst => 20, failure_cost => 5,
	token_per_minute => 30, token_burst => 10, user_per_minute => 30,
	user_burst => 15, mcp_per_minute => 6, mcp_burst => 4);
my $t = Pierre::Test->new(workers => 4, demo => 1, config => limits(%first));

sub reload {
	my (%key) = @_;
	$t->write_config(limits(%key));
	my ($status, undef, $err) = $t->signal('reload');
	is("$status $err", '0 ', 'reload');
}

# A client behind the proxy that we are; each request is a connection.
sub from {
	my ($address, $path, %o) = @_;
	return $t->request('GET', $path, token => undef, %o,
	    headers => { 'X-Forwarded-For' => $address, %{ $o{headers} || {} } });
}

sub statuses {
	my ($n, $ask) = @_;
	my %count;
	$count{ $ask->()->{status} }++ for 1 .. $n;
	return \%count;
}

# So many were let through of those asked for since `begun`, at an interval.
sub is_limited {
	my ($count, $burst, $interval, $begun, $what) = @_;
	my $most = $burst + int((time - $begun) / $interval);
	my $good = ($count->{200} // 0) >= $burst && $count->{200} <= $most &&
	    ($count->{429} // 0) > 0 && keys %$count == 2;
	ok($good, "$what: $burst at once") or diag explain [$count, $most];
}

sub metric {
	my ($text) = @_;
	my ($v) = from('192.0.2.250', '/metrics')->{content} =~ /^\Q$text\E (\d+)$/m;
	return $v // 0;
}

# --- by address -----------------------------------------------------------------

my $begun = time;
is_limited(statuses(40, sub { from('203.0.113.1', '/metrics') }), 20, 2, $begun,
    'an address');
my $r = from('203.0.113.1', '/metrics');
is($r->{status}, 429, 'more is refused');
is($r->{headers}{'ratelimit-policy'}, '"address";q=20;w=40', 'by which policy');
like($r->{headers}{ratelimit}, qr/^"address";r=0;t=(39|40)$/, 'what is left of it');
is($r->{headers}{'x-ratelimit-limit'}, 20, 'the same in the older headers');
is($r->{headers}{'x-ratelimit-remaining'}, 0, 'none is left');
like($r->{headers}{'x-ratelimit-reset'}, qr/^(39|40)$/, 'when all are back');
like($r->{headers}{'retry-after'}, qr/^[12]$/, 'and one is');
my $body = decode_json($r->{content});
is($body->{error}{code}, 'LIMITED', 'the code');
like($body->{error}{message}, qr/too many requests from this address; try again in [12] s/,
    'in words');
is(from('203.0.113.1', '/nothing')->{status}, 429, 'where there is no route too');
is_deeply(statuses(30, sub { $t->request('GET', '/metrics', token => undef) }),
    { 200 => 30 }, 'the machine itself is not counted');
is(from('203.0.113.2', '/metrics')->{status}, 200, 'nor is a neighbour');
is(from('203.0.113.2', '/metrics')->{headers}{ratelimit}, undef,
    'who is told nothing about it');
for my $probe (qw(/livez /readyz /startupz)) {
	is_deeply(statuses(100, sub { from('203.0.113.1', $probe) }),
	    { 200 => 100 }, "$probe is never refused");
}
is_limited(statuses(30, sub { from('::ffff:203.0.113.3', '/metrics') }), 20, 2,
    time, 'IPv4 written as IPv6');
is(from('203.0.113.3', '/metrics')->{status}, 429, 'is the same address');

my ($host, $net) = (0, '2001:db8:1:2');
$begun = time;
is_limited(statuses(40, sub { from(sprintf('%s::%x', $net, ++$host), '/metrics') }),
    20, 2, $begun, 'a network of IPv6');
is(from('2001:db8:1:3::1', '/metrics')->{status}, 200, 'the next is another');

# --- what fails costs more ------------------------------------------------------

my $bad = 'pmcp_pat_' . 'x' x 49;
my $guess = sub { from('203.0.113.4', '/mcp', token => $bad) };
is_deeply(statuses(4, $guess), { 401 => 4 }, 'four bad tokens');
is($guess->()->{status}, 429, 'cost as much as twenty requests');
is_deeply(statuses(15, sub { from('203.0.113.5', '/mcp') }), { 401 => 15 },
    'who shows no token, to learn where to get one, pays as usual');

# --- by token, person and route -------------------------------------------------

sub health {
	my ($token) = @_;
	return $t->request('GET', '/admin/health', token => $token);
}

sub new_token {
	my ($status, $out, $err) = $t->ctl('token', 'create', 'demo');
	is("$status $err", '0 ', 'another token');
	return $out =~ s/\n//r;
}

my @token = map { new_token() } 1 .. 3;
reload(%first, address_per_minute => 0);
$r = health($token[0]);
is($r->{headers}{'ratelimit-policy'}, '"token";q=10;w=20', 'the nearest limit');
is($r->{headers}{ratelimit}, '"token";r=9;t=2', 'and what is left');
$begun = time;
my $one = statuses(9, sub { health($token[0]) });
is_deeply($one, { 200 => 9 }, 'a token is good for so many') or diag explain $one;
$r = health($token[0]);
is($r->{status}, 429, 'and no more');
like(decode_json($r->{content})->{error}{message}, qr/with this token/, 'it is told');
# What the tenth cost the person was counted before: 15 less 10 are left.
$one = statuses(10, sub { health($token[1]) });
cmp_ok($one->{200}, '>=', 5, 'another token of the same person');
cmp_ok($one->{200}, '<=', 5 + int((time - $begun) / 2) + 1, 'is good for the rest');
$r = health($token[2]);
$r = health($token[2]) if $r->{status} == 200;
is($r->{status}, 429, 'a third for nothing');
like($r->{headers}{'ratelimit-policy'}, qr/^"user";q=15;w=30$/, 'because of the person');

reload(%first, address_per_minute => 0, token_per_minute => 0, user_per_minute => 0);
my %mcp = (200 => 0, 429 => 0);
$mcp{ ($t->rpc('tools/list'))[0]{status} }++ for 1 .. 8;
is_deeply(\%mcp, { 200 => 4, 429 => 4 }, '/mcp by itself') or diag explain \%mcp;
($r, $body) = $t->rpc('tools/list');
is($r->{headers}{'ratelimit-policy'}, '"mcp";q=4;w=40', 'it has its own policy');
is($body->{error}{code}, 'LIMITED', 'and says so before it reads the message');
is(health($t->token)->{status}, 200, 'other routes are another matter');

# --- over reloads ----------------------------------------------------------------

reload(%first, address_per_minute => 0, token_per_minute => 0, user_per_minute => 0);
is(($t->rpc('tools/list'))[0]{status}, 429, 'a reload forgets nothing');
kill 'KILL', @{ $t->children->{workers} };
my $until = time + 10;
while (time < $until) {
	$r = eval { ($t->rpc('tools/list'))[0] };
	last if $r && $r->{status} != 599;
	sleep 0.05;
}
is($r->{status}, 429, 'nor does the death of all workers');
my @limited = map { metric(qq(pierre_rate_limited_total{limit="$_"})) }
    qw(address token user route);
cmp_ok($limited[0], '>', 40, 'metrics: by address');
cmp_ok($limited[1], '>=', 1, 'by token');
cmp_ok($limited[2], '>=', 5, 'by user');
cmp_ok($limited[3], '>=', 6, 'by route');
like($t->log, qr/ status=429 .* limit=token/, 'the access log names the limit');
like($t->log, qr/ limits: too many requests limit=address peer=203\.0\.113\.1 /,
    'a warning names the first');
cmp_ok(scalar(() = $t->log =~ /limits: too many requests/g), '<', 30,
    'and does not repeat itself each time');

reload(map { ("${_}_per_minute" => 0) } qw(address token user mcp api auth));
is_deeply(statuses(60, sub { from('203.0.113.1', '/admin/health',
	token => $t->token) }), { 200 => 60 }, 'all limits are off');
is(health($t->token)->{headers}{ratelimit}, undef, 'and say nothing');

# --- exactly, under load ----------------------------------------------------------

# As many as one process alone would let through, from an address that floods
# four workers, through reloads and kills.
sub accepted { return metric('pierre_http_requests_total{route="GET /admin/health",status="200"}') }

SKIP: {
	skip 'wrk is not installed', 3
	    unless grep { -x "$_/wrk" } split /:/, $ENV{PATH};
	reload(address_per_minute => 6000, address_burst => 100);
	my $before = accepted();
	my $from = time;
	open my $wrk, '-|', 'wrk', '-t1', '-c32', '-d6s', '-H',
	    'X-Forwarded-For: 198.51.100.9', $t->url . '/admin/health'
	    or die "wrk: $!";
	for (1 .. 3) {
		sleep 1;
		kill 'HUP', $t->pid;
		sleep 0.5;
		kill 'KILL', $t->children->{workers}[0];
	}
	my $out = join '', <$wrk>;
	close $wrk;
	my $took = time - $from;
	sleep 0.2;
	my $n = accepted() - $before;
	my $ideal = 100 + $took / 0.01;
	my ($asked) = $out =~ /(\d+) requests in/;
	diag(sprintf '%d of %d requests let through, by the limit %.0f', $n,
	    $asked, $ideal);
	cmp_ok($asked, '>', 4 * $ideal, 'many more were asked for');
	cmp_ok($n, '<=', $ideal, 'never more than the limit');
	cmp_ok($n, '>', 0.85 * $ideal, 'and not much less');
}
cmp_ok(metric('pierre_rate_limit_keys'), '>=', 1, 'the table is looked after');
$t->finish(qr/was killed by signal 9/);

# --- connections -------------------------------------------------------------------

my $few = Pierre::Test->new(workers => 1,
    config => "http:\n  max_connections_per_address: 3\n");
sleep 0.3; # until the one that asked /readyz has been let go
my @open = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	PeerPort => $few->port, Proto => 'tcp') or die "connect: $!" } 1 .. 3;
sleep 0.1;
like($few->raw("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    qr{^HTTP/1\.1 429 Too Many.*^Retry-After: 1\r$}ms, 'a fourth connection');
close pop @open;
sleep 0.1;
my $answer = $few->raw("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
    half_close => 1);
like($answer, qr{^HTTP/1\.1 200}, 'once there are less');
like($answer, qr/^pierre_rate_limited_total\{limit="connections"\} [1-9]\d*$/m,
    'it is counted');
close $_ for @open;
$few->finish;
done_testing();
