#!/usr/bin/perl
# Mail, on both databases: who gets which, by which links passwords and addresses
# change, what a mail server that does not take a mail leads to, and that nothing
# of it stands where others read.
use strict;
use warnings;
use lib 't/lib';
use IPC::Open3;
use JSON::PP;
use Pierre::Browser;
use Pierre::Smtp;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->utf8;
my $password = 'seven lakes and a fjord';
my $another = 'nine hills, one valley';
my $config = "server:\n  public_url: http://127.0.0.1:PORT\nauth:\n  registration: approval\n" .
    "limits:\n  auth_per_minute: 0\nlog:\n  level: debug\n";
my ($t, $smtp, $engine);

sub call { return $t->call(@_) }
sub log_in { return $t->log_in(@_) }
sub link_of { return $_[0] && $_[0]{body} =~ m{(/\w+\?token=(\w+))$}m ? ($1, $2) : () }
sub typing {
	my ($line, @words) = @_;
	my $pid = open3(my $in, my $out, undef,
	    ($ENV{PIERRE_OBJECTS} || 'build/release') . '/pierrectl', '--config', $t->conf, @words);
	print $in "$line\n";
	close $in;
	my $said = join '', <$out>;
	waitpid $pid, 0;
	return ($? >> 8, $said);
}
sub start {
	my (%o) = @_;
	$t = Pierre::Test->new(database => $engine, start => 0);
	my $more = $config =~ s/PORT/$t->port/er;
	$t->write_config($more . mail_section(%o));
	$t->start;
}
sub mail_section {
	my (%o) = @_;
	my %keys = (url => $smtp->url, from => 'Pierre <pierre@x.example>',
	    ca_file => $smtp->certificate, user => 'relay', password => 'relay secret', %o);
	return "mail:\n" . join '', map { "  $_: \"$keys{$_}\"\n" } sort keys %keys;
}

# --- the tests ------------------------------------------------------------------

sub test_register {
	my %ada = (email => 'ada@x.example', password => $password, display_name => 'http://spam.example');
	my ($status, $first) = call('POST', '/api/auth/register', \%ada);
	is($status, 201, "$engine: registered");
	my $mail = $smtp->await('ada@x.example');
	ok($mail, 'a mail comes') or BAIL_OUT($t->log);
	is($mail->{from}, 'pierre@x.example', 'from the address of the configuration');
	is($mail->{auth}, 'relay', 'by who signed in');
	is($mail->{hello}, '127.0.0.1', 'with the name of this server');
	like($mail->{head}, qr/^From: Pierre <pierre\@x\.example>\r?$/m, 'which is named');
	unlike($mail->{head} . $mail->{body}, qr/spam/, 'nothing that was typed is in it');
	my ($path, $link) = link_of($mail);
	like($path, qr{^/verify}, 'a link is');
	is(($t->ctl('user', 'approve', 'ada@x.example'))[0], 0, 'approved');
	ok($smtp->await('ada@x.example', 2), 'of which she is told');
	is(log_in('ada@x.example', $password), undef, 'no entry before the address is confirmed');
	my $b = Pierre::Browser->new($t);
	is($b->get($path)->{status}, 200, 'the link shows a page');
	like($b->text, qr/ada\@x\.example is the address of a new account/, 'that says what it is for');
	is(log_in('ada@x.example', $password), undef, 'to look at it confirms nothing');
	is($b->send('/verify', token => $link)->{status}, 303, 'the button does');
	ok(log_in('ada@x.example', $password), 'she enters');
	is($b->get($path)->{status}, 403, 'the link is used up');
	($status, my $second) = call('POST', '/api/auth/register', { %ada, email => 'ADA@x.example' });
	is_deeply([$status, $second->{message}], [201, $first->{message}],
	    'once more: the same answer');
	like($smtp->await('ada@x.example', 3)->{body}, qr/You have one/, 'and she is told');
}

sub forgot {
	my ($email) = @_;
	my ($status, $body) = call('POST', '/api/auth/forgot-password', { email => $email });
	delete $body->{error}{request_id} if $body->{error};
	return $json->canonical->encode([$status, $body]);
}

sub test_forgot {
	my $session = log_in('ada@x.example', $password);
	my %said = (forgot('ada@x.example') => 1);
	my (undef, $void) = link_of($smtp->await('ada@x.example', 4));
	$said{ forgot($_) } = 1 for 'nobody@x.example', 'Ada@X.example';
	is(scalar keys %said, 1, 'known or not: one answer');
	like((keys %said)[0], qr/^\["?202\b/, 'which is 202');
	my ($path, $link) = link_of($smtp->await('ada@x.example', 5));
	like($path, qr{^/reset}, 'a link comes');
	is((call('POST', '/api/auth/complete-reset', { reset_token => $void,
		new_password => $another }))[0], 403, 'the one before is void');
	my $b = Pierre::Browser->new($t);
	$b->get($path);
	is($b->send('/reset', token => $link, password => $another)->{status}, 303, 'sets a password');
	ok(log_in('ada@x.example', $another), 'which enters');
	is(log_in('ada@x.example', $password), undef, 'the old one does not');
	like($smtp->await('ada@x.example', 6)->{head}, qr/^Subject: Your password was changed/m,
	    'she is told');
	is($b->send('/reset', token => $link, password => $password)->{status}, 403, 'once');
	forgot('ada@x.example') for 1 .. 3;
	my $entries = $t->value(q{SELECT count(*) FROM audit_log WHERE action = 'password.forgot'});
	is($entries, 6, 'each wish is noted');
	is($t->value(q{SELECT count(*) FROM jobs WHERE kind = 'mail' AND coalesce(input, result) LIKE '%reset%'})
	    , 2, 'of mails asked for three go to one address at once: one said that she is known')
	    if !$t->{postgres};
	is((call('POST', '/api/auth/forgot-password', { email => $_ }))[0], 400, "no address: $_")
	    for '', 'ada', "a\r\nb\@x.example", 'a@x.example>';
	ok(!(grep { $_->{to} =~ /nobody/ } $smtp->mails), 'nobody gets nothing');
	return if $t->{postgres};
	my @last = map { [call('POST', '/api/auth/forgot-password', { email => "n$_\@x.example" })] } 1 .. 20;
	is($last[-1][0], 429, 'who asks for many is refused');
}

sub test_address {
	my $b = Pierre::Browser->new($t);
	is($b->sign_in('ada@x.example', $another)->{status}, 303, 'signed in');
	is($b->fill('/account/security', email => 'new@x.example', present => 'wrong wrong wrong')
	    ->{status}, 422, 'another address: the password is asked');
	is($b->fill('/account/security', email => 'new', present => $another)->{status}, 422,
	    'and an address');
	is($b->fill('/account/security', email => 'new@x.example', present => $another)->{status},
	    303, 'both are there');
	my ($path, $link) = link_of($smtp->await('new@x.example'));
	ok($path, 'a link goes to the new one');
	ok(log_in('ada@x.example', $another), 'nothing has changed yet');
	my ($status) = call('POST', '/api/auth/verify-email', { token => $link });
	is($status, 200, 'confirmed');
	is((call('POST', '/api/auth/verify-email', { token => $link }))[0], 403, 'once');
	ok(log_in('new@x.example', $another), 'the new one enters');
	is(log_in('ada@x.example', $another), undef, 'the old one does not');
	like($smtp->await('ada@x.example', 7)->{head}, qr/^Subject: Your account has another address/m,
	    'where she is told');
	is($b->fill('/account/security', email => 'thief@x.example', present => $another)->{status},
	    303, 'whoever has the password asks for one more');
	my (undef, $theirs) = link_of($smtp->await('thief@x.example'));
	is(change($another, $password, 'new@x.example'), 200, 'she sets another password');
	is((call('POST', '/api/auth/verify-email', { token => $theirs }))[0], 403,
	    'which makes that link void');
	is(change($password, $another, 'new@x.example'), 200, 'the address is hers still');
}

# An invitation is handed over somehow: it does not prove an address.
sub test_join {
	my $owner = log_in('new@x.example', $another);
	my $invited = sub {
		my ($status, $body) = call('POST', '/api/tenant/invitations', {}, $owner);
		return $status == 201 && $body->{url} =~ /token=(\w+)$/ ? $1 : undef;
	};
	my ($status, $body) = call('POST', '/api/auth/register', { email => 'kid@x.example', password => $password,
		invitation => $invited->() });
	is($status, 201, 'by an invitation');
	like($body->{message}, qr/confirm the address/, 'one has to confirm the address, too');
	is(log_in('kid@x.example', $password), undef, 'before one enters');
	my ($path, $link) = link_of($smtp->await('kid@x.example'));
	like($path, qr{^/verify}, 'by a link');
	is((call('POST', '/api/auth/verify-email', { token => $link }))[0], 200, 'confirmed');
	ok(log_in('kid@x.example', $password), 'and enters');
	my $b = Pierre::Browser->new($t);
	my $r = $b->fill('/join?token=' . ($link = $invited->()), token => $link, email => 'sis@x.example',
	    name => 'Sis', timezone => 'UTC', password => $password);
	is("$r->{status} $r->{headers}{location}", '303 /signin', 'the page leads to sign in');
	ok(!$b->{cookies}{session}, 'without a session');
	like($b->follow($r)->{content}, qr/follow the link in it/, 'and says what to do');
	($path) = link_of($smtp->await('sis@x.example'));
	$b->get($path);
	is($b->send('/verify', token => $path =~ s/.*=//r)->{status}, 303, 'the link does');
	is($b->sign_in('sis@x.example', $password)->{status}, 303, 'and the door opens');
	# Whose address it is reads of it; who tried learns nothing.
	my $other = Pierre::Browser->new($t);
	my $taken = $other->fill('/join?token=' . ($link = $invited->()), token => $link,
	    email => 'sis@x.example', name => 'Sis', timezone => 'UTC', password => $password);
	is("$taken->{status} $taken->{headers}{location} $taken->{content}",
	    "$r->{status} $r->{headers}{location} $r->{content}", 'an address that is taken is answered alike');
	like(($smtp->await('sis@x.example', 2) || {})->{body}, qr/You have one: nothing was changed/,
	    'its owner gets a mail');
}

# Whom no mail reaches.
sub test_vouch {
	my @who = map {"far$_\@x.example"} 1, 2;
	call('POST', '/api/auth/register', { email => $_, password => $password }) for @who;
	$t->ctl('user', 'approve', $_) for @who;
	is(log_in($_, $password), undef, "$_ waits") for @who;
	is(($t->ctl('user', 'confirm', $who[0]))[0], 0, 'an administrator confirms an address');
	is(($t->ctl('user', 'confirm', $who[0]))[0], 1, 'once');
	ok(log_in($who[0], $password), 'and the person enters');
	$t->ctl('user', 'admin', $who[0]);
	my $b = Pierre::Browser->new($t);
	$b->sign_in($who[0], $password);
	$b->get('/admin');
	my ($whom) = $b->{page} =~ /name="vouch" value="([^"]+)"/;
	is(scalar(() = $b->{page} =~ /name="vouch"/g), 1, 'so on the page of people, where it is wanted');
	is($b->send('/admin', vouch => $whom)->{status}, 303, 'by a button');
	ok(log_in($who[1], $password), 'and the other enters');
	is($t->value("SELECT count(*) FROM audit_log WHERE action = 'email.verify' AND (actor = 'pierrectl' OR " .
	    "actor LIKE 'session %') AND result = 'ok'"), 2, 'both are noted');
	$smtp->await($_, 2) for @who;
}

sub change {
	my ($from, $to, $who) = @_;
	return (call('PUT', '/api/user/change-password',
		{ current_password => $from, new_password => $to }, log_in($who // 'bob', $from)))[0];
}

sub test_failing {
	is((typing($password, qw(user create bob --email bob@x.example --password)))[0], 0, 'bob');
	$smtp->refuse('451 4.7.1 come again', '550 5.1.1 no such mailbox');
	is(change($password, $another), 200, 'has another password');
	ok(until_true(sub { $t->log =~ /a mail has to wait.*b\*\*\*\@x\.example/ }, 20),
	    'a mail that is not taken waits');
	ok(until_true(sub { $t->log =~ /a mail is given up/ }, 20),
	    'and is given up when the server wants none of it');
	ok(until_true(sub { $t->value(
		q{SELECT count(*) FROM jobs WHERE kind = 'mail' AND state = 'failed'}) == 1 }),
	    'so says its job');
	$smtp->refuse('451 4.7.1 come again');
	is(change($another, $password), 200, 'another');
	ok($smtp->await('bob@x.example'), 'comes at the second try');
	my ($status, $jobs) = call('GET', '/api/jobs', undef, log_in('bob', $password));
	is_deeply($jobs->{jobs}, [], 'mail is not among the jobs that a person sees');
	my $metrics = $t->request('GET', '/metrics', token => undef)->{content};
	like($metrics, qr/^pierre_mails_total\{mail="password",outcome="put_off"\} 2$/m, 'all is counted');
	like($metrics, qr/^pierre_mails_total\{mail="password",outcome="given_up"\} 1$/m, 'by its end');
}

# Nothing is said in clear, nor to whom nothing proves to be the server.
sub test_tls {
	my ($status, $out, $err) = $t->ctl('mail', 'test', 'admin@x.example');
	is($status, 0, 'pierrectl mail test') or diag $err;
	ok($smtp->await('admin@x.example'), 'sends a mail');
	for my $case (['no STARTTLS', { starttls => 0 }, 1], ['TLS from the start', { implicit => 1 }, 0],
		['another password', { user => 'relay', password => 'x' }, 1]) {
		my ($what, $o, $fails) = @$case;
		my $other = Pierre::Smtp->new(%$o);
		my %keys = (url => $other->url, ca_file => $other->certificate);
		@keys{qw(user password)} = ('', '') if !$o->{user};
		$t->write_config($config =~ s/PORT/$t->port/er . mail_section(%keys));
		($status, $out, $err) = $t->ctl('mail', 'test', 'admin@x.example');
		is($status, $fails, $what);
		is(scalar($other->mails), $fails ? 0 : 1, $fails ? 'nothing is sent' : 'sent');
		is_deeply([$other->faults], [], 'and nothing was tried that should not be');
	}
	my $other = Pierre::Smtp->new;
	$t->write_config($config =~ s/PORT/$t->port/er .
	    mail_section(url => $other->url, user => '', password => ''));
	is(($t->ctl('mail', 'test', 'admin@x.example'))[0], 1, 'a certificate of somebody else');
	is(scalar($other->mails), 0, 'gets nothing');
}

sub test_canaries {
	my @links = map { link_of($_) } $smtp->mails;
	cmp_ok(scalar @links, '==', 18, 'of all links, two of each');
	ok(until_true(sub { $t->value(q{SELECT count(*) FROM jobs WHERE kind = 'mail' AND finished_at IS NULL}) == 0 }),
	    'all mail has come to an end');
	is($t->value(q{SELECT count(*) FROM jobs WHERE kind = 'mail' AND (input IS NOT NULL OR error IS NOT NULL AND } .
	    q{CAST(error AS TEXT) LIKE '%@%')}), 0, 'and no job has the address that it went to');
	cmp_ok($t->value(q{SELECT count(*) FROM jobs WHERE kind = 'mail' AND CAST(result AS TEXT) LIKE '%"verify"%'}),
	    '>=', 3, 'but which it was');
	my $log = $t->log;
	my @found = grep { index($log, $_) >= 0 } $password, $another, 'relay secret', @links,
	    map { $_->{to} } $smtp->mails;
	is_deeply(\@found, [], 'and addresses none is in the log');
	my $raw = $t->raw_database;
	my @kept = grep { index($raw, $_) >= 0 } map { /^pmcp/ ? $_ : () } @links;
	is_deeply(\@kept, [], 'nor a link in the database');
	is(($t->ctl('audit', 'verify'))[0], 0, 'the audit trail holds');
}

for (qw(sqlite postgresql)) {
	$engine = $_;
	$smtp = Pierre::Smtp->new(user => 'relay', password => 'relay secret');
	start();
	test_register();
	test_forgot();
	test_address();
	test_join();
	test_vouch();
	test_failing() if $engine eq 'sqlite';
	test_canaries();
	test_tls() if $engine eq 'sqlite';
	is_deeply([$smtp->faults], [], 'the mail server has nothing to complain of');
	$t->finish;
}
done_testing();
