#!/usr/bin/perl
# The PROXY protocol: whose word is taken, and what becomes of it in the log,
# the limits and the cap on connections.
use strict;
use warnings;
use lib 't/lib';
use IO::Socket::UNIX;
use Pierre::Test;
use Socket qw(inet_aton);
use Test::More;

my $limits = "limits:\n  address_per_minute: 60\n  address_burst: 4\n";
my $t = Pierre::Test->new(demo => 1, workers => 1,
    listen => ['127.0.0.1:PORT', 'unix:DIR/proxy.sock proxy'],
    config => "http:\n  header_timeout: 1s\n  max_connections_per_address: 3\n$limits");
my $path = $t->dir . '/proxy.sock';
my $get = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
my $v2_sign = "\r\n\r\n\0\r\nQUIT\n";

sub v1 { return "PROXY TCP4 $_[0] 10.0.0.1 40000 80\r\n" }

sub v2 {
	my ($address, $more) = @_;
	my $body = inet_aton($address) . "\x0a\0\0\1" . pack('nn', 40000, 80) . ($more // '');
	return $v2_sign . "\x21\x11" . pack('n', length $body) . $body;
}

sub dial { return IO::Socket::UNIX->new(Peer => $path, Timeout => 5) || die "connect: $!" }

# What the server says until it closes.
sub over {
	my (@pieces) = @_;
	my $s = dial();
	my $bytes = '';
	for my $i (0 .. $#pieces) {
		select undef, undef, undef, 0.03 if $i;
		local $SIG{PIPE} = 'IGNORE';
		print $s $pieces[$i];
		$s->flush;
	}
	while (sysread $s, my $part, 65536) { $bytes .= $part }
	return $bytes;
}

my $ids = 0;

# The peer that the log names for a request behind this header.
sub peer_after {
	my ($header, @more) = @_;
	my $id = 'case' . ++$ids;
	my $answer = over($header . join "\r\n", 'GET /livez HTTP/1.1', 'Host: localhost',
	    'Connection: close', "X-Request-Id: $id", @more, '', '');
	return "no 200: $answer" unless $answer =~ m{^HTTP/1\.1 200 };
	until_true(sub { $t->log =~ /request_id=$id\b/ });
	return $t->log =~ /peer=(\S+) request_id=$id\b/ ? $1 : 'none';
}

sub refused_by { my ($name) = @_;
	return ($t->request('GET', '/metrics')->{content} =~
	    /^pierre_http_proxy_refused_total\{reason="$name"\} (\d+)/m)[0] // 0 }

# --- who is behind it ------------------------------------------------------------

is(peer_after(v1('203.0.113.7')), '203.0.113.7', 'version 1');
is(peer_after("PROXY TCP6 2001:db8::5 2001:db8::6 1 2\r\n"), '2001:db8::5', 'TCP6');
is(peer_after("PROXY UNKNOWN whatever\r\n"), 'local', 'UNKNOWN keeps the peer');
is(peer_after(v2('203.0.113.8')), '203.0.113.8', 'version 2');
is(peer_after(v2('203.0.113.9', "\x04\0\3abc" . "\x05\0\0")), '203.0.113.9', 'its TLV are skipped');
is(peer_after($v2_sign . "\x20\0\0\0"), 'local', 'LOCAL keeps the peer');
is(peer_after(v1('203.0.113.7'), 'X-Forwarded-For: 198.51.100.1'), '203.0.113.7',
    'the client is no proxy whose X-Forwarded-For is believed');
is($t->request('GET', '/livez')->{status}, 200, 'the other address wants no header');

# --- in pieces, and more than one request ------------------------------------------

like(over(split //, v1('203.0.113.7')), qr/^$/, 'a header alone is closed without an answer');
like(over("PROX", "Y TCP4 203.0.113.7 10.0.0.1 1 2\r", "\n$get", "\r\n"),
    qr{^HTTP/1\.1 200 }, 'version 1 in pieces');
my $whole = v2('203.0.113.7', "\x04\0\3abc");
like(over(substr($whole, 0, 5), substr($whole, 5, 15), substr($whole, 20), $get, "\r\n"),
    qr{^HTTP/1\.1 200 }, 'version 2 in pieces');
my $twice = over($whole . "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n$get\r\n");
is(() = $twice =~ m{HTTP/1\.1 200 }g, 2, 'two requests behind one header');
like(over($whole . "$whole$get\r\n"), qr{^HTTP/1\.1 400 }, 'a second header is no request');

# --- what is no header ----------------------------------------------------------------

my $before = refused_by('malformed');
my @bad = ("$get\r\n", "PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n$get\r\n",
	'PROXY UNKNOWN ' . 'x' x 200, $v2_sign . "\x21\x11\xff\xff", "\x16\x03\x01\x02\0");
is(over($_), '', 'closed without an answer: ' . unpack 'H16', $_) for @bad;
is(refused_by('malformed') - $before, scalar @bad, 'and counted');
like($t->log, qr/warn.*connection from local closed: PROXY header: it does not begin as one/,
    'and logged');
$before = refused_by('late');
is(over('PROXY TCP4 203.'), '', 'half a header: closed in time');
is(refused_by('late') - $before, 1, 'and counted');

# --- limits and caps of the client, not of the proxy -----------------------------------

my @held = map {
	my $s = dial();
	print $s v1('192.0.2.1') . "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
	$s->flush;
	sysread $s, my $answer, 4096;
	like($answer, qr{^HTTP/1\.1 200 }, "connection $_ of one client");
	$s;
} 1 .. 3;
like(over(v1('192.0.2.1') . "$get\r\n"), qr{^HTTP/1\.1 429 }, 'one too many');
like(over(v1('192.0.2.2') . "$get\r\n"), qr{^HTTP/1\.1 200 }, 'not for its neighbour');
close $_ for @held;
ok(until_true(sub { over(v1('192.0.2.1') . "$get\r\n") =~ m{^HTTP/1\.1 200 } }),
    'and the places are given back');
my $api = $get =~ s{/livez}{/nothing}r;
my @statuses = map { over(v2('192.0.2.9') . "$api\r\n") =~ m{^HTTP/1\.1 (\d+)} } 1 .. 6;
is("@statuses", '404 404 404 404 429 429', 'the limit counts the client');
like(over(v2('192.0.2.10') . "$api\r\n"), qr{^HTTP/1\.1 404 }, 'and nobody else');

# --- over TCP: only from proxies that are named ------------------------------------------

$t->listen_at('127.0.0.1:PORT proxy', "unix:$path");
$t->write_config('');
my ($status, undef, $err) = $t->signal('reload');
is($status, 0, 'a reload turns it on and off') or diag $err;
is($t->raw(v1('203.0.113.7') . "$get\r\n"), '', 'an address nobody named is closed');
like(over("$get\r\n"), qr{^HTTP/1\.1 200 }, 'the path wants no header now');
like(over($get =~ s{/livez}{/metrics}r . "Authorization: Bearer " . $t->token . "\r\n\r\n"),
    qr/proxy_refused_total\{reason="untrusted"\} 1/, 'counted');
$t->write_config("http:\n  trusted_proxies: [127.0.0.0/8]\n");
is(($t->signal('reload'))[0], 0, 'named');
# The worker that leaves may take one more.
ok(until_true(sub { $t->raw(v1('203.0.113.7') . "$get\r\n") =~ m{^HTTP/1\.1 200 } }),
    'it is taken');
$t->finish;
done_testing();
