#!/usr/bin/perl
# Who may what: tokens and their ends, scopes, suspended people, the master key,
# the commands that administer them; and that nothing of it is found where it
# should not be.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use MIME::Base64;
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Client;
use Pierre::Test;

my $t = Pierre::Test->new(workers => 2, demo => 1);
my $json = JSON::PP->new->utf8;
my @secrets = ($t->token);

# Standard output of a command that succeeds.
sub ctl {
	my (@words) = @_;
	my ($status, $out, $err) = $t->ctl(@words);
	is("$status $err", '0 ', "pierrectl @words");
	return $out;
}

# A command that fails, and what it says of it.
sub ctl_fails {
	my ($expected, $message, @words) = @_;
	my ($status, $out, $err) = $t->ctl(@words);
	is($status, $expected, "pierrectl @words: exit $expected");
	like($err, $message, 'and why');
	is($out, '', 'and nothing else');
	like($err, qr/^usage: pierrectl $words[0] $words[1]/m, 'and how')
	    if $expected == 64 && @words > 1;
}

sub new_token {
	my ($user, @options) = @_;
	my $out = ctl('token', 'create', $user, @options);
	my ($token) = $out =~ /\A(pmcp_pat_[0-9A-Za-z]{49})\n\z/ or die "token: $out";
	push @secrets, $token;
	return $token;
}

# The id of a user's newest token.
sub token_id {
	my ($user) = @_;
	my @ids = ctl('token', 'list', $user) =~ /^([0-9a-f-]{36})  /mg;
	return $ids[0];
}

sub sql {
	my ($text) = @_;
	return $t->value($text);
}

# Any request that needs a token.
sub ask {
	my ($token) = @_;
	return $t->request('POST', '/mcp', token => $token,
	    headers => { 'Content-Type' => 'application/json' },
	    content => '{"jsonrpc":"2.0","id":1,"method":"tools/list"}');
}

sub refused {
	my ($r, $what, $message) = @_;
	is($r->{status}, 401, "$what: 401");
	like($r->{headers}{'www-authenticate'},
	    qr/^Bearer realm="pierre".*, error="invalid_token"/, 'with a challenge');
	my $e = (eval { $json->decode($r->{content}) } || {})->{error};
	is($e->{code}, 'UNAUTHENTICATED', 'and a code');
	like($e->{message}, $message, 'and why');
	is($e->{request_id}, $r->{headers}{'x-request-id'}, 'and the request\'s id');
}

sub counted {
	my ($reason) = @_;
	my ($n) = $t->request('GET', '/metrics', token => undef)->{content} =~
	    /^pierre_auth_failures_total\{reason="$reason"\} (\d+)$/m;
	return $n // 0;
}

# --- no token, and what is none ---------------------------------------------

my $r = ask(undef);
is($r->{status}, 401, 'no token');
like($r->{headers}{'www-authenticate'}, qr/^Bearer realm="pierre"/, 'a challenge');
unlike($r->{headers}{'www-authenticate'}, qr/error=/, 'but nothing was wrong');
is(counted('missing'), 1, 'counted');

my $good = $t->token;
my $other = Pierre::Test->new(workers => 1, start => 0, database => 'sqlite');
my ($status, $out, $err) = $other->ctl('migrate', 'up');
is($status, 0, 'a database of its own') or diag($err);
$other->ctl('user', 'create', 'x');
($status, $out, $err) = $other->ctl('token', 'create', 'x');
my ($foreign) = $out =~ /^(pmcp_pat_\w+)$/;
ok($foreign, 'a token of another server') or diag($err);
is((stat $other->dir . "/$_")[2] & 0777, 0600, "a new $_ is its owner's alone")
    for 'pierre.db', 'master.key';
my $wrong = $good =~ s/(.)$/$1 eq 'A' ? 'B' : 'A'/er;
push @secrets, $foreign, $wrong;

refused(ask($_), 'a token like ' . substr($_, 0, 12), qr/the access token is malformed/)
    for 'x', 'pmcp_pat_', $wrong, "${good}A", substr($good, 0, -1), lc $good, 'A' x 5000;
refused(ask($foreign), 'a token of another server', qr/the access token is not known/);
is(counted('unknown'), 1, 'counted');
for (['Basic', "Basic " . encode_base64("x:$good", '')], ['no scheme', $good],
    ['a bare scheme', 'Bearer'], ['another scheme', "Token $good"]) {
	refused($t->request('POST', '/mcp', headers => { Authorization => $_->[1] },
		content => '{}'), $_->[0], qr/is not a bearer token/);
}
is(counted('malformed'), 11, 'all are counted');
$r = $t->request('POST', '/mcp', headers => { Authorization => ["Bearer $good", "Bearer $good"] },
    content => '{}');
is($r->{status}, 400, 'two tokens');
like($r->{headers}{'www-authenticate'}, qr/error="invalid_request"/, 'are no valid request');
is($t->request('POST', '/mcp', headers => { Authorization => "bearer  $good",
	'Content-Type' => 'application/json' }, content => '{"jsonrpc":"2.0","id":1,"method":"ping"}')
	->{status}, 200, 'a scheme\'s letters may be small');
is(ask($good)->{status}, 200, 'a good token');

# --- people -----------------------------------------------------------------

is(ctl('user', 'create', 'berta', '--display', 'Berta B.', '--email', 'b@example.com',
	'--timezone', 'Europe/Berlin', '--sex', 'female', '--born', '1990-02-28', '--height-m', '1.7',
	'--weight-kg', '60.5'), "user berta created\n", 'says so');
ctl('user', 'create', 'carl', '--admin');
like(ctl('user', 'list'), qr/^berta +Berta B\. +Europe\/Berlin +active$/m, 'a person');
like(ctl('user', 'list'), qr/^carl +carl +UTC +active, administrator$/m, 'an administrator');
my $berta = new_token('berta');
my $athlete = $t->tool('get_athlete', {}, token => $berta);
is("$athlete->{display_name} $athlete->{timezone}", 'Berta B. Europe/Berlin', 'what was given')
    or diag(explain($athlete));
ctl('user', 'set', 'berta', '--weight-kg=61', '--display', 'Berta');
like(ctl('user', 'list'), qr/^berta +Berta +Europe\/Berlin /m, 'changed, the rest as it was');

ctl_fails(64, qr/1 more argument is needed/, qw(user create));
ctl_fails(64, qr/"dora": one argument too many|dora: one argument too many/, qw(user create emil dora));
ctl_fails(64, qr/"a b": a user name is 1 to 64/, qw(user create), 'a b');
ctl_fails(64, qr/a user name is 1 to 64/, qw(user create), 'x' x 65);
ctl_fails(64, qr/a user name is 1 to 64/, qw(user create), '');
ctl_fails(1, qr/the username berta is taken/, qw(user create berta));
ctl_fails(1, qr/the username BERTA is taken/, qw(user create BERTA));
my @wrong = (['--timezone', 'Mars/Base', qr{"Mars/Base" is not known; use an IANA name}],
    ['--timezone', '../../etc/passwd', qr{not known}],
    ['--sex', 'yes', qr/--sex: female or male, not "yes"/],
    ['--born', '1990-02-30', qr/1990-02-30: not a date such as/],
    ['--born', '2990-01-01', qr/--born: 2990-01-01 is outside the last 120 years/],
    ['--height-m', '170', qr/--height-m: 170 is outside 0.5 to 2.6/],
    ['--weight-kg', 'much', qr/--weight-kg: "much" is not a number/],
    ['--weight-kg', 'nan', qr/--weight-kg: "nan" is not a number/],
    ['--email', 'b.example.com', qr/--email: "b.example.com" is not an address/],
    ['--colour', 'red', qr/--colour: unknown option/]);
for (@wrong) {
	my ($option, $value, $message) = @$_;
	ctl_fails(64, $message, qw(user create emil), $option, $value);
	ctl_fails(64, $message, qw(user set berta), $option, $value);
}
ctl_fails(64, qr/--email wants a value/, qw(user create emil --email));
ctl_fails(1, qr/there is no user "emil"; see pierrectl user list/, qw(user set emil --sex male));
ctl_fails(1, qr/there is no user "emil"/, 'user', $_, 'emil') for qw(suspend restore);
unlike(ctl('user', 'list'), qr/^emil/m, 'nobody was made by mistake');

# --- tokens -----------------------------------------------------------------

my $list = ctl('token', 'list', 'berta');
like($list, qr/^id +token +created +expires +last used +name\n/, 'a list of tokens');
like($list, qr/^[0-9a-f-]{36}  \Q@{[substr $berta, 0, 13]}\E\w* +\d{4}-\d\d-\d\d  never +\d{4}-\d\d-\d\d  pierrectl$/m,
    'shows the beginning, the times and the name') or diag($list);
my ($shown) = $list =~ /^[0-9a-f-]{36}  (\S+)/m;
cmp_ok(length $shown, '<=', 14, 'not more');
my $named = new_token('berta', '--name', 'a phone', '--days', '30', '--scopes', 'profile:read');
like(ctl('token', 'list', 'berta'), qr/ \d{4}-\d\d-\d\d  \d{4}-\d\d-\d\d  never +a phone$/m,
    'with a name and an end');
is(ask($named)->{status}, 200, 'it opens');
ctl_fails(64, qr/1 more argument is/, qw(token create));
ctl_fails(1, qr/there is no user "emil"/, qw(token create emil));
ctl_fails(64, qr/unknown scope 'everything'/, qw(token create berta --scopes), 'profile:read everything');
ctl_fails(64, qr/--days: 0 is outside 1 to 36500/, qw(token create berta --days 0));
ctl_fails(64, qr/--days: "soon" is not a number/, qw(token create berta --days soon));
ctl_fails(64, qr/--days: 1.5 is not a whole number/, qw(token create berta --days 1.5));
ctl_fails(64, qr/--days wants a value/, qw(token create berta --days));
ctl_fails(64, qr/"7" is not a token's id; see pierrectl token list/, qw(token revoke berta 7));
ctl_fails(64, qr/1 more argument is/, qw(token revoke berta));
ctl_fails(1, qr/carl has no such token in force/, qw(token revoke carl), token_id('berta'));
is(ask($named)->{status}, 200, 'another person\'s token is not revoked');
ctl_fails(1, qr/there is no user "emil"/, qw(token list emil));

# --- revocation -------------------------------------------------------------

# Both workers have proven it and remember.
my @clients = map { Pierre::Client->new($t) } 1 .. 12;
my $doomed = new_token('berta');
sub statuses {
	my ($token) = @_;
	my $call = "GET /admin/health HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer $token\r\n\r\n";
	$_->send($call) for @clients;
	return join ' ', map { ($_->answer || { status => 0 })->{status} } @clients;
}
my $all = sub { join ' ', ($_[0]) x @clients };
is(statuses($doomed), $all->(200), 'in force everywhere');
ctl('token', 'revoke', 'berta', token_id('berta'));
my $revoked = time;
my $late = 0;
my ($ended, $now);
while (time < $revoked + 2) {
	$now = time;
	my $got = statuses($doomed);
	$ended //= time if $got eq $all->(401);
	$late++ if $now > $revoked + 1 && $got ne $all->(401);
}
ok(defined $ended && $ended - $revoked <= 1, 'a revoked token ends within a second everywhere')
    or diag($ended ? $ended - $revoked : 'never');
is($late, 0, 'and for good');
diag(sprintf 'revocation took %.0f ms', ($ended - $revoked) * 1000) if $ended;
refused(ask($doomed), 'a revoked token', qr/the access token was revoked/);
like(ctl('token', 'list', 'berta'), qr/ pierrectl \(revoked\)$/m, 'the list says so');
ctl_fails(1, qr/berta has no such token in force/, qw(token revoke berta), token_id('berta'));
is(ask($berta)->{status}, 200, 'her other tokens stay');

# --- suspension -------------------------------------------------------------

is(statuses($berta), $all->(200), 'an active person');
ctl('user', 'suspend', 'berta');
ok(until_true(sub { statuses($berta) eq $all->(401) }, 1), 'is out within a second');
refused(ask($berta), 'a suspended person', qr/the account is suspended/);
is(ask($good)->{status}, 200, 'others are not');
like(ctl('user', 'list'), qr/^berta .* suspended$/m, 'the list says so');
ctl('user', 'restore', 'berta');
ok(until_true(sub { statuses($berta) eq $all->(200) }, 1), 'and back within a second');
cmp_ok(counted('suspended'), '>', 0, 'counted');

# --- expiry -----------------------------------------------------------------

{
	my $short = new_token('berta', '--days', '1', '--name', 'short');
	my $seconds = $t->{postgres} ? 'extract(epoch FROM expires_at - created_at)'
	    : '(expires_at - created_at) / 1e6';
	my $left = sql("SELECT $seconds FROM access_tokens WHERE name = 'short'");
	cmp_ok(abs($left - 86_400), '<', 1, 'a day is a day');
	sql("UPDATE access_tokens SET expires_at = " . $t->sql_time(time + 2) .
	    " WHERE name = 'short'");
	is(statuses($short), $all->(200), 'a token that is about to expire');
	sleep 2.1;
	is(statuses($short), $all->(401), 'and that has, though it was remembered');
	refused(ask($short), 'an expired token', qr/the access token has expired/);
	is(sql("SELECT count(*) FROM access_tokens WHERE last_used_at IS NOT NULL AND name = 'short'"),
	    1, 'its use was noted');
}

# --- scopes -----------------------------------------------------------------

sub scoped {
	my ($token, $tool, $missing) = @_;
	my ($r, $body) = $t->rpc('tools/call', { name => $tool, arguments => {} }, token => $token);
	is($r->{status}, 403, "$tool without $missing: 403");
	like($r->{headers}{'www-authenticate'},
	    qr/^Bearer .*error="insufficient_scope", scope="\Q$missing\E"/, 'asks for it');
	like($body->{error}{message}, qr/\Q$missing\E/, 'and says so');
}
scoped($named, 'get_activities', 'activities:read');
is($t->tool('get_athlete', {}, token => $named)->{display_name}, 'Berta', 'what it has is enough for');
my $bare = new_token('berta', '--scopes', '');
scoped($bare, 'get_athlete', 'profile:read');
is(counted('scope'), 2, 'counted');

# --- /admin/health ----------------------------------------------------------

my $admin = new_token('carl');
my %health = map { $_->[0] => $t->request('GET', '/admin/health', token => $_->[1]) }
    ['nobody', undef], ['user', $berta], ['admin', $admin], ['wrong', $wrong];
is(join(' ', map { $health{$_}{status} } qw(nobody user admin wrong)), '200 200 200 401',
    '/admin/health');
my %keys = map { my $h = $_; $h => join ' ', sort keys %{ $json->decode($health{$h}{content}) } }
    qw(nobody user admin);
is($keys{nobody}, 'response_time_ms status timestamp', 'tells a stranger how it is');
is($keys{user}, $keys{nobody}, 'a user as well');
is($keys{admin}, 'checks response_time_ms service status timestamp',
    'and an administrator the details');

# --- thresholds -------------------------------------------------------------

is(ctl(qw(threshold set berta ftp_w 250 --from 2026-01-01 --source test)),
    "ftp_w of berta is 250\n", 'says so') or diag(ctl('threshold', 'list', 'berta'));
ctl(qw(threshold set berta ftp_w 260 --from 2026-02-01));
ctl(qw(threshold set berta ftp_w 255 --from 2026-02-01));
is(ctl(qw(threshold list berta)) =~ s/ +/ /gr,
    "2026-01-01 ftp_w 250 test\n2026-02-01 ftp_w 255 user\n", 'the list');
ctl(qw(threshold remove berta ftp_w 2026-02-01));
is(ctl(qw(threshold list berta)) =~ s/ +/ /gr, "2026-01-01 ftp_w 250 test\n", 'without it');
ctl_fails(64, qr/"ftp" is not one of ftp_w, /, qw(threshold set berta ftp 250));
ctl_fails(64, qr/ftp_w: 9000 is outside \d+ to \d+/, qw(threshold set berta ftp_w 9000));
ctl_fails(64, qr/ftp_w: "strong" is not a number/, qw(threshold set berta ftp_w strong));
ctl_fails(64, qr/2026-13-01: not a date/, qw(threshold set berta ftp_w 250 --from 2026-13-01));
ctl_fails(64, qr/2 more arguments are/, qw(threshold set berta));
ctl_fails(1, qr/there is no user "emil"/, qw(threshold set emil ftp_w 250));
ctl_fails(1, qr/there is no user "emil"/, qw(threshold list emil));
ctl_fails(1, qr/berta has no ftp_w from 2026-02-01/, qw(threshold remove berta ftp_w 2026-02-01));
ctl_fails(64, qr/2026-02: not a date/, qw(threshold remove berta ftp_w 2026-02));

# --- commands as such -------------------------------------------------------

ctl_fails(64, qr/^pierrectl: dance: unknown command/, 'dance');
ctl_fails(64, qr/^usage: pierrectl/, ());
ctl_fails(64, qr/^pierrectl: user: unknown command/, 'user');
($status, $out) = $t->ctl('--help');
is($status, 0, '--help');
like($out, qr/token revoke USER ID/, 'lists them');
($status, $out, $err) = run_command($ENV{PIERRE_OBJECTS} ? "$ENV{PIERRE_OBJECTS}/pierrectl" :
	'build/release/pierrectl', '--config', '/nonexistent/pierre.yaml', 'user', 'list');
is($status, 78, 'no such configuration');
like($err, qr{/nonexistent/pierre.yaml}, 'is named');
my $empty = Pierre::Test->new(start => 0, database => 'sqlite');
($status, $out, $err) = $empty->ctl('user', 'list');
is($status, 78, 'no database');
like($err, qr/there is no database \S+pierre\.db: run pierrectl migrate up/, 'says what to do');

# --- people do not see each other --------------------------------------------

my $mine = $t->tool('get_activities', { limit => 3 });
my $id = $mine->{activities}[0]{id};
ok($id, 'an activity of the demo athlete');
is_deeply($t->tool('get_activities', {}, token => $berta)->{activities}, [], 'berta has none');
for my $tool (qw(get_activity analyze_activity)) {
	my ($own, $own_body) = $t->rpc('tools/call',
	    { name => $tool, arguments => { activity_id => $id } });
	ok($own_body->{result} && !$own_body->{result}{isError}, "$tool answers its owner")
	    or diag($own->{content});
	my ($r, $body) = $t->rpc('tools/call',
	    { name => $tool, arguments => { activity_id => $id } }, token => $berta);
	ok($body->{result}{isError}, 'and not berta');
	my (undef, $none) = $t->rpc('tools/call', { name => $tool, arguments =>
		{ activity_id => $id =~ s/^(.)/$1 eq '1' ? '2' : '1'/er } }, token => $berta);
	is($body->{result}{content}[0]{text} =~ s/\Q$id\E/ID/r,
	    $none->{result}{content}[0]{text} =~ s/[0-9a-f]{8}-[0-9a-f-]{27}/ID/r,
	    'whom it does not tell that it is there');
}
unlike($t->request('GET', '/metrics', token => undef)->{content}, qr/berta|carl|demo/,
    'the metrics name nobody');

# --- where no token may be found ---------------------------------------------

sub found {
	my ($text) = @_;
	return grep { index($text, $_) >= 0 || index($text, substr $_, 20) >= 0 } @secrets;
}
is(scalar found($t->log), 0, 'no token in the log');
my $stored = $t->raw_database;
cmp_ok(length $stored, '>', 100_000, 'the database');
is(scalar found($stored), 0, 'no token in the database');
is((stat $t->dir . "/$_")[2] & 0777, 0600, "$_ is its owner's alone")
    for $t->{postgres} ? () : ('pierre.db', 'pierre.db-wal'), 'master.key';
my $key = slurp($t->dir . '/master.key') =~ s/\s+\z//r;
is(length decode_base64($key), 32, 'the master key');
is(index($stored, decode_base64($key)), -1, 'is not in the database');
is(index($t->log, $key), -1, 'nor in the log');
$t->finish;

# --- the master key ----------------------------------------------------------

sub does_not_start {
	my ($what, $message, %env) = @_;
	local @ENV{keys %env} = values %env;
	my ($status, $out, $err) = run_command($t->bin, '-f', '-c', $t->conf);
	is($status, 78, "$what: exit 78");
	like($err, $message, 'and why');
	unlike($err, qr/\Q$key\E/, 'without the key');
	unlike($err, qr/\Q$_\E/, 'nor the other') for values %env;
	my ($ctl_status, undef, $ctl_err) = $t->ctl(qw(token create demo));
	is($ctl_status, 78, 'no token can be made either');
	like($ctl_err, $message, 'for the same reason');
}
my $strange = encode_base64('k' x 32, '');
does_not_start('another key', qr/the master key is not the one this database was set up with/,
    PIERRE_MASTER_ENCRYPTION_KEY => $strange);
does_not_start('a short key', qr/security.master_key: must be 32 bytes in base64/,
    PIERRE_MASTER_ENCRYPTION_KEY => encode_base64('short key', ''));
does_not_start('no base64', qr/security.master_key: must be 32 bytes in base64/,
    PIERRE_MASTER_ENCRYPTION_KEY => '!' x 44);
for (0640, 0604, 0644) {
	chmod $_, $t->dir . '/master.key';
	does_not_start(sprintf('a key of mode %04o', $_),
	    qr{\Q@{[$t->dir]}\E/master\.key must be a file that only its owner may read});
}
chmod 0600, $t->dir . '/master.key';
rename $t->dir . '/master.key', $t->dir . '/key' or die;
symlink $t->dir . '/key', $t->dir . '/master.key' or die;
does_not_start('a link', qr{cannot read \S+/master\.key});
unlink $t->dir . '/master.key' or die;
does_not_start('a lost key', qr/master.key is missing, and the database was set up/);
$t->{env}{PIERRE_MASTER_ENCRYPTION_KEY} = $key;
$t->{status} = undef;
open my $fh, '>', $t->dir . '/log' or die;
close $fh;
$t->start;
is(ask($good)->{status}, 200, 'the key may come from the environment');
is(index(slurp("/proc/" . $t->pid . "/cmdline"), $key), -1, 'and is in no title');
$t->finish;
done_testing();
