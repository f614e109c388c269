#!/usr/bin/perl
# Two servers on one database of PostgreSQL: what one gives out the other knows,
# what is used up or ends at one is so at the other, within a second.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use POSIX ();
use Pierre::Jwt;
use Pierre::OAuth;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $SITE = 'http://127.0.0.1:8081';
my $config = "server:\n  public_url: $SITE\nlimits:\n  auth_per_minute: 0\n";
my @nodes = map { Pierre::Test->new(database => 'postgresql', demo => 1, workers => 2, start => 0,
	config => $config) } 1, 2;
# The second goes to the first one's database, which nobody has served yet.
$nodes[1]{$_} = $nodes[0]{$_} for qw(database database_url);
$nodes[1]->write_config($config);
$_->launch for @nodes;
$_->await_ready for @nodes;

my @o = Pierre::OAuth->new($nodes[0])->sign_in;
push @o, Pierre::OAuth->new($nodes[1], password => 0)->sign_in;
my $resource = "$SITE/mcp";
sub tokens_by { my ($n, $client, %o) = @_; return $o[$n]->tokens($client, resource => $resource, %o) }

# The answers of both nodes to so many calls each, over all their workers.
sub statuses {
	my ($token, %o) = @_;
	my %got;
	for (1 .. 6) { $got{ $_->call($token, %o)->{status} }++ for @o }
	return join ' ', sort keys %got;
}
sub ends_everywhere {
	my ($token, $what, $end) = @_;
	is(statuses($token), '200', "$what: holds on both nodes");
	$end->();
	my $begun = time;
	ok(until_true(sub { statuses($token) eq '401' }, 5), 'and then on none');
	my $took = time - $begun;
	cmp_ok($took, '<', 3, sprintf '%s: after %.0f ms', $what, $took * 1000);
}

# Both began at once on a database without a key.
is($nodes[0]->value('SELECT count(*) FROM signing_keys'), 1, 'of both one made the first key');
my @sets = map { $o[$_]->decode($nodes[$_]->request('GET', '/oauth2/jwks', token => undef)) } 0, 1;
is_deeply($sets[0], $sets[1], 'which both publish');

# --- clients ------------------------------------------------------------------------

my $app = $o[0]->register;
is($o[1]->ask($app, resource => $resource)->{status}, 200, 'who registers at one is known at the other');
is($nodes[1]->request('GET', "/oauth2/register/$app->{client_id}", token =>
    $app->{registration_access_token})->{status}, 200, 'and manages itself there');

# --- codes ----------------------------------------------------------------------------

my $code = $o[0]->code($app, resource => $resource);
my $r = $o[1]->exchange($app, $code);
is($r->{status}, 200, 'T1 a code of one node is redeemed at the other');
my $tokens = $o[1]->decode($r);
is(statuses($tokens->{access_token}), '200', 'what it is worth holds on both');
ends_everywhere($tokens->{access_token}, 'T2 shown again', sub {
	is($o[0]->exchange($app, $code)->{status}, 400, 'T2 it is refused where it came from');
});
is($o[$_]->refresh($app, $tokens->{refresh_token})->{status}, 400, "T2 and refreshed at none ($_)") for 0, 1;
for (1 .. 5) {
	my $body = Pierre::OAuth::form($o[0]->exchange_of($app,
	    $o[0]->code($app, resource => $resource)));
	my @answers = both_at_once($body);
	is(scalar(grep { $_->{status} == 200 } @answers), 1, "T1 of 32 at both nodes one wins ($_)")
	    or diag(join ' ', map { $_->{status} } @answers);
}

# Half of the posts to each node at the same moment.
sub both_at_once {
	my ($body) = @_;
	my @pipes;
	for my $o (@o) {
		pipe my $in, my $out or die "pipe: $!";
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			print $out encode_json([$o->at_once('/oauth2/token', ($body) x 16)]);
			close $out;
			POSIX::_exit(0);
		}
		close $out;
		push @pipes, [$pid, $in];
	}
	return map { my ($pid, $in) = @$_; local $/; my $all = decode_json(<$in>); waitpid $pid, 0; @$all } @pipes;
}

# --- refresh tokens -------------------------------------------------------------------

my $first = tokens_by(0, $app);
my @answers = both_at_once(Pierre::OAuth::form($o[0]->refresh_of($app, $first->{refresh_token})));
my %different = map { ("$_->{status} $_->{content}" => 1) } @answers;
is_deeply([scalar keys %different, (keys %different)[0] =~ /^200/ ? 1 : 0], [1, 1],
    'R3 32 at both nodes get one answer') or diag explain \%different;
my $second = $o[0]->decode($answers[0]);
is($o[1]->decode($o[1]->refresh($app, $first->{refresh_token}))->{refresh_token}, $second->{refresh_token},
    'R3 in grace at the other node');
my $third = $o[1]->decode($o[1]->refresh($app, $second->{refresh_token}));
ends_everywhere($third->{access_token}, 'R4 used up at one, shown at the other', sub {
	is($o[0]->refresh($app, $first->{refresh_token})->{status}, 400, 'R4 refused');
});
is($o[0]->refresh($app, $third->{refresh_token})->{status}, 400, 'R2 the family has ended there too');

# --- what ends ---------------------------------------------------------------------------

my $held = tokens_by(1, $app);
ends_everywhere($held->{access_token}, 'J9 revoked at one', sub {
	is($o[0]->post('/oauth2/revoke', token => $held->{refresh_token}, client_id => $app->{client_id})->{status},
	    200, 'revoked');
});
{
	my ($status, $out) = $nodes[0]->ctl('token', 'create', 'demo', '--name', 'passing');
	chomp $out;
	ends_everywhere($out, 'J9 a personal token', sub {
		my (undef, $list) = $nodes[1]->ctl('token', 'list', 'demo');
		my ($id) = $list =~ /^([0-9a-f-]{36}) .* passing$/m;
		is(($nodes[1]->ctl('token', 'revoke', 'demo', $id))[0], 0, 'revoked by the other');
	});
}

# --- pushed requests, proofs ---------------------------------------------------------------

my $pushed = $o[0]->decode($o[0]->post('/oauth2/par', $o[0]->request_of($app, resource => $resource)));
my $query = '/oauth2/authorize?' . Pierre::OAuth::form(client_id => $app->{client_id},
	request_uri => $pushed->{request_uri});
is($o[1]->{browser}->get($query)->{status}, 200, 'RFC 9126: what is pushed at one is asked at the other');
my $page = $o[1]->{browser}{page};
$o[0]->{browser}{cookies} = { %{ $o[1]->{browser}{cookies} } };
$o[0]->{browser}{page} = $page;
ok($o[0]->answer('allow'), 'and answered at the first: tickets and proofs of forms are of both');
is($o[$_]->{browser}->get($query)->{status}, 400, "RFC 9126: once ($_)") for 0, 1;

my $key = Pierre::Jwt->new;
sub proof {
	my ($path, %claims) = @_;
	return $key->sign({ typ => 'dpop+jwt', alg => 'ES256', jwk => $key->jwk },
	    { htm => 'POST', htu => "$SITE$path", iat => int time, jti => 'p' . rand, %claims });
}
my $proof = proof('/oauth2/token');
my @codes = map { $o[0]->code($app, resource => $resource) } 0, 1;
is($o[0]->post('/oauth2/token', { DPoP => $proof }, $o[0]->exchange_of($app, $codes[0]))->{status}, 200,
    'RFC 9449: a proof at one');
$r = $o[1]->post('/oauth2/token', { DPoP => $proof }, $o[1]->exchange_of($app, $codes[1]));
is("$r->{status} " . $o[1]->decode($r)->{error}, '400 invalid_dpop_proof', 'and not again at the other');

# --- keys ------------------------------------------------------------------------------------

my ($status, $kid) = $nodes[0]->ctl('signing-key', 'rotate', '--at-once');
chomp $kid;
is($status, 0, 'J8 a new key at one');
for my $n (0, 1) {
	ok(until_true(sub { my $set = $nodes[$n]->request('GET', '/oauth2/jwks', token => undef)->{content};
		$set =~ /\Q$kid\E/ }, 5), "J8 is published by node $n");
}
my $by_new;
ok(until_true(sub { $by_new = tokens_by(1, $app)->{access_token};
	Pierre::Jwt::header_of($by_new)->{kid} eq $kid }, 10), 'J8 the other signs by it');
is(statuses($by_new), '200', 'J8 which holds on both');

# --- who failed --------------------------------------------------------------------------------

for my $n (0 .. 39) {
	$status = Pierre::Browser->new($nodes[$n % 2])->sign_in('nobody', 'no such password here')->{status};
	last if $status == 429;
}
is($status, 429, 'E2 failures to sign in are counted over both');

$_->finish for @nodes;
done_testing();
