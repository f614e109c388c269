#!/usr/bin/perl
# The authorization server over HTTP: one test for each way to ask wrongly at the
# authorization endpoint (A), the token endpoint (T), for refresh tokens (R), and
# for what else it offers: registration, revocation, introspection, pushed
# requests, metadata.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Pierre::Client;
use Pierre::OAuth;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = Pierre::Test->new(workers => 2, demo => 1,
	config => "log:\n  level: debug\nlimits:\n  auth_per_minute: 0\nauth:\n  refresh_grace: 1s\n");
my $o = Pierre::OAuth->new($t);
my $site = $t->url;
my $json = JSON::PP->new->utf8;

# An error of an endpoint.
sub fails {
	my ($r, $status, $code, $what) = @_;
	is("$r->{status} " . ($o->decode($r)->{error} // ''), "$status $code", $what)
	    or diag($r->{content});
	# RFC 9110, 15.5.2.
	my $challenge = $r->{headers}{'www-authenticate'};
	is(defined $challenge ? 'a' : 'no', $status == 401 ? 'a' : 'no', "... and a challenge with 401 alone");
}
# No redirect, no question: a page that says no.
sub page_says_no {
	my ($r, $what) = @_;
	is($r->{status}, 400, "$what: a page says no");
	unlike($r->{content}, qr/\b(?:Redirect_uri|Client_id|Code_challenge|Request_uri)/,
	    'and does not respell what its developer looks for');
	ok(!defined $r->{headers}{location} && $r->{content} !~ /http-equiv="refresh"|name="ticket"/,
	    'and leads nowhere');
}
# Back to the client with an error.
sub sent_back {
	my ($r, $code, $what) = @_;
	my $to = $r->{headers}{location} // '';
	my $p = $o->params_of($to);
	is("$r->{status} " . ($p->{error} // ''), "303 $code", $what) or diag($r->{content});
	like($to, qr{^http://127.0.0.1:4000/callback\?}, 'to its redirect URI');
	is($p->{state}, 'a state', 'with its state');
	is($p->{iss}, $site, 'and the issuer');
}
sub grants { return $t->value('SELECT count(*) FROM oauth_grants') }

# --- metadata (RFC 8414, 9728) -------------------------------------------------

my $meta = $o->decode($t->request('GET', '/.well-known/oauth-authorization-server',
	token => undef));
is($meta->{issuer}, $site, 'the issuer is what we are called');
is($meta->{authorization_response_iss_parameter_supported}, JSON::PP::true, 'iss is announced');
is_deeply($meta->{code_challenge_methods_supported}, ['S256'], 'S256 alone');
is_deeply($meta->{response_types_supported}, ['code'], 'no implicit grant');
is_deeply([sort @{ $meta->{grant_types_supported} }],
    [qw(authorization_code client_credentials refresh_token)], 'A6 no implicit, no password grant');
is_deeply([sort @{ $meta->{dpop_signing_alg_values_supported} }], [qw(ES256 EdDSA RS256)],
    'RFC 9449: signatures of proofs');
is_deeply($meta->{"${_}_endpoint_auth_signing_alg_values_supported"}, $meta->{dpop_signing_alg_values_supported},
    "RFC 8414: what clients sign by at the $_ endpoint") for qw(token revocation introspection);
is_deeply([map { scalar grep { $_ eq 'none' } @{ $meta->{"${_}_endpoint_auth_methods_supported"} } }
    qw(token revocation introspection)], [1, 1, 0], 'who proves nothing is offered no introspection');
for my $path (map { "/.well-known/$_" } qw(oauth-authorization-server openid-configuration jwks.json
    oauth-protected-resource oauth-protected-resource/mcp)) {
	my $r = $t->request('GET', $path, token => undef);
	my $tag = $r->{headers}{etag} // '';
	like($tag, qr/^"[\w-]{22}"$/, "$path has a tag");
	like($r->{headers}{'cache-control'}, qr/^public, max-age=\d+$/, 'and may be kept');
	my @got = map { $t->request('GET', $path, token => undef, headers => { 'If-None-Match' => $_ }) }
	    $tag, "\"x\", W/$tag", '"x"';
	is(join(' ', map { "$_->{status} " . length($_->{content} // "") } @got), '304 0 304 0 200 ' . length $r->{content},
	    'which who has it shows');
	is($got[0]{headers}{etag}, $tag, 'and is told again');
}
unlike($meta->{issuer}, qr/[?#]/, 'RFC 8414: an issuer without query and fragment');
# What is not offered is not there; the last ones another server had, each with a hole.
is($t->request('POST', $_, token => undef, content => '')->{status}, 404, "no $_") for
    '/.well-known/oauth-authorization-server/other', '/oauth2/device_authorization', '/oauth2/userinfo',
    '/oauth/token', '/oauth2/login', '/oauth2/validate-and-refresh', '/oauth2/token-validate';
is($o->decode($t->request('GET', '/.well-known/openid-configuration', token => undef))->{issuer},
    $site, 'the same where OpenID Connect has it');
for my $name (grep { /_endpoint$|_uri$/ } sort keys %$meta) {
	my ($path) = $meta->{$name} =~ /^\Q$site\E(\/.*)$/ or fail("$name is ours");
	my $get = $name =~ /authorization_endpoint|jwks/;
	$get = 0 if $name =~ /pushed/;
	my $r = $t->request($get ? 'GET' : 'POST', $path, token => undef,
		$get ? () : (content => ''));
	cmp_ok($r->{status}, '!=', 404, "$name is there");
	is($t->request($get ? 'POST' : 'GET', $path, token => undef)->{status} == 405 ||
	    $name eq 'authorization_endpoint', 1, 'for its method alone');
}
for ('', '/mcp') {
	my $r = $o->decode($t->request('GET', "/.well-known/oauth-protected-resource$_",
		token => undef));
	is($r->{resource}, "$site$_", "the resource $site$_");
	is_deeply($r->{authorization_servers}, [$site], 'and its server');
	is($r->{resource_documentation}, "$site/", 'which says how to connect');
	ok(!(grep { /location|admin/ } @{ $r->{scopes_supported} }), 'asks for no places at first');
}

# --- clients (RFC 7591, 7592) --------------------------------------------------

my $app = $o->register(client_name => 'An app');
like($app->{client_id}, qr/^pmcp_client_/, 'registered');
my $other = $o->register(client_name => 'Another', redirect_uris => ['https://other.example/cb']);
my $known = $o->registered('Known', '--redirect', 'http://127.0.0.1/callback');
sub registering {
	my (%metadata) = @_;
	return $o->post_json('/oauth2/register', { redirect_uris => ['https://a.example/cb'],
		client_name => 'x', %metadata });
}
for my $uri ('http://a.example/cb', 'https://a.example/cb#x', 'https://*.example/cb',
    'myapp:/cb', 'javascript:alert(1)', 'data:text/html,x', 'https://u@a.example/cb',
    'https://a.example:0/cb', 'http://127.0.0.2/cb', 'http://127.1/cb', 'http://2130706433/cb',
    'http://[::ffff:127.0.0.1]/cb', 'http://127.0.0.1.evil.test/cb', "https://a.example/c b",
    'https://a.example\\@evil/cb', "https://a\x{3002}example/cb", 'https:///cb',
    'urn:ietf:wg:oauth:2.0:oob', '') {
	fails(registering(redirect_uris => [$uri]), 400, 'invalid_redirect_uri',
	    'no redirect to ' . ($uri =~ s/([^ -~])/sprintf '\\x{%x}', ord $1/ger));
}
fails(registering(redirect_uris => [map {"https://a.example/$_"} 1 .. 11]), 400,
    'invalid_redirect_uri', 'eleven redirect URIs');
is(registering(redirect_uris => [$_])->{status}, 201, "redirect to $_")
    for 'com.example.app:/cb', 'http://localhost:1234/cb', 'http://[::1]/cb';
fails(registering(redirect_uris => undef), 400, 'invalid_redirect_uri', 'none');
fails(registering(grant_types => ['password']), 400, 'invalid_client_metadata', 'password grant');
fails(registering(grant_types => ['client_credentials']), 400, 'invalid_client_metadata',
    'nobody stands behind its credentials');
fails(registering(response_types => ['token']), 400, 'invalid_client_metadata', 'implicit grant');
fails(registering(scope => 'profile:read admin'), 400, 'invalid_client_metadata', 'admin');
fails(registering(software_statement => 'x.y.z'), 400, 'invalid_software_statement', 'a statement');
{
	my $signs = { token_endpoint_auth_method => 'private_key_jwt' };
	my %point = (kty => 'OKP', crv => 'Ed25519');
	my $r = registering(%$signs, jwks_uri => 'https://a.example/keys');
	fails($r, 400, 'invalid_client_metadata', 'jwks_uri of who registers itself');
	like($r->{content}, qr/put the keys into jwks/, 'and what to do instead');
	fails(registering(%$signs, jwks => { keys => [{ %point, x => $_ }] }), 400, 'invalid_client_metadata',
	    'J2 a key of small order') for 'AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 'A' x 43,
	    'x-pzB3ZbIs_4gM7XpRVlNFnL5jJxQP-vJgNOBcMH-nc' =~ s/.{43}/7P___________________________________________38/r;
	is(registering(%$signs, jwks => { keys => [{ %point,
	    x => '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }] })->{status}, 201, 'one that is good');
}
fails(registering(client_name => 'x' x 201), 400, 'invalid_client_metadata', 'a long name');
fails($o->post_json('/oauth2/register', '{"a":1,"a":2}'), 400, 'invalid_client_metadata',
    'a member twice');
is($o->post_json('/oauth2/register', '{"x":"' . 'x' x 70000 . '"}')->{status}, 413, 'too much');
{
	my $c = $o->decode(registering(scope => 'openid activities:read', unknown => 1));
	is($c->{scope}, 'activities:read', 'what we do not know is passed over');
	ok($c->{client_secret} =~ /^pmcp_sec_/ && $c->{client_secret_expires_at} == 0, 'a secret');
	ok(!exists $c->{unknown}, 'what comes back is what holds');
}
my ($place) = $app->{registration_client_uri} =~ /^\Q$site\E(.*)/;
my @mine = (headers => { Authorization => "Bearer $app->{registration_access_token}" });
sub manage {
	my ($method, $path, $token, $content) = @_;
	return $t->request($method, $path, token => undef,
		headers => { Authorization => "Bearer $token", 'Content-Type' => 'application/json' },
		defined $content ? (content => $json->encode($content)) : ());
}
my $r = manage('GET', $place, $app->{registration_access_token});
is("$r->{status} " . $o->decode($r)->{client_name}, '200 An app', 'it reads itself');
fails(manage('GET', $place, $other->{registration_access_token}), 401, 'invalid_token', 'not another');
fails(manage('GET', $place, 'x'), 401, 'invalid_token', 'no token');
fails(manage('PUT', $place, $app->{registration_access_token}, { client_id => 'x',
	redirect_uris => ['https://a.example/'], token_endpoint_auth_method => 'none' }), 400,
    'invalid_client_metadata', 'its id stays');
for my $method (qw(PUT DELETE)) {
	fails(manage($method, $place, $_, $method eq 'PUT' ? {} : undef), 401, 'invalid_token',
	    "RFC 7592: $method by another") for $other->{registration_access_token}, 'x', '';
}
{
	my $keeper = $o->register(token_endpoint_auth_method => 'client_secret_post');
	my ($at, $by) = ("/oauth2/register/$keeper->{client_id}", $keeper->{registration_access_token});
	my %as = (client_name => 'Keeper', redirect_uris => ['http://127.0.0.1/callback'],
	    token_endpoint_auth_method => 'client_secret_post');
	fails(manage('PUT', $at, $by, { %as, client_secret => 'chosen' }), 400, 'invalid_client_metadata',
	    'RFC 7592: its secret stays');
	is(manage('PUT', $at, $by, { %as, client_secret => $keeper->{client_secret} })->{status}, 200,
	    'and may be named');
}
$r = manage('PUT', $place, $app->{registration_access_token}, { client_name => 'Renamed',
	client_id => $app->{client_id}, redirect_uris => ['http://127.0.0.1/callback'],
	grant_types => ['authorization_code', 'refresh_token'],
	token_endpoint_auth_method => 'none' });
is("$r->{status} " . $o->decode($r)->{client_name}, '200 Renamed', 'it changes itself');

# --- A: the authorization endpoint ----------------------------------------------

# A12: whoever is not signed in signs in first, whatever is asked.
for ({}, { redirect_uri => 'https://evil.example/' }, { scope => 'nonsense' }) {
	$r = $o->ask($app, %$_);
	like("$r->{status} $r->{headers}{location}", qr{^303 /signin\?next=/oauth2/authorize%3F},
	    'sign in first');
}
$r = $o->ask($known, prompt => 'none');
sent_back($r, 'login_required', 'A12: a client that is known learns that nobody is there');
my $planted = $o->{browser}{cookies}{session} = 'pmcp_ses_planted';
$o->sign_in;
isnt($o->{browser}{cookies}{session}, $planted, 'A18: signing in makes a new session');
{
	my $b = Pierre::Browser->new($t);
	$b->get('/signin');
	my $r = $b->send('/signin', login => 'demo', password => $Pierre::OAuth::PASSWORD,
	    next => '/account');
	is("$r->{status} $r->{headers}{location}", '303 /account', 'A11: after credentials 303, and so GET');
}
{
	# By the name that a proxy with a certificate tells.
	my $c = Pierre::Client->new($t);
	my $host = 'Host: 192.0.2.1';
	my $r = $c->ask("GET /signin HTTP/1.1\r\n$host\r\n\r\n");
	my ($visit) = $r->{headers}{'set-cookie'} =~ /^([^;]+)/;
	my ($proof) = $r->{body} =~ /name="csrf" value="([^"]+)"/;
	my $form = Pierre::OAuth::form(csrf => $proof, login => 'demo',
	    password => $Pierre::OAuth::PASSWORD);
	$r = $c->ask("POST /signin HTTP/1.1\r\n$host\r\nCookie: $visit\r\nSec-Fetch-Site: same-origin\r\n" .
	    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " . length($form) . "\r\n\r\n$form");
	my ($set) = grep { /session/ } $r->{headers}{'set-cookie'};
	like($set, qr/^__Host-session=\w+;/, 'A18: bound to this host');
	like($set, qr/; $_\b/, "A18: $_") for qw(Secure HttpOnly SameSite=Lax);
}

# A1: byte for byte.
for my $uri (qw(http://127.0.0.1:4000/callback/ http://127.0.0.1:4000/Callback
    http://127.0.0.1:4000/%2Fcallback http://127.0.0.1:4000/%2e/callback http://127.0.0.1:4000/callback%2F
    http://127.0.0.1:4000/%63allback http://127.0.0.1:4000/x/../callback
    http://127.0.0.1:4000/callback?a=1 http://u@127.0.0.1:4000/callback HTTP://127.0.0.1:4000/callback
    http://evil.example/callback javascript:alert(1)), 'data:text/html,x',
    'http://127.0.0.1:4000/callback#x', "http://127.0.0.1:4000/callback\t", 'http://127.0.0.1:4000\\callback',
    "http://127.0.0.1:4000/callback\n", "http://127.0.0.1\x{e3}\x{80}\x{82}evil.example/callback",
    # A2: only the port may differ, and only on this machine.
    qw(http://127.0.0.2:4000/callback http://127.1:4000/callback
    http://2130706433:4000/callback http://[::ffff:127.0.0.1]:4000/callback
    http://127.0.0.1.evil.test:4000/callback http://127.0.0.1:80@evil.example/callback
    http://127.0.0.1:0/callback http://127.0.0.1:65536/callback http://127.0.0.1:/callback
    http://localhost:4000/callback http://[::1]:4000/callback https://127.0.0.1:4000/callback)) {
	page_says_no($o->ask($app, redirect_uri => $uri), 'A1/A2 ' . ($uri =~ s/[^ -~]/?/gr));
}
for (qw(https://other.example:443/cb https://OTHER.example/cb https://other.example/cb/
    https://x.other.example/cb https://other.example.evil/cb https://other.example/cb.evil)) {
	page_says_no($o->ask($other, redirect_uri => $_), "A1 $_");
}
for (qw(http://127.0.0.1/callback http://127.0.0.1:1/callback http://127.0.0.1:65535/callback)) {
	is($o->ask($app, redirect_uri => $_)->{status}, 200, "A2 $_ is the same place");
}
{
	my $local = $o->register(redirect_uris => ['http://[::1]/cb', 'http://localhost:8/cb',
		'https://a.example/cb?a=1&b=2']);
	is($o->ask($local, redirect_uri => $_)->{status}, 200, "A2 $_") for 'http://[::1]:65535/cb',
	    'http://localhost:1/cb';
	like($o->{browser}->text, qr/on the machine that you sit at/, 'A17 which the page tells');
	page_says_no($o->ask($local, redirect_uri => "https://a.example/cb?$_"), "A1 query $_")
	    for 'b=2&a=1', 'a=1&b=2&c=3', 'a=1', 'a=1&amp;b=2';
	is($o->ask($local, redirect_uri => 'https://a.example/cb?a=1&b=2')->{status}, 200, 'A1 the same query');
}
my $two = Pierre::OAuth::form($o->request_of($app)) . '&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback';
page_says_no($o->{browser}->get("/oauth2/authorize?$two"), 'A1 given twice');

# A3
page_says_no($o->ask($app, client_id => $_), "A3 client_id '$_'")
    for 'nobody', '', "x' or 1=1", 'x' x 2000;

# A4, A5, A6, A7, A8: of a client that is known, back to it.
for (['A4 no challenge', code_challenge => undef], ['A4 plain', code_challenge_method => 'plain'],
    ['A4 no method', code_challenge_method => undef], ['A4 short', code_challenge => 'x' x 42],
    ['A4 long', code_challenge => 'x' x 129], ['A4 letters', code_challenge => '=' x 43]) {
	my ($what, %change) = @$_;
	sent_back($o->ask($known, %change), 'invalid_request', $what);
}
for my $name (qw(scope code_challenge response_type nonsense)) {
	$r = $o->{browser}->get('/oauth2/authorize?' . Pierre::OAuth::form(
		$o->request_of($known, scope => 'profile:read', nonsense => 1), $name => 'x'));
	sent_back($r, 'invalid_request', "A5 $name twice");
}
sent_back($o->ask($known, response_type => $_), 'unsupported_response_type',
    'A6 response_type ' . ($_ // 'missing')) for 'token', 'id_token', 'code token', undef;
sent_back($o->ask($known, scope => $_), 'invalid_scope', "A7 scope $_")
    for 'nonsense', 'profile:read admin', 'location:read';
{
	my $narrow = $o->register(scope => 'profile:read');
	my $r = $o->ask($narrow, scope => 'profile:read activities:read');
	page_says_no($r, 'A7 more than the client registered for');
	is($o->tokens($narrow)->{scope}, 'profile:read', 'A7 and no more by saying nothing');
}
sent_back($o->ask($known, resource => $_), 'invalid_target', "A8 resource $_")
    for 'https://other.example/mcp', '/mcp', "$site/mcp#x", "$site/other";
sent_back($o->ask($known, request => 'x.y.z'), 'request_not_supported', 'no request objects');
sent_back($o->ask($known, prompt => 'none'), 'consent_required', 'people are asked');
# A12: for one that nobody knows the person decides whether to follow.
$r = $o->ask($app, scope => 'nonsense');
page_says_no($r, 'A12 a stranger\'s error');
like($r->{content}, qr{href="http://127.0.0.1:4000/callback\?error=invalid_scope&amp;}, 'but has a link');
page_says_no($o->ask($app, scope => 'profile:read admin'), 'A7 admin for a stranger');

# A9
for my $state ('', 's' x 4096, "a b\r\nX: y", '<script>alert(1)</script>', '%41&x=y', "\x{e9}") {
	utf8::encode(my $bytes = $state);
	$o->ask($app, state => $bytes);
	my $to = $o->answer('allow') // '';
	is($o->params_of($to)->{state} // '', $bytes, 'A9 state comes back: ' .
	    (substr($bytes, 0, 20) =~ s/[^ -~]/?/gr));
	unlike($to, qr/[\r\n<]/, 'encoded');
}
like($o->ask($app, state => 's' x 8193)->{status}, qr/^4(?:00|14)$/, 'A9 a longer one is refused');
is($o->{browser}->get('/oauth2/authorize?client_id=a%00b')->{status}, 400, 'A9 NUL');

# A10, A11, A15
$o->ask($app);
my $to = $o->answer('allow');
is($o->params_of($to)->{iss}, $meta->{issuer}, 'A10 iss is the issuer');
is("$o->{answer}{status}" . ($o->{answer}{headers}{location} // ''), '200', 'A15 a page leads on');
like($o->{answer}{headers}{'content-security-policy'}, qr/form-action 'self'/, 'and no form elsewhere');
$o->ask($app);
is($o->params_of($o->answer('deny'))->{error}, 'access_denied', 'A10 denied');
is($o->params_of($o->answer('deny') // '?')->{iss} // $site, $site, 'with iss');

# A13
my @loopback = (headers => { Origin => 'http://localhost:1', 'Sec-Fetch-Site' => undef });
for ($o->ask($app), $o->ask($app, client_id => 'nobody'),
    Pierre::Browser->new($t)->get('/signin', @loopback), $o->{browser}->get('/oauth2/authorize?' .
	Pierre::OAuth::form($o->request_of($app)), @loopback)) {
	my $h = $_->{headers};
	like($h->{'content-security-policy'}, qr/default-src 'none'.*frame-ancestors 'none'/,
	    "A13 headers of a $_->{status}");
	is(join(' ', map { $h->{$_} // '-' } qw(x-frame-options referrer-policy cache-control
	    cross-origin-opener-policy access-control-allow-origin)),
	    'DENY no-referrer no-store same-origin -', 'no frame, no referrer, no CORS');
}

# A14
$o->ask($app);
my ($ticket) = $o->{browser}{page} =~ /name="ticket" value="([^"]+)"/;
my $csrf = $o->{browser}->csrf;
my $n = grants();
my @form = (ticket => $ticket, scope => 'profile:read', decision => 'allow');
is($o->{browser}->send('/oauth2/authorize', csrf => $_, @form)->{status}, 403,
    "A14 csrf '" . substr($_, 0, 5) . "'") for '', 'x' x 43;
$o->{browser}{headers} = { 'Sec-Fetch-Site' => 'cross-site' };
is($o->{browser}->send('/oauth2/authorize', csrf => $csrf, @form)->{status}, 403,
    'A14 from another site');
$o->{browser}{headers} = { 'Sec-Fetch-Site' => undef, Origin => 'https://evil.example' };
is($o->{browser}->send('/oauth2/authorize', csrf => $csrf, @form)->{status}, 403, 'A14 from another origin');
$o->{browser}{headers} = {};
{
	my $thief = Pierre::OAuth->new($t, password => 0)->sign_in;
	$thief->ask($app);
	my $r = $thief->{browser}->send('/oauth2/authorize', @form);
	is($r->{status}, 403, 'A14 another session\'s ticket');
}
is(grants(), $n, 'nothing was granted');
$o->ask($app);
my $page = $o->{browser}{page};
ok($o->answer('allow'), 'the right one');
$o->{browser}{page} = $page;
ok(!defined $o->answer('allow'), 'A14 but once');
is($o->{answer}{status}, 403, 'refused');

# A16, A17
my $evil = $o->register(client_name => "Known\x{202e}<b>&\"" . 'x' x 100,
	redirect_uris => ['https://evil.example/cb']);
$r = $o->ask($evil, redirect_uri => 'https://evil.example/cb');
is($r->{status}, 200, 'A16 another client is asked for by itself');
like($r->{content}, qr/name="ticket"/, 'though one was agreed to in this session');
is($t->value('SELECT count(*) FROM oauth_codes c JOIN oauth_grants g ON g.id = c.grant_id JOIN oauth_clients o ' .
    "ON o.id = g.client_id WHERE o.client_id = '$evil->{client_id}'"), 0, 'and has no code before');
unlike($r->{content}, qr/\x{202e}|<b>&|\xe2\x80\xae/, 'A17 its name is no markup');
like($r->{content}, qr/&lt;b&gt;&amp;/, 'but shown');
like($r->{content}, qr/evil\.example/, 'where the answer goes');
like($r->{content}, qr/unverified/, 'that nobody knows it');
is(join(" ", $r->{content} =~ /<img src="([^"]*)"/g), "/static/mark.svg", "no picture of its own");
$o->ask($app, scope => 'profile:read location:read');
like($o->{browser}->text, qr/on the machine that you sit at/, 'a program on this machine');
like($o->{browser}->text, qr/See where your activities took place/, 'scopes in words');
unlike($o->{browser}{page}, qr/value="location:read"[^>]*checked/, 'places are not checked');
$to = $o->answer('allow');
my $tokens = $o->decode($o->exchange($app, $o->params_of($to)->{code}));
is($tokens->{scope}, 'profile:read', 'and so not granted');
$o->ask($app, scope => 'profile:read location:read');
$to = $o->answer('allow', scope => 'location:read');
is($o->decode($o->exchange($app, $o->params_of($to)->{code}))->{scope},
    'profile:read location:read', 'unless somebody checks them');

# --- T: the token endpoint -------------------------------------------------------

my $code = $o->code($app);
$r = $o->exchange($app, $code);
$tokens = $o->decode($r);
is($r->{status}, 200, 'a code is worth tokens');
is("$r->{headers}{'content-type'} $r->{headers}{'cache-control'}", 'application/json no-store',
    'T7 headers');
is($o->claims($tokens->{access_token})->{aud}, "$site/mcp", 'A8 for the resource that was asked for');
is($o->call($tokens->{access_token})->{status}, 200, 'which takes it');
# T3 before T2.
fails($o->exchange($app, $code, code_verifier => 'x' x 43), 400, 'invalid_grant',
    'T3 again, with a wrong verifier');
fails($o->exchange($other, $code), 400, 'invalid_grant', 'T3 by another client');
is($o->call($tokens->{access_token})->{status}, 200, 'which harms nobody');
fails($o->exchange($app, $code), 400, 'invalid_grant', 'T2 again');
ok(until_true(sub { $o->call($tokens->{access_token})->{status} == 401 }, 2),
    'T2 the access token has ended');
fails($o->refresh($app, $tokens->{refresh_token}), 400, 'invalid_grant', 'and the other');

$code = $o->code($app);
fails($o->exchange($other, $code), 400, 'invalid_grant', 'T4 another client\'s');
fails($o->exchange($app, $code, redirect_uri => 'http://127.0.0.1:4001/callback'), 400,
    'invalid_grant', 'T4 another redirect URI');
fails($o->exchange($app, $code, code_verifier => $_), 400, 'invalid_grant', 'T4 verifier')
    for undef, 'x', 'x' x 43, 'x' x 129;
fails($o->exchange($app, $code, resource => 'https://other.example'), 400, 'invalid_target',
    'another resource');
fails($o->exchange($app, $code, resource => $site), 400, 'invalid_target', 'T a sibling resource');
is($o->exchange($app, $code, redirect_uri => undef)->{status}, 200, 'T5 without redirect_uri');

# RFC 8707: two resources at once, a token for one of them.
{
	my $query = Pierre::OAuth::form($o->request_of($app), resource => $site);
	my $two = sub { $o->{browser}->get("/oauth2/authorize?$query");
		return $o->params_of($o->answer('allow'))->{code} };
	my $first = $o->decode($o->exchange($app, $two->()));
	is($o->claims($first->{access_token})->{aud}, "$site/mcp", 'RFC 8707: of two the first');
	my $r = $o->refresh($app, $first->{refresh_token}, resource => $site);
	my $rest = $o->decode($r)->{access_token};
	is($o->claims($rest)->{aud}, $site, 'RFC 8707: or the one that is asked for');
	is($o->call($rest)->{status}, 401, 'RFC 8707: which the other does not take');
	is($t->request('GET', '/api/jobs', token => $rest)->{status}, 200, 'but its own');
	is($o->claims($o->decode($o->exchange($app, $two->(), resource => $site))->{access_token})->{aud}, $site,
	    'RFC 8707: for a code too');
	fails($o->post('/oauth2/token', $o->exchange_of($app, $two->()), resource => $site, resource => "$site/mcp"),
	    400, 'invalid_target', 'RFC 8707: not for both');
	sent_back($o->{browser}->get('/oauth2/authorize?' . Pierre::OAuth::form($o->request_of($known),
	    resource => 'https://other.example')), 'invalid_target', 'RFC 8707: not with one that is another\'s');
}
$code = $o->code($app);
$t->value("UPDATE oauth_codes SET expires_at = created FROM (SELECT " . ($t->{postgres} ?
    "now() - interval '1 second'" : '1') . " AS created) x WHERE used_at IS NULL");
fails($o->exchange($app, $code), 400, 'invalid_grant', 'T4 too old');
fails($o->exchange($app, $_), 400, 'invalid_grant', 'T4 no code of ours')
    for 'x', substr($code, 0, -1), $code . 'A';

# T6
my $agent = $o->registered('Agent: 1', '--user', 'demo', '--auth', 'client_secret_basic',
    '--toolset', 'legacy');
my @credentials = (grant_type => 'client_credentials');
my $basic = sub { 'Basic ' . MIME::Base64::encode_base64(join(':', @_), '') };
my $good = $basic->($agent->{client_id}, $agent->{client_secret});
$r = $o->post('/oauth2/token', { Authorization => $good }, @credentials);
is($r->{status}, 200, 'T6 Basic');
my $machine = $o->decode($r);
ok(!exists $machine->{refresh_token}, 'without a refresh token');
is($o->call($machine->{access_token})->{status}, 200, 'its token works');
like($o->call($machine->{access_token})->{content}, qr/"get_activity_intelligence"/,
    'its toolset is listed');
fails(registering(mcp_toolset => 'none'), 400, 'invalid_client_metadata', 'no such toolset');
(my $encoded = $agent->{client_id}) =~ s/_/%5F/g;
$r = $o->post('/oauth2/token', { Authorization => $basic->($encoded, $agent->{client_secret}) },
    @credentials);
is($r->{status}, 200, 'T6 percent-encoded');
ok(!exists $r->{headers}{'www-authenticate'}, 'and not challenged, having proved itself');
fails($o->post('/oauth2/token', { Authorization => $good }, @credentials,
    client_secret => $agent->{client_secret}), 400, 'invalid_request', 'T6 two ways at once');
$r = $o->post('/oauth2/token', { Authorization => $basic->($agent->{client_id}, 'x') }, @credentials);
fails($r, 401, 'invalid_client', 'T6 a wrong secret');
is("$r->{headers}{'content-type'} $r->{headers}{'cache-control'}", 'application/json no-store',
    'T7 of an error');
is($o->post('/oauth2/token', @credentials, client_id => $_->[0], client_secret => $_->[1])->{content},
    $r->{content}, 'which clients there are is not told') for [$agent->{client_id}, 'x'],
    ['pmcp_client_01900000-0000-7000-8000-000000000000', $agent->{client_secret}], ['nobody', 'x'];
like($r->{headers}{'www-authenticate'}, qr/^Basic /, 'with a challenge');
fails($o->post('/oauth2/token', client_id => $agent->{client_id}, @credentials), 401,
    'invalid_client', 'T6 no secret');
fails($o->post('/oauth2/token', client_id => $app->{client_id}, @credentials), 400,
    'unauthorized_client', 'T6 not for a stranger');
fails($o->post('/oauth2/token', client_id => $app->{client_id}, grant_type => 'password',
    username => 'demo', password => 'x'), 400, 'unsupported_grant_type', 'no password grant');
fails($o->post('/oauth2/token?' . Pierre::OAuth::form($o->exchange_of($app, 'x')), a => 1), 400,
    'invalid_request', 'T6 parameters in the query');
is($t->request('GET', '/oauth2/token', token => undef)->{status}, 405, 'T6 GET');
fails($o->post_json('/oauth2/token', { grant_type => 'client_credentials' }), 400,
    'invalid_request', 'T6 JSON');
is($o->post('/oauth2/token', { Authorization => $good,
    'Content-Type' => 'application/x-www-form-urlencoded; charset=UTF-8' }, @credentials)->{status},
    200, 'T6 with a charset');
fails($o->post('/oauth2/token', { Authorization => $good }, @credentials, @credentials), 400,
    'invalid_request', 'T6 a parameter twice');
fails($o->post('/oauth2/token', { Authorization => $good }, @credentials, scope => 'admin'), 400,
    'invalid_scope', 'no more than it may');
$o->post('/oauth2/token', client_id => $agent->{client_id}, client_secret => "x$_", @credentials)
    for 1 .. 12;
$r = $o->post('/oauth2/token', { Authorization => $good }, @credentials);
fails($r, 429, 'slow_down', 'ten wrong secrets, then it has to wait');
cmp_ok($r->{headers}{'retry-after'}, '>', 0, 'and is told how long');

# --- R: refresh tokens ------------------------------------------------------------

my $first = $o->tokens($app, scope => 'profile:read activities:read');
$r = $o->refresh($app, $first->{refresh_token}, scope => 'profile:read');
my $second = $o->decode($r);
is("$r->{status} $second->{scope}", '200 profile:read', 'R1 narrowed');
isnt($second->{refresh_token}, $first->{refresh_token}, 'R1 a new one');
$r = $o->refresh($app, $first->{refresh_token});
is_deeply($o->decode($r), $second, 'R3 in grace: the same answer');
fails($o->refresh($other, $first->{refresh_token}), 400, 'invalid_grant', 'R5 another client');
is($o->call($second->{access_token})->{status}, 200, 'R5 which harms nobody');
fails($o->refresh($app, $second->{refresh_token}, scope => 'profile:read sleep:read'), 400,
    'invalid_scope', 'R1 widened');
my $third = $o->decode($o->refresh($app, $second->{refresh_token}));
is($third->{scope}, 'profile:read activities:read', 'R1 the scope of the grant is whole again');
is($o->call($third->{access_token})->{status}, 200, 'in force');
fails($o->refresh($app, $first->{refresh_token}), 400, 'invalid_grant', 'R4 in grace, but two ago');
fails($o->refresh($app, $third->{refresh_token}), 400, 'invalid_grant', 'R2/R4 the family has ended');
ok(until_true(sub { $o->call($third->{access_token})->{status} == 401 }, 2),
    'R2 with its access tokens');
is($t->value("SELECT count(*) FROM audit_log WHERE action = 'grant.reuse'"), 2, 'R2 T2 noted in the audit trail');
like($t->request('GET', '/metrics', token => undef)->{content}, qr/^pierre_oauth_reuse_total\{what="$_"\} 1$/m,
    "R2 T2 counted: a $_") for qw(code refresh);

$first = $o->tokens($app);
$second = $o->decode($o->refresh($app, $first->{refresh_token}));
sleep 1.2;
fails($o->refresh($app, $first->{refresh_token}), 400, 'invalid_grant', 'R2 after the grace');
fails($o->refresh($app, $second->{refresh_token}), 400, 'invalid_grant', 'R2 ends the family');

# R6
my $past = $t->{postgres} ? "now() - interval '1 second'" : '1';
$first = $o->tokens($app);
$t->value("UPDATE oauth_refresh_tokens SET expires_at = $past");
fails($o->refresh($app, $first->{refresh_token}), 400, 'invalid_grant', 'R6 unused for too long');
$first = $o->tokens($app);
$t->value("UPDATE oauth_grants SET expires_at = $past");
fails($o->refresh($app, $first->{refresh_token}), 400, 'invalid_grant', 'R6 too old');
$first = $o->tokens($app);
Pierre::OAuth->new($t); # sets the password
fails($o->refresh($app, $first->{refresh_token}), 400, 'invalid_grant', 'R6 another password');
ok(until_true(sub { $o->call($first->{access_token})->{status} == 401 }, 2), 'R6 access too');
$o->sign_in;
for (['grant revoked', sub { $o->{browser}->get('/account/clients');
	my ($id) = $o->{browser}{page} =~ m{<strong>Renamed</strong>.*?name="disconnect" value="([^"]+)"}s;
	is($o->{browser}->send('/account/clients', disconnect => $id)->{status}, 303, 'A19 a person ends one') }],
    ['revoked by an administrator', sub {
	my ($status, $out) = $t->ctl('grant', 'list', 'demo');
	like($out, qr/^\d{4}-\d\d-\d\d  \d{4}-\d\d-\d\d  \Q$app->{client_id}\E  Renamed  profile:read/m,
	    'A19 an administrator sees whom a person lets in');
	is(($t->ctl('grant', 'revoke', 'demo', $app->{client_id}))[0], 0, 'A19 and ends it');
	is(($t->ctl('grant', 'revoke', 'demo', $_))[0], 1, 'A19 once') for $app->{client_id}, 'nobody' }],
    ['logged out everywhere', sub {
	is($o->{browser}->send('/account/security', csrf => ($o->{browser}->get('/account/security'),
	    $o->{browser}->csrf)[1], end => 'others')->{status}, 303, 'all others') }]) {
	my ($what, $end) = @$_;
	$first = $o->tokens($app);
	$end->();
	ok(until_true(sub { $o->call($first->{access_token})->{status} == 401 }, 2), "R6 A19 $what: no access");
	fails($o->refresh($app, $first->{refresh_token}), 400, 'invalid_grant', "R6 $what");
}
my $brief = $o->register;
$first = $o->tokens($brief);
is(manage('DELETE', "/oauth2/register/$brief->{client_id}", $brief->{registration_access_token})
    ->{status}, 204, 'a client leaves');
like($o->refresh($brief, $first->{refresh_token})->{status}, qr/^40[01]$/, 'R6 a client that is gone');
ok(until_true(sub { $o->call($first->{access_token})->{status} == 401 }, 2), 'with its tokens');

# R8: nothing of it can be read in the database.
$first = $o->tokens($app);
$second = $o->decode($o->refresh($app, $first->{refresh_token}));
SKIP: {
	skip 'files of SQLite', 1 if $t->{postgres};
	my $bytes = join '', map { slurp($_) } glob $t->dir . '/pierre.db*';
	my @found = grep { index($bytes, $_) >= 0 } $first->{refresh_token},
	    $second->{refresh_token}, $second->{access_token}, $agent->{client_secret},
	    $app->{registration_access_token};
	is(scalar @found, 0, 'R8 only hashes are kept');
}

# --- revocation (RFC 7009), introspection (RFC 7662) --------------------------------

my $web = $o->registered('Web', '--redirect', 'http://127.0.0.1/callback');
my @me = (client_id => $web->{client_id}, client_secret => $web->{client_secret});
$first = $o->tokens($web);
for my $kind (qw(access_token refresh_token)) {
	$r = $o->decode($o->post('/oauth2/introspect', token => $first->{$kind}, @me));
	is($r->{active}, JSON::PP::true, "introspection of the $kind");
	is($r->{client_id}, $web->{client_id}, 'whose it is');
}
for ($second->{access_token}, $second->{refresh_token}, 'x', 'a.b.c',
    "$first->{access_token}x", '') {
	$r = $o->post('/oauth2/introspect', token => $_, @me);
	is("$r->{status} $r->{content}", '200 {"active":false}', 'no word of what is not its own');
}
is($o->post('/oauth2/introspect', token => $first->{access_token}, @me)->{headers}{'cache-control'},
    'no-store', 'RFC 7662: not kept');
{
	my $old = $o->tokens($web)->{refresh_token};
	$t->value("UPDATE oauth_refresh_tokens SET expires_at = $past WHERE expires_at = " .
	    '(SELECT max(expires_at) FROM oauth_refresh_tokens)');
	is($o->post('/oauth2/introspect', token => $old, @me)->{content}, '{"active":false}',
	    'RFC 7662: one that has expired');
}
fails($o->exchange($web, 'x', client_secret => 'x'), 401, 'invalid_client', 'T3 a wrong secret');
{
	my $code = $o->code($web);
	my $mine = $o->decode($o->exchange($web, $code));
	fails($o->exchange($web, $code, client_secret => 'x'), 401, 'invalid_client', 'T3 again, with a wrong secret');
	is($o->call($mine->{access_token})->{status}, 200, 'T3 which harms nobody');
}
fails($o->post('/oauth2/introspect', token => 'x'), 401, 'invalid_client', 'nor to nobody');
fails($o->post('/oauth2/introspect', token => $second->{access_token},
    client_id => $app->{client_id}), 401, 'invalid_client', 'nor to who proves nothing');
is($o->post('/oauth2/revoke', token => $_, @me)->{status}, 200, 'revoking nothing is done at once')
    for 'x', $second->{refresh_token};
is($o->call($second->{access_token})->{status}, 200, 'another\'s token stays');
is($o->post('/oauth2/revoke', token => $first->{refresh_token},
    token_type_hint => 'access_token', @me)->{status}, 200, 'revoked, by a wrong hint');
ok(until_true(sub { $o->call($first->{access_token})->{status} == 401 }, 2), 'within a second');
is($o->decode($o->post('/oauth2/introspect', token => $first->{access_token}, @me))->{active},
    JSON::PP::false, 'and not active');

# --- pushed requests (RFC 9126) ------------------------------------------------------

$r = $o->post('/oauth2/par', $o->request_of($web), client_secret => $web->{client_secret});
my $pushed = $o->decode($r);
is("$r->{status} $pushed->{expires_in}", '201 90', 'a request is pushed');
like($pushed->{request_uri}, qr/^urn:ietf:params:oauth:request_uri:/, 'under a name');
fails($o->post('/oauth2/par', $o->request_of($web, redirect_uri => 'https://evil.example/'),
    client_secret => $web->{client_secret}), 400, 'invalid_request', 'checked at once');
fails($o->post('/oauth2/par', $o->request_of($web, request_uri => 'urn:x'),
    client_secret => $web->{client_secret}), 400, 'invalid_request', 'no name inside');
sub by_name {
	return $o->{browser}->get('/oauth2/authorize?' . Pierre::OAuth::form(@_));
}
is(by_name(client_id => $web->{client_id}, request_uri => $pushed->{request_uri})->{status}, 200,
    'asked by its name');
ok($o->params_of($o->answer('allow'))->{code}, 'granted');
page_says_no(by_name(client_id => $web->{client_id}, request_uri => $pushed->{request_uri}), 'once');
$pushed = $o->decode($o->post('/oauth2/par', $o->request_of($web),
	client_secret => $web->{client_secret}));
page_says_no(by_name(client_id => $app->{client_id}, request_uri => $pushed->{request_uri}),
    'another client\'s');
page_says_no(by_name(client_id => $web->{client_id}, request_uri => 'https://evil.example/r'),
    'nothing is fetched');

$pushed = $o->decode($o->post('/oauth2/par', $o->request_of($web),
	client_secret => $web->{client_secret}));
$t->value("UPDATE oauth_tickets SET expires_at = $past");
page_says_no(by_name(client_id => $web->{client_id}, request_uri => $pushed->{request_uri}),
    'RFC 9126: too late');
{
	my $pusher = $o->register(require_pushed_authorization_requests => JSON::PP::true);
	page_says_no($o->ask($pusher), 'RFC 9126: a client that has to push');
	my $name = $o->decode($o->post('/oauth2/par', $o->request_of($pusher)))->{request_uri};
	is(by_name(client_id => $pusher->{client_id}, request_uri => $name)->{status}, 200, 'and does');
}

# --- what an administrator does ------------------------------------------------------

my ($status, $out) = $t->ctl('client', 'list');
like($out, qr/^registered\s+verified\s.*\Q$web->{client_id}\E\s+Web$/m, 'clients are listed');
$first = $o->tokens($web);
is(($t->ctl('client', 'disable', $web->{client_id}))[0], 0, 'one is disabled');
ok(until_true(sub { $o->call($first->{access_token})->{status} == 401 }, 2), 'its tokens end');
ok(until_true(sub { $o->ask($web)->{status} == 400 }, 2), 'and it cannot ask');
is(($t->ctl('client', 'delete', 'nobody'))[0] > 0, 1, 'one that is not there');
is(($t->ctl('client', 'delete', $web->{client_id}))[0], 0, 'and forgotten');
my %noted = map { split /\|/, $_ } split /\n/, $t->value("SELECT action || ' ' || detail, count(*) FROM audit_log " .
    "WHERE action LIKE 'client.%' GROUP BY action, detail");
cmp_ok($noted{'client.register dynamic'}, '>', 10, 'who registers is noted');
is($noted{'client.change by itself'}, 2, 'and who changes itself');
is_deeply([@noted{'client.register registered', 'client.change disabled', 'client.change deleted'}], [3, 1, 2],
    'and what is done to clients') or diag explain \%noted;

# --- what was refused is noted --------------------------------------------------------

sub refused {
	my ($action) = @_;
	return { map { my ($detail, $n) = split /\|/, $_; ($detail => $n) } split /\n/, $t->value('SELECT detail, ' .
	    "count(*) FROM audit_log WHERE action = '$action' AND result = 'refused' GROUP BY detail") };
}
my $refused = refused('client.prove');
ok($refused->{$_}, "a client that does not prove itself: $_") for qw(client_secret_basic client_secret_post none),
    'registration token';
is($t->value("SELECT count(*) FROM audit_log WHERE action = 'client.prove' AND object NOT IN (SELECT object " .
    "FROM audit_log WHERE action = 'client.register')"), 0, 'nobody fills the trail with names that he made up');
$refused = refused('grant.exchange');
ok($refused->{$_}, "a grant that is not had: $_") or diag explain $refused for 'code_verifier does not fit',
    'redirect_uri is another than was asked for', 'the code has expired', 'the code was given to another client',
    'it was given to another client', 'the refresh token has expired', 'the grant does not hold any more';
like($t->value("SELECT max(detail) FROM audit_log WHERE action = 'grant.create' AND result = 'ok' AND " .
    "detail LIKE '%$app->{client_id}'"), qr/^profile:read\b.* to \Q$app->{client_id}\E$/,
    'what is granted is noted with whom it is granted to');
is_deeply(refused('grant.create'), { 'the person said no' => 1 }, 'a consent that was not given');
is($t->value("SELECT count(*) FROM audit_log WHERE result = 'refused' AND action IN ('client.prove', " .
    "'grant.exchange', 'grant.create') AND (address <> '127.0.0.1' OR object = '')"), 0, 'from where, and of what');
{
	my $ended = $o->tokens($app);
	is(($t->ctl('grant', 'revoke', 'demo', $app->{client_id}))[0], 0, 'a client that does not give up');
	my $before = $t->value("SELECT count(*) FROM audit_log WHERE action = 'grant.exchange'");
	fails($o->refresh($app, $ended->{refresh_token}), 400, 'invalid_grant', 'is refused') for 1 .. 12;
	my $noted = $t->value("SELECT count(*) FROM audit_log WHERE action = 'grant.exchange'") - $before;
	ok($noted >= 5 && $noted <= 6, 'and noted five times') or diag $noted;
}
is(($t->ctl('audit', 'verify'))[0], 0, 'the chain holds');

# --- how many register (RFC 7591) ----------------------------------------------------

my $made = 0;
until (($r = registering())->{status} != 201 || $made > 100) { $made++ }
fails($r, 429, 'slow_down', "after $made more an address has to wait");
cmp_ok($made, '<=', 60, 'registering clients');
cmp_ok($r->{headers}{'retry-after'}, '>', 0, 'and is told how long');
$t->write_config($t->{config} =~ s/limits:/limits:\n  registrations_per_hour: 0/r);
is($t->reload, 0, 'without that limit');
is(registering()->{status}, 201, 'more register');
$t->value($t->{postgres} ? 'INSERT INTO oauth_clients (id, client_id, kind, name, metadata, verified, disabled, ' .
    "created_at) SELECT gen_random_uuid(), 'many' || n, 'dynamic', 'x', '{}', false, false, now() " .
    'FROM generate_series(1, 5000) n' : 'WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c ' .
    'WHERE n < 5000) INSERT INTO oauth_clients (id, client_id, kind, name, metadata, verified, disabled, ' .
    "created_at) SELECT randomblob(16), 'many' || n, 'dynamic', 'x', '{}', 0, 0, " . int(time * 1e6) . ' FROM c');
$r = registering();
fails($r, 429, 'slow_down', 'when too many are not used');
is($o->call($o->tokens($app)->{access_token})->{status}, 200, 'those that are go on');
$t->value('UPDATE oauth_clients SET created_at = ' . $t->sql_time(time - 90_000) . ' WHERE used_at IS NULL');
is($t->reload, 0, 'a day later');
ok(until_true(sub { $t->value("SELECT count(*) FROM oauth_clients WHERE client_id LIKE 'many%'") == 0 }, 20),
    'those that were never used are forgotten');
is(registering()->{status}, 201, 'and others may register');
is($t->value("SELECT count(*) FROM oauth_clients WHERE client_id = '$known->{client_id}'"), 1,
    'what an administrator registered stays');

# --- how secrets are told ----------------------------------------------------------------

my ($form) = slurp('man/pierre-mcp-server.8') =~ /^\.Dl (pmcp_\(\S+)$/m;
my @kinds = slurp('worker/auth/opaque.def') =~ /^OPAQUE\(\w+, +"pmcp_(\w+)_"/mg;
is_deeply([sort split /\|/, $form =~ s/.*\((.*)\).*/$1/r], [sort @kinds], 'the manual tells all kinds of secrets');
like($_, qr/^$form$/, 'of the form of ' . substr $_, 0, 9) for $agent->{client_secret}, $tokens->{refresh_token},
    $app->{registration_access_token}, $code, $o->{browser}{cookies}{session};

# --- nothing of it is found where it should not be -------------------------------------

my @secrets = (grep { defined && length > 20 } $Pierre::OAuth::VERIFIER, $Pierre::OAuth::PASSWORD,
    $code, $ticket, $csrf, $pushed->{request_uri}, $agent->{client_secret},
    $web->{client_secret}, $app->{registration_access_token},
    map { $_->{access_token}, $_->{refresh_token} } $first, $second, $third, $tokens);
cmp_ok(scalar @secrets, '>', 12, scalar(@secrets) . ' secrets went by');
my $log = $t->log;
is_deeply([grep { index($log, $_) >= 0 } @secrets], [], 'none is in the log');
my $metrics = $t->request('GET', '/metrics', token => undef)->{content};
is_deeply([grep { index($metrics, $_) >= 0 } @secrets], [], 'nor in the metrics');
my $seen = join '', map { slurp("/proc/$_/cmdline") . slurp("/proc/$_/environ") }
    $t->pid, @{ $t->children->{workers} };
is_deeply([grep { index($seen, $_) >= 0 } @secrets], [], 'nor to be seen from outside');

$t->finish;
done_testing();
