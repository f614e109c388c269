#!/usr/bin/perl
# The pages over HTTP, without scripts: who sees what, where sign in leads, what
# proves a form, what each says of mistakes, and that nobody's words become
# markup.
use strict;
use warnings;
use utf8;
use lib 't/lib';
use JSON::PP;
use IO::Compress::Zip ();
use Pierre::Browser;
use Pierre::Client;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

binmode Test::More->builder->$_, ':encoding(UTF-8)'
    for qw(output failure_output todo_output);

my $PASSWORD = 'eleven quiet herons at dusk';
my $HOSTILE = q{"><script>alert(1)</script>'&<b onclick=x>};

my $t = Pierre::Test->new(demo => 1, workers => 2,
	config => "auth:\n  registration: approval\nlimits:\n  auth_per_minute: 0\n");
sub set_password {
	my ($name, $password) = @_;
	open my $ctl, '|-', ($ENV{PIERRE_OBJECTS} || 'build/release') . '/pierrectl', '--config', $t->conf,
	    'user', 'password', $name or die "pierrectl: $!";
	print $ctl "$password\n";
	close $ctl or die "pierrectl user password: $?";
}
set_password('demo', $PASSWORD);

sub browser { return Pierre::Browser->new($t) }
sub is_redirect {
	my ($r, $where, $what) = @_;
	is("$r->{status} " . ($r->{headers}{location} // ''), "303 $where", $what);
}

# --- who sees what -----------------------------------------------------------

my @private;
for (split /\n/, slurp('worker/routes.def')) {
	push @private, $1 if /^ROUTE\(GET,\s*"([^"{]+)",\s*web_\w+,\s*PAGE(?:_ADMIN)?,/;
}
cmp_ok(@private, '>', 7, scalar(@private) . ' pages are private');
my $b = browser();
for my $path (@private) {
	is_redirect($b->get($path), '/signin?next=' . $path, "$path leads to sign in");
}
is_redirect($b->get('/account?a=1&b=2'), '/signin?next=/account%3Fa%3D1%26b%3D2',
    'with its query');
is_redirect($b->send('/account', csrf => 'x'), '/signin?next=/account', 'a form too');
$b->get('/');
like($b->text, qr/Connect an assistant/, 'a stranger is told how to connect');
like($b->{page}, qr{value="http://127.0.0.1:\d+/mcp"}, 'with the address');

# --- what every page says of itself ------------------------------------------

for my $path ('/', '/signin', '/register', '/nothing', '/account') {
	my $h = $b->get($path, headers => { Accept => 'text/html' })->{headers};
	like($h->{'content-security-policy'}, qr/default-src 'none'.*frame-ancestors 'none'/,
	    "$path: policy");
	unlike($h->{'content-security-policy'}, qr/unsafe|\*|nonce/, 'without exceptions');
	is($h->{'x-frame-options'}, 'DENY', 'no frames');
	is($h->{'referrer-policy'}, 'no-referrer', 'no referrer');
	is($h->{'cache-control'}, 'no-store', 'not kept');
	is($h->{'cross-origin-opener-policy'}, 'same-origin', 'no opener');
	ok(!defined $h->{'access-control-allow-origin'}, 'no other origin reads it');
}
is($b->get('/nothing', headers => { Accept => 'text/html' })->{status}, 404,
    'what is not there is a page');
like($b->text, qr/There is nothing at \/nothing\./, 'that says so');
is($b->get('/nothing', headers => { Accept => 'application/json' })->{headers}{'content-type'},
    'application/json', 'unless JSON is wanted');
for my $file (qw(pierre.css pierre.js mark.svg)) {
	my $r = $b->get("/static/$file");
	is($r->{status}, 200, $file);
	is($b->get("/static/$file", headers => { 'If-None-Match' => $r->{headers}{etag} })
	    ->{status}, 304, 'kept by its tag');
	unlike($r->{content}, qr{https?://(?!www\.w3\.org/)}, 'refers to nothing elsewhere');
}
is($b->get('/static/..')->{status}, 400, 'no way up');
is($b->get('/static/other')->{status}, 404, 'nothing else');

# --- signing in --------------------------------------------------------------

$b->get('/signin');
my ($jar) = join ' ', sort keys %{ $b->{cookies} };
is($jar, 'pierre_visit', 'the form comes with a cookie');
is($b->send('/signin', login => '', password => '')->{status}, 422, 'empty fields');
like($b->error_of('login'), qr/is needed/, 'each says so');
like($b->error_of('password'), qr/is needed/, 'beside the box');
my @said;
for (['demo', 'wrong password here'], ['nobody', $PASSWORD], ["x\@example.org", 'x']) {
	is($b->fill('/signin', login => $_->[0], password => $_->[1])->{status}, 401,
	    "$_->[0] does not get in");
	push @said, $b->{page} =~ /role="alert">([^<]*)/;
}
is_deeply([@said[1, 2]], [@said[0, 0]], 'with one and the same word');
like($b->{page}, qr/value="x\@example.org"/, 'the name stays in its box');
unlike($b->{page}, qr/name="password"[^>]*value=/, 'the password does not');

my $r = $b->sign_in('demo', $PASSWORD);
is_redirect($r, '/', 'the right password leads to the beginning');
my ($set) = grep { /^session=/ } ref $r->{headers}{'set-cookie'} ?
    @{ $r->{headers}{'set-cookie'} } : $r->{headers}{'set-cookie'};
like($set, qr/; HttpOnly/, 'scripts do not see the session');
like($set, qr/; SameSite=Lax/, 'nor other sites send it');
like($set, qr{; Path=/}, 'for all paths');
unlike($set, qr/Domain/, 'and this host alone');
$b->follow($r);
like($b->text, qr/Your training.*Fitness and form.*Last activities/, 'how training goes');
like($b->{page}, qr/<svg class="chart".*<path class="line fitness" d="M/, 'is drawn');
is_redirect($b->get('/signin?next=/account'), '/account', 'who is in need not sign in');
my $first = $b->{cookies}{session};
$b->get('/account');
is_redirect($b->send('/signin', login => 'demo', password => $PASSWORD), '/', 'who does all the same');
isnt($b->{cookies}{session}, $first, 'has another session');
my $old = browser();
$old->{cookies}{session} = $first;
ok(until_true(sub { $old->get('/account')->{status} == 303 }, 3), 'the first has ended');
is($old->get('/', headers => {})->{status}, 200, 'with a dead session one is a stranger');

# Where next= leads: to this site.
for (['/account', '/account'], ['/import?x=1', '/import?x=1'], ['//evil.example', '/'],
	['/\\evil.example', '/'], ['https://evil.example', '/'], ['javascript:alert(1)', '/'],
	["/a\r\nSet-Cookie: x=1", '/'], ['/%0d%0aX: y', '/'],
	["/\tevil", '/'], ['', '/'], ["/\x{263a}", '/']) {
	my ($next, $where) = @$_;
	is_redirect(browser()->sign_in('demo', $PASSWORD, $next), $where,
	    'next=' . ($next =~ s/([^ -~])/sprintf '\x%02x', ord $1/ger));
}
my $long = '/oauth2/authorize?' . 'x' x 4000;
my $client = browser();
is($client->sign_in('demo', $PASSWORD, $long)->{status}, 200,
    'what an assistant asks for may lead back to it');
like($client->{page}, qr/http-equiv="refresh" content="0; url=\Q$long\E"/, 'so that a page leads on');
$client = browser();
is($client->sign_in('demo', $PASSWORD, '/oauth2/"><script>')->{headers}{location}, undef, 'whatever it is');
unlike($client->{page}, qr/<script>/, 'as text');

# With a real name in Host, over HTTPS as a proxy tells it, cookies are bound to
# this host.
$r = Pierre::Client->new($t)->ask("GET /signin HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n");
like($r->{headers}{'set-cookie'}, qr/^__Host-pierre_visit=.*; Secure/, 'not on this machine: __Host-');

# --- what proves a form -------------------------------------------------------

$b->get('/account');
my $csrf = $b->csrf;
my @profile = (name => 'Ann', timezone => 'Europe/Berlin', sex => 'female');
is($b->send('/account', csrf => $csrf, @profile)->{status}, 303, 'a form with its proof');
for (['none', undef], ['an empty one', ''], ['another', 'A' x 43], ['a part', substr $csrf, 0, 42]) {
	is($b->send('/account', csrf => $_->[1], @profile, name => 'Eve')->{status}, 403,
	    "$_->[0] is refused");
}
my $other = browser();
$other->sign_in('demo', $PASSWORD);
$other->get('/account');
isnt($other->csrf, $csrf, 'each session has its own');
is($other->send('/account', csrf => $csrf, @profile)->{status}, 403, "another session's");
my $form = join '&', "csrf=$csrf", 'name=Eve', 'timezone=UTC', 'sex=male';
for (['another site', 'Sec-Fetch-Site' => 'cross-site'], ['a sister', 'Sec-Fetch-Site' => 'same-site'],
	['another origin', 'Sec-Fetch-Site' => undef, Origin => 'https://evil.example'],
	['a sandbox', 'Sec-Fetch-Site' => undef, Origin => 'null'],
	['a neighbour', 'Sec-Fetch-Site' => undef, Origin => 'http://127.0.0.1:1']) {
	my ($what, %headers) = @$_;
	is($b->request('POST', '/account', content => $form, headers => { %headers,
			'Content-Type' => 'application/x-www-form-urlencoded' })->{status}, 403,
	    "$what is refused");
}
is($b->request('POST', '/account', content => $form, headers => {
		'Sec-Fetch-Site' => 'same-origin', Origin => 'null',
		'Content-Type' => 'application/x-www-form-urlencoded' })->{status}, 303,
    'what a page without a referrer sends is not');
$b->get('/account');
is($b->request('POST', '/account', content => '{}', headers => {
		'Content-Type' => 'application/json' })->{status}, 415, 'JSON is no form');
is($b->request('POST', '/account', content => 'csrf=%', headers => {
		'Content-Type' => 'application/x-www-form-urlencoded' })->{status}, 400, 'bad encoding');
is($b->request('POST', '/account', content => 'x' x 20_000, headers => {
		'Content-Type' => 'application/x-www-form-urlencoded' })->{status}, 413, 'too large');
my $stranger = browser();
is($stranger->send('/signin', csrf => '', login => 'demo', password => $PASSWORD)->{status}, 403,
    'without a cookie there is no signing in');
like($stranger->text, qr/did not send back the cookie/, 'and the page says why');
$stranger->get('/signin');
my $planted = browser();
$planted->get('/signin');
is($planted->send('/signin', csrf => $stranger->csrf, login => 'demo',
	password => $PASSWORD)->{status}, 403, "another visitor's proof");

# By cookie to the REST interface: the header proves it.
my $path = '/api/activities/import?filename=x.fit';
my %file = ('Content-Type' => 'application/octet-stream');
is($b->request('POST', $path, content => 'x', headers => { %file })->{status}, 403,
    'a script without the header');
$b->get('/import');
is($b->request('POST', $path, content => 'x', headers => { %file,
		'X-CSRF-Token' => $b->csrf })->{status}, 202, 'and with it');
is($b->request('POST', '/mcp', content => '{}', headers => {
		'Content-Type' => 'application/json', 'X-CSRF-Token' => $b->csrf })->{status}, 401,
    'a cookie opens no /mcp');

# --- the profile ---------------------------------------------------------------

$b->fill('/account', name => $HOSTILE, timezone => 'Mars/Base', sex => 'x', birth_day => '1850-01-01',
    height => '17', weight => 'heavy');
like($b->error_of('timezone'), qr/no such zone/, 'a zone that is none');
like($b->error_of('sex'), qr/list/, 'a choice that is none');
like($b->error_of('height'), qr/from 50 to 260/, 'a height');
like($b->error_of('weight'), qr/from 20 to 400/, 'a weight');
like($b->{page}, qr/value="&quot;&gt;&lt;script&gt;/, 'what was written is there again, as text');
is_redirect($b->fill('/account', name => $HOSTILE, timezone => 'America/New_York', sex => 'male',
	birth_day => '1990-02-03', height => '181,5', weight => '77.25'), '/account', 'saved');
$b->get('/account');
like($b->text, qr/Your profile is saved/, 'and said');
unlike($b->get('/account')->{content}, qr/profile is saved/, 'once');
like($b->{page}, qr/value="181.5"/, 'a comma is a point');
my $sports = $t->tool('get_athlete', {});
is($sports->{athlete}{display_name} // $sports->{display_name}, $HOSTILE, 'assistants see it')
    or diag explain $sports;
for my $page (@private, '/') {
	$b->get($page);
	unlike($b->{page}, qr/<script>alert|<b onclick/, "$page: a hostile name is text");
}
is($b->fill('/account', name => 'x' x 300, timezone => 'UTC', sex => 'male')->{status}, 422,
    'a name that is too long');

# --- thresholds -----------------------------------------------------------------

my @bad = (['ftp_w', '', 'value', qr/needed/], ['ftp_w', 'x', 'value', qr/from 20 to 700/],
	['ftp_w', '9000', 'value', qr/from 20 to 700/], ['run_pace_mps', '4', 'value', qr/Minutes/],
	['run_pace_mps', '4:75', 'value', qr/Minutes/], ['nothing', '250', 'kind', qr/list/]);
for (@bad) {
	$b->fill('/account/thresholds', kind => $_->[0], value => $_->[1]);
	like($b->error_of($_->[2]), $_->[3], "$_->[0] '$_->[1]' is refused");
}
$b->fill('/account/thresholds', kind => 'ftp_w', value => 250, from => '2099-01-01');
like($b->error_of('from'), qr/A day from/, 'a day to come');
is_redirect($b->fill('/account/thresholds', kind => 'run_pace_mps', value => '3:55',
	from => '2026-01-02'), '/account/thresholds', 'a pace');
is($t->value("SELECT count(*) FROM thresholds WHERE kind = 'run_pace_mps' AND value BETWEEN 4.25 AND 4.26"),
    1, 'is a speed');
$b->get('/account/thresholds');
like($b->text, qr{2 Jan 2026 Threshold pace, running 3:55 min/km you}, 'and is shown as written');
unlike($b->text, qr/\b20\d\d-\d\d-\d\d\b/, 'with days as everywhere');
is_redirect($b->send('/account/thresholds', remove => 'run_pace_mps/2026-01-02'),
    '/account/thresholds', 'removed');
like($b->follow({ headers => { location => '/account/thresholds' } })->{content},
    qr/threshold is removed/, 'and said');
$b->send('/account/thresholds', remove => $_) for 'x', 'ftp_w/x', "run_pace_mps/2026-01-02";
$b->get('/account/thresholds');
like($b->text, qr/not there any more/, 'what is not there cannot be removed');

# --- tokens ----------------------------------------------------------------------

is($b->fill('/account/tokens', name => '', kind => 'token', days => 90, scope => 'profile:read')->{status}, 422,
    'a token without a name');
is($b->error_of('name'), 'This is needed.', 'and a sentence says so');
is($b->fill('/account/tokens', name => 'x', kind => 'token', days => 90)->{status}, 422, 'without a right');
is($b->fill('/account/tokens', name => 'x', kind => 'token', days => 7, scope => 'profile:read')->{status}, 422,
    'for a time that is not offered');
is($b->fill('/account/tokens', name => $HOSTILE, kind => 'token', days => 30, scope => 'profile:read',
	scope => 'admin', scope => 'activities:read')->{status}, 200, 'a token');
my ($token) = $b->{page} =~ /value="(pmcp_pat_\w+)"/;
ok($token, 'is shown');
$b->get('/account/tokens');
unlike($b->{page}, qr/\Q$token\E/, 'once');
like($b->text, qr/See your name, time zone, sex, age, weight and thresholds/, 'what it may do is said in words');
unlike($b->text, qr/profile:read/, 'not in names of scopes');
is(($t->rpc('tools/call', { name => 'get_athlete', arguments => {} }, token => $token))[1]{result}{isError} // 0,
    0, 'it works');
my ($id) = $b->{page} =~ /name="revoke" value="([^"]+)"/;
is_redirect($b->send('/account/tokens', revoke => $id), '/account/tokens', 'revoked');
ok(until_true(sub {
	my ($answer) = $t->rpc('tools/list', {}, token => $token);
	$answer->{status} == 401 }, 2), 'it is worth nothing within a second');
is_redirect($b->fill('/account/tokens', revoke => $_), '/account/tokens', 'revoking nothing')
    for 'x', $id;

is($b->fill('/account/tokens', name => 'agent', kind => 'key', days => 0,
	scope => 'activities:read')->{status}, 200, 'an API key');
my ($key) = $b->{page} =~ /value="(pmcp_key_\w+)"/;
ok($key, 'is shown');
is(($t->rpc('tools/list', {}, token => $key))[0]{status}, 200, 'it works') for 1 .. 3;
ok(until_true(sub { $b->get('/account/tokens'); $b->text =~ /3 of \d+ requests this month/ }, 5),
    'and counts') or diag $b->text;
like($b->{page}, qr/<progress aria-label="Used by agent" max="\d+" value="3">/, 'against its quota');

# --- registering, approving, roles ------------------------------------------------

my $c = browser();
for (['email', 'nonsense'], ['password', 'short'], ['timezone', 'Mars/Base']) {
	my %fields = (email => 'new@example.org', password => 'seven brown otters swim', name => 'N',
		timezone => 'UTC', $_->[0] => $_->[1]);
	is($c->fill('/register', %fields)->{status}, 422, "$_->[0] '$_->[1]' is refused");
	like($c->{page}, qr/role="alert"|class="error"/, 'with a word');
}
is_redirect($c->fill('/register', email => 'new@example.org', password => 'seven brown otters swim',
	name => $HOSTILE, timezone => 'UTC'), '/signin', 'registered');
my $again = browser();
is_redirect($again->fill('/register', email => 'new@example.org', password => 'eight brown otters swim',
	name => 'Eve', timezone => 'UTC'), '/signin', 'who registers again is told the same');
is($c->sign_in('new@example.org', 'seven brown otters swim')->{status}, 401, 'who waits does not get in');

is($b->get('/admin')->{status}, 200, 'an administrator');
like($b->text, qr/Waiting for approval.*new\@example\.org/, 'sees who waits');
unlike($b->{page}, qr/<script>alert/, 'by a name that is text');
my ($whom) = $b->{page} =~ /name="approve" value="([^"]+)"/;
is_redirect($b->send('/admin', approve => $whom), '/admin', 'approves');
is_redirect($c->sign_in('new@example.org', 'seven brown otters swim'), '/', 'who gets in then');
is($c->get('/admin')->{status}, 403, 'without a role');
is($c->fill('/account', name => 'New', timezone => 'UTC', sex => 'unknown')->{status}, 303, 'but at home');
$b->get('/admin');
is_redirect($b->send('/admin', suspend => $whom), '/admin', 'suspended');
ok(until_true(sub { $c->get('/account')->{status} == 303 }, 2), 'is out within a second');
delete $c->{cookies}{session};
is($c->sign_in('new@example.org', 'seven brown otters swim')->{status}, 401, 'and stays out');
$b->get('/admin');
is_redirect($b->send('/admin', restore => $whom), '/admin', 'let in again');
is_redirect($c->sign_in('new@example.org', 'seven brown otters swim'), '/', 'is in');
my ($own) = $t->value("SELECT 1") && $b->get('/admin') && $b->{page} =~ /name="take_role"/;
ok(!$own, 'nobody takes the role from oneself');
$b->get('/admin/audit');
like($b->text, qr/user\.restore.*user\.suspend.*user\.approve/, 'the trail tells it');
$b->get('/admin/audit?action=user.suspend');
unlike($b->text =~ s/.*When//r, qr/user\.approve/, 'and can be filtered');
is($b->get('/admin/audit?action=x')->{status}, 400, 'by what there is');
is($b->get('/admin/audit?before=x')->{status}, 400, 'from a number');
is($b->get('/admin/server')->{status}, 200, 'the server');

# By invitation, once.
is($b->fill('/members', do => 'invite', email => '')->{status}, 422, 'an invitation is for somebody');
is($b->fill('/members', do => 'invite', email => 'guest@example.org')->{status}, 200, 'an invitation');
my ($join) = $b->{page} =~ m{value="http://127.0.0.1:\d+(/join\?token=\w+)"};
ok($join, 'is a link, shown once');
is(browser()->get($join)->{status}, 200, 'leads to a form');
# Nobody fills in a form that can lead nowhere.
for ('/join', '/join?token=x', $join =~ s/.$/!/r, '/setup', '/setup?token=x') {
	my $idle = browser();
	is($idle->get($_)->{status}, 403, "$_ does not");
	unlike($idle->{page}, qr/type="password"/, 'and asks for nothing');
}
my @guest = (token => $join =~ s/.*=//r, email => 'guest@example.org', name => 'Guest', timezone => 'UTC');
my $g = browser();
is($g->fill($join, @guest, password => 'short')->{status}, 422, 'is not used up by a mistake');
is_redirect($g->fill($join, @guest, password => 'six brown otters swim'), '/signin', 'joined');
like($g->follow({ headers => { location => '/signin' } })->{content}, qr/the account is made/, 'and said');
is(browser()->get($join)->{status}, 403, 'once');
is(browser()->send('/join', @guest, password => 'six brown otters swim')->{status}, 403,
    'whoever had the form before, too');
is_redirect($g->sign_in('guest@example.org', 'six brown otters swim'), '/', 'and in');
is_redirect($g->fill('/account/data', do => 'delete', password => 'six brown otters swim'), '/',
    'and gone');

# --- sessions and passwords --------------------------------------------------------

$other->sign_in('demo', $PASSWORD);
$b->get('/account/security');
like($b->text, qr/this one/, 'one session is this one');
my ($session) = $b->{page} =~ /name="end" value="([0-9a-f-]{36})"/;
is_redirect($b->send('/account/security', end => $session), '/account/security', 'ended');
is_redirect($b->fill('/account/security', end => 'others'), '/account/security', 'all others');
ok(until_true(sub { $other->get('/account')->{status} == 303 }, 2), 'are out');
is($b->get('/account')->{status}, 200, 'this one is in');
$b->fill('/account/security', present => 'wrong', wanted => 'nine brown otters swim');
ok($b->error_of('present'), 'a wrong password');
$b->fill('/account/security', present => $PASSWORD, wanted => 'short');
ok($b->error_of('wanted'), 'a weak one');
is_redirect($b->fill('/account/security', present => $PASSWORD, wanted => 'nine brown otters swim'),
    '/account/security', 'changed');
is($b->get('/account')->{status}, 200, 'this session stays');

my (undef, $link) = $t->ctl('user', 'reset', 'demo');
my ($reset) = $link =~ m{(/reset\?token=\S+)};
my $d = browser();
is($d->get($reset)->{status}, 200, 'a link to set a password');
my ($secret) = $reset =~ /token=(.*)/;
is($d->send('/reset', token => $secret, password => 'short')->{status}, 422, 'a weak one');
is_redirect($d->send('/reset', token => $secret, password => $PASSWORD), '/signin', 'set');
is($d->get($reset)->{status}, 403, 'once');
is($d->get('/reset?token=x')->{status}, 403, 'by a link that is one');
ok(until_true(sub { $b->get('/account')->{status} == 303 }, 2), 'all sessions end');
sleep 1; # until each worker knows

# --- import without scripts, export, the end -----------------------------------------

$c->get('/import');
sub form {
	my ($csrf, @files) = @_;
	return join('', "--B0\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n$csrf\r\n",
	    map { "--B0\r\nContent-Disposition: form-data; name=\"file\"; filename=\"$_->[0]\"\r\n\r\n" .
		"$_->[1]\r\n" } @files) . "--B0--\r\n";
}
my %multipart = ('Content-Type' => 'multipart/form-data; boundary=B0');
my $gpx = '<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="t">' .
    '<trk><name>Evening</name><type>running</type><trkseg>' . join('', map {
	sprintf '<trkpt lat="%.5f" lon="13.4"><ele>34</ele><time>2026-05-01T17:%02d:%02dZ</time></trkpt>',
	    52.5 + $_ * 0.0002, $_ / 60, $_ % 60 } 0 .. 300) . '</trkseg></trk></gpx>';
is($c->request('POST', '/import', headers => { %multipart },
	content => form('x' x 43, ['a.gpx', $gpx]))->{status}, 403, 'files without proof');
is($t->value("SELECT count(*) FROM jobs WHERE user_id <> (SELECT id FROM users WHERE username = 'demo')"),
    0, 'make no job');
$c->get('/import');
$r = $c->request('POST', '/import', headers => { %multipart },
    content => form($c->csrf, ['<i>a.gpx', $gpx], ['bad.fit', 'no ride'],
	['half.gpx', substr $gpx, 0, 1000], ['none.gpx', '']));
like($r->{headers}{location}, qr{^/import/[0-9a-f-]{36}$}, 'with it they lead to their page');
my $job = $r->{headers}{location};
ok(until_true(sub { $c->get($job)->{content} !~ /http-equiv="refresh"/ }, 20),
    'which loads again until all is done');
like($c->text, qr/<i>a\.gpx imported.*bad\.fit failed This is no kind of file that is read here: those are FIT/,
    'and says what came of each');
like($c->{page}, qr{<details><summary>In detail</summary><p>Neither FIT[^<]*byte 8 .*?</p></details>},
    'with bytes for who wants to know');
like($c->text, qr/half\.gpx failed The file is damaged or not complete\. Copy it .*? In detail GPX, line 1, /,
    'a file that breaks off too');
like($c->text, qr/none\.gpx failed The file is empty\. [\d.]+ kB/, 'a reason that anybody understands is not retold')
    or diag $c->text;
unlike($c->{page}, qr/<i>a/, 'by names that are text');
my $zip = IO::Compress::Zip->new(\my $archive, Name => 'rides/a.gpx');
$zip->print($gpx);
for my $n (1 .. 25) {
	$zip->newStream(Name => "rides/<b>$n.fit");
	$zip->print('no ride');
}
$zip->close;
$c->get('/import');
$r = $c->request('POST', '/import', headers => { %multipart },
    content => form($c->csrf, ['all.zip', $archive]));
$job = $r->{headers}{location};
ok(until_true(sub { $c->get($job)->{content} !~ /http-equiv="refresh"/ }, 20),
    'an archive');
like($c->text, qr/all\.zip here already 1 here already, 25 failed\./, 'of which each file counts')
    or diag $c->text;
like($c->text, qr{rides/<b>1\.fit This is no kind.*?Neither FIT.*rides/<b>20\.fit This is no kind.*?Neither FIT.*and 5 files more},
    'and some that failed are named');
unlike($c->text, qr{rides/<b>21\.fit}, 'but not all');
unlike($c->{page}, qr/<b>/, 'by names that are text');
$c->get('/import');
like($c->text, qr/1 file done .*? 1 here already, 25 failed/, 'as the list says');
$c->get('/');
like($c->text, qr/Last activities.*Run/, 'the run is there');

# --- activities ---------------------------------------------------------------------------

$c->get('/activities');
$b->sign_in('demo', $PASSWORD);
my ($run) = $c->{page} =~ m{href="(/activities/[0-9a-f-]{36})"};
ok($run, 'it is among all');
$c->get('/activities?sport=ride');
like($c->text, qr/There are none/, 'which can be filtered');
is($c->get("/activities?$_")->{status}, 400, "not by $_") for 'sport=x', 'after=x';
is($c->get($run)->{status}, 200, 'it has a page');
like($c->text, qr/Evening.*Run.*Distance 6\.7 km.*Average \d:\d\d min\/km.*Climbed|Average/, 'with its numbers')
    or diag $c->text;
my ($picture) = $c->{page} =~ m{<img src="(\Q$run\E/chart\.svg)"};
$r = $c->get($picture // '/nothing');
is($r->{headers}{'content-type'}, 'image/svg+xml', 'and its picture');
like($r->{content}, qr/^<\?xml.*<svg/s, 'is drawn');
for my $path ($run, "$run/chart.svg", '/activities/x', '/activities/x/chart.svg') {
	is($b->get($path, headers => { Accept => 'text/html' })->{status}, 404,
	    "$path is nobody else's");
}
$c->get($run);
is($c->send($run, do => 'delete')->{status}, 422, 'to delete it one has to be sure');

# Another recording of it, put together and taken apart.
my $second = $gpx =~ s/17:/18:/gr =~ s/Evening/Again/r;
$c->get('/import');
$r = $c->request('POST', '/import', headers => { %multipart },
    content => form($c->csrf, ['b.gpx', $second]));
ok(until_true(sub { $c->get($r->{headers}{location})->{content} !~ /http-equiv="refresh"/ }, 20),
    'another file');
$c->get($run);
like($c->text, qr/The same, recorded again\?.*Again/, 'is offered to be put together');
my ($other_run) = $c->{page} =~ /name="join" value="([0-9a-f-]{36})"/;
is_redirect($c->send($run, join => $other_run), $run, 'put together');
is($c->get("/activities/$other_run")->{status}, 404, 'the other is in it');
$c->get($run);
like($c->text, qr/Recorded more than once.*Take apart/, 'which the page says');
is_redirect($c->send($run, do => 'split'), $run, 'taken apart');
is($c->get("/activities/$other_run")->{status}, 200, 'they are two');
is_redirect($c->send($run, do => 'split'), $run, 'once more');
like($c->follow({ headers => { location => $run } })->{content}, qr/Nothing has changed/, 'is nothing');
is_redirect($c->send($run, do => 'delete', sure => 'yes'), '/activities', 'deleted');
is($c->get($run)->{status}, 404, 'gone');

# A page holds thirty; each is on one page once.
my (%seen, $next);
for ($next = '/activities'; $next; ) {
	$b->get($next);
	$seen{$_}++ for $b->{page} =~ m{<strong><a href="(/activities/[0-9a-f-]+)"}g;
	($next) = $b->{page} =~ m{href="(/activities\?[^"]*after=[^"]*)"};
	$next = Pierre::Browser::unescape($next) if $next;
}
is(scalar keys %seen, $t->value("SELECT count(*) FROM activities WHERE user_id =
    (SELECT id FROM users WHERE username = 'demo')"), 'page after page shows all');
is(scalar(grep { $_ > 1 } values %seen), 0, 'each once');

# --- sleep and measurements ---------------------------------------------------------------

$c->get('/sleep');
like($c->text, qr/No sleep is here yet\..*sleep files of watches \(FIT\).*Garmin.*Apple Health/,
    'who has no sleep reads where it would come from');
like($c->{page}, qr{<a class="button second" href="/import">}, 'and how to get it here');
unlike($c->{page}, qr/<svg/, 'and sees no empty chart');
$c->get('/body');
like($c->text, qr/No measurement is here yet\..*Garmin/, 'nor measurements');
is($c->get('/body/weight_kg')->{status}, 200, 'of a kind');
like($c->text, qr/None is here yet/, 'that it has none of');

# A night of which a Garmin export tells sums alone.
$c->get('/import');
$r = $c->request('POST', '/import', headers => { %multipart },
    content => form($c->csrf, ['1_sleepData.json', slurp('t/fuzz/corpus/garmin/sleep')]));
ok(until_true(sub { $c->get($r->{headers}{location})->{content} !~ /http-equiv="refresh"/ }, 20),
    'the table of an export');
$c->get('/sleep');
like($c->text, qr/2 May 2024 \S+ to \S+ deep 1 h 20 min, light 4 h 10 min, REM 1 h 35 min, awake 25 min 7 h 5 min asleep score 83/,
    'is a night') or diag $c->text;
is(scalar(() = $c->{page} =~ /<rect class="stage \w+" x="[\d.]+" y="0.0"/g), 4, 'its sums are a bar');
unlike($c->{page}, qr{href="/sleep/}, 'and there is no page of stages that are not known');

# The newest nights as the store has them.
my ($nights) = $t->tool('get_sleep', {});
my $newest = $nights->{sleeps}[0];
my $words = sub { sprintf '%d h %d min', int($_[0] / 3600), $_[0] / 60 % 60 };
my ($from, $until) = map { substr $newest->{$_}, 11, 5 } qw(start end);
$b->get('/sleep');
like($b->text, qr/Newest [ ] first [ ] \d+ [ ] \w+ [ ] \d{4} [ ] $from [ ] to [ ] $until, [ ] synthetic
	 [ ] deep [ ] .*? light [ ] .*? REM [ ] .*? awake [ ] \d+ [ ] min
	 [ ] \Q@{[$words->($newest->{asleep_s}) =~ s{ 0 min}{}r]}\E [ ] asleep
	 [ ] HRV [ ] \Q@{[int $newest->{hrv_rmssd_ms}]}\E [ ] ms [ ] \(RMSSD\)
	 [ ] \d+ [ ] bpm [ ] at [ ] rest/x, 'a night is in the list') or diag substr $b->text, 0, 900;
my $bars = () = $b->{page} =~ /<rect class="stage deep" x="[\d.]+" y="[1-9]/g;
is($bars, 30, 'a bar for each of 30 nights is in the chart');
like($b->{page}, qr/aria-label="Hours asleep by day, \d+ \w+ \d+ to \d+ \w+ \d+"/, 'which has a name');
(my %night, $next) = ();
for ($next = '/sleep'; $next; ) {
	$b->get($next);
	$night{$_}++ for $b->{page} =~ m{<strong><a href="(/sleep/[0-9a-f-]+)"}g;
	($next) = $b->{page} =~ m{href="(/sleep\?after=[^"]*)"};
}
is(scalar keys %night, $t->value("SELECT count(*) FROM sleeps WHERE provider = 'synthetic'"), 'page after page shows all');
is(scalar(grep { $_ > 1 } values %night), 0, 'each once');
is($b->get("/sleep?after=$_")->{status}, 400, "not after $_") for 'x', '99999999999999999999', '9223372036854775806', '-1';
is($b->get('/sleep?after=1')->{status}, 200, 'after the oldest');
like($b->text, qr/none that are older.*Newest/, 'there is nothing, but a way back');

my $one_night = "/sleep/$newest->{id}";
is($b->get($one_night)->{status}, 200, 'a night has a page');
like($b->text, qr/Asleep \d+ h.*Variability \d+ ms RMSSD Resting heart rate \d+ bpm/, 'with its numbers');
my $drawn = () = $b->{page} =~ /<rect class="stage/g;
my $told = () = $b->{page} =~ /<tr><td class="nums">\d\d:\d\d</g;
cmp_ok($drawn, '>', 10, 'its stages are drawn');
is($told, $drawn, 'and told');
for my $whose ($one_night, '/sleep/x', '/body/nothing', '/body/sleep_total_s') {
	is($c->get($whose, headers => { Accept => 'text/html' })->{status}, 404, "$whose is not there for another");
}

$b->get('/body');
my %shown = $b->{page} =~ m{<a href="/body/(\w+)">.*?</p></div><div class="measures"><strong>([^<]*)<}g;
is(join(' ', sort keys %shown), 'hrv_rmssd_ms resting_hr_bpm weight_kg', 'the newest of each kind there is');
like($shown{weight_kg}, qr/^6\d\.\d kg$/, 'with its unit');
like($b->text, qr/Heart-rate variability, RMSSD \d+ \w+ \d{4}, made up, for the demo/, 'day and source');
my %value;
for ($next = '/body/resting_hr_bpm'; $next; ) {
	$b->get($next);
	my @rows = $b->{page} =~ m{<tr><td class="nums">([^<]*)</td><td class="nums">\d+ bpm<}g;
	my @dots = $b->{page} =~ /<circle class="dot"/g;
	is(scalar @dots, scalar @rows, 'each value of the table is in the chart') if !%value;
	$value{$_}++ for @rows;
	($next) = $b->{page} =~ m{href="(/body/resting_hr_bpm\?after=[^"]*)"};
}
is(scalar keys %value, $t->value("SELECT count(*) FROM dailies WHERE kind = 'resting_hr_bpm'"), 'all values');
is(scalar(grep { $_ > 1 } values %value), 0, 'each once');
is($b->get('/body/weight_kg?after=x')->{status}, 400, 'not after x');
my $yes = $t->{postgres} ? 'TRUE' : 1;
$t->value("UPDATE dailies SET restricted = $yes WHERE kind = 'weight_kg' AND day =
    (SELECT max(day) FROM dailies WHERE kind = 'weight_kg')");
$t->value("UPDATE dailies SET source = '<b>scale' WHERE kind = 'weight_kg'");
$b->get('/body');
like($b->text, qr/Weight \d+ \w+ \d{4}, <b>scale withheld by its provider/, 'what is withheld is said to be');
$b->get('/body/weight_kg');
is(scalar(() = $b->{page} =~ /<circle class="dot"/g), 29, 'and not drawn');
unlike($b->{page}, qr/<b>/, 'by sources that are text');

# --- units --------------------------------------------------------------------------------

is_redirect($b->fill('/account', name => 'Ann', timezone => 'Europe/Berlin', sex => 'female',
	height => '172', weight => '64', units => 'imperial'), '/account', 'miles');
my ($one) = keys %seen;
$b->get($one);
unlike($b->text, qr{\d km\b|km/h|min/km}, 'no kilometre is left');
$b->get('/body/weight_kg');
like($b->text, qr/1[34]\d\.\d lb/, 'weight in pounds');
unlike($b->text, qr/\d kg/, 'alone');
$b->get('/account');
like($b->{page}, qr/value="67\.7".*value="141\.1"/s, 'height and weight in inches and pounds');
is_redirect($b->fill('/account', name => 'Ann', timezone => 'Europe/Berlin', sex => 'female',
	height => '67.7', weight => '150', units => 'imperial'), '/account', 'as they are written');
my $me = $t->tool('get_athlete', {});
$me = $me->{athlete} || $me;
is($me->{height_m}, 1.72, 'what was not changed stays') or diag explain $me;
is(sprintf('%.1f', $me->{weight_kg}), '68.0', 'and assistants get kilograms');
is_redirect($b->fill('/account/thresholds', kind => 'run_pace_mps', value => '6:00', from => '2026-01-03'),
    '/account/thresholds', 'a pace a mile');
$b->get('/account/thresholds');
like($b->text, qr{Threshold pace, running 6:00 min/mi}, 'is shown as written');
is($t->value("SELECT count(*) FROM thresholds WHERE kind = 'run_pace_mps' AND value BETWEEN 4.46 AND 4.48"),
    1, 'and is a speed');
is_redirect($b->send('/account/thresholds', remove => 'run_pace_mps/2026-01-03'),
    '/account/thresholds', 'removed');

# --- many people ----------------------------------------------------------------------------

my $any_id = $t->{postgres} ? 'gen_random_uuid()' : 'randomblob(16)';
$t->value("INSERT INTO users (id, tenant_id, username, display_name, email, timezone, sex, is_admin," .
    ' suspended, created_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)' .
    " SELECT $any_id, tenant_id, 'crowd' || i, '', '', 'UTC', 'unknown', is_admin, suspended, created_at" .
    " FROM users, n WHERE username = 'demo'");
my %people;
my $pages = 0;
for ($next = '/admin'; $next; $pages++) {
	$b->get($next);
	$people{$_}++ for $b->text =~ /\b(crowd\d+), since/g;
	($next) = $b->{page} =~ m{href="(/admin\?after=[^"]*)"};
}
is(scalar keys %people, 120, "many people are on $pages pages");
is("$pages " . grep({ $_ > 1 } values %people), '3 0', 'each once');
$t->value("DELETE FROM users WHERE username LIKE 'crowd%'");
$b->get('/admin/audit?action=user.change');
like($b->text, qr/user\.change/, 'who changes a profile is noted');
$b->get('/admin/audit?action=threshold.set');
like($b->text, qr/threshold\.set/, 'and who sets a threshold');
is($b->get('/admin/clients?before=x')->{status}, 400, 'clients before none');
is($b->get('/admin/clients?before=00000000-0000-0000-0000-000000000001')->{status}, 200,
    'and before any');
is($c->get('/import/x')->{status}, 404, 'no such import');
delete $b->{cookies}{session};
$b->sign_in('demo', $PASSWORD);
is($b->get($job)->{status}, 404, "nor another's");

$c->get('/account/data');
$r = $c->send('/account/data', do => 'export');
is($r->{headers}{'content-type'}, 'application/zip', 'everything, as an archive');
like($r->{headers}{'content-disposition'}, qr/attachment/, 'to be kept');
is(substr($r->{content}, 0, 2), 'PK', 'it is one');
is($r->{headers}{'content-length'}, length $r->{content}, 'and whole');

is($t->value("SELECT count(*) FROM audit_log WHERE action = 'user.export' AND actor LIKE 'session %'"), 1,
    'which is noted');

# A large one, to a client that stops, and to one that goes away.
$b->get('/account/data');
my $body = 'do=export&csrf=' . $b->csrf;
my $ask = "POST /account/data HTTP/1.1\r\nHost: localhost:" . $t->port . "\r\n" .
    "Cookie: session=$b->{cookies}{session}\r\nSec-Fetch-Site: same-origin\r\n" .
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " . length($body) .
    "\r\n\r\n$body";
my $slow = Pierre::Client->new($t)->send($ask);
ok($slow->more(time + 20), 'an export begins');
sleep 0.5;
my $answer = $slow->answer(seconds => 20);
is(length $answer->{body}, $answer->{headers}{'content-length'}, 'who reads slowly gets all of it');
cmp_ok(length $answer->{body}, '>', 1 << 20, 'a year of training');
my $gone = Pierre::Client->new($t)->send($ask);
$gone->more(time + 20);
$gone->break;
is($b->get('/account')->{status}, 200, 'who goes away harms nobody');
my @open;
until_true(sub {
	@open = grep { /\Q@{[$t->dir]}\E\/#\d+ \(deleted\)/ } map { readlink $_ || '' }
	    map { glob "/proc/$_/fd/*" } @{ $t->children->{workers} };
	return !@open }, 5);
is_deeply(\@open, [], 'and leaves no file open');

is($c->fill('/account/data', do => 'delete', password => 'wrong')->{status}, 422,
    'nothing is deleted without the password');
is($b->fill('/account/data', do => 'delete', password => $PASSWORD)->{status}, 409,
    'the only administrator stays');
is_redirect($c->fill('/account/data', do => 'delete', password => 'seven brown otters swim'), '/',
    'deleted');
is($t->value("SELECT count(*) FROM users"), 1, 'gone');
is($t->value("SELECT count(*) FROM audit_log WHERE action = 'user.delete' AND result = 'ok'"), 2,
    'which is noted');
is($c->get('/account')->{status}, 303, 'and out');
is($c->sign_in('new@example.org', 'seven brown otters swim')->{status}, 401, 'for good');

# --- signing out -----------------------------------------------------------------------

$b->get('/account');
my $cookie = $b->{cookies}{session};
is_redirect($b->send('/signout'), '/signin', 'signed out');
is($b->{cookies}{session}, undef, 'the cookie is gone');
is($b->get('/signin')->{status}, 200, 'sign in');
like($b->text, qr/You are signed out/, 'says so');
$b->{cookies}{session} = $cookie;
ok(until_true(sub { $b->get('/account')->{status} == 303 }, 2), 'and so is the session');

$t->finish;
done_testing();
