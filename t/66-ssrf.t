#!/usr/bin/perl
# What a stranger can have the server fetch: in a network of its own, where every
# address answers and every connection is counted, none is made to an address
# that is not public, by whatever name, and no document is believed that is not
# one.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use JSON::PP;
use Pierre::Client;
use Pierre::Jwt;
use Pierre::OAuth;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $clients = abs_path($ENV{PIERRE_CLIENTS} || 'build/clients');
plan skip_all => 'only root makes networks' if $> != 0;
plan skip_all => 'the clients are not installed (make check does)' unless -e "$clients/.installed";
if (!$ENV{PIERRE_IN_NETWORK}) {
	plan skip_all => 'no network of its own can be had here'
	    if system('unshare -n -m true 2>/dev/null') != 0;
	$ENV{PIERRE_IN_NETWORK} = 1;
	exec 'unshare', '-n', '-m', $^X, $0 or die "unshare: $!";
}
$ENV{PATH} = "$clients/node_modules/.bin:$ENV{PATH}";
my $dir = tempdir(CLEANUP => 1);

sub spew {
	my ($path, $text) = @_;
	open my $fh, '>', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}
sub run { system("$_[0] >>$dir/setup 2>&1") == 0 or die "$_[0]: " . slurp("$dir/setup") }

# --- a network where every address is this machine -----------------------------------

run('ip link set lo up');
run('ip route add local 0.0.0.0/0 dev lo');
run('ip -6 route add local ::/0 dev lo 2>/dev/null || true');
spew("$dir/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
spew("$dir/v3", "subjectAltName=DNS:*.example.com\nbasicConstraints=CA:FALSE\n");
my $ec = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
run("openssl req -x509 $ec -days 2 -subj /CN=Test-CA -keyout $dir/ca.key -out $dir/ca.pem");
run("openssl req $ec -subj /CN=x -keyout $dir/key.pem -out $dir/csr.pem");
my $issue = "openssl x509 -req -in $dir/csr.pem -CA $dir/ca.pem -CAkey $dir/ca.key -CAcreateserial " .
    "-extfile $dir/v3";
run("$issue -days 2 -out $dir/cert.pem");
run("$issue -days -1 -out $dir/expired.pem");
my ($key, $next) = map { Pierre::Jwt->new } 1, 2;
sub publish { spew("$dir/keys.json", encode_json({ keys => [map { $_->jwk } @_] })) }
publish($key);
run("mount --bind $dir/ca.pem /etc/ssl/certs/ca-certificates.crt");
run("mount --bind $dir/resolv.conf \$(readlink -f /etc/resolv.conf)");

my $public = '93.184.216.34';
my @forbidden = qw(127.0.0.1 127.1.2.3 0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 169.254.1.1 169.254.169.254
    172.16.0.1 172.31.255.254 192.0.0.1 192.0.2.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1
    224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 fc00::1 fd00::1 fe80::1 ff02::1 2001:db8::1
    ::ffff:7f00:1 ::ffff:a00:1 64:ff9b::a00:1 2002:7f00:1::1);
my (%names, @named);
for my $address (@forbidden) {
	push @named, my $name = 'n' . @named . '.example.com';
	$names{$name} = [$address];
}
$names{$_} = [$public] for 'good.example.com', 'wrong.example.org', 'many.example.com',
    map {"h$_.example.com"} 0 .. 40;
$names{"$_.example.com"} = [$public] for qw(keys expired age later);
$names{'inside.example.com'} = ['10.0.0.1'];
$names{'alias.example.com'} = ['CNAME:inside.example.com'];
$names{'nickname.example.com'} = ['CNAME:good.example.com'];
$names{'both.example.com'} = [$public, '10.0.0.1'];
$names{'htob.example.com'} = ['10.0.0.1', $public];
$names{"rebind$_.example.com"} = [$public, '127.0.0.1'] for 1 .. 4;

my $pid = open my $internet, '-|', 'node', "$clients/stranger.mjs", "$dir/key.pem", "$dir/cert.pem",
    "$dir/expired.pem", "$dir/log", "$dir/keys.json", encode_json(\%names) or die "node: $!";
is(scalar <$internet>, "ready\n", 'an internet of one\'s own') or BAIL_OUT(slurp("$dir/setup"));

my $t = Pierre::Test->new(workers => 2, demo => 1, config => "limits:\n  auth_per_minute: 0\n");
my $o = Pierre::OAuth->new($t)->sign_in;

sub ask { return $o->ask({ client_id => shift }, @_)->{status} }
sub connections { return slurp("$dir/log") =~ /^connection (.*)$/mg }
sub requests { my ($url) = @_; return scalar(() = slurp("$dir/log") =~ /^request \Q$url\E$/mg) }
# Of its own host each, of which only so many documents are fetched in a minute.
my $host = 0;
sub at_host { return 'https://h' . $host++ . ".example.com/$_[0]" }
# The statuses of questions asked at once: [client_id, change, ...].
sub ask_at_once {
	my $cookie = join '; ', map { "$_=$o->{browser}{cookies}{$_}" } sort keys %{ $o->{browser}{cookies} };
	my @open = map {
		my ($id, @change) = @$_;
		my $query = Pierre::OAuth::form($o->request_of({ client_id => $id }, @change));
		Pierre::Client->new($t)->send("GET /oauth2/authorize?$query HTTP/1.1\r\n" .
		    'Host: 127.0.0.1:' . $t->port . "\r\nCookie: $cookie\r\nSec-Fetch-Site: same-origin\r\n\r\n")
	} @_;
	return map { ($_->answer(seconds => 30) // {})->{status} } @open;
}
# A change of a client is known to every process within a second.
sub let_it_be_known { return sleep 1 }

# What is kept of a document is too old now.
sub make_old {
	my ($id) = @_;
	$t->value("UPDATE oauth_clients SET fresh_until = created_at WHERE client_id = '$id'");
	is(($t->ctl('signing-key', 'rotate'))[0], 0, 'and every process looks again');
	let_it_be_known();
}

# --- what is good ------------------------------------------------------------------------

is(ask('https://good.example.com/good.json'), 200, 'a good document is believed');
like($o->{browser}->text, qr/A stranger.*of good\.example\.com/, 'whose host is shown');
is_deeply([connections()], [$public], 'fetched once, from a public address');
is(ask('https://good.example.com/good.json'), 200, 'and kept');
is(scalar connections(), 1, 'without another fetch');
{
	my $stranger = Pierre::Browser->new($t);
	is($stranger->get('/oauth2/authorize?' . Pierre::OAuth::form($o->request_of(
	    { client_id => at_host('early') })))->{status}, 303, 'who is not signed in');
	is(scalar connections(), 1, 'has nothing fetched');
}
# What went with all requests so far.
sub credentials { return [slurp("$dir/log") =~ /^header ((?:proxy-)?authorization|cookie|dpop|x-api-key)$/mg] }
is_deeply(credentials(), [], 'J10 with no credentials of anybody');
is(ask('https://nickname.example.com/x'), 200, 'by another name of a public host');
is(ask('https://good.example.com/logo'), 200, 'what names a logo inside');
unlike($o->{browser}{page}, qr/inside\.example/, 'is shown without it');

# --- where it must not go ----------------------------------------------------------------

is(ask("https://$_/x"), 400, "$_ is refused (" . "@{ $names{$_} }" . ')') for @named;
is(ask($_), 400, "$_ is refused") for 'https://127.0.0.1/x', 'https://[::1]/x', 'https://2130706433/x',
    'https://0x7f.1/x', 'https://0x7f000001/x', 'https://017700000001/x', 'https://127.1/x',
    'https://localhost/x', 'https://localhost./x', 'https://good.example.com:8443/x',
    'https://good.example.com:80/x', 'http://good.example.com/x', 'https://u@good.example.com/x',
    'https://good.example.com', 'https://good.example.com/', 'https://good.example.com/x#y',
    'https://good.example.com/../x', 'https://good.example.com/%2e%2e/x', 'https://10.0.0.1:443/x';
is(ask('https://inside.example.com/x'), 400, 'a name of the inside');
is(ask('https://alias.example.com/x'), 400, 'a name that is another of the inside');
ask("https://$_.example.com/x") for qw(both htob rebind1 rebind2 rebind3 rebind4);
ok(!(grep { $_ ne $public } connections()), 'no connection to an address that is not public');

# --- what is no document -----------------------------------------------------------------

is(ask(at_host("redirect$_")), 400, "a redirect by $_") for 301, 302, 303, 307, 308;
for (['big', 'more than 5 KiB'], ['lie', 'a length that is none'], ['gzip', 'a gzip bomb'],
    ['html', 'no JSON by its type'], ['broken', 'no JSON'], ['created', 'another status'],
    ['other', 'another client_id'], ['slash', 'a slash more'], ['port', 'the default port more'],
    ['nameless', 'no name'], ['secret', 'a shared secret'], ['private', 'a private key']) {
	is(ask(at_host($_->[0])), 400, $_->[1]);
}
is(ask('https://good.example.com/case'), 400, 'letters of another case');
is(ask('https://wrong.example.org/x'), 400, 'a certificate for others');
is(ask('https://expired.example.com/x'), 400, 'a certificate of yesterday');

# --- how long it is kept ------------------------------------------------------------------

my %kept = (0 => 300, 1 => 300, 3600 => 3600, 86400 => 86400, 999999999 => 86400);
for my $age (sort { $a <=> $b } keys %kept) {
	my $id = "https://age.example.com/age$age";
	is(ask($id), 200, "max-age=$age");
	my $left = $t->value(($t->{postgres} ?
	    'SELECT extract(epoch FROM fresh_until - now())' : 'SELECT fresh_until / 1e6 - ' . time) .
	    " FROM oauth_clients WHERE client_id = '$id'");
	ok($left <= $kept{$age} && $left > $kept{$age} - 60, "is kept $kept{$age} s") or diag($left);
}
is(ask('https://later.example.com/flaky'), 400, 'an error');
is(ask('https://later.example.com/moved'), 200, 'a document');
make_old('https://later.example.com/moved');
my $begun = time;
is_deeply([ask_at_once([at_host('drip')], [at_host('headers')], ['https://later.example.com/flaky'],
    ['https://later.example.com/moved', redirect_uri => 'http://127.0.0.1:4000/elsewhere'])],
    [400, 400, 200, 200], 'a byte a second and headers without end are given up, an error is not kept, ' .
    'and where a client moved to is asked anew');
cmp_ok(time - $begun, '<', 20, 'in time');
is(ask('https://later.example.com/moved'), 400, 'where it was before is no place of it any more');

sub noted { my ($id, $what) = @_; return $t->value("SELECT count(*) FROM audit_log a JOIN oauth_clients c ON a.action = " .
    "'client.$what' AND a.actor = 'server' WHERE c.client_id = '$id' AND " . ($t->{postgres} ? 'c.id::text = a.object' :
    "lower(hex(c.id)) = replace(a.object, '-', '')")) }
is(noted('https://later.example.com/moved', 'register'), 1, 'whose document is kept is noted');
is(noted('https://later.example.com/moved', 'change'), 1, 'and that it says something else');
make_old('https://good.example.com/good.json');
my $fetched = requests('good.example.com/good.json');
$begun = time;
is(ask('https://good.example.com/good.json'), 200, 'one that is fetched again');
cmp_ok(time - $begun, '<', 4, 'at once');
is(requests('good.example.com/good.json') - $fetched, 1, 'and once');
is(noted('https://good.example.com/good.json', 'change'), 0, 'and says the same has nothing to note');

# --- keys that are elsewhere ---------------------------------------------------------------

my $signer = { client_id => 'https://keys.example.com/signer' };
my @as = ($signer->{client_id}, $t->url);
my $r = $o->exchange($signer, $o->code($signer), $key->assertion(@as));
my $tokens = $o->decode($r);
is($r->{status}, 200, 'a client that signs, by keys at its jwks_uri') or diag($r->{content});
is(requests('keys.example.com/keys'), 1, 'which were fetched once');
publish($next);
$r = $o->refresh($signer, $tokens->{refresh_token}, $next->assertion(@as));
is($r->{status}, 200, 'another key is fetched when it is shown') or diag($r->{content});
let_it_be_known();
is($o->refresh($signer, $tokens->{refresh_token}, $_->assertion(@as))->{status}, 401, 'none that is not there')
    for $key, map { Pierre::Jwt->new } 1 .. 3;
is(requests('keys.example.com/keys'), 2, 'and not for each that is shown');
is_deeply([requests('keys.example.com/keys') > 0, credentials()], [1, []], 'J10 nor did these have any of anybody');
is(ask(at_host($_)), 400, "keys of the kind $_") for qw(inner plain leaky both);
my $unknown = at_host('signer');
is($o->post('/oauth2/token', grant_type => 'authorization_code', code => 'x',
    $key->assertion($unknown, $t->url))->{status}, 401, 'who is not known');
is(requests($unknown =~ s{^https://}{}r), 0, 'has nothing fetched');

# --- how often ---------------------------------------------------------------------------

my $before = () = slurp("$dir/log") =~ /^request /mg;
my %got;
$got{$_ // 'none'}++ for ask_at_once((['https://many.example.com/once']) x 200);
is_deeply(\%got, { 200 => 200 }, '200 at once are all answered');
my $after = () = slurp("$dir/log") =~ /^request /mg;
is($after - $before, 1, 'by one fetch');
my @said = map { ask("https://many.example.com/often$_") } 1 .. 12;
is((grep { $_ == 200 } @said) <= 10, 1, 'of one host ten in a minute');
is($said[-1], 429, 'then it is too often');
is_deeply([grep { $_ ne $public } connections()], [], scalar(connections()) .
    ' connections, none to an address that is not public');

kill 'TERM', $pid;
close $internet;
$t->finish;
done_testing();
