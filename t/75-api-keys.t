#!/usr/bin/perl
# Personal tokens and API keys over HTTP and by pierrectl, on both databases:
# who may make what, quotas that hold over all workers and after a restart, and
# usage that is counted exactly though workers are killed.
use strict;
use warnings;
use lib 't/lib';
use HTTP::Tiny;
use POSIX ();
use Pierre::Test;
use Test::More;
use Time::Local qw(timegm);
use Time::HiRes qw(sleep time);

my ($t, $engine, %token);

sub call { return $t->call(@_) }
sub status { return (call(@_))[0] }

# pierrectl that succeeds; its output.
sub ctl {
	my (@words) = @_;
	my ($status, $out, $err) = $t->ctl(@words);
	is("$status $err", '0 ', "$engine: pierrectl @words");
	chomp $out;
	return $out;
}

# Requests with a key by $n processes, $each for each: how many had which status.
sub hammer {
	my ($key, $n, $each) = @_;
	my (@pipes, %got);
	for my $i (1 .. $n) {
		pipe my $r, my $w or die "pipe: $!";
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			close $r;
			my $http = HTTP::Tiny->new(timeout => 20);
			for (1 .. $each) {
				my $a = $http->get($t->url . '/api/auth/session',
				    { headers => { 'X-API-Key' => $key } });
				print $w "$a->{status}\n";
			}
			close $w;
			POSIX::_exit(0);
		}
		close $w;
		push @pipes, [$pid, $r];
	}
	for (@pipes) {
		my ($pid, $r) = @$_;
		while (<$r>) { chomp; $got{$_}++ }
		waitpid $pid, 0;
	}
	return \%got;
}

# Seconds to the first of the next month.
sub until_next_month {
	my ($month, $year) = (gmtime)[4, 5];
	($month, $year) = $month == 11 ? (0, $year + 1) : ($month + 1, $year);
	return timegm(0, 0, 0, 1, $month, $year + 1900) - time;
}

sub used {
	my ($id) = @_;
	my (undef, $u) = call('GET', "/api/keys/$id/usage", undef, $token{root});
	return $u->{months}[0]{requests} // 0;
}

sub test_making {
	my ($status, $made) = call('POST', '/api/keys', { name => 'agent',
		description => 'reads my runs', scope => 'activities:read' }, $token{ada});
	is($status, 201, "$engine: a key of one's own");
	like($made->{api_key}, qr/^pmcp_key_\w{49}$/, 'with its prefix and checksum');
	is($made->{tier}, 'starter', 'of the tier that the configuration says');
	is($made->{monthly_quota}, 10000, 'and its quota');
	my $key = $made->{api_key};
	my ($s, $me, $r) = call('GET', '/api/auth/session', undef, $key);
	is($s, 200, 'as Bearer');
	is($me->{by}, 'key', 'it is a key');
	is($me->{scope}, 'activities:read', 'with its scope');
	is($r->{headers}{'x-quota-limit'}, 10000, 'and its quota in the answer');
	is($r->{headers}{'x-quota-remaining'}, 9999, 'what is left of it');
	cmp_ok($r->{headers}{'x-quota-reset'}, '>', 0, 'and when it comes back');
	is(status('GET', '/api/auth/session', undef, undef, 'X-API-Key' => $key), 200,
	    'as X-API-Key');
	is(status('GET', '/api/auth/session', undef, $token{ada}, 'X-API-Key' => $key),
	    400, 'not together with another');
	is(status('GET', '/api/auth/session', undef, undef,
		'X-API-Key' => $key =~ s/.$/!/r), 401, 'not mistyped');
	is(status('POST', '/api/keys', { name => 'more' }, $key), 403,
	    'a key makes no keys');
	is(status('GET', '/api/keys', undef, $key), 403, 'and sees none');
	is(status('GET', '/api/auth/sessions', undef, $key), 403, 'nor sessions');
	is(status('POST', '/api/keys', { name => 'x', toolset => 'none' }, $token{ada}), 400,
	    'no such toolset');
	my (undef, $drawing) = call('POST', '/api/tokens', { name => 'draws', toolset => 'all' },
	    $token{ada});
	my (undef, $tools) = $t->rpc('tools/list', {}, token => $drawing->{token_value});
	ok((grep { $_->{name} eq 'chart_activity' } @{ $tools->{result}{tools} }),
	    'what is made says which tools are listed');
	is(status('POST', '/api/keys', { name => $_ }, $token{ada}), 400, 'a bad name')
	    for '', 'x' x 101, "a\nb";
	is(status('POST', '/api/tokens', { name => 'x', expires_in_days => $_ },
		$token{ada}), 400, "not $_ days") for 0, -1, 1.5, 4000, 'ten';
	is(status('POST', '/api/tokens', { name => 'x', scope => 'admin' }, $token{ada}),
	    403, 'nobody hands on more than they have');
	is(status('POST', '/api/tokens', { name => 'x', scope => 'all' }, $token{ada}),
	    400, 'nor what there is not');
	# A token that is wider, or lives longer, than was meant is never made.
	for (['/api/tokens', { scopes => 'activities:read' }], ['/api/tokens', { days => 1 }],
		['/api/keys', { tier => 'enterprise' }]) {
		my ($path, $slip) = @$_;
		my ($s, $body) = call('POST', $path, { name => 'slip', %$slip }, $token{ada});
		my ($member) = keys %$slip;
		is("$s $body->{error}{message}", "400 $member: there is no such member; there are " .
		    'name description scope toolset expires_in_days', "$path with $member");
	}
	my ($st, $tok) = call('POST', '/api/tokens', { name => 'laptop',
		expires_in_days => 30 }, $token{ada});
	is($st, 201, 'a personal token');
	is(status('GET', '/api/auth/session', undef, $tok->{token_value}), 200, 'works');
	my (undef, $absent) = call('DELETE', '/api/tokens/mine', undef, $token{ada});
	is($absent->{error}{message}, 'there is nothing with the id mine', 'what is no id');
	my (undef, $list) = call('GET', '/api/keys', undef, $token{ada});
	is(scalar @{ $list->{api_keys} }, 1, 'one key');
	ok(!grep({ defined && /^pmcp_key_\w{49}/ } values %{ $list->{api_keys}[0] }), 'not shown again');
	(undef, $list) = call('GET', '/api/tokens', undef, $token{ada});
	is(scalar(grep { $_->{name} eq 'laptop' } @{ $list->{tokens} }), 1,
	    'listed apart from tokens');
	is(status('DELETE', "/api/keys/$made->{id}", undef, $token{root}), 404,
	    'nobody else revokes it');
	is(status('DELETE', "/api/keys/$made->{id}", undef, $token{ada}), 204, 'revoked');
	my ($row, $begun) = (0, time);
	until_true(sub { $row = status('GET', '/api/auth/session', undef, $key) == 401 ? $row + 1 : 0;
		$row >= 12 }, 5);
	cmp_ok(time - $begun, '<', 2, 'and refused by all workers within a second') if $row >= 12;
	is($row, 12, 'for good');
	my @made = map { status('POST', '/api/keys', { name => "key $_" }, $token{ada}) }
	    1 .. 11;
	is(scalar(grep { $_ == 201 } @made), 9, 'ten keys a month');
	is($made[-1], 429, 'revoked ones count too');
}

sub test_quota {
	my (undef, $users) = call('GET', '/api/admin/users', undef, $token{root});
	my ($ada) = grep { $_->{username} eq 'ada' } @{ $users->{users} };
	my ($root) = grep { $_->{username} eq 'root' } @{ $users->{users} };
	is(status('POST', "/api/admin/users/$ada->{id}/keys",
		{ name => 'x', tier => 'trial' }, $token{ada}), 403,
	    'tiers are for administrators');
	is(status('POST', "/api/admin/users/$ada->{id}/keys",
		{ name => 'x', tier => 'gold' }, $token{root}), 400, 'who know them');
	my (undef, $made) = call('POST', "/api/admin/users/$root->{id}/keys",
	    { name => 'trial', tier => 'trial', scope => 'profile:read' }, $token{root});
	my $key = $made->{api_key};
	is($made->{monthly_quota}, 1000, 'a trial key has 1000 requests');
	my ($listed) = grep { $_->{id} eq $made->{id} } @{ (call('GET', '/api/keys', undef, $token{root}))[1]{api_keys} };
	my ($year, $month, $day, $h, $m, $sec) = $listed->{expires_at} =~ /(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)/;
	cmp_ok(abs(timegm($sec, $m, $h, $day, $month - 1, $year) - time - 14 * 86_400), '<', 60, 'and 14 days');
	my $got = hammer($key, 6, 100);
	is($got->{200}, 600, '600 by six at once');
	is(until_true(sub { used($made->{id}) == 600 }, 5), 1, 'are counted exactly')
	    or diag used($made->{id});
	# A worker that is killed loses nothing that was counted.
	kill 'KILL', $t->children->{workers}[0];
	$got = hammer($key, 6, 100);
	my $lost = $got->{599} // 0;
	my $good = $got->{200};
	ok($good <= 400 && $good >= 400 - $lost,
	    "then 400 more, and not one beyond: $good, $lost unanswered");
	is($got->{429}, 600 - $good - $lost, 'the others get 429');
	my ($s, $b, $r) = call('GET', '/api/auth/session', undef, $key);
	is($s, 429, 'used up');
	like($b->{error}{message}, qr/1000 requests of this month/, 'it says');
	cmp_ok(abs($r->{headers}{'retry-after'} - until_next_month()), '<', 10, 'until the next month');
	is($r->{headers}{'x-quota-reset'}, $r->{headers}{'retry-after'}, 'as the quota says');
	is($r->{headers}{'x-quota-remaining'}, 0, 'nothing is left');
	is(until_true(sub { used($made->{id}) == 1000 }, 5), 1, '1000 are shown');
	$t->stop;
	$t->start;
	is(status('GET', '/api/auth/session', undef, $key), 429,
	    'a restart gives nothing back');
	my $out = ctl(qw(token usage root), $made->{id});
	like($out, qr/^\d{4}-\d\d +1000$/, 'pierrectl shows it');
	# A month later: what was used is of the last one.
	$t->stop;
	my $now = (gmtime)[5] * 100 + 190_000 + (gmtime)[4] + 1;
	my $last = $now % 100 == 1 ? $now - 89 : $now - 1;
	$t->value("UPDATE token_usage SET month = $last WHERE month = $now");
	$t->start;
	($s, undef, $r) = call('GET', '/api/auth/session', undef, $key);
	is("$s $r->{headers}{'x-quota-remaining'}", '200 999', 'a new month gives all of them again');
	is(until_true(sub { used($made->{id}) == 1 }, 5), 1, 'and counts from the beginning');
	my (undef, $usage) = call('GET', "/api/keys/$made->{id}/usage", undef, $token{root});
	is_deeply([map { $_->{requests} } @{ $usage->{months} }], [1, 1000], 'beside the last one');
	# Another's key, and none at all, is nothing of theirs.
	for ($made->{id}, '01926d1e-5b2c-7a10-9c3d-3f6a1e0b7c55') {
		is(status('GET', "/api/keys/$_/usage", undef, $token{ada}), 404, "$engine: no usage of $_");
		my ($rc, undef, $why) = $t->ctl(qw(token usage ada), $_);
		is($rc, 1, 'nor by pierrectl');
		like($why, qr/ada has no such token/, 'which says so');
	}
	my $unlimited = ctl(qw(token create root --tier enterprise --name fleet));
	like($unlimited, qr/^pmcp_key_/, 'a key by pierrectl');
	(undef, undef, $r) = call('GET', '/api/auth/session', undef, $unlimited);
	is($r->{status}, 200, 'without a quota');
	ok(!exists $r->{headers}{'x-quota-limit'}, 'says nothing of one');
	# Counted to the last when the server is stopped at once.
	hammer($unlimited, 2, 20);
	$t->stop;
	my ($id) = ctl(qw(token list root)) =~ /^([0-9a-f-]{36}) .*fleet, enterprise$/m;
	like(ctl(qw(token usage root), $id), qr/ 41$/, 'nothing is lost at the end');
	is(($t->ctl(qw(token create root --tier gold)))[0], 64, 'no such tier');
	$t->start;
}

for (qw(sqlite postgresql)) {
	$engine = $_;
	$t = Pierre::Test->new(workers => 3, database => $engine, start => 0,
	    config => "limits:\n  token_per_minute: 0\n  user_per_minute: 0\n" .
	    "  api_per_minute: 0\n  address_per_minute: 0\n");
	# The first command makes the master key, and says so.
	is(($t->ctl(@$_))[0], 0, "$engine: pierrectl @$_")
	    for [qw(migrate up)], [qw(user create root --admin)];
	ctl(qw(user create ada));
	$token{root} = ctl(qw(token create root --scopes), 'admin profile:read');
	$token{ada} = ctl(qw(token create ada));
	$t->start;
	test_making();
	test_quota();
	$t->finish(qr/worker \d+ .*killed/);
}
done_testing();
