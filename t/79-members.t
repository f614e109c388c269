#!/usr/bin/perl
# Tenants with members, and who let in which assistant, by pages and by REST, on
# both databases: what the owner does, what nobody else may, and what ends at
# once.
use strict;
use warnings;
use lib 't/lib';
use Pierre::Browser;
use Pierre::OAuth;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $PASSWORD = $Pierre::OAuth::PASSWORD;
my $NOBODY = '01900000-0000-7000-8000-000000000000';
my $t;

sub browser { return Pierre::Browser->new($t) }
sub is_redirect {
	my ($r, $where, $what) = @_;
	is("$r->{status} " . ($r->{headers}{location} // ''), "303 $where", $what);
}
sub call { return $t->call(@_) }
sub log_in { return $t->log_in($_[0], $_[1] // $PASSWORD) }
sub id_of { return (call('GET', '/api/auth/session', undef, $_[0]))[1]{user}{id} }
sub noted {
	my ($where) = @_;
	return $t->value("SELECT count(*) FROM audit_log WHERE $where");
}

# A link by the page, as the owner copies it.
sub invite {
	my ($owner, $email) = @_;
	is($owner->fill('/members', do => 'invite', email => $email)->{status}, 200, "$email is invited");
	my ($path) = $owner->{page} =~ m{value="http://127\.0\.0\.1:\d+(/join\?token=\w+)"};
	return $path;
}
sub join_by {
	my ($path, $email, $password) = @_;
	my $b = browser();
	return ($b->fill($path, token => $path =~ s/.*=//r, email => $email, name => 'M', timezone => 'UTC',
		password => $password // $PASSWORD), $b);
}

# Within a second of every worker.
sub ends {
	my ($ask, $what) = @_;
	my $begun = time;
	my $gone = until_true(sub { for (1 .. 6) { return 0 if $ask->() != 401 } 1 }, 3);
	ok($gone && time - $begun < 1.2, $what) or diag sprintf '%.2f s', time - $begun;
}

# --- members -------------------------------------------------------------------

sub test_page {
	my ($owner) = @_;
	is($owner->get('/members')->{status}, 200, 'the owner has a page');
	like($owner->text, qr/Members.*you.*Open invitations There are none/, 'of the tenant, and who may come');
	like($owner->{page}, qr{href="/account" aria-current="page"}, 'which belongs to the account');
	$owner->get('/account');
	like($owner->{page}, qr{href="/members"}, 'and is found from there');
	is($owner->fill('/members', do => 'invite', email => $_)->{status}, 422, "'$_' is not invited")
	    for '', 'nobody', "a\@x.example\n";
	ok($owner->error_of('email'), 'which the box says');
	my $path = invite($owner, 'kid@x.example');
	ok($path, 'by a link') or return;
	$owner->get('/members');
	unlike($owner->{page}, qr/join\?token/, 'which is shown once');
	like($owner->text, qr/Open invitations kid\@x\.example Good until/, 'the invitation is open');
	my ($r, $kid) = join_by($path, 'kid@x.example');
	is_redirect($r, '/signin', 'it is followed');
	like($kid->follow($r)->{content}, qr/the account is made/, 'and said what is next');
	is_redirect($kid->sign_in('kid@x.example', $PASSWORD), '/', 'the member signs in');
	is((join_by($path, 'other@x.example'))[0]{status}, 403, 'the link worked once');
	$owner->get('/members');
	like($owner->text, qr/kid\@x\.example, since.*There are none/, 'a member, and no invitation any more');
	return $kid;
}

sub test_withdraw {
	my ($owner) = @_;
	my $path = invite($owner, 'late@x.example');
	$owner->get('/members');
	my ($id) = $owner->{page} =~ /name="withdraw" value="([0-9a-f-]{36})"/;
	is_redirect($owner->send('/members', withdraw => $id), '/members', 'it is withdrawn');
	like($owner->follow({ headers => { location => '/members' } })->{content}, qr/is withdrawn/, 'and said');
	is((join_by($path, 'late@x.example'))[0]{status}, 403, 'its link opens nothing');
	is($owner->fill('/members', withdraw => $_)->{status}, 404, 'once') for $id, $NOBODY, 'x';
	is(noted("action = 'user.invite' AND detail = 'withdrawn' AND object = '$id'"), 1, 'noted');
}

# Who has an account is told to nobody: an invitation is used up all the same, and
# the account stays as it is.
sub test_taken {
	my ($owner) = @_;
	my $new = 'ten quiet herons at dawn';
	my ($free, $newcomer) = join_by(invite($owner, 'free@x.example'), 'free@x.example', $new);
	my $link = invite($owner, 'again@x.example');
	my ($r, $b) = join_by($link, 'KID@x.example', $new);
	is("$r->{status} $r->{headers}{location} $r->{content}",
	    "$free->{status} $free->{headers}{location} $free->{content}", 'an address that is taken is not told');
	is(join(' ', sort keys %{ $b->{cookies} }), join(' ', sort keys %{ $newcomer->{cookies} }), 'by no cookie');
	is((join_by($link, 'more@x.example'))[0]{status}, 403, 'nor by the link, which is used up');
	is(log_in('kid@x.example', $new), undef, 'the account has its password');
	ok(log_in('kid@x.example'), 'as before');
	is(noted("action = 'user.register' AND result = 'refused' AND detail = 'CONFLICT'"), 1,
	    'an administrator reads it');
}

sub test_others {
	my ($owner, $kid, $root) = @_;
	my $strange = id_of(log_in('root'));
	is($kid->get('/members')->{status}, 403, 'a member has no such page');
	$kid->get('/account');
	unlike($kid->{page}, qr{href="/members"}, 'and is not led there');
	my $own = id_of(log_in('kid@x.example'));
	is($kid->send('/members', do => 'invite', email => 'a@x.example')->{status}, 403, 'invites nobody');
	$kid->get('/account');
	is($kid->send('/members', remove => $own)->{status}, 403, 'removes nobody');
	is(noted("action IN ('user.invite', 'user.suspend') AND result = 'refused'"), 2, 'which is noted');
	is($owner->fill('/members', remove => $_)->{status}, 404, 'somebody of another tenant is nobody')
	    for $strange, $NOBODY, 'x';
	$owner->get('/members');
	my $me = id_of(log_in('owner'));
	is($owner->send('/members', remove => $me)->{status}, 409, 'the owner stays');
	like($owner->text, qr/An owner stays/, 'and reads why');
	is($owner->send('/members', csrf => 'x' x 43, remove => $own)->{status}, 403, 'a form needs its proof');
	is($root->get('/admin')->{status}, 200, 'an administrator');
	unlike($root->{page}, qr/name="email"/, 'invites at one place only');
	is($root->get('/members')->{status}, 200, 'of a tenant of their own');
	unlike($root->text, qr/kid\@x/, 'and none else');
}

sub test_rest {
	my $token = log_in('owner');
	my $theirs = log_in('kid@x.example');
	my ($status, $made) = call('POST', '/api/tenant/invitations', { email => 'r@x.example' }, $token);
	is($status, 201, 'REST: an invitation');
	is((call('POST', '/api/tenant/invitations', { email => 'r' }, $token))[0], 400, 'not to any word');
	($status, my $list) = call('GET', '/api/tenant/invitations', undef, $token);
	my ($one) = grep { $_->{email} eq 'r@x.example' } @{ $list->{invitations} };
	like($one->{expires_at} // '', qr/^\d{4}-\d\d-\d\dT/, 'is listed') or return;
	is((call('GET', '/api/tenant/invitations', undef, $theirs))[0], 403, 'to its owner');
	is((call('DELETE', "/api/tenant/invitations/$one->{id}", undef, $theirs))[0], 403, 'who alone');
	is((call('DELETE', "/api/tenant/invitations/$one->{id}", undef, log_in('root')))[0], 404,
	    'of this tenant');
	is((call('DELETE', "/api/tenant/invitations/$one->{id}", undef, $token))[0], 204, 'takes it back');
	is((call('DELETE', "/api/tenant/invitations/$one->{id}", undef, $token))[0], 404, 'once');
	is((call('POST', '/api/auth/register', { email => 'r@x.example', password => $PASSWORD,
		invitation => $made->{url} =~ s/.*=//r }))[0], 403, 'and it opens nothing');
	is((call('DELETE', '/api/tenant/members/' . id_of($token), undef, $token))[0], 409, 'the owner stays');
	is((call('DELETE', '/api/tenant/members/' . id_of(log_in('root')), undef, $token))[0], 404,
	    'another tenant\'s is nobody');
	is((call('DELETE', "/api/tenant/members/$NOBODY", undef, $theirs))[0], 403, 'a member removes nobody');
}

# --- assistants ------------------------------------------------------------------

sub test_grants {
	my ($o, $root) = @_;
	my $app = $o->register(client_name => 'Coach <b>&');
	my $other = $o->register(client_name => 'Other');
	my $token = log_in($o->{user});
	is_deeply((call('GET', '/api/oauth/grants', undef, $token))[1], { grants => [] }, 'REST: no grants');
	my $first = $o->tokens($app, scope => 'profile:read');
	my $second = $o->tokens($app, scope => 'activities:read');
	my $kept = $o->tokens($other);
	my (undef, $list) = call('GET', '/api/oauth/grants', undef, $token);
	my ($one) = grep { $_->{client_id} eq $app->{client_id} } @{ $list->{grants} };
	is(scalar @{ $list->{grants} }, 2, 'one for each client');
	is("$one->{client_name} $one->{scope}", 'Coach <b>& profile:read activities:read', 'with all it may');
	like("$one->{granted_at} $one->{last_used_at}", qr/^(\d{4}-\d\d-\d\dT\S+Z ?){2}$/, 'and since when');
	ok(!$one->{verified}, 'whether it is known');
	my $path = "/api/oauth/grants/$one->{id}";
	is((call('DELETE', $path, undef, log_in('root')))[0], 404, 'nobody else ends it');
	is((call('DELETE', $path, undef, undef))[0], 401, 'nor who does not say who it is');
	my $rest = $o->tokens($other, resource => $t->url)->{access_token};
	is((call($_->[0], $_->[1], undef, $rest))[0], 403, "nor a client: $_->[0]")
	    for ['GET', '/api/oauth/grants'], ['DELETE', $path];
	is($o->call($_->{access_token})->{status}, 200, 'they hold') for $first, $second;
	is((call('DELETE', $path, undef, $token))[0], 204, 'the person does');
	ends(sub { $o->call($_[0] // $first->{access_token})->{status} }, 'the first ends within a second');
	is($o->call($second->{access_token})->{status}, 401, 'and the second');
	is($o->refresh($app, $second->{refresh_token})->{status}, 400, 'for good');
	is($o->call($kept->{access_token})->{status}, 200, 'the other client stays');
	is((call('DELETE', "/api/oauth/grants/$_", undef, $token))[0], 404, 'once') for $one->{id}, $NOBODY, 'x';
	is(noted("action = 'grant.revoke' AND object = '$one->{id}'"), 1, 'noted');
	test_admin($o, $root, $other, $kept);
}

sub test_admin {
	my ($o, $root, $client, $kept) = @_;
	my $id = id_of(log_in($o->{user}));
	my $page = "/admin/users/$id";
	$root->get('/admin');
	like($root->{page}, qr{<strong><a href="\Q$page\E">}, 'people lead to a page of each');
	is($root->get($page)->{status}, 200, 'which an administrator sees');
	like($root->text, qr/Standing active Username owner In the tenant owner .*Connected assistants.*Other.*See your activities/, 'with their assistants');
	unlike($root->text, qr/Coach/, 'that hold');
	is($o->{browser}->get($page)->{status}, 403, 'nobody else');
	my ($row) = $root->{page} =~ /name="disconnect" value="([0-9a-f-]{36})"/;
	$o->{browser}->get('/account');
	is($o->{browser}->send($page, disconnect => $row)->{status}, 403, 'by no form either');
	$root->get($page);
	is($root->send($page, csrf => 'x' x 43, disconnect => $row)->{status}, 403, 'without proof none');
	is($o->call($kept->{access_token})->{status}, 200, 'it holds');
	is_redirect($root->fill($page, disconnect => $row), $page, 'it is disconnected');
	ends(sub { $o->call($kept->{access_token})->{status} }, 'and ends within a second');
	like($root->follow({ headers => { location => $page } })->{content}, qr/is disconnected.*There are none/s,
	    'as the page says');
	is_redirect($root->fill($page, disconnect => $_), $page, 'nothing more') for $row, 'x';
	is($root->get("/admin/users/$_", headers => { Accept => 'text/html' })->{status}, 404, 'nobody: 404')
	    for $NOBODY, 'x';
	$root->get('/admin');
	is($root->send("/admin/users/$NOBODY", disconnect => $row)->{status}, 404, 'a form too');
	is(noted("action = 'grant.revoke' AND object = '$row' AND actor_id <> user_id"), 1,
	    'noted as done by another');
}

# Who is removed is out, and so are assistants.
sub test_remove {
	my ($owner, $kid) = @_;
	my $o = Pierre::OAuth->new($t, user => 'kid@x.example', password => 0)->sign_in;
	my $token = $o->tokens($o->register)->{access_token};
	is($o->call($token)->{status}, 200, 'an assistant of a member');
	my $link = (call('POST', '/api/tenant/invitations', {}, log_in('owner')))[1]{url};
	my $id = id_of(log_in('kid@x.example'));
	$owner->get('/members');
	is_redirect($owner->send('/members', remove => $id), '/members', 'the member is removed');
	ends(sub { $o->call($token)->{status} }, 'the assistant ends within a second');
	is($kid->get('/account')->{status}, 303, 'the session, too');
	is(log_in('kid@x.example'), undef, 'and nobody signs in');
	like($owner->follow({ headers => { location => '/members' } })->{content}, qr/The member is removed/, 'said');
	like($owner->text, qr/suspended M?.*kid\@x\.example/, 'the page tells of it');
	unlike($owner->{page}, qr/name="remove" value="\Q$id\E"/, 'once');
	is(noted("action = 'user.suspend' AND result = 'ok' AND detail = 'removed from the tenant'" .
	    ' AND actor_id <> user_id'), 1, 'noted');
	# An owner who is suspended invites nobody any more.
	is(($t->ctl('user', 'suspend', 'owner'))[0], 0, 'the owner is suspended');
	is((call('POST', '/api/auth/register', { email => 'z@x.example', password => $PASSWORD,
		invitation => $link =~ s/.*=//r }))[0], 403, 'whose invitations are worth nothing');
}

for my $engine (qw(sqlite postgresql)) {
	$t = Pierre::Test->new(workers => 3, database => $engine,
	    config => "auth:\n  registration: closed\nlimits:\n  auth_per_minute: 0\n");
	ok(1, $engine);
	is(($t->ctl('user', 'create', @$_))[0], 0, "$_->[0]") for ['root', '--admin'], ['owner'];
	my $root = Pierre::OAuth->new($t, user => 'root')->sign_in->{browser};
	my $o = Pierre::OAuth->new($t, user => 'owner')->sign_in;
	my $kid = test_page($o->{browser});
	test_withdraw($o->{browser});
	test_taken($o->{browser});
	test_others($o->{browser}, $kid, $root);
	test_rest();
	test_grants($o, $root);
	test_remove($o->{browser}, $kid);
	is(($t->ctl('audit', 'verify'))[0], 0, 'the trail holds');
	$t->finish;
}
done_testing();
