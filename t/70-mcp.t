#!/usr/bin/perl
# The MCP endpoint over HTTP: status codes, headers, both eras, scopes, tools.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Pierre::Test;

my $t = Pierre::Test->new(workers => 2, demo => 1,
    config => "server:\n  public_url: https://pierre.example.com\n");
my $json = JSON::PP->new->allow_nonref;

# A POST of any body with any headers beside the usual ones.
sub post {
	my ($body, %headers) = @_;
	my $r = $t->request('POST', '/mcp', content => ref $body ? $json->encode($body) : $body,
	    headers => { 'Content-Type' => 'application/json',
		Accept => 'application/json, text/event-stream', %headers });
	return ($r, eval { $json->decode($r->{content}) });
}

sub legacy {
	my ($method, $params, %headers) = @_;
	return post({ jsonrpc => '2.0', id => 7, method => $method,
		params => $params || {} }, %headers);
}

# An error with this HTTP status and code, and the request's id.
sub refused {
	my ($r, $body, $status, $code, $what) = @_;
	is("$r->{status} " . ($body->{error}{code} // 'none'), "$status $code", $what)
	    or diag($r->{content});
}

sub token_with {
	my ($scopes) = @_;
	my ($status, $out, $err) = $t->ctl('token', 'create', 'demo', '--scopes', $scopes);
	my ($token) = $out =~ /(pmcp_pat_\S+)/ or die "token: $status $out $err";
	return $token;
}

# --- who may, and how -------------------------------------------------------

my $r = $t->request('POST', '/mcp', token => undef, content => '{}',
    headers => { 'Content-Type' => 'application/json' });
is($r->{status}, 401, 'no token');
like($r->{headers}{'www-authenticate'},
    qr{^Bearer .*resource_metadata="https://pierre\.example\.com/\.well-known/oauth},
    'says where to begin');
$r = $t->request('POST', '/mcp', token => 'pmcp_pat_wrong', content => '{}',
    headers => { 'Content-Type' => 'application/json' });
is($r->{status}, 401, 'a wrong token, before the body is looked at');
for my $method (qw(GET DELETE)) {
	$r = $t->request($method, '/mcp');
	is($r->{status}, 405, "$method");
	is($r->{headers}{allow}, 'POST', 'says what may be done');
}
my $body;
($r, $body) = post('{}', 'Content-Type' => 'text/plain');
is($r->{status}, 415, 'no JSON by its type');
($r, $body) = post('{}', Accept => 'text/html');
is($r->{status}, 406, 'JSON is not accepted');
($r, $body) = legacy('ping', {}, Accept => '*/*');
is($r->{status}, 200, 'anything is accepted');
($r, $body) = legacy('ping', {}, Origin => 'http://evil.example.com');
is($r->{status}, 403, 'a foreign origin');

# --- frames -----------------------------------------------------------------

($r, $body) = post('{"jsonrpc":');
refused($r, $body, 400, -32700, 'no JSON');
is($body->{id}, undef, 'has no id');
($r, $body) = post('[]');
refused($r, $body, 400, -32600, 'a batch');
($r, $body) = post({ jsonrpc => '2.0', method => 'notifications/initialized' });
is("$r->{status} [$r->{content}]", '202 []', 'a notification');
($r, $body) = post('{"jsonrpc":"2.0","id":90071992547409931,"method":"ping"}');
is($r->{content}, '{"jsonrpc":"2.0","id":90071992547409931,"result":{}}',
    'ids keep their digits');
($r, $body) = legacy('no/such');
refused($r, $body, 200, -32601, 'an unknown legacy method');
is($body->{id}, 7, 'with its id');
($r, $body) = legacy('tools/list', {}, 'MCP-Protocol-Version' => '2020-01-01');
refused($r, $body, 400, -32600, 'an unknown legacy version');

# --- bombs and oddities -------------------------------------------------------

my %odd = (
	'a thousand brackets' => '[' x 1000 . ']' x 1000,
	'params that are too deep' => '{"jsonrpc":"2.0","id":1,"method":"ping","params":' .
	    '{"a":' x 64 . '1' . '}' x 64 . '}',
	'a key that stands twice' => '{"jsonrpc":"2.0","id":1,"method":"ping","id":2}',
	'half a surrogate pair' => '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\\ud800"}}',
	'the halves the other way round' => '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\\udc00\\ud800"}}',
	'a number beyond a double' => '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1e999}}',
	'a number with a leading zero' => '{"jsonrpc":"2.0","id":01,"method":"ping"}',
	'an escaped NUL' => '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\\u0000"}}',
	'bytes that are no UTF-8' => "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}",
	'something after the end' => '{"jsonrpc":"2.0","id":1,"method":"ping"} {}',
	'NaN' => '{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}',
);
for my $what (sort keys %odd) {
	($r, $body) = post($odd{$what});
	refused($r, $body, 400, -32700, $what);
}
($r, $body) = post('{"jsonrpc":"2.0","id":1.5,"method":"ping"}');
refused($r, $body, 400, -32600, 'an id that is no integer');
($r, $body) = post('{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"' . 'x' x (1 << 20) . '"}}');
is($r->{status}, 413, 'a body of more than a megabyte');
like($r->{content}, qr/at most 1048576 bytes/, 'is told how much is taken');
($r, $body) = post('[' . join(',', ('{"jsonrpc":"2.0","id":1,"method":"ping"}') x 5000) . ']');
refused($r, $body, 400, -32600, 'a batch of thousands');
is((legacy('ping'))[0]{status}, 200, 'the server lives on');

# --- the legacy handshake ---------------------------------------------------

for (qw(2025-11-25 2025-06-18 2025-03-26 2024-11-05)) {
	($r, $body) = legacy('initialize', { protocolVersion => $_, capabilities => {},
		clientInfo => { name => 'x', version => '1' } });
	is($body->{result}{protocolVersion}, $_, "initialize $_");
}
($r, $body) = legacy('initialize', { protocolVersion => '2026-07-28', capabilities => {},
	clientInfo => { name => 'x', version => '1' } });
is($body->{result}{protocolVersion}, '2025-11-25', 'the modern version is not negotiated');
is_deeply([ keys %{ $body->{result}{capabilities}{extensions} } ],
    ['io.modelcontextprotocol/ui'], 'extensions of this era alone are offered');
like($r->{headers}{'mcp-session-id'}, qr/^[0-9a-f-]{36}\z/, 'a session begins');

# --- modern -----------------------------------------------------------------

($r, $body) = $t->rpc('server/discover');
is($r->{status}, 200, 'discover');
is($body->{result}{resultType}, 'complete', 'is complete');
ok($body->{result}{capabilities}{extensions}{'io.modelcontextprotocol/tasks'}, 'and offers tasks');
is($body->{result}{_meta}{'io.modelcontextprotocol/serverInfo'}{name}, 'pierre-mcp-server',
    'says who answers');
($r, $body) = $t->rpc('ping');
refused($r, $body, 404, -32601, 'ping is of the past');
($r, $body) = $t->rpc('subscriptions/listen');
refused($r, $body, 200, -32602, 'a subscription to nothing');
($r, $body) = $t->rpc('tools/list', {}, headers => { 'Mcp-Method' => 'tools/call' });
refused($r, $body, 400, -32020, 'a header that differs');
($r, $body) = $t->rpc('tools/call', { name => 'explain_metric' },
    headers => { 'Mcp-Name' => '=?base64?ZXhwbGFpbl9tZXRyaWM=?=' });
is($r->{status}, 200, 'a name in base64');
($r, $body) = $t->rpc('tools/list', {}, headers => { 'MCP-Protocol-Version' => '2025-11-25' });
refused($r, $body, 400, -32020, 'a version that differs');
($r, $body) = legacy('tools/list', {}, 'MCP-Protocol-Version' => '2026-07-28');
refused($r, $body, 400, -32602, 'half modern');
($r, $body) = $t->rpc('resources/read', { uri => 'pierre://none' });
refused($r, $body, 200, -32602, 'a resource that is not there');
is($body->{error}{data}{uri}, 'pierre://none', 'is named');
like($t->raw("POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " . $t->token .
	"\r\nContent-Type: application/json\r\nMcp-Method: a\r\nMcp-Method: b\r\n" .
	"Content-Length: 2\r\nConnection: close\r\n\r\n{}"),
    qr{^HTTP/1\.1 400 .*-32020}s, 'a header that stands twice');

my %provider = (name => 'get_activities', arguments => { provider => 'synthetic' });
($r, $body) = $t->rpc('tools/call', \%provider);
refused($r, $body, 400, -32020, 'a mirrored parameter is missing');
($r, $body) = $t->rpc('tools/call', \%provider,
    headers => { 'Mcp-Param-Provider' => 'strava' });
refused($r, $body, 400, -32020, 'or differs');
($r, $body) = $t->rpc('tools/call', \%provider,
    headers => { 'Mcp-Param-Provider' => 'synthetic' });
is($r->{status}, 200, 'or agrees');
($r, $body) = legacy('tools/call', \%provider);
is($r->{status}, 200, 'the legacy era knows no such headers');

# --- scopes -----------------------------------------------------------------

my $narrow = token_with('profile:read');
($r, $body) = $t->rpc('tools/call', { name => 'get_stats' }, token => $narrow);
refused($r, $body, 403, -32600, 'the scope is too small');
like($r->{headers}{'www-authenticate'},
    qr/error="insufficient_scope", scope="activities:read"/, 'says what is needed');
($r, $body) = $t->rpc('tools/call', { name => 'get_athlete' }, token => $narrow);
is($r->{status}, 200, 'another tool may be called');
($r, $body) = $t->rpc('resources/read', { uri => 'pierre://activities/recent' },
    token => $narrow);
is($r->{status}, 403, 'a resource has a scope too');

my $newest = $t->tool('get_activities', { sport_type => 'ride', limit => 1, mode => 'detailed' },
    token => token_with('activities:read'))->{activities}[0];
ok(!exists $newest->{start_latitude_deg}, 'no place without the scope');
my $far = token_with('activities:read,location:read');
my $one = $t->tool('get_activity', { activity_id => $newest->{id},
	streams => ['latitude_deg'], points => 5 }, token => $far);
is(scalar @{ $one->{streams}{latitude_deg} }, 5, 'places with it');

# --- tools over the demo year -------------------------------------------------

my $load = $t->tool('analyze_training_load', { days => 30 });
ok($load->{settled}, 'a year settles');
is(scalar @{ $load->{curve} }, 30, 'as many days as asked for');
is($load->{curve}[-1]{date}, $load->{today}, 'up to today');
is($load->{loads}{without_load}, 0, 'each activity has a load');
my $stats = $t->tool('get_stats', { period => 'month', count => 24 });
my $sum = 0;
$sum += $_->{activities} for @{ $stats->{periods} };
is($sum, $stats->{all_time}{activities}, 'months add up to all');
my @pages;
for (my $cursor; ;) {
	my $page = $t->tool('get_activities', { limit => 100, $cursor ? (cursor => $cursor) : () });
	push @pages, map { $_->{id} } @{ $page->{activities} };
	$cursor = $page->{next_cursor} or last;
}
my %seen;
is(scalar(grep { !$seen{$_}++ } @pages), $stats->{all_time}{activities},
    'pages hold each activity once');
my $analysis = $t->tool('analyze_activity', { activity_id => $newest->{id} });
is($analysis->{load}{method}, 'tss', 'a ride with power is rated by it');
cmp_ok(abs($analysis->{load}{training_load} - $newest->{training_load}), '<', 0.11,
    'as in the listing');
like($t->log, qr/Tool execution completed tool_name=analyze_activity duration_ms=\d+/,
    'a line a call');
like($t->request('GET', '/metrics')->{content},
    qr/^pierre_mcp_tool_calls_total\{tool="get_stats",outcome="success"\} [1-9]/m,
    'calls are counted');

# --- a message in pieces ------------------------------------------------------

# The answer to a head, and a body that comes after it in two parts.
sub in_pieces {
	my ($token, $message, %headers) = @_;
	my $body = $json->encode($message);
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port)
	    or die "connect: $!";
	%headers = ('Host', 'localhost', 'Authorization', "Bearer $token",
	    'Content-Type', 'application/json', 'Content-Length', length $body,
	    'Connection', 'close', %headers);
	my @parts = ("POST /mcp HTTP/1.1\r\n" .
	    join('', map { "$_: $headers{$_}\r\n" } keys %headers) . "\r\n",
	    substr($body, 0, 20), substr($body, 20));
	for my $part (@parts) {
		print $s $part;
		select undef, undef, undef, 0.05;
	}
	return join '', <$s>;
}

for my $token ($t->token, token_with('activities:read'), token_with('activities:read')) {
	my $proven = $token eq $t->token ? 'a known token' : 'a new token';
	like(in_pieces($token, { jsonrpc => '2.0', id => 5, method => 'tools/list', params => {
			_meta => { 'io.modelcontextprotocol/protocolVersion' => '2026-07-28',
				'io.modelcontextprotocol/clientCapabilities' => {} } } },
		'MCP-Protocol-Version' => '2026-07-28', 'Mcp-Method' => 'tools/list'),
	    qr{^HTTP/1.1 200 .*"id":5,"result":.*"tools":}s, "a list in pieces, $proven");
	like(in_pieces($token, { jsonrpc => '2.0', id => 6, method => 'tools/call',
			params => { name => 'get_activities', arguments => { limit => 1 } } }),
	    qr{^HTTP/1.1 200 .*"id":6,"result":.*"activities":}s, "and a call");
}
{
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port) or die;
	print $s "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " . $t->token .
	    "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
	select undef, undef, undef, 0.1;
	close $s;
}

$t->finish;
done_testing;
