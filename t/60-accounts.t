#!/usr/bin/perl
# Accounts over HTTP and by pierrectl, on both databases: the first
# administrator, registering, signing in and its limits, links that work once,
# standing, tenants, the audit trail; and that no secret is found where it should
# not be.
use strict;
use warnings;
use lib 't/lib';
use IPC::Open3;
use JSON::PP;
use Pierre::Test;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->utf8;
my $password = 'seven lakes and a fjord';
my $another = 'nine hills, one valley';
my ($t, $engine, @secrets);

# --- asking -----------------------------------------------------------------

# This machine is a trusted proxy: 'X-Forwarded-For' names another address.
sub call { return $t->call(@_) }

# What it gives is not to be found where nothing secret stands.
sub log_in {
	my $token = $t->log_in(@_);
	push @secrets, $token // ();
	return $token;
}

sub works {
	my ($token) = @_;
	return (call('GET', '/api/auth/session', undef, $token))[0] == 200;
}

# Of requests of every worker: all are refused within a second.
sub dies_within_a_second {
	my ($token, $what) = @_;
	my $until = time + 1;
	my $good = 0;
	while (time < $until + 0.5) {
		my $ok = works($token);
		$good = 1 if $ok && time > $until;
		sleep 0.02;
	}
	ok(!$good && !works($token), "$what: refused within a second");
}

# pierrectl with a line on standard input.
sub ctl_typing {
	my ($line, @words) = @_;
	my $pid = open3(my $in, my $out, undef,
	    ($ENV{PIERRE_OBJECTS} || 'build/release') . '/pierrectl', '--config',
	    $t->conf, @words);
	print $in "$line\n";
	close $in;
	my $said = join '', <$out>;
	waitpid $pid, 0;
	return ($? >> 8, $said);
}

sub audit_count {
	my ($action) = @_;
	my (undef, $out) = $t->ctl('audit', '--action', $action, '--limit', 1000);
	return scalar(() = $out =~ /^\d+ /mg);
}

# --- the tests, one after another on one server --------------------------------

sub test_setup {
	my ($token) = $t->log =~ /(pmcp_adm_\w{49})/;
	ok($token, "$engine: a start without an administrator prints a token");
	my $prints = () = $t->log =~ /pmcp_adm_/g;
	is($prints, 1, 'once');
	is_deeply((call('GET', '/admin/setup/status'))[1],
	    { needs_setup => JSON::PP::true, admin_user_exists => JSON::PP::false },
	    'which can be asked');
	my %who = (email => 'root@x.example', password => $password);
	my ($status, $body) = call('POST', '/admin/setup', { %who,
		setup_token => $token =~ s/.$/0/r });
	ok($status == 403 || $status == 400, 'not with another token');
	($status) = call('POST', '/admin/setup', { %who, password => 'short',
		setup_token => $token });
	is($status, 400, 'nor with a weak password');
	my @answers = in_parallel(8, sub {
		my ($n) = @_;
		return (call('POST', '/admin/setup', { %who,
			email => "root$n\@x.example", setup_token => $token }))[0];
	});
	is(scalar(grep { $_ == 201 } @answers), 1, 'of eight who have it one is first');
	is(scalar(grep { $_ == 403 } @answers), 7, 'the others are refused');
	is((call('GET', '/admin/setup/status'))[1]{needs_setup}, JSON::PP::false,
	    'and there is nothing to set up any more');
	is(($t->ctl('setup'))[0], 1, 'nor by pierrectl');
	my ($root) = $t->ctl('user', 'list');
	my (undef, $list) = $t->ctl('user', 'list');
	my ($name) = $list =~ /^(root\d+\@x\.example) .*, administrator$/m;
	ok($name, 'the administrator');
	return log_in($name, $password);
}

# What each of n processes returns for its number.
sub in_parallel {
	my ($n, $work) = @_;
	my (@pipes, @out);
	for my $i (1 .. $n) {
		pipe my $r, my $w or die "pipe: $!";
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			close $r;
			print $w $work->($i) // '';
			close $w;
			POSIX::_exit(0);
		}
		close $w;
		push @pipes, [$pid, $r];
	}
	for (@pipes) {
		my ($pid, $r) = @$_;
		push @out, join '', <$r>;
		waitpid $pid, 0;
	}
	return @out;
}

sub test_register {
	my ($admin) = @_;
	my %ada = (email => 'ada@x.example', password => $password,
	    display_name => 'Ada', timezone => 'Europe/London');
	my ($status, $first) = call('POST', '/api/auth/register', \%ada);
	is($status, 201, 'registered');
	($status, my $second) = call('POST', '/api/auth/register',
	    { %ada, password => $another });
	is($status, 201, 'once more: the same answer');
	is($second->{message}, $first->{message}, 'to the word');
	is_deeply([sort keys %$second], [sort keys %$first], 'in the same form');
	is(log_in('ada@x.example', $password), undef, 'pending: no entry');
	is((call('POST', '/api/auth/register', { %ada, email => $_ }))[0], 400,
	    "no address: $_") for '', 'ada', "a\@b", 'a@b.example, c@d.example';
	my @words = ('fourteen chars', 'x' x 129, 'passwordpassword1', 'qwertyuiopasdfgh', 'abcabcabcabcabcabc',
	    'eve@x.example.x', "seven\0lakes and a fjord");
	is((call('POST', '/api/auth/register', { %ada, email => 'eve@x.example', password => $_ }))[0], 400,
	    'E3 no password: ' . (substr($_, 0, 20) =~ s/[^ -~]/?/gr)) for @words;
	is((call('POST', '/api/auth/register', [1]))[0], 400, 'no object');
	is((call('POST', '/api/auth/register', { %ada, password => 7 }))[0], 400,
	    'a number for a password');

	($status, my $list) = call('GET', '/api/admin/pending-users', undef, $admin);
	is($status, 200, 'an administrator sees who waits');
	is($list->{total}, 1, 'one');
	my $id = $list->{users}[0]{id};
	is((call('POST', "/api/admin/approve-user/$id", {}, $admin))[0], 200, 'approves');
	is((call('POST', "/api/admin/approve-user/$id", {}, $admin))[0], 409, 'once');
	(undef, $list) = call('GET', '/api/admin/users?limit=1', undef, $admin);
	(undef, my $rest) = call('GET', "/api/admin/users?limit=1&after=$list->{next_after}",
	    undef, $admin);
	ok($list->{total} == 1 && $rest->{total} == 1 && !$rest->{next_after} &&
	    $rest->{users}[0]{id} ne $list->{users}[0]{id}, 'all are told page by page');
	is((call('GET', "/api/admin/users?$_", undef, $admin))[0], 400, "not $_")
	    for 'limit=0', 'limit=1001', 'after=x', 'status=x';
	my $token = log_in('ADA@x.example', $password);
	ok($token && works($token), 'and she enters');
	is((call('GET', '/api/admin/users', undef, $token))[0], 403,
	    'without being an administrator');
	return ($id, $token);
}

sub test_sign_in {
	my %answers;
	for my $name ('ada@x.example', 'nobody@x.example', 'mute') {
		my ($status, $body) = call('POST', '/api/auth/login',
		    { username => $name, password => 'wrong wrong wrong' });
		delete $body->{error}{request_id};
		$answers{$json->canonical->encode([$status, $body])}++;
	}
	my (undef, undef, $r) = call('POST', '/api/auth/login',
	    { username => 'nobody@x.example', password => 'wrong wrong wrong' });
	like($r->{headers}{'www-authenticate'} // '', qr/^Bearer realm=/, 'with a challenge, as any 401');
	is(scalar keys %answers, 1, 'known, unknown or without a password: one answer');
	like((keys %answers)[0], qr/401/, 'which is 401');
	# E1: nobody's password is hashed as well, so that the answer takes as long.
	my %took;
	for my $n (1 .. 6) {
		for my $name ('ada@x.example', "nobody$n\@x.example") {
			my $begun = time;
			my ($s) = call('POST', '/api/auth/login', { username => $name,
				password => 'wrong wrong wrong' }, undef, 'X-Forwarded-For' => "198.51.$n.1");
			push @{ $took{ $name =~ s/\d//r } }, time - $begun;
			is($s, 401, "E1 $name from $n") if $s != 401;
		}
	}
	my ($known, $unknown) = map { (sort { $a <=> $b } @$_)[0] } @took{'ada@x.example', 'nobody@x.example'};
	cmp_ok($unknown, '>', $known / 5, sprintf 'E1 the quickest answer of a known name takes %.0f ms, of none %.0f ms',
	    $known * 1000, $unknown * 1000);
	is((call('POST', '/api/auth/login', { username => 'ada@x.example' }))[0], 400,
	    'no password');
	is((call('POST', '/api/auth/login', { username => 'x' x 300,
		password => 'y' }))[0], 400, 'an endless name');
	is((call('POST', '/api/auth/login', { username => 'ada@x.example',
		password => 'z' x 600 }))[0], 400, 'an endless password');

	# Five failures at most, whichever worker and however many at once.
	my @got = in_parallel(24, sub {
		my ($s, undef, $r) = call('POST', '/api/auth/login',
		    { username => 'guessed@x.example', password => 'wrong wrong wrong' });
		return "$s " . ($r->{headers}{'retry-after'} // '');
	});
	my @tried = grep { /^401/ } @got;
	my @late = grep { /^429 [1-9]\d*$/ } @got;
	ok(@tried >= 5 && @tried <= 6, 'of 24 guesses at once 5 are looked at')
	    or diag "@got";
	is(@tried + @late, 24, 'the others get 429 and Retry-After');

	# E2: whoever fails elsewhere does not lock the person out.
	my %ada = (username => 'ada@x.example');
	call('POST', '/api/auth/login', { %ada, password => 'wrong wrong wrong' }, undef,
	    'X-Forwarded-For' => '203.0.113.7') for 1 .. 6;
	my @said = map { (call('POST', '/api/auth/login', { %ada, password => $password }, undef,
		'X-Forwarded-For' => $_))[0] } '203.0.113.7', '203.0.114.7';
	is_deeply(\@said, [429, 200], 'E2 the right password is refused there, and taken from another network');
}

sub test_reset {
	my ($admin, $id, $token) = @_;
	my ($status, $body) = call('POST', "/api/admin/users/$id/reset-password", {}, $admin);
	is($status, 200, 'an administrator makes a link');
	my $link = $body->{reset_token};
	push @secrets, $link;
	like($body->{reset_url}, qr{^http://[^/]+:\d+/reset\?token=\Q$link\E$}, 'to the page for it');
	# E4
	(undef, my $old) = call('POST', "/api/admin/users/$id/reset-password", {}, $admin);
	my $left = $t->value($t->{postgres} ? 'SELECT extract(epoch FROM max(expires_at) - now()) FROM one_time_links'
	    : 'SELECT max(expires_at) / 1e6 - ' . time . " FROM one_time_links WHERE kind = 'reset'");
	ok($left > 14 * 60 && $left <= 15 * 60, 'E4 a link works for a quarter of an hour') or diag $left;
	$t->value('UPDATE one_time_links SET expires_at = created_at');
	is((call('POST', '/api/auth/complete-reset', { reset_token => $old->{reset_token},
		new_password => 'too late for this one' }))[0], 403, 'E4 and not longer');
	($status, $body) = call('POST', "/api/admin/users/$id/reset-password", {}, $admin);
	push @secrets, $link = $body->{reset_token};
	my @answers = in_parallel(64, sub {
		my ($n) = @_;
		my ($s, $b) = call('POST', '/api/auth/complete-reset',
		    { reset_token => $link, new_password => "harbour lights no $n" });
		return "$s $n";
	});
	my @won = grep { /^200 / } @answers;
	is(scalar @won, 1, 'of 64 who use it at once one sets a password')
	    or diag "@answers";
	is(scalar(grep { /^(?:403|503) / } @answers), 63, 'the others are refused');
	my ($n) = $won[0] =~ / (\d+)$/;
	push @secrets, "harbour lights no $n";
	ok(log_in('ada@x.example', "harbour lights no $n"), 'it is the winner\'s');
	is(log_in('ada@x.example', $password), undef, 'and the old one is void');
	is((call('POST', '/api/auth/complete-reset', { reset_token => $_,
		new_password => $password }))[0], 403, 'no link')
	    for $link, 'pmcp_lnk_x', '', 'pmcp_lnk_' . '0' x 49;
	return "harbour lights no $n";
}

sub test_change {
	my ($now) = @_;
	my $token = log_in('ada@x.example', $now);
	is((call('PUT', '/api/user/change-password', { current_password => 'no it is not',
		new_password => $another }, $token))[0], 403, 'the present one is asked');
	is((call('PUT', '/api/user/change-password', { current_password => $now,
		new_password => 'ada@x.example' }, $token))[0], 400, 'not the address');
	is((call('PUT', '/api/user/change-password', { current_password => $now,
		new_password => $another }, $token))[0], 200, 'changed');
	ok(log_in('ada@x.example', $another), 'the new one enters');
	is((call('POST', '/api/auth/logout', undef, $token))[0], 204, 'signed out');
	dies_within_a_second($token, 'after it');
	is($t->value("SELECT count(*) FROM audit_log WHERE action = 'session.sign_out' AND actor LIKE 'token %'"), 1,
	    'which is noted');
}

sub test_standing {
	my ($admin, $id) = @_;
	my $token = log_in('ada@x.example', $another);
	ok(works($token), 'before');
	is((call('POST', "/api/admin/suspend-user/$id", {}, $admin))[0], 200, 'suspended');
	dies_within_a_second($token, 'a suspended person\'s token');
	is(log_in('ada@x.example', $another), undef, 'no entry');
	is((call('POST', "/api/admin/restore-user/$id", {}, $admin))[0], 200, 'restored');
	ok(log_in('ada@x.example', $another), 'entry');
	my ($status, $me) = call('GET', '/api/auth/session', undef, $admin);
	is((call('POST', "/api/admin/suspend-user/$me->{user}{id}", {}, $admin))[0], 409,
	    'the last administrator cannot be suspended');
	is((call('PUT', "/api/admin/users/$me->{user}{id}/role", { role => 'user' },
		$admin))[0], 409, 'nor step down');
	ok(!grep({ /token/ } keys %$me), 'asking for the session makes no other');
	is((call('DELETE', "/api/admin/users/$me->{user}{id}", undef, $admin))[0], 409,
	    'nor be deleted');
	is((call('PUT', "/api/admin/users/$id/role", { role => 'boss' }, $admin))[0],
	    400, 'no such role');
	is((call('PUT', "/api/admin/users/$id/role", { role => 'admin' }, $admin))[0],
	    200, 'a second administrator');
	my @both = ($id, $me->{user}{id});
	for my $round (1 .. 5) {
		in_parallel(2, sub { (call('PUT', "/api/admin/users/$both[$_[0] - 1]/role",
			{ role => 'user' }, $admin))[0] });
		cmp_ok($t->value('SELECT count(*) FROM users WHERE is_admin'), '>', 0,
		    "of two who both go at once one stays, round $round");
		$t->ctl('user', 'admin', $_) for 'ada@x.example', $me->{user}{username};
		sleep 0.6; # until it is known everywhere
	}
	is((call('PUT', "/api/admin/users/$id/role", { role => 'user' }, $admin))[0],
	    200, 'is one no more');
	is((call('POST', '/api/admin/suspend-user/nobody', {}, $admin))[0], 404, 'no id');
	is((call('POST', '/api/admin/suspend-user/01900000-0000-7000-8000-000000000000',
		{}, $admin))[0], 404, 'nobody\'s id');
}

sub test_tenant {
	my $token = log_in('ada@x.example', $another);
	my ($status, $body) = call('POST', '/api/tenant/invitations', {}, $token);
	is($status, 201, 'an invitation');
	my ($link) = $body->{url} =~ m{^http://[^/]+:\d+/join\?token=(\w+)$};
	ok($link, 'is a whole URL');
	push @secrets, $link;
	my @answers = in_parallel(16, sub {
		my ($n) = @_;
		return (call('POST', '/api/auth/register', { email => "kid$n\@x.example",
			password => $password, invitation => $link }))[0];
	});
	is(scalar(grep { $_ == 201 } @answers), 1, 'lets in one of sixteen') or diag "@answers";
	# An address that is taken is one that is used: who tries learns nothing.
	($status, $body) = call('POST', '/api/tenant/invitations', {}, $token);
	push @secrets, $link = $body->{url} =~ s/.*token=//r;
	my @taken = in_parallel(16, sub {
		return (call('POST', '/api/auth/register', { email => 'ada@x.example',
			password => $password, invitation => $link }))[0];
	});
	is(join(' ', sort @taken), join(' ', sort @answers), 'an address that is taken is answered like another');
	ok(works(log_in('ada@x.example', $another)), 'and its account is as it was');
	($status, $body) = call('GET', '/api/tenant/members', undef, $token);
	is(scalar @{ $body->{members} }, 2, 'the tenant has two members');
	my ($kid) = grep { $_->{tenant_role} eq 'member' } @{ $body->{members} };
	my $theirs = log_in($kid->{email}, $password);
	ok($theirs, 'the new one enters without approval');
	is((call('POST', '/api/tenant/invitations', {}, $theirs))[0], 403,
	    'but invites nobody');
	is((call('DELETE', "/api/tenant/members/$kid->{id}", undef, $theirs))[0], 403,
	    'and removes nobody');
	is((call('DELETE', "/api/tenant/members/$kid->{id}", undef, $token))[0], 204,
	    'the owner removes');
	dies_within_a_second($theirs, 'who was removed');
}

sub test_commands {
	my ($status, $said) = ctl_typing($password, qw(user create typed --password));
	is($status, 0, "$engine: a password from standard input") or diag $said;
	ok(log_in('typed', $password), 'enters');
	is((ctl_typing('short', qw(user password typed)))[0], 64, 'a weak one is refused');
	is((ctl_typing($another, qw(user password typed)))[0], 0, 'another');
	is(log_in('typed', $password), undef, 'the old one is void');
	($status, my $out) = $t->ctl('user', 'reset', 'typed');
	my ($link) = $out =~ m{^/reset\?token=(\w+)$}m;
	ok($link, 'a link');
	push @secrets, $link;
	is((call('POST', '/api/auth/complete-reset', { reset_token => $link,
		new_password => $password }))[0], 200, 'which works');
	is(($t->ctl('user', 'approve', 'typed'))[0], 1, 'who is active needs no approval');
	is(($t->ctl('user', 'admin', 'typed'))[0], 0, 'an administrator');
	is(($t->ctl('user', 'admin', 'typed', '--no'))[0], 0, 'and none');
}

sub test_audit {
	my ($admin) = @_;
	my ($status, $page) = call('GET', '/api/admin/audit?limit=5', undef, $admin);
	is($status, 200, 'the audit trail');
	is(scalar @{ $page->{entries} }, 5, 'by pages');
	my $last = $page->{entries}[4]{seq};
	my (undef, $next) = call('GET', "/api/admin/audit?limit=5&before=$page->{next_before}",
	    undef, $admin);
	is($next->{entries}[0]{seq}, $last - 1, 'that follow each other');
	is((call('GET', "/api/admin/audit?$_", undef, $admin))[0], 400, "not $_")
	    for 'limit=0', 'limit=501', 'before=x', 'action=none', 'user_id=1';
	(undef, $page) = call('GET', '/api/admin/audit?action=password.reset&limit=100',
	    undef, $admin);
	my @ok = grep { $_->{result} eq 'ok' } @{ $page->{entries} };
	is(scalar @ok, 2, 'each reset is there once');
	ok((grep { $_->{result} eq 'refused' } @{ $page->{entries} }) > 3,
	    'and so are those that were refused');
	is($ok[-1]{source_ip}, '127.0.0.1', 'with where they came from');
	for my $action (qw(user.setup user.register user.approve user.suspend user.restore
	    user.role user.invite user.create password.change password.set session.sign_in)) {
		cmp_ok(audit_count($action), '>', 0, "$action is noted");
	}
	is(($t->ctl('audit', 'verify'))[0], 0, 'the chain holds');
	my $damage = 'UPDATE audit_log SET detail = \'x\' WHERE seq = 7';
	$t->value($damage);
	my ($exit, undef, $err) = $t->ctl('audit', 'verify');
	is($exit, 1, 'a row that was changed');
	like($err, qr/line 7 /, 'is named');
}

# --- where no secret may stand ---------------------------------------------------

sub test_canaries {
	my @places = ([log => $t->log],
	    [metrics => $t->request('GET', '/metrics', token => undef)->{content}]);
	my $children = $t->children;
	for my $pid ($t->pid, $children->{keeper}, @{ $children->{workers} }) {
		push @places, ["$_ of $pid" => slurp("/proc/$pid/$_")]
		    for qw(environ cmdline);
	}
	push @places, ['the database' => slurp($t->dir . "/pierre.db$_")]
	    for grep { !$t->{postgres} } '', '-wal';
	my @found;
	for my $place (@places) {
		my ($name, $text) = @$place;
		for my $secret ($password, $another, @secrets) {
			push @found, "$name: $secret" if index($text, $secret) >= 0;
		}
	}
	is_deeply(\@found, [], 'no password, token or link in ' . @places . ' places');
}

for (qw(sqlite postgresql)) {
	$engine = $_;
	@secrets = ();
	$t = Pierre::Test->new(workers => 4, database => $engine,
	    config => "auth:\n  registration: approval\n  failures: 5\n" .
	    "  token_cache_ttl: 1h\nlimits:\n  auth_per_minute: 0\nlog:\n  level: debug\n" .
	    "http:\n  trusted_proxies: [127.0.0.1]\n");
	my $admin = test_setup();
	my ($id, $token) = test_register($admin);
	$t->ctl('user', 'create', 'mute');
	test_sign_in();
	my $now = test_reset($admin, $id, $token);
	test_change($now);
	test_standing($admin, $id);
	test_tenant();
	test_commands();
	test_canaries();
	test_audit($admin);
	$t->finish;
}
done_testing();
