#!/usr/bin/perl
# HTTP/1.1 as a client meets it: a real server, bytes on a socket.
use strict;
use warnings;
use lib 't/lib';
use Fcntl qw(F_SETLKW F_WRLCK SEEK_SET);
use JSON::PP;
use List::Util qw(max);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Client;
use Pierre::Test;

my $t = Pierre::Test->new(workers => 2, demo => 1, config => <<'YAML');
server:
  host: pierre.example.com
http:
  header_timeout: 700ms
  body_timeout: 1500ms
  max_header: 8KiB
  allowed_hosts: ["other.example.org", "*.internal.example"]
  allowed_origins: ["https://app.example.com"]
  trusted_proxies: ["127.0.0.0/8", "10.0.0.0/8"]
log:
  format: json
YAML
my $token = $t->token;
my $json = JSON::PP->new->utf8->canonical;

sub client { return Pierre::Client->new($t) }

# A request on a connection of its own; lines without their ends.
sub ask {
	my ($line, @headers) = @_;
	my $c = client();
	my $r = $c->ask(join("\r\n", $line, @headers, '', ''),
	    head => scalar $line =~ /^HEAD /) || { status => 0, headers => {}, body => '' };
	$c->close;
	return $r;
}

sub get {
	my ($path, @headers) = @_;
	return ask("GET $path HTTP/1.1", 'Host: localhost', @headers);
}

sub error_of { return (eval { $json->decode($_[0]{body}) } || {})->{error} || {} }

sub log_lines { return map { eval { $json->decode($_) } || () } split /\n/, $t->log }

# The access log's line of a request, by the id that the client gave it.
sub logged {
	my ($id) = @_;
	my @found;
	until_true(sub {
		@found = grep { ($_->{fields}{request_id} // '') eq $id &&
			$_->{message} eq 'request' } log_lines();
	}, 3);
	return $found[0] || { fields => {} };
}

sub tool_call {
	my ($name, $arguments, @headers) = @_;
	my $body = $json->encode({ jsonrpc => '2.0', id => 1, method => 'tools/call',
		params => { name => $name, arguments => $arguments || {} } });
	return join("\r\n", 'POST /mcp HTTP/1.1', 'Host: localhost',
	    "Authorization: Bearer $token", 'Content-Type: application/json',
	    'Content-Length: ' . length $body, @headers, '', $body);
}

# --- every route ------------------------------------------------------------

my %table;
for (split /\n/, slurp('worker/routes.def')) {
	$table{$2}{$1} = $3 if /^ROUTE\((\w+),\s*"([^"]+)",\s*\w+,\s*(\w+)/;
}
cmp_ok(keys %table, '>=', 6, 'the table of routes');
for my $path (sort keys %table) {
	my %may = (%{ $table{$path} }, OPTIONS => 'PUBLIC');
	$may{HEAD} = $may{GET} if $may{GET};
	my $options = ask("OPTIONS $path HTTP/1.1", 'Host: localhost');
	is($options->{status}, 204, "OPTIONS $path");
	is_deeply([sort split /, /, $options->{headers}{allow} // ''], [sort keys %may],
	    'lists its methods');
	for my $method (qw(GET HEAD POST PUT PATCH DELETE BREW)) {
		my $r = ask("$method $path HTTP/1.1", 'Host: localhost', 'Content-Length: 0');
		if (!$may{$method}) {
			is($r->{status}, 405, "$method $path");
			is($r->{headers}{allow}, $options->{headers}{allow}, 'with Allow');
			is(error_of($r)->{code}, 'METHOD', 'and a reason') if $method ne 'HEAD';
		} elsif ($may{$method} =~ /^(?:USER|ADMIN)$/) {
			is($r->{status}, 401, "$method $path needs a token");
		} elsif ($may{$method} =~ /^PAGE(?:_ADMIN)?$/) {
			is($r->{status}, 303, "$method $path leads to sign in");
		} elsif ($path =~ /\{/ || $may{$method} eq 'PAGE_OPEN' || $method !~ /^(?:GET|HEAD)$/) {
			cmp_ok($r->{status}, '<', 500, "$method $path");
		} else {
			is($r->{status}, 200, "$method $path");
		}
	}
}
my ($whole, $head) = (get('/livez'), ask('HEAD /livez HTTP/1.1', 'Host: localhost'));
is($head->{headers}{'content-length'}, length $whole->{body}, 'HEAD tells the length');
my $c = client();
$c->ask("HEAD /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", head => 1);
ok($c->is_closed, 'and sends no body');
is(ask('OPTIONS * HTTP/1.1', 'Host: localhost')->{status}, 204, 'OPTIONS *');
is(get('http://localhost/livez')->{status}, 200, 'the absolute form');

for my $path ('/nowhere', '/livez/', '/LIVEZ', '/mcp/x', '//livez') {
	my $r = get($path);
	my $e = error_of($r);
	is("$r->{status} $e->{code}", '404 NOT_FOUND', "$path is not there");
	is($r->{headers}{'content-type'}, 'application/json', 'said in JSON');
	is($e->{request_id}, $r->{headers}{'x-request-id'}, 'with the request\'s id');
	like($e->{message}, qr/\Q$path\E/, 'and the path');
}
is(get($_)->{status}, 400, "$_ is refused")
    for '/a/../livez', '/%2e%2e/livez', '/livez%2f', '/livez%00', '/%zz', '/%ff', '/a%0ab';
is(get('/%6civez?x=1')->{status}, 200, 'a path may be encoded');

# --- what every answer carries ----------------------------------------------

for my $path ('/livez', '/metrics', '/nowhere', '/mcp') {
	my $h = get($path)->{headers};
	is($h->{'x-content-type-options'}, 'nosniff', "$path: nosniff");
	is($h->{'cache-control'}, 'no-store', 'no-store');
	like($h->{date}, qr/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/, 'Date');
	like($h->{'x-request-id'}, qr/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f-]{17}$/,
	    'an id of ours');
	is($h->{server}, undef, 'nothing about the program');
}
is(get('/livez', 'X-Request-Id: abc-123_x.y')->{headers}{'x-request-id'}, 'abc-123_x.y',
    'the client\'s id comes back');
unlike(get('/livez', "X-Request-Id: $_")->{headers}{'x-request-id'}, qr/\Q$_\E/,
    'unless it is malformed') for 'a b', 'x' x 65, '"quoted"', '<b>';

# --- connections ------------------------------------------------------------

$c = client();
is($c->ask("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")->{status}, 200,
    "keep-alive, request $_") for 1 .. 3;
is($c->ask("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")->{status}, 404,
    'an error does not end it');
my $last = $c->ask("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
is($last->{headers}{connection}, 'close', 'Connection: close is confirmed');
ok($c->is_closed, 'and done');

$c = client();
$c->send(join '', map {
	"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: pipe-$_\r\n\r\n" } 1 .. 100);
is(join(' ', map { ($c->answer || { headers => {} })->{headers}{'x-request-id'} // '' } 1 .. 100),
    join(' ', map {"pipe-$_"} 1 .. 100), 'a hundred pipelined requests, in order');
# Routes that wait among some that do not.
$c->send(tool_call('get_athlete') . "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n" .
    tool_call('get_athlete') . "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n");
is(join(' ', map { ($c->answer || { status => 0 })->{status} } 1 .. 4), '200 200 200 404',
    'and of every kind');
$c->send($_), sleep 0.01 for split //, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
is($c->answer->{status}, 200, 'byte by byte');
is($c->ask("\r\nGET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")->{status}, 200,
    'an empty line before a request');

$c = client();
my $r = $c->ask("GET /livez HTTP/1.0\r\n\r\n");
is($r->{status}, 200, 'HTTP/1.0, without Host');
ok($c->is_closed, 'ends after one answer');
$c = client();
$r = $c->ask("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
is($r->{headers}{connection}, 'keep-alive', 'unless it asks');
is($c->ask("GET /livez HTTP/1.0\r\n\r\n")->{status}, 200, 'for more');

# --- bodies -----------------------------------------------------------------

my $body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
my @post = ('POST /mcp HTTP/1.1', 'Host: localhost', "Authorization: Bearer $token",
    'Content-Type: application/json');
sub chunk { return sprintf "%x\r\n%s\r\n", length $_[0], $_[0] }

$c = client();
$r = $c->ask(join("\r\n", @post, 'Transfer-Encoding: chunked', '', '') .
    join('', map { chunk($_) } $body =~ /(.{1,7})/g) . "0\r\nX-Trailer: 1\r\n\r\n");
is($r->{status}, 200, 'a chunked body');
is(scalar @{ $json->decode($r->{body})->{result}{tools} } > 0, 1, 'is read');
$c->send(join("\r\n", @post, 'Transfer-Encoding: chunked', '', ''));
$c->send($_), sleep 0.002 for split //, chunk($body) . "0\r\n\r\n";
is($c->answer->{status}, 200, 'in any pieces');
is($c->ask("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")->{status}, 200,
    'and the connection goes on');

$c->send(join("\r\n", @post, 'Content-Length: ' . length $body, 'Expect: 100-continue', '', ''));
$r = $c->answer(head => 1, seconds => 3);
is($r && $r->{status}, 100, '100 Continue');
is($c->ask($body)->{status}, 200, 'and then the answer');
$r = $c->ask(join("\r\n", 'POST /mcp HTTP/1.1', 'Host: localhost',
	'Content-Type: application/json', 'Content-Length: 46', 'Expect: 100-continue', '', ''));
is($r->{status}, 401, 'no 100 where the answer is no');
is($r->{headers}{connection}, 'close', 'the body stays unread');
is(ask('GET /livez HTTP/1.1', 'Host: localhost', 'Expect: miracles')->{status}, 417,
    'other expectations');

SKIP: {
	my ($status, $out, $err) = run_command('curl', '--version');
	skip 'curl is not installed', 2 if $status != 0;
	($status, $out, $err) = run_command('curl', '-sSv', '-o', '/dev/null', '-o', '/dev/null',
	    '-w', '%{http_code} %{num_connects}\n', map { $t->url . $_ } '/livez', '/nowhere');
	is($out, "200 1\n404 0\n", 'curl keeps the connection');
	(undef, $out) = run_command('curl', '-sS', '-H', 'Expect: 100-continue', '-H',
	    'Content-Type: application/json', '-H', "Authorization: Bearer $token", '-w',
	    '%{http_code}', '-d', $body, $t->url . '/mcp');
	like($out, qr/^\{"jsonrpc".*\}200$/s, 'and speaks to /mcp');
}

# --- limits -----------------------------------------------------------------

$c = client();
$r = $c->ask(join "\r\n", @post, 'Content-Length: ' . ((1 << 20) + 1), '', '');
is("$r->{status} " . error_of($r)->{code}, '413 TOO_LARGE', 'a body that is too large');
ok($c->is_closed, 'and the end');
$r = client()->ask(join("\r\n", @post, 'Content-Encoding: gzip', 'Content-Length: ' . length $body,
	'', $body));
is("$r->{status} " . error_of($r)->{code}, '415 UNSUPPORTED', 'a body that is packed');
is($r->{headers}{'accept-encoding'}, 'identity', 'and how it is taken');
$r = client()->ask(join("\r\n", @post, 'Content-Encoding: Identity', 'Content-Length: ' . length $body,
	'', $body));
is($r->{status}, 200, 'one that says it is not');
$c = client();
$c->send(join("\r\n", @post, 'Transfer-Encoding: chunked', '', ''));
my $part = chunk('x' x 65536);
$c->send($part) for 1 .. 17;
$r = $c->answer;
is($r->{status}, 413, 'also in chunks');
is(get('/' . 'a' x 5000)->{status}, 414, 'a target that is too long');
is(error_of(get('/' . 'a' x 5000))->{code}, 'TARGET_TOO_LONG', 'by its name');
is(get('/livez', 'X-Big: ' . 'b' x 9000)->{status}, 431, 'a head that is too large');
is(get('/livez', map {"X-$_: 1"} 1 .. 200)->{status}, 431, 'too many headers');

my $begun = time;
$c = client();
$r = $c->ask("GET /livez HTTP/1.1\r\nHost: loc", seconds => 5);
is($r && $r->{status}, 408, 'a head that does not come');
cmp_ok(time - $begun, '<', 2.5, 'is waited for no longer than http.header_timeout');
ok($c->is_closed, 'and the end');
# A trickle does not help.
$begun = time;
$c = client();
$c->send('G');
$c->send('E'), sleep 0.15 while time < $begun + 1.2;
$r = $c->answer;
is($r && $r->{status}, 408, 'nor one that trickles');
$c = client();
$r = $c->ask(join("\r\n", @post, 'Content-Length: 46', '', '') . '{"json', seconds => 5);
is($r && $r->{status}, 408, 'nor a body');
$c = client();
ok($c->is_closed(3), 'a connection without a word is closed');

# --- whose name it goes by --------------------------------------------------

sub host { return ask('GET /livez HTTP/1.1', "Host: $_[0]")->{status} }
is(host($_), 200, "Host: $_") for 'localhost', 'LOCALHOST:' . $t->port, '127.0.0.1',
    '127.8.9.10:80', '[::1]:8081', 'app.localhost', 'pierre.example.com',
    'Pierre.Example.Com:443', 'other.example.org', 'a.internal.example', '192.0.2.7';
for ('evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'pierre.example.com.',
	'xpierre.example.com', 'internal.example', '127.1', '2130706433') {
	my $r = ask('GET /livez HTTP/1.1', "Host: $_");
	is("$r->{status} " . (error_of($r)->{code} // ''), '403 DENIED', "Host: $_ is refused");
}
is(host($_), 400, "Host: \"$_\" is malformed")
    for '', 'a b', 'a,b', 'localhost:x', 'localhost:99999', 'user@localhost', '[::1', 'a/b';
is(ask('GET /livez HTTP/1.1')->{status}, 400, 'Host is missing');
is(ask('GET /livez HTTP/1.1', 'Host: localhost', 'Host: localhost')->{status}, 400, 'twice');
is(get('http://evil.example/livez')->{status}, 400, 'and it is the target\'s');

# --- whom a browser speaks for ----------------------------------------------

for my $origin ('https://app.example.com', 'http://localhost:3000', 'http://127.0.0.1:5173') {
	my $h = get('/livez', "Origin: $origin")->{headers};
	is($h->{'access-control-allow-origin'}, $origin, "Origin: $origin");
	is($h->{vary}, 'Origin', 'Vary');
	like($h->{'access-control-expose-headers'}, qr/WWW-Authenticate/, 'shows the challenge');
}
for my $origin ('https://evil.example', 'null', 'https://app.example.com.evil.example',
    'http://app.example.com', 'https://app.example.com:444', 'file://') {
	my $r = get('/livez', "Origin: $origin");
	is($r->{status}, 403, "Origin: $origin may not call");
	ok(!exists $r->{headers}{'access-control-allow-origin'}, 'and is told nothing');
}
is(get('/livez', 'Origin: http://localhost', 'Origin: http://localhost')->{status}, 403,
    'two Origins');
my @preflight = ('Host: localhost', 'Access-Control-Request-Method: POST',
    'Access-Control-Request-Headers: authorization, mcp-protocol-version');
$r = ask('OPTIONS /mcp HTTP/1.1', @preflight, 'Origin: https://app.example.com');
is($r->{status}, 204, 'a preflight, without a token');
is($r->{headers}{'access-control-allow-origin'}, 'https://app.example.com', 'allows the origin');
like($r->{headers}{'access-control-allow-methods'}, qr/\bPOST\b/, 'the method');
is($r->{headers}{'access-control-allow-headers'}, 'authorization, mcp-protocol-version',
    'and the headers');
$r = ask('OPTIONS /mcp HTTP/1.1', @preflight, 'Origin: https://evil.example');
is($r->{status}, 403, 'a preflight from elsewhere');
$r = ask('POST /mcp HTTP/1.1', 'Host: localhost', 'Origin: http://localhost:1',
    'Content-Length: 0');
is("$r->{status} $r->{headers}{'access-control-allow-origin'}", '401 http://localhost:1',
    'a page can read why it was refused');

# --- what two readers could understand differently ---------------------------

my %bad = (
	'CL and TE' => "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	'TE and CL' => "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
	'two lengths' => "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
	'the same length twice' => "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
	'a list of lengths' => "Content-Length: 5, 5\r\n\r\nhello",
	'a length with a sign' => "Content-Length: +5\r\n\r\nhello",
	'a negative length' => "Content-Length: -1\r\n\r\n",
	'a hexadecimal length' => "Content-Length: 0x5\r\n\r\nhello",
	'a length beyond all' => "Content-Length: 99999999999999999999\r\n\r\n",
	'an empty length' => "Content-Length: \r\n\r\n",
	'TE twice' => "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	'TE with a vertical tab' => "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
	'a folded header' => "X-A: b\r\n c\r\n\r\n",
	'a folded length' => "Content-Length:\r\n 5\r\n\r\nhello",
	'bare LF after the request line' => undef,
	'bare LF after a header' => "X-A: b\nX-B: c\r\n\r\n",
	'bare LF at the end' => "X-A: b\r\n\n",
	'bare CR in a value' => "X-A: b\rTransfer-Encoding: chunked\r\n\r\n",
	'NUL in a value' => "X-A: b\0c\r\n\r\n",
	'NUL in a name' => "X\0A: b\r\n\r\n",
	'a space before the colon' => "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
	'a tab before the colon' => "Content-Length\t: 5\r\n\r\nhello",
	'no colon' => "nonsense\r\n\r\n",
	'no name' => ": b\r\n\r\n",
	'a space before the name' => " X-A: b\r\n\r\n",
	'a control byte' => "X-A: \x7f\r\n\r\n",
);
my @lines = ('GET  /livez HTTP/1.1', 'GET /livez  HTTP/1.1', ' GET /livez HTTP/1.1',
    "GET\t/livez\tHTTP/1.1", 'GET /livez', 'GET /livez HTTP/1.1 x', 'GET /li vez HTTP/1.1',
    'GET livez HTTP/1.1', 'G(T /livez HTTP/1.1', 'GET /livez HTTP/1.10', 'GET /livez http/1.1',
    'GET /livez HTTP/11', "GET /liv\0ez HTTP/1.1", "GET /liv\xe9z HTTP/1.1", 'GET * HTTP/1.1',
    'CONNECT localhost:80 HTTP/1.1', "\x16\x03\x01\x02\x00\x01\x00\x01\xfc");
# The second request must not be answered, whatever the first was taken for.
my $next = "GET /livez HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: smuggled\r\n\r\n";
sub is_refused {
	my ($bytes, $what, $status) = @_;
	my $c = client();
	my $r = $c->ask($bytes . $next, seconds => 3);
	is($r && $r->{status}, $status || 400, $what) or diag(explain($r));
	ok($c->is_closed, 'and the connection ends');
}
for my $what (sort keys %bad) {
	is_refused($bad{$what} ? "POST /livez HTTP/1.1\r\nHost: localhost\r\n$bad{$what}" :
		"GET /livez HTTP/1.1\nHost: localhost\r\n\r\n", $what);
}
is_refused("$_\r\nHost: localhost\r\n\r\n", $_ =~ s/[^ -~]/?/gr) for @lines;
is_refused("GET /livez HTTP/2.0\r\nHost: localhost\r\n\r\n", 'HTTP/2.0', 505);
is_refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 'the preface of HTTP/2');
is_refused("POST /livez HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: $_\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: $_", 501) for qw(xchunked gzip), 'gzip, chunked', 'chunked, identity';
is_refused("POST /livez HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    'chunked in HTTP/1.0');
is_refused(join("\r\n", @post, 'Transfer-Encoding: chunked', '', '') . $_,
    'chunks: ' . s/\r/\\r/gr =~ s/\n/\\n/gr =~ s/[^ -~]/?/gr) for "zz\r\n", "-1\r\nx\r\n", "1\nx\n0\n\n",
    "1\r\nxy\r\n0\r\n\r\n", "1 \r\nx\r\n0\r\n\r\n", "0x1\r\nx\r\n0\r\n\r\n",
    "ffffffffffffffff1\r\nx\r\n", "\r\n0\r\n\r\n";
ok(!(grep { ($_->{fields}{request_id} // '') eq 'smuggled' } log_lines()),
    'nothing was smuggled in');

# --- the access log ---------------------------------------------------------

sub peer_of {
	my ($id, @headers) = @_;
	get('/livez', "X-Request-Id: $id", @headers);
	return logged($id)->{fields}{peer};
}
is(peer_of('peer-1'), '127.0.0.1', 'the peer');
is(peer_of('peer-2', 'X-Forwarded-For: 198.51.100.7'), '198.51.100.7', 'behind a proxy');
is(peer_of('peer-3', 'X-Forwarded-For: 6.6.6.6, 198.51.100.7, 10.1.2.3'), '198.51.100.7',
    'behind two, and what a client says is not believed');
is(peer_of('peer-4', 'X-Forwarded-For: 6.6.6.6', 'X-Forwarded-For: 198.51.100.7'),
    '198.51.100.7', 'nor in a header of its own');
is(peer_of('peer-5', 'X-Forwarded-For: nonsense'), '127.0.0.1', 'nor nonsense');
is(peer_of('peer-6', 'X-Forwarded-For: 2001:db8::5'), '2001:db8::5', 'IPv6');

get('/nowhere/caf%C3%A9?secret=1', 'X-Request-Id: log-1');
my $line = logged('log-1');
is_deeply([sort keys %$line], [qw(fields level message target timestamp)],
    'a line is an object of five members');
like($line->{timestamp}, qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'timestamp');
is($line->{level}, 'INFO', 'level');
is($line->{target}, 'pierre_mcp_server::http', 'target');
my $f = $line->{fields};
is("$f->{method} $f->{path} $f->{status}", "GET /nowhere/caf\x{e9} 404", 'the request');
cmp_ok($f->{bytes}, '>', 50, 'bytes');
cmp_ok($f->{duration_us}, '>=', 0, 'duration');
like($f->{process}, qr/^worker [01]$/, 'process');
unlike($t->log, qr/secret=1/, 'the query is not logged');
unlike($t->log, qr/\Q$token\E/, 'nor the token');
my $call = tool_call('get_athlete', {}, 'X-Request-Id: log-2');
is(client()->ask($call)->{status}, 200, 'a tool call');
$f = logged('log-2')->{fields};
like($f->{user_id}, qr/^[0-9a-f-]{36}$/, 'is logged with the user');
is($f->{mcp_method}, 'tools/call', 'and the method');
is_deeply([grep { !eval { $json->decode($_) } && !/^==\d+==WARNING: ASan doesn't/ }
	split /\n/, $t->log], [],
    'every line of the log is JSON');

# --- clients that go away ---------------------------------------------------

sub gauge {
	my ($name) = @_;
	my ($v) = get('/metrics')->{body} =~ /^pierre_\Q$name\E (\d+)$/m;
	return $v // -1;
}
my @workers = sort @{ $t->children->{workers} };
for (1 .. 200) {
	my $c = client();
	$c->send(tool_call($_ % 2 ? 'analyze_training_load' : 'get_activities'));
	sleep rand 0.003 if $_ % 3;
	$_ % 2 ? $c->break : $c->close;
}
for (1 .. 50) {
	my $c = client();
	$c->send(substr $call, 0, $_ * 7);
	$c->break;
}
is(client()->ask($call)->{status}, 200, 'clients that leave in the middle harm nobody');
is_deeply([sort @{ $t->children->{workers} }], \@workers, 'the workers are the same');
ok(until_true(sub { gauge('http_requests_in_flight') == 1 }), 'nothing is left under way');
ok(until_true(sub { gauge('http_connections') == 1 }), 'nor open');

# --- a worker is killed -----------------------------------------------------

my ($early, $late) = (substr($call, 0, -10), substr $call, -10);
my @clients = map { client()->send($early) } 1 .. 16;
sleep 0.2;
kill 'KILL', $workers[0];
ok(until_true(sub { slurp("/proc/$workers[0]/stat") !~ /\) [RSD] / }), 'a worker is killed');
my @status = map { my $r = eval { $_->ask($late, seconds => 5) }; $r ? $r->{status} : 0 } @clients;
is(scalar(grep { $_ != 200 && $_ != 0 } @status), 0, 'its requests are lost');
cmp_ok(scalar(grep { $_ == 200 } @status), '>', 0, 'those of the other are answered');
is(get('/livez')->{status}, 200, 'and so are new ones');
@clients = ();

# --- leaving at once ---------------------------------------------------------

ok(until_true(sub { @{ $t->children->{workers} } == 2 }), 'two workers again');
my @idle = map { client() } 1 .. 8;
$_->ask("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n") for @idle;
my @fresh = map { client() } 1 .. 8;
my @busy = map { client()->send($early) } 1 .. 8;
my @half = map { client()->send('GET /liv') } 1 .. 8;
client()->send($call) for 1 .. 8;
is(($t->signal('stop'))[0], 0, '-s stop');
ok(until_true(sub { waitpid($t->pid, POSIX::WNOHANG()) == $t->pid }, 10), 'ends the server');
$t->{status} = $?;
$t->{pid} = undef;
$t->finish(qr/was killed by signal 9/);

# --- leaving when done --------------------------------------------------------

$t = Pierre::Test->new(workers => 1, demo => 1, config => <<'YAML');
http:
  max_connections: 4
  keepalive_min: 1s
YAML
my $sum = sub { my ($n) = ($t->signal('status'))[1] =~ /worker +0 .* (\d+) +\d+(?:  [A-Z].*)?$/m; $n // -1 };
ok(until_true(sub { $sum->() == 0 }), 'nobody is connected');
@idle = map { client() } 1 .. 4;
my $refused = client();
$r = $refused->answer;
is($r && $r->{status}, 503, 'one connection more than http.max_connections');
is($r->{headers}{'retry-after'}, 1, 'comes later');
ok($refused->is_closed, 'and is closed');
is($idle[0]->ask("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")->{status}, 200,
    'those that are open are served');
is(get('/livez')->{status}, 200, 'an idle one makes room');
ok($idle[0]->is_closed, 'for it');
$_->close for @idle;
my $two = [map { client() } 1 .. 2];
ok(until_true(sub { $sum->() == 2 }), 'the board shows the connections');
like(($t->signal('status'))[1], qr/worker +0 .* 2 +(?:[3-9]|\d\d+)$/m, 'and the requests');

my $idle = $two->[0];
is($idle->ask("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")->{status}, 200,
    'one is idle, one busy');
my $busy = $two->[1]->send(substr tool_call('get_athlete'), 0, -10);
sleep 0.1;
kill 'QUIT', $t->pid;
sleep 0.3;
$r = $idle->ask("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n");
is($r && $r->{status}, 503, 'a server that leaves is not ready');
is($r->{headers}{connection}, 'close', 'and says good-bye');
my $gone = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port, Proto => 'tcp');
ok(!$gone, 'it takes no more connections');
$r = $busy->ask(substr tool_call('get_athlete'), -10);
is($r && $r->{status}, 200, 'what was begun is finished');
is($r->{headers}{connection}, 'close', 'as the last');
$t->finish;

# --- leaving while a thread works ------------------------------------------------

# At once: half a second for what nobody waits for.  When done: as long as the
# write may take, which is within the time of a drain.
my %leaving = (
	stop => ['<', qr/left before all work had ended/],
	quit => ['>', qr/noting a use: .* stayed locked/],
);
for my $verb (sort keys %leaving) {
	my ($sooner, $told) = @{ $leaving{$verb} };
	$t = Pierre::Test->new(workers => 1, demo => 1,
	    config => "database:\n  busy_timeout: 4s\n");
	# The lock that writers take, so that the note of a token's use waits.
	open my $shm, '+<', $t->dir . '/pierre.db-shm' or die "pierre.db-shm: $!";
	my $lock = pack 's! s! x4 q q i x4', F_WRLCK, SEEK_SET, 120, 1, 0;
	fcntl $shm, F_SETLKW, $lock or die "lock: $!";
	my $c = client();
	is($c->ask($call)->{status}, 200, 'a reader does not wait for writers');
	$begun = time;
	is(($t->signal($verb))[0], 0, "-s $verb");
	ok(until_true(sub { waitpid($t->pid, POSIX::WNOHANG()) == $t->pid }, 10), 'ends the server');
	$t->{status} = $?;
	$t->{pid} = undef;
	cmp_ok(time - $begun, $sooner, 3, 'at once, or when the write has had its time');
	close $shm;
	like($t->log, $told, 'which the log tells');
	$t->finish;
}
done_testing();
