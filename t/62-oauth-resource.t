#!/usr/bin/perl
# Access tokens that come back: what is none of ours (J), where one is taken, how
# soon it ends, keys that change under load; tokens bound to a key (RFC 9449);
# clients that sign (RFC 7523).
use strict;
use warnings;
use lib 't/lib';
use Digest::SHA qw(hmac_sha256 sha256);
use File::Temp qw(tempdir);
use JSON::PP;
use MIME::Base64 qw(encode_base64url decode_base64url);
use Pierre::Jwt;
use Pierre::Mcp;
use Pierre::OAuth;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $t = Pierre::Test->new(workers => 2, demo => 1, config => "limits:\n  auth_per_minute: 0\n");
my $o = Pierre::OAuth->new($t)->sign_in;
my $site = $t->url;
my $url = "$site/mcp";
my $json = JSON::PP->new->utf8->canonical;
my $dir = tempdir(CLEANUP => 1);

sub sign { my ($key, @parts) = @_; return $key->sign(@parts) }

my $app = $o->register;
my $tokens = $o->tokens($app);
my $good = $tokens->{access_token};
my ($head, $body, $signature) = split /\./, $good;
my $claims = $o->claims($good);
my $mine = Pierre::Jwt->new;
my $kid = $json->decode(decode_base64url($head))->{kid};
is($o->call($good)->{status}, 200, 'a token is taken');
is($json->decode(decode_base64url($head))->{typ}, 'at+jwt', 'RFC 9068: its type');
is(join(' ', map { defined $claims->{$_} ? () : $_ } qw(iss exp aud sub client_id iat jti scope)), '',
    'RFC 9068: its claims');
cmp_ok($claims->{exp} - $claims->{iat}, '<=', 900, 'not for long');

sub refused {
	my ($token, $what) = @_;
	my $r = $o->call($token);
	is($r->{status}, 401, $what);
	like($r->{headers}{'www-authenticate'} // '', qr/^Bearer .*error="invalid_token"/, 'challenged');
}
my $jwks = $o->decode($t->request('GET', '/oauth2/jwks', token => undef));
is_deeply([sort keys %{ $jwks->{keys}[0] }], [qw(alg crv kid kty use x y)], 'J8 no private members');
my $public = $json->encode($jwks->{keys}[0]);
my %header = (alg => 'ES256', typ => 'at+jwt', kid => $kid);
sub b64 { return encode_base64url(ref $_[0] ? $json->encode($_[0]) : $_[0]) }
sub hs256 {
	my ($key) = @_;
	my $text = b64({ %header, alg => 'HS256' }) . ".$body";
	return "$text." . encode_base64url(hmac_sha256($text, $key));
}
for (['J1 alg none', b64({ %header, alg => 'none' }) . ".$body."],
    ['J1 alg none, signed', b64({ %header, alg => 'none' }) . ".$body.$signature"],
    ['J1 HS256 by the public key', hs256($public)], ['J1 HS256 by the kid', hs256($kid)],
    ['J1 another type', sign($mine, { %header, typ => 'JWT' }, $claims)],
    ['J1 a key of one\'s own', sign($mine, \%header, $claims)],
    ['J1 an embedded key', sign($mine, { %header, jwk => $mine->{jwk} }, $claims)],
    ['J1 jku', sign($mine, { %header, jku => "$site/jwks" }, $claims)],
    ['J1 x5u', sign($mine, { %header, x5u => "$site/x" }, $claims)],
    ['J1 crit', sign($mine, { %header, crit => ['x'], x => 1 }, $claims)],
    ['J1 five parts', "$head.$body.$signature.a.b"],
    ['J2 zeros', "$head.$body." . encode_base64url("\0" x 64)],
    ['J2 DER', "$head.$body." . encode_base64url("\x30\x44" . "\x02\x20" . 'x' x 32 . "\x02\x20" . 'x' x 32)],
    ['J2 nothing', "$head.$body."],
    ['J3 no audience of ours', sign($mine, \%header, { %$claims, aud => 'https://other' })],
    ['J4 a member twice', "$head." . b64('{"sub":"a","sub":"b"}') . ".$signature"],
    ['J4 padding', "$head.$body.$signature="], ['J4 more', "$head.$body.${signature}AA"],
    ['J4 not canonical', "$head.$body." . ($signature =~ s/.$/_/r)],
    ['J4 newline', "$head.$body\t.$signature"],
    (map { ["J5 kid $_", sign($mine, { %header, kid => $_ }, $claims)] } '../../x', "' or 1=1", '',
	'x' x 500)) {
	refused($_->[1], $_->[0]);
}
like($o->call('x' x 15000)->{status}, qr/^4(?:01|31)$/, 'J4 a long one');

# J3 where it is taken.
is($t->request('GET', '/api/jobs', token => $good)->{status}, 401, 'J3 not at a sibling resource');
my $rest = $o->tokens($app, resource => $site);
is($t->request('GET', '/api/jobs', token => $rest->{access_token})->{status}, 200,
    'which has its own');
refused($rest->{access_token}, 'J3 and that not here');
like($t->raw("POST /mcp HTTP/1.1\r\nHost: localhost:" . $t->port . "\r\nAuthorization: Bearer $good\r\n" .
    "Content-Length: 2\r\nConnection: close\r\n\r\n{}"), qr{^HTTP/1.1 401 }, 'J3 another issuer\'s');

my $session = $t->request('POST', '/mcp', headers => { 'Content-Type' => 'application/json',
	Accept => 'application/json, text/event-stream' }, content => $json->encode({ jsonrpc => '2.0', id => 1,
	method => 'initialize', params => { protocolVersion => '2025-06-18', capabilities => {},
	    clientInfo => { name => 't', version => '1' } } }))->{headers}{'mcp-session-id'};
is($o->call($session)->{status}, 401, 'the id of a session proves nothing');
is($o->call($_)->{status}, 401, 'J1 no token at all: ' . substr $_, 0, 13)
    for $o->{browser}{cookies}{session}, $tokens->{refresh_token}, $app->{registration_access_token};

# J5: keys are read when they change, not when somebody names one.
{
	# What was revoked before has been heard of, and each worker has read them since.
	sleep 1.1;
	$o->call(sign($mine, { %header, kid => "early $_" }, $claims)) for 1 .. 30;
	# One that nobody can read: whoever read them now would fail.
	my $id = $t->{postgres} ? 'gen_random_uuid()' : 'randomblob(16)';
	$t->value("INSERT INTO signing_keys SELECT $id, sealed, signs_from, created_at FROM signing_keys LIMIT 1");
	my %got;
	$got{ $o->call(sign($mine, { %header, kid => "unknown $_" }, $claims))->{status} }++ for 1 .. 20;
	is_deeply(\%got, { 401 => 20 }, 'J5 a storm of unknown kids has no keys read');
	$t->value('DELETE FROM signing_keys WHERE id <> (SELECT id FROM signing_keys ORDER BY ' .
	    ($t->{postgres} ? 'ctid' : 'rowid') . ' LIMIT 1)');
	is($o->call($good)->{status}, 200, 'J5 and the good one holds');
}

# J6
is($t->request('POST', "/mcp?access_token=$good", token => undef, content => '{}')->{status}, 401,
    'J6 not in the query');
is($o->post('/mcp', access_token => $good)->{status}, 401, 'J6 nor in a form');
is($t->request('POST', '/mcp', token => undef, headers => { Authorization =>
    ["Bearer $good", "Bearer $good"] }, content => '{}')->{status}, 400, 'J6 nor twice');

# J7
my $r = $o->call(undef);
like($r->{headers}{'www-authenticate'}, qr{^Bearer realm="pierre", resource_metadata="\Q$site\E/.well-known/oauth-protected-resource/mcp", scope="profile:read activities:read[^"]*"$},
    'J7 where to ask, for what');
my $poor = $o->tokens($app, scope => 'profile:read');
$r = $t->request('POST', '/mcp', token => $poor->{access_token}, headers => {
	'Content-Type' => 'application/json', Accept => 'application/json, text/event-stream' },
	content => $json->encode({ jsonrpc => '2.0', id => 1, method => 'tools/call',
		params => { name => 'get_activities', arguments => {} } }));
is($r->{status}, 403, 'J7 too little');
like($r->{headers}{'www-authenticate'}, qr/error="insufficient_scope".*scope="[^"]*activities:read/,
    'J7 all that is needed');

# J9 ends everywhere within a second, by whatever way.
sub ends_soon {
	my ($token, $what, $end) = @_;
	is($o->call($token)->{status}, 200, "$what: holds") for 1 .. 4;
	$end->();
	my $begun = time;
	my $in_row = 0;
	until_true(sub { $in_row = $o->call($token)->{status} == 401 ? $in_row + 1 : 0; $in_row >= 8 }, 3);
	my $took = time - $begun;
	is($in_row, 8, sprintf '%s: ended, on every worker, after %.0f ms', $what, $took * 1000);
}
ends_soon($o->tokens($app)->{access_token}, 'J9 the person is suspended', sub {
	$t->ctl('user', 'create', 'boss', '--admin');
	is(($t->ctl('user', 'suspend', 'demo'))[0], 0, 'suspended');
});
is(($t->ctl('user', 'restore', 'demo'))[0], 0, 'restored');
$o->sign_in;
my $fresh = $o->tokens($app);
my $stream = Pierre::Mcp->new($t, token => $fresh->{access_token})
    ->get(Host => '127.0.0.1:' . $t->port);
is($stream->status, 200, 'J9 a stream by it');
ends_soon($fresh->{access_token}, 'J9 the client revokes', sub {
	$o->post('/oauth2/revoke', token => $fresh->{access_token}, client_id => $app->{client_id});
});
$stream->event(10);
ok($stream->{ended}, 'J9 its stream ends too');

# Signing out ends what was shown, though a client holds it.
{
	my $shown = $o->tokens($app, resource => $site);
	is($t->request('POST', '/api/auth/logout', token => $shown->{access_token}, content => '')->{status}, 204,
	    'signed out by a token of a client');
	ok(until_true(sub { $t->request('GET', '/api/jobs', token => $shown->{access_token})->{status} == 401 }, 2),
	    'it ends');
	is($o->refresh($app, $shown->{refresh_token})->{status}, 400, 'and what it could be renewed by');
}

# J8: keys change under the hands of clients.
my $held = $o->tokens($app);
my $tag = $t->request('GET', '/oauth2/jwks', token => undef)->{headers}{etag};
my ($status, $out) = $t->ctl('signing-key', 'rotate', '--at-once');
is($status, 0, 'J8 a new key');
chomp $out;
ok(until_true(sub { $o->decode($t->request('GET', '/oauth2/jwks', token => undef))->{keys}[1] }, 3),
    'J8 both are published');
my $in_row = 0;
ok(until_true(sub { $in_row = $t->request('GET', '/oauth2/jwks', token => undef,
    headers => { 'If-None-Match' => $tag })->{status} == 200 ? $in_row + 1 : 0; $in_row >= 8 }, 3),
    'J8 which who kept the one learns from every worker');
is($t->value("SELECT count(*) FROM audit_log WHERE action = 'signing_key.rotate' AND object = '$out'"), 1,
    'J8 and is noted');
ok(until_true(sub { my $n = $o->decode($o->refresh($app, $held->{refresh_token}));
	$held = $n if $n->{access_token};
	$json->decode(decode_base64url((split /\./, $held->{access_token})[0]))->{kid} eq $out }, 10),
    'J8 it signs');
$r = $o->call($held->{access_token});
is($r->{status}, 200, 'J8 what it signs is taken') or diag($r->{content});
is($o->call($poor->{access_token})->{status}, 200, 'J8 and what the former one signed');

# --- DPoP (RFC 9449) -----------------------------------------------------------------

my $n = 0;
sub proof {
	my (%o) = @_;
	my $key = $o{key} || $mine;
	my %claims = (htm => 'POST', htu => $url, iat => int time, jti => 'p' . $n++ . "-$$",
		defined $o{token} ? (ath => encode_base64url(sha256($o{token}))) : (), %{ $o{claims} || {} });
	delete $claims{$_} for grep { !defined $claims{$_} } keys %claims;
	return sign($key, { typ => 'dpop+jwt', alg => 'ES256', jwk => $key->{jwk}, %{ $o{header} || {} } },
	    \%claims);
}
my $at_token = { htu => "$site/oauth2/token" };
sub exchange_with {
	my (@proofs) = @_;
	return $o->post('/oauth2/token', { DPoP => @proofs > 1 ? \@proofs : $proofs[0] },
	    $o->exchange_of($app, $o->code($app)));
}
$r = exchange_with(proof(claims => $at_token));
my $bound = $o->decode($r);
is("$r->{status} $bound->{token_type}", '200 DPoP', 'tokens bound to a key');
sub call_with {
	my ($proof, $token, $scheme) = @_;
	return $o->call(undef, Authorization => ($scheme // 'DPoP') . ' ' . ($token // $bound->{access_token}),
	    defined $proof ? (DPoP => $proof) : ());
}
my $once = proof(token => $bound->{access_token});
is(call_with($once)->{status}, 200, 'used with a proof');
$r = call_with($once);
is($r->{status}, 401, 'the same proof again');
like($r->{headers}{'www-authenticate'}, qr/^DPoP .*algs="ES256 EdDSA RS256", error="invalid_dpop_proof"/,
    'the challenge is of its scheme');
is(call_with(undef)->{status}, 401, 'without a proof');
$r = call_with(undef, undef, 'Bearer');
is($r->{status}, 401, 'as a bearer token');
like($r->{headers}{'www-authenticate'}, qr/^Bearer .*error="invalid_token"/, 'challenged as one');
is(call_with(proof(token => $good), $good)->{status}, 401, 'a bearer token by DPoP');
my $theirs = Pierre::Jwt->new;
for (['another key', key => $theirs], ['another token', token => 'x'], ['no ath', claims => { ath => undef }],
    ['another method', claims => { htm => 'GET' }], ['another URL', claims => { htu => "$site/other" }],
    ['a query', claims => { htu => "$url?x" }], ['old', claims => { iat => time - 90 }],
    ['of the future', claims => { iat => time + 90 }], ['no jti', claims => { jti => undef }],
    ['another type', header => { typ => 'JWT' }], ['a private key', header => { jwk => { %{ $mine->{jwk} }, d => 'x' } }],
    ['a key that did not sign', header => { jwk => $theirs->{jwk} }], ['HS256', header => { alg => 'HS256' }]) {
	my ($what, %change) = @$_;
	is(call_with(proof(token => $bound->{access_token}, %change))->{status}, 401, "a proof with $what");
	$change{claims} = { %$at_token, %{ $change{claims} || {} } };
	next if $what =~ /another (?:key|token)|no ath/;
	$change{claims}{htu} = "$site/oauth2/token?x" if $what eq 'a query';
	$r = exchange_with(proof(%change));
	is("$r->{status} " . $o->decode($r)->{error}, '400 invalid_dpop_proof', 'at the token endpoint');
}
$r = exchange_with(proof(claims => $at_token), proof(claims => $at_token));
is($r->{status}, 400, 'two proofs');
is($o->refresh($app, $bound->{refresh_token})->{status}, 400, 'a public client\'s refresh token is bound');
is($o->post('/oauth2/token', { DPoP => proof(key => $theirs, claims => $at_token) },
    $o->refresh_of($app, $bound->{refresh_token}))->{status}, 400, 'to this key');
is($o->post('/oauth2/token', { DPoP => proof(claims => $at_token) },
    $o->refresh_of($app, $bound->{refresh_token}))->{status}, 200, 'and works with it');

# --- private_key_jwt (RFC 7523) --------------------------------------------------------

open my $fh, '>', "$dir/jwks.json" or die;
print $fh $json->encode({ keys => [$mine->{jwk}] });
close $fh;
my $signer = $o->registered('Signer', '--user', 'demo', '--auth', 'private_key_jwt', '--jwks', "$dir/jwks.json");
ok(!exists $signer->{client_secret}, 'a client that signs has no secret');
sub assertion { my ($key, %change) = @_; return [$key->assertion($signer->{client_id}, $site, %change)] }
sub by_assertion { return $o->post('/oauth2/token', grant_type => 'client_credentials', @{ $_[0] }) }
my $said = assertion($mine);
$r = by_assertion($said);
is($r->{status}, 200, 'by its signature');
is($o->call($o->decode($r)->{access_token})->{status}, 200, 'its token works');
is(by_assertion($said)->{status}, 401, 'once');
$r = $o->post('/oauth2/token', grant_type => 'client_credentials', resource => $site, @{ assertion($mine) });
is($t->request('POST', '/api/auth/logout', token => $o->decode($r)->{access_token}, content => '')->{status}, 409,
    'which only expires');
is($o->post($_, token => 'x', @{ assertion($mine, aud => "$site$_") })->{status}, 200,
    "RFC 8414: so at $_, as it is announced") for '/oauth2/introspect', '/oauth2/revoke';
for (['another key', $theirs], ['another audience', $mine, aud => 'https://x'], ['too late', $mine, exp => int(time) - 90],
    ['another subject', $mine, sub => 'x'], ['another issuer', $mine, iss => 'x'], ['no jti', $mine, jti => ''],
    ['not yet', $mine, nbf => int(time) + 90], ['for too long', $mine, exp => int(time) + 9999]) {
	my ($what, @how) = @$_;
	is(by_assertion(assertion(@how))->{status}, 401, "private_key_jwt: $what");
}

# --- proofs by a nonce (RFC 9449, sections 8 and 9) ----------------------------------------

$bound = $o->decode(exchange_with(proof(claims => $at_token)));
$t->write_config("limits:\n  auth_per_minute: 0\nauth:\n  dpop_nonce: true\n");
is($t->reload, 0, 'proofs need a nonce');
$r = exchange_with(proof(claims => $at_token));
is("$r->{status} " . $o->decode($r)->{error}, '400 use_dpop_nonce', 'which the token endpoint says');
my $nonce = $r->{headers}{'dpop-nonce'};
like($nonce, qr/^[\w-]{20,}$/, 'and gives one');
is(exchange_with(proof(claims => { %$at_token, nonce => $nonce }))->{status}, 200, 'with it the client gets its tokens');
$r = call_with(proof(token => $bound->{access_token}));
is($r->{status}, 401, 'so does the resource');
like($r->{headers}{'www-authenticate'}, qr/^DPoP .*error="use_dpop_nonce"/, 'by its challenge');
is($r->{headers}{'dpop-nonce'}, $nonce, 'with a nonce that is the same for all workers');
$r = call_with(proof(token => $bound->{access_token}, claims => { nonce => $nonce }));
is($r->{status}, 200, 'which opens it');
is($r->{headers}{'dpop-nonce'}, $nonce, 'and goes on');
is(call_with(proof(token => $bound->{access_token}, claims => { nonce => $_ }))->{status}, 401, 'no other does')
    for '', 'x', $nonce =~ s/^./$& eq 'A' ? 'B' : 'A'/er, 'x' x 22;

# --- who is gone -----------------------------------------------------------------------------

{
	my ($s, $out) = $t->ctl('user', 'create', 'gone');
	my $theirs = Pierre::OAuth->new($t, user => 'gone')->sign_in;
	my $token = $theirs->tokens($app)->{access_token};
	ends_soon($token, 'J9 the person is deleted', sub {
		is(($t->ctl('user', 'delete', 'gone', '--yes'))[0], 0, 'deleted');
	});
}

$t->finish;
done_testing();
