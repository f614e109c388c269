#!/usr/bin/perl
# Marks in the place of everything that is nobody else's business, sent along all
# ways that they can go, the wrong ones too, at the log's most talkative: none is
# in the log, in the metrics, to be seen of the processes, in the memory that a
# core would show, or, but for what people wrote of themselves, in a backup.
use strict;
use warnings;
no warnings 'portable'; # addresses have 64 bits
use lib 't/lib';
use JSON::PP;
use MIME::Base64 qw(decode_base64);
use Pierre::OAuth;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $json = JSON::PP->new->utf8;
my $sanitized = `nm @{[Pierre::Test::bin()]} 2>/dev/null` =~ /__asan_init/;

# Every form in which a mark may stand.
sub forms {
	my ($mark) = @_;
	return ($mark, Pierre::OAuth::form(x => $mark) =~ s/^x=//r, $mark =~ s/ /+/gr);
}

# What of %$marks the bytes hold.
sub found {
	my ($bytes, $marks, @names) = @_;
	my @found;
	for my $name (@names ? @names : sort keys %$marks) {
		push @found, $name if grep { index($bytes, $_) >= 0 } forms($marks->{$name});
	}
	return @found;
}

# All that a process may write, as a core would have it.
sub memory {
	my ($pid) = @_;
	open my $mem, '<:raw', "/proc/$pid/mem" or return '';
	my $all = '';
	for (split /\n/, slurp("/proc/$pid/maps")) {
		my ($from, $to) = /^([0-9a-f]+)-([0-9a-f]+) rw/ or next;
		sysseek $mem, hex $from, 0 or next;
		my $left = hex($to) - hex $from;
		while ($left > 0 && (my $n = sysread $mem, $all, $left, length $all)) { $left -= $n }
	}
	return $all;
}

# A database's rows out of a backup, as text or as they are.
sub rows_of {
	my ($t, $backup) = @_;
	my $dir = $t->dir . '/unpacked';
	mkdir $dir or die "$dir: $!";
	run_command('tar', '-xf', $backup, '-C', $dir);
	return slurp("$dir/database.sqlite") unless $t->{postgres};
	my (undef, $out) = run_command("$t->{postgres}{bin}/pg_restore", '-f', '-', "$dir/database.dump");
	return $out;
}

sub track {
	my ($lat, $more) = @_;
	return qq(<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="t"><trk><trkseg>) .
	    join('', map { sprintf '<trkpt lat="%s" lon="2.3%05d"><time>2026-05-01T17:%02d:%02dZ</time></trkpt>',
		$lat, $_, $_ / 60, $_ % 60 } 0 .. 120) . "$more</trkseg></trk></gpx>";
}

# Everything that a person and their assistants do, by the marks; what was given
# out is added to them.
sub live {
	my ($t, $m) = @_;
	my $call = sub {
		my ($method, $path, $body, $token, %headers) = @_;
		my $r = $t->request($method, $path, token => $token,
		    headers => { 'Content-Type' => 'application/json', %headers },
		    content => ref $body ? $json->encode($body) : $body);
		return (eval { $json->decode($r->{content}) } || {}, $r);
	};
	$call->('POST', '/api/auth/register', { email => $m->{email}, password => $m->{password},
		display_name => 'C', timezone => 'UTC' });
	$call->('POST', '/api/auth/login', { username => @$_[0], password => @$_[1] })
	    for [$m->{email}, "$m->{password}x"], [$m->{password}, $m->{email}];
	my ($in) = $call->('POST', '/api/auth/login', { username => $m->{email}, password => $m->{password} });
	ok($m->{token} = $in->{access_token}, 'a person is in') or diag explain $in;
	$m->{personal} = ($call->('POST', '/api/tokens', { name => 'x' }, $m->{token}))[0]{token_value};
	$m->{key} = ($call->('POST', '/api/keys', { name => 'x' }, $m->{token}))[0]{api_key};
	for my $token (@$m{qw(personal key)}) {
		$call->('GET', '/api/auth/session', '', $token);
		$call->('GET', '/api/auth/session', '', "${token}x");
		$call->('GET', "/mcp?access_token=$token", '');
		$t->rpc('tools/list', {}, token => $token);
	}
	local ($Pierre::OAuth::PASSWORD, $Pierre::OAuth::VERIFIER) = @$m{qw(password verifier)};
	my $o = Pierre::OAuth->new($t, user => $m->{email}, password => 0);
	$o->{browser}->sign_in($m->{email}, "$m->{password}y");
	$o->sign_in;
	$m->{cookie} = $o->{browser}{cookies}{session};
	my $web = $o->registered('Web', '--redirect', 'http://127.0.0.1/callback');
	my $app = $o->register;
	$m->{secret} = $web->{client_secret};
	$m->{registration} = $app->{registration_access_token};
	$call->('GET', "/oauth2/register/$app->{client_id}", '', $m->{registration});
	$m->{code} = $o->code($web, state => $m->{state});
	$o->exchange($web, $m->{code}, %$_) for { code_verifier => "$m->{verifier}x" },
	    { client_secret => "$m->{secret}x" };
	my $tokens = $o->decode($o->exchange($web, $m->{code}));
	@$m{qw(access refresh)} = @$tokens{qw(access_token refresh_token)};
	my $next = $o->decode($o->refresh($web, $m->{refresh}));
	@$m{qw(access_2 refresh_2)} = @$next{qw(access_token refresh_token)};
	is($o->call($m->{access_2})->{status}, 200, 'an assistant too');
	my @me = (client_id => $web->{client_id}, client_secret => $m->{secret});
	$o->post('/oauth2/introspect', token => $_, @me) for @$m{qw(access_2 refresh_2)};
	$m->{pushed} = ($o->decode($o->post('/oauth2/par', $o->request_of($web),
		client_secret => $m->{secret}))->{request_uri} // '') =~ s/.*://r;
	my $other = $o->tokens($app, scope => 'profile:read activities:read activities:write location:read');
	for my $body (track($m->{position}, ''), track($m->{position}, "<trkpt lat=\"$m->{position}x\"")) {
		my ($job) = $call->('POST', '/api/activities/import?filename=x.gpx', $body, $m->{token},
		    'Content-Type' => 'application/gpx+xml');
		ok($job->{job_id} // $job->{id}, 'a track is sent') or diag explain $job;
	}
	my $activities;
	ok(until_true(sub { $activities = $t->tool('get_activities', {}, token => $m->{personal});
		@{ $activities->{activities} || [] } }, 20), 'and imported') or diag explain $activities;
	($m->{located}) = ($t->ctl('token', 'create', $m->{email}, '--scopes', 'activities:read location:read'))[1]
	    =~ /^(\S+)$/m;
	(undef, my $shown) = $t->rpc('tools/call', { name => 'get_activity', arguments => {
		activity_id => $activities->{activities}[0]{id}, streams => ['latitude_deg'] } },
	    token => $m->{located});
	like($json->encode($shown), qr/48\.8/, 'with its places, for who may see them') or diag explain $shown;
	$m->{link} = ($t->ctl('user', 'reset', $m->{email}))[1] =~ /token=(\w+)/ ? $1 : undef;
	$call->('POST', '/api/auth/complete-reset', { reset_token => $m->{link}, new_password => 'short' });
	$o->post('/oauth2/revoke', token => $m->{refresh_2}, @me);
	$o->refresh($web, $m->{refresh});
}

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 2, config =>
	    "auth:\n  registration: open\nlimits:\n  auth_per_minute: 0\nlog:\n  level: debug\n");
	my $rand = int rand 1e6;
	my %mark = (password => "kestrel $rand over nine fields", email => "canary-$rand\@x.example",
		verifier => "verifier-of-fortythree-letters-or-more-${rand}x", state => "a-state-of-the-canary-$rand-here",
		position => sprintf('48.81%05d', 10_000 + $rand % 90_000),
		master => slurp($t->dir . '/master.key') =~ s/\s+\z//r);
	live($t, \%mark);
	$mark{raw_master} = decode_base64($mark{master});
	is_deeply([grep { length($mark{$_} // '') < 8 } keys %mark], [], "$engine: " . keys(%mark) . ' marks went by');

	my $children = $t->children;
	my @pids = ($t->pid, $children->{keeper}, @{ $children->{workers} });
	my %places = (log => $t->log, metrics => $t->request('GET', '/metrics', token => undef)->{content},
		status => ($t->signal('status'))[1],
		map { my $what = $_; map { ("$what of $_" => slurp("/proc/$_/$what")) } @pids } qw(environ cmdline));
	cmp_ok($places{log} =~ tr/\n//, '>', 30, 'the log is talkative');
	is_deeply([found($places{$_}, \%mark)], [], "none is in the $_") for sort keys %places;
	SKIP: {
		skip 'memory is for root to see, without a sanitizer', 2 if $> != 0 || $sanitized;
		my @memory = map { memory($_) } @pids;
		cmp_ok(length $memory[-1], '>', 1 << 20, 'the memory of processes is read');
		# Of what was freed the allocator writes over the beginning.
		my %tail = map { ($_ => substr $mark{$_}, 16) } grep { !/email|position|state/ } keys %mark;
		is_deeply([map { my $n = $_; map { "$_ of $n" } found($memory[$n], \%tail) } 0 .. $#pids], [],
		    'none of what lets one in stays in it');
	}
	my $backup = $t->dir . '/backup';
	is(($t->ctl('backup', $backup))[0], 0, 'a backup');
	my $rows = rows_of($t, $backup);
	is_deeply([found($rows, \%mark, 'email')], ['email'], 'has what people wrote of themselves');
	is_deeply([map { found($_, \%mark, grep { !/email|position/ } keys %mark) } $rows, slurp($backup)], [],
	    'and none of what lets one in');
	$t->finish;
}
done_testing();
