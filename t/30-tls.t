#!/usr/bin/perl
# TLS on a listener: what is agreed on, whose certificate is shown before and
# after a reload, which pairs are refused, and who does not get in.
use strict;
use warnings;
use lib 't/lib';
use File::Temp qw(tempdir);
use HTTP::Tiny;
use IO::Socket::SSL;
use IO::Socket::UNIX;
use IO::Uncompress::Unzip;
use JSON::PP;
use Pierre::OAuth;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

# Its files: a certificate of that name and its key.
sub make_pair {
	my ($dir, $name, @how) = @_;
	my ($status, undef, $err) = run_command('openssl', 'req', '-x509', '-newkey',
	    @how ? @how : ('ec', '-pkeyopt', 'ec_paramgen_curve:P-256'), '-nodes', '-days', 30,
	    '-subj', "/CN=$name", '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
	    '-keyout', "$dir/$name.key", '-out', "$dir/$name.pem");
	die "openssl: $err" if $status;
	chmod 0600, "$dir/$name.key";
}

my $port = free_port();
my $t = Pierre::Test->new(demo => 1, workers => 2, start => 0,
    listen => ['127.0.0.1:PORT', "127.0.0.1:$port tls", 'unix:DIR/tls.sock tls proxy']);
my $dir = $t->dir;
make_pair($dir, $_) for qw(first second);
make_pair($dir, 'rsa', 'rsa:2048');

sub pair { my ($certificate, $key, $more) = @_;
	return "http:\n  header_timeout: 1s\n  keepalive_min: 2s\ntls:\n  certificate: $dir/$certificate.pem\n" .
	    "  key: $dir/$key.key\n" . ($more // '') }

sub dial {
	my (%o) = @_;
	return IO::Socket::SSL->new(PeerAddr => '127.0.0.1', PeerPort => $port, Timeout => 5,
	    SSL_verify_mode => 0, %o);
}

# The name in the certificate that is shown.
sub shown { my $s = dial() or return 'none'; return $s->peer_certificate('commonName') }

sub get {
	my ($path, %o) = @_;
	return HTTP::Tiny->new(timeout => 10, verify_SSL => 0, max_redirect => 0)
	    ->get("https://127.0.0.1:$port$path", \%o);
}

sub answer_on {
	my ($s, $head) = @_;
	print $s $head;
	my $bytes = '';
	while (sysread $s, my $part, 65536) {
		$bytes .= $part;
		last if $bytes =~ /\r\n\r\n/ && $head !~ /close/;
	}
	return $bytes;
}

sub counted { my ($labels) = @_;
	return ($t->request('GET', '/metrics')->{content} =~
	    /^pierre_http_tls_handshakes_total\{\Q$labels\E\} (\d+)/m)[0] // 0 }

my $livez = "GET /livez HTTP/1.1\r\nHost: localhost\r\n";

# --- without a pair ---------------------------------------------------------------

$t->write_config('');
my ($status, $out, $err) = run_command($t->bin, '-t', '-c', $t->conf);
is($status, 1, 'the word tls wants a pair');
like($err, qr/server\.listen: the word tls needs tls\.certificate and tls\.key/, 'and says so');
for (['first', 'second', qr{second\.key: does not fit tls\.certificate}],
    ['first', 'rsa', qr{rsa\.key: does not fit tls\.certificate}],
    ['none', 'first', qr{tls\.certificate: cannot open \S+none\.pem: No such file}]) {
	my ($certificate, $key, $why) = @$_;
	$t->write_config(pair($certificate, $key));
	($status, undef, $err) = run_command($t->bin, '-t', '-c', $t->conf);
	is($status, 1, "-t refuses $certificate with $key");
	like($err, $why, 'and says why');
	($status, undef, $err) = run_command($t->bin, '-f', '-c', $t->conf);
	is($status, 78, 'nor does a start go on');
	like($err, $why, 'for the same reason');
}
$t->write_config(pair('first', 'second') . "log:\n  file: $dir/refused.log\n");
($status, undef, $err) = run_command($t->bin, '-c', $t->conf);
is($status, 78, 'a start in the background');
like($err, qr{second\.key: does not fit tls\.certificate}, 'says so to who asked, too');
run_command('openssl', 'ec', '-in', "$dir/first.key", '-aes128', '-passout', 'pass:secret',
    '-out', "$dir/locked.key");
$t->write_config(pair('first', 'locked'));
like((run_command($t->bin, '-t', '-c', $t->conf))[2],
    qr/locked\.key: holds no private key in PEM form without a password/, 'nor a locked key');

# --- with one ------------------------------------------------------------------------

$t->write_config(pair('first', 'first'));
is((run_command($t->bin, '-t', '-c', $t->conf))[0], 0, '-t takes a pair that fits');
$t->start;
my $r = get('/livez');
is($r->{status}, 200, 'https') or diag $r->{content};
is(shown(), 'first', 'shows its certificate');
$r = get('/mcp', headers => { Authorization => 'Bearer ' . $t->token });
is($r->{status}, 405, 'routes are the same');
is($t->request('GET', '/livez')->{status}, 200, 'the other address goes without');
my ($version) = map { $_->get_sslversion } dial();
is($version, 'TLSv1_3', 'TLS 1.3 where the client has it');
my $s = dial(SSL_version => 'TLSv1_2');
is($s->get_sslversion, 'TLSv1_2', 'TLS 1.2 where not');
like($s->get_cipher, qr/^ECDHE-.*(?:GCM|POLY1305)/, 'forward secret');
$s = dial(SSL_alpn_protocols => ['h2', 'http/1.1']);
is($s->alpn_selected, 'http/1.1', 'HTTP/1.1 by ALPN');
ok(!dial(SSL_alpn_protocols => ['h2']), 'HTTP/2 alone is refused');
like($t->log, qr/info .*connection from 127\.0\.0\.1 closed: TLS: /, 'which the log tells');
is((run_command('curl', '-s', '--cacert', "$dir/first.pem", '-o', '/dev/null', '-w',
    '%{http_code} %{http_version}', "https://localhost:$port/livez"))[1], '200 1.1', 'curl');
my $big = JSON::PP->new->encode({ jsonrpc => '2.0', id => 1, method => 'nothing',
	params => { text => 'x' x 900_000 } });
$r = HTTP::Tiny->new(verify_SSL => 0)->post("https://127.0.0.1:$port/mcp", {
	headers => { Authorization => 'Bearer ' . $t->token, 'Content-Type' => 'application/json',
		Accept => 'application/json, text/event-stream' }, content => $big });
like($r->{content}, qr/"error"/, 'a large body arrives') or diag $r->{status};
cmp_ok(counted('outcome="full",version="1.3"'), '>', 3, 'handshakes are counted');
is(counted('outcome="full",version="1.2"'), 1, 'by version');
like($t->request('GET', '/metrics')->{content},
    qr/^pierre_tls_certificate_expiry_timestamp_seconds (\d+)/m, 'and when the certificate ends');
my ($end) = $t->request('GET', '/metrics')->{content} =~ /expiry_timestamp_seconds (\d+)/;
cmp_ok(abs($end - time - 30 * 86400), '<', 7200, 'in 30 days');

# --- files -----------------------------------------------------------------------

{ package Over; # the same server, called by https
	sub url { return $_[0]{url} }
	sub conf { return $_[0]{conf} } }
my $over = bless { url => "https://127.0.0.1:$port", conf => $t->conf }, 'Over';
is(($t->ctl('user', 'create', 'anna'))[0], 0, 'a person');
open my $gpx, '>', "$dir/walk.gpx" or die;
print $gpx '<gpx version="1.1"><trk><trkseg>', (map { sprintf
	'<trkpt lat="52.%07d" lon="13.%07d"><time>2026-03-01T%02d:%02d:%02dZ</time></trkpt>',
	rand 2e4, rand 2e4, $_ / 3600, $_ / 60 % 60, $_ % 60 } 1 .. 20000), '</trkseg></trk></gpx>';
close $gpx;
is(($t->ctl('import', "$dir/walk.gpx", '--user', 'anna'))[0], 0, 'with a long walk');
my $browser = Pierre::OAuth->new($over, user => 'anna')->sign_in->{browser};
$browser->get('/account/data');
my ($css) = $browser->{page} =~ /href="([^"]+\.css[^"]*)"/;
my $style = get($css)->{content};
$r = get($css, headers => { Range => 'bytes=10-29' });
is("$r->{status} $r->{content}", '206 ' . substr($style, 10, 20), 'a part of a file');
$r = $browser->send('/account/data', do => 'export');
is($r->{headers}{'content-type'}, 'application/zip', 'a file out of many pieces');
cmp_ok(length $r->{content}, '>', 3 << 16, 'which is large');
is(length $r->{content}, $r->{headers}{'content-length'}, 'is whole');
open my $zip, '>:raw', "$dir/export.zip" or die;
print $zip $r->{content};
close $zip;
my $unpacked = IO::Uncompress::Unzip->new("$dir/export.zip");
my ($more, $part) = 1;
while ($unpacked && $more > 0) {
	1 while ($more = $unpacked->read($part)) > 0;
	$more = $unpacked->nextStream if $more == 0;
}
is($more, 0, 'and its checksums are right');

# --- sessions, over both workers ---------------------------------------------------------

my $reused = 0;
sub session_client {
	my (@more) = @_;
	open my $in, '|-', "openssl s_client -connect 127.0.0.1:$port @more -ign_eof " .
	    ">$dir/client.out 2>/dev/null" or die;
	print $in "${livez}Connection: close\r\n\r\n";
	close $in;
	return slurp("$dir/client.out");
}
like(session_client('-sess_out', "$dir/session"), qr/^New, TLSv1\.3/m, 'a new session');
for (1 .. 8) {
	$reused++ if session_client('-sess_in', "$dir/session", '-sess_out', "$dir/session") =~
	    /^Reused, TLSv1\.3/m;
}
is($reused, 8, 'is resumed by whichever worker');
cmp_ok(counted('outcome="resumed",version="1.3"'), '>=', 8, 'and counted');

# --- who does not get in -------------------------------------------------------------------

sub plain { my ($bytes) = @_;
	my $c = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) or die;
	print $c $bytes;
	my $all = '';
	while (sysread $c, my $part, 65536) { $all .= $part }
	return $all }

like(plain("$livez\r\n"), qr{^HTTP/1\.1 400 .*this port wants https://}s, 'HTTP without TLS');
is(counted('outcome="plain",version="none"'), 1, 'counted');
like(plain('x' x 100), qr/^(?:\x15|$)/, 'garbage');
my $began = time;
is(plain("\x16\x03\x01\x02"), '', 'half a hello');
cmp_ok(time - $began, '<', 5, 'is closed in time');
is(counted('outcome="late",version="none"'), 1, 'and counted');

# --- behind PROXY ----------------------------------------------------------------------------

sub behind {
	my ($header) = @_;
	my $c = IO::Socket::UNIX->new(Peer => "$dir/tls.sock", Timeout => 5) or die "connect: $!";
	print $c $header;
	$c->flush;
	return IO::Socket::SSL->start_SSL($c, SSL_verify_mode => 0) ? $c : undef;
}
$s = behind("PROXY TCP4 203.0.113.7 10.0.0.1 40000 443\r\n");
ok($s, 'a PROXY header before TLS') && like(
    answer_on($s, "${livez}X-Request-Id: behind\r\nConnection: close\r\n\r\n"),
    qr{^HTTP/1\.1 200 }, 'and an answer');
ok(until_true(sub { $t->log =~ /peer=203\.0\.113\.7 request_id=behind/ }), 'to the client it names');
ok(!behind(''), 'TLS without that header is refused');

# --- reload --------------------------------------------------------------------------------------

my $kept = dial();
like(answer_on($kept, "$livez\r\n"), qr{^HTTP/1\.1 200 }, 'a connection from before');
$t->write_config(pair('second', 'second'));
is(shown(), 'first', 'files alone change nothing');
is(($t->signal('reload'))[0], 0, 'reloaded');
# The workers that leave may take one more each.
ok(until_true(sub { shown() eq 'second' }), 'the new certificate');
is(get('/livez')->{status}, 200, 'serves');
like(answer_on($kept, "$livez\r\n"), qr{^HTTP/1\.1 200 .*Connection: close}s,
    'the old connection gets one more answer');
for (['second', 'first'], ['none', 'second'], ['second', 'none']) {
	$t->write_config(pair(@$_));
	($status, undef, $err) = $t->signal('reload');
	is($status, 1, "a reload with @$_ is refused") or diag $err;
	like($err, qr/$dir.*(?:does not fit tls\.certificate|No such file)/, 'who asked is told why');
	is(shown(), 'second', 'and changes nothing');
}
like($t->log, qr/first\.key: does not fit tls\.certificate/, 'the log says why');
like(($t->signal('status'))[1], qr/^last reload \S+, refused: .*none\.key: No such file/m,
    'and the status');

# The files that are read are those of the last good reload: a worker that is
# replaced meanwhile has them still.
unlink "$dir/second.pem";
my ($worker) = @{ $t->children->{workers} };
kill 'KILL', $worker;
ok(until_true(sub { my @now = @{ $t->children->{workers} };
	@now == 2 && !grep { $_ == $worker } @now }), 'a worker is replaced without its files');
is($_, 'second', 'the same certificate') for map { shown() } 1 .. 4;

$t->write_config(pair('first', 'first', "  min_version: \"1.3\"\n"));
is(($t->signal('reload'))[0], 0, 'TLS 1.3 alone');
ok(until_true(sub { !dial(SSL_version => 'TLSv1_2') }), 'TLS 1.2 is refused');
is(get('/livez')->{status}, 200, 'TLS 1.3 is not');

# Reloads under way cost no request of who keeps a connection.
my $failed = 0;
my $reloader = fork // die;
if ($reloader == 0) {
	for (1 .. 5) { $t->signal('reload'); sleep 0.1 }
	POSIX::_exit(0);
}
my $client = HTTP::Tiny->new(keep_alive => 1, verify_SSL => 0, timeout => 10);
my $n = 0;
while (waitpid($reloader, POSIX::WNOHANG()) == 0) {
	$n++;
	$failed++ if $client->get("https://127.0.0.1:$port/livez")->{status} != 200;
}
cmp_ok($n, '>', 50, "$n requests over 5 reloads");
is($failed, 0, 'none failed');
$t->finish(qr/does not fit|cannot open|cannot start|ended|reload|given up|status 78|killed/);

# --- a socket that the service manager opened, a key that root alone may read ---------

my $nobody = getpwnam('nobody');
SKIP: {
	skip 'only root can become another', 8 unless $> == 0 && defined $nobody;
	my $safe = tempdir(CLEANUP => 1);
	make_pair($safe, $_) for qw(third fourth);
	$dir = $safe;
	my $own = Pierre::Test->new(start => 0, workers => 1,
	    config => "  user: nobody\n" . pair('third', 'third'));
	my $passed = IO::Socket::INET->new(Listen => 16, LocalAddr => '127.0.0.1') or die;
	$port = $passed->sockport;
	my $log = $own->dir . '/log';
	$own->{pid} = fork // die;
	if ($own->{pid} == 0) {
		open STDERR, '>>', $log or POSIX::_exit(127);
		POSIX::dup2(fileno $passed, 3);
		@ENV{qw(LISTEN_PID LISTEN_FDS LISTEN_FDNAMES)} = ($$, 1, 'tls');
		exec $own->bin, '-f', '-c', $own->conf or POSIX::_exit(127);
	}
	close $passed;
	ok(until_true(sub { shown() eq 'third' }, 30), 'a socket named tls speaks it') or
	    diag $own->log;
	my $worker = $own->children->{workers}[0];
	is((stat "/proc/$worker")[4], $nobody, 'in a process of another account');
	is(sprintf('%o %d', (stat "$safe/third.key")[2] & 0777, (stat _)[4]), '600 0',
	    'to which the key is closed');
	is((stat $safe)[2] & 0777, 0700, 'its directory, too');
	$own->write_config("  user: nobody\n" . pair('fourth', 'fourth'));
	is(($own->signal('reload'))[0], 0, 'a reload');
	ok(until_true(sub { shown() eq 'fourth' }), 'reads it again');
	is(get('/livez')->{status}, 200, 'and serves');
	$own->write_config("  user: nobody\n" . pair('fourth', 'third'));
	($status, undef, $err) = $own->signal('reload');
	like($err, qr{third\.key: does not fit}, 'or says why not');
	$own->finish(qr/does not fit|cannot start|ended|reload|status 78/);
}
done_testing();
