#!/usr/bin/perl
# Listening on a path, and on several places at once: what is there before,
# reload from one to the other, upgrade, the end.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use IO::Socket::UNIX;
use Pierre::Test;
use Test::More;

my $t = Pierre::Test->new(listen => ['127.0.0.1:PORT', 'unix:DIR/http.sock'],
    config => "  socket_mode: 0600\n");
my $path = $t->dir . '/http.sock';

sub over_unix {
	my ($at, %o) = @_;
	my $s = IO::Socket::UNIX->new(Peer => $at, Timeout => 5) or return '';
	print $s join "\r\n", 'GET ' . ($o{path} || '/livez') . ' HTTP/1.1', 'Host: localhost',
	    'Connection: close', @{ $o{headers} || [] }, '', '';
	local $/;
	return <$s> // '';
}

sub mode_of { return sprintf '%o', (stat $_[0])[2] & 07777 }

# Good when the whole configuration was taken.
sub reloads {
	my ($name) = @_;
	$t->write_config('');
	my ($status, undef, $err) = $t->signal('reload');
	is($status, 0, $name) or diag $err;
}

sub refused {
	my ($like, $name) = @_;
	$t->write_config('');
	my ($status, undef, $err) = $t->signal('reload');
	isnt($status, 0, $name);
	like($err, $like, 'and says why');
	like(over_unix($path), qr/^HTTP\/1\.1 200 /, 'what was there goes on');
}

# --- two places ---------------------------------------------------------------

is(mode_of($path), '600', 'server.socket_mode');
like(over_unix($path), qr/^HTTP\/1\.1 200 /, 'over the path');
is($t->request('GET', '/livez')->{status}, 200, 'and over the address');
like($t->log, qr/ready.*listen=\S*127\.0\.0\.1:\d+, unix:/, 'the log names both');
over_unix($path, headers => ['X-Forwarded-For: 203.0.113.9', 'X-Request-Id: behind']);
ok(until_true(sub { $t->log =~ /peer=203\.0\.113\.9 request_id=behind/ }),
    'X-Forwarded-For of a local proxy is believed');
over_unix($path, headers => ['X-Request-Id: alone']);
ok(until_true(sub { $t->log =~ /peer=local request_id=alone/ }), 'else the peer is local');

# --- reload: one goes, one comes, one stays ------------------------------------

my $held = IO::Socket::UNIX->new(Peer => $path);
my $other = $t->dir . '/other.sock';
$t->listen_at("unix:$path", "unix:$other");
$t->write_config('');
my ($status, undef, $err) = $t->signal('reload');
is($status, 0, 'from an address to another path') or diag $err;
like(over_unix($_), qr/^HTTP\/1\.1 200 /, "over $_") for $path, $other;
is(mode_of($other), '660', 'with the mode of the new configuration');
ok(!IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port),
    'the address is free');
print $held "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
like(scalar <$held>, qr/^HTTP\/1\.1 \d/, 'who was connected is answered');

$t->listen_at('127.0.0.1:PORT', "unix:$path");
reloads('and back');
ok(!-e $other, 'the file of the path that went is gone');
is($t->request('GET', '/livez')->{status}, 200, 'the address is there again');

# --- what may stand at a path --------------------------------------------------

my $foreign = IO::Socket::UNIX->new(Local => $other, Listen => 1);
$t->listen_at("unix:$path", "unix:$other");
refused(qr/cannot listen on unix:\Q$other\E: another server does/, 'a live socket');
ok(-S $other, 'which stays');
close $foreign;
reloads('a stale one');
like(over_unix($other), qr/^HTTP\/1\.1 200 /, 'is replaced');

my $plain = $t->dir . '/plain';
open my $fh, '>', $plain or die;
close $fh;
$t->listen_at("unix:$path", "unix:$plain");
refused(qr/a file that is no socket/, 'a plain file');
ok(-f $plain, 'which stays');
$t->listen_at("unix:$path", 'unix:/nowhere/x.sock');
refused(qr/cannot listen on unix:\/nowhere\/x\.sock: No such file/, 'no directory');

# --- under load: reloads and an upgrade ------------------------------------------

my $asked = 0;
my $pid = open(my $load, '-|') // die;
if ($pid == 0) {
	my ($good, $bad, $over) = (0, 0, 0);
	local $SIG{TERM} = sub { $over = 1 };
	while (!$over) {
		my $answer = over_unix($path);
		$answer =~ /^HTTP\/1\.1 200 / ? $good++ : $bad++;
	}
	print "$good $bad\n";
	close STDOUT;
	POSIX::_exit(0);
}
for my $i (1 .. 6) {
	$t->listen_at("unix:$path", $i % 2 ? '127.0.0.1:PORT' : "unix:$other");
	reloads("reload $i under load");
}
($status, undef, $err) = $t->signal('upgrade');
is($status, 0, 'upgrade') or diag $err;
ok(until_true(sub { !kill 0, $t->{pid} or waitpid($t->{pid}, 1) > 0 }), 'the old master leaves');
($t->{pid}) = slurp($t->dir . '/pierre.pid') =~ /(\d+)/;
like(over_unix($path), qr/^HTTP\/1\.1 200 /, 'the heir serves the path');
kill 'TERM', $pid;
my ($good, $bad) = split / /, scalar <$load>;
ok($good > 20, "$good requests over the path");
is($bad + 0, 0, 'none of them failed');

# --- the end and the next beginning -------------------------------------------------

$t->stop;
ok(!-e $path, 'no file stays');
is($t->{status}, 0, 'status 0');
my $left = IO::Socket::UNIX->new(Local => $path, Listen => 1);
close $left;
$t->listen_at('127.0.0.1:PORT', "unix:$path");
$t->write_config('');
$t->start;
like(over_unix($path), qr/^HTTP\/1\.1 200 /, 'what a crash left is replaced at start');
$t->finish(qr/reload refused/);
done_testing();
