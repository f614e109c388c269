#!/usr/bin/perl
# GET /sse and the older route: what is sent, from where on, to whom, and how
# it ends; on both databases.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Pierre::Browser;
use Pierre::Feed;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(time sleep);

sub admin_token {
	my ($t) = @_;
	$t->ctl('user', 'create', 'boss', '--admin');
	my (undef, $token) = $t->ctl('token', 'create', 'boss', '--scopes',
	    'admin activities:read');
	chomp $token;
	return $token;
}

sub notice {
	my ($t, $token, %body) = @_;
	return $t->request('POST', '/admin/notices', token => $token,
	    headers => { 'Content-Type' => 'application/json' },
	    content => encode_json(\%body));
}

sub user_id {
	my ($t, $name) = @_;
	my $where = "FROM users WHERE username = '$name'";
	return $t->value("SELECT id $where") if $t->{postgres};
	my $hex = $t->value("SELECT lower(hex(id)) $where");
	return join '-', unpack 'A8A4A4A4A12', $hex;
}

my $gpx = <<'GPX';
<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="48.1" lon="11.5"><time>2026-05-01T10:00:00Z</time></trkpt>
<trkpt lat="48.101" lon="11.5"><time>2026-05-01T10:01:00Z</time></trkpt>
<trkpt lat="48.102" lon="11.5"><time>2026-05-01T10:02:00Z</time></trkpt>
</trkseg></trk></gpx>
GPX

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 2, config =>
	    "events:\n  max_streams_per_user: 3\n");
	my $boss = admin_token($t);
	my $me = user_id($t, 'demo');

	# --- the beginning of a stream ------------------------------------------

	my $s = Pierre::Feed->new($t);
	is($s->status, 200, "$engine: a stream is answered");
	like($s->header('content-type'), qr{^text/event-stream}, 'by its media type');
	is($s->header('x-accel-buffering'), 'no', 'no proxy is to buffer it');
	like($s->header('cache-control'), qr/no-(?:store|cache)/, 'nor to keep it');
	my $hello = $s->event;
	is($hello->{event}, 'connection', 'it begins with where it stands');
	is_deeply(decode_json($hello->{data}), { last_event_id => $hello->{id} + 0 },
	    'which is the id as well');
	is($s->retry, 1000, 'and with how long to wait before coming again');

	# --- what happens --------------------------------------------------------

	my $r = $t->request('POST', '/api/activities/import', headers =>
	    { 'Content-Type' => 'application/gpx+xml' }, content => $gpx);
	is($r->{status}, 202, 'a file is sent');
	my $job = decode_json($r->{content});
	my @events;
	until_true(sub {
		push @events, $s->event(0.2) // ();
		my $last = $events[-1];
		$last && $last->{event} eq 'import_progress' &&
		    decode_json($last->{data})->{state} eq 'done';
	}, 10);
	my %kinds = map { $_->{event} => 1 } @events;
	is_deeply([sort keys %kinds], [qw(import_progress new_activity)],
	    'its import and its activity are told');
	is_deeply([map { $_->{id} } @events],
	    [map { $hello->{id} + $_ } 1 .. @events], 'numbered without a gap');
	my @states = map { decode_json($_->{data})->{state} }
	    grep { $_->{event} eq 'import_progress' } @events;
	is($states[0], 'running', 'progress from the beginning');
	is($states[-1], 'done', 'to the end');
	my $last = decode_json($events[-1]{data});
	is($last->{id}, $job->{id}, 'of this job');
	is($last->{result}{imported}, 1, 'with its result');

	is(notice($t, $boss, message => "It's a\ntest", level => 'warning')->{status}, 201,
	    'the operator says something');
	my $n = $s->event;
	is($n->{event}, 'system_notice', 'which is told');
	is_deeply(decode_json($n->{data}), { level => 'warning', message => "It's a\ntest" },
	    'in his words');
	my ($status) = $t->ctl('notice', 'from a command');
	is($status, 0, 'a command publishes too');
	is(decode_json($s->event->{data})->{message}, 'from a command',
	    'and is heard by the workers');
	is(($t->ctl(qw(threshold set demo ftp_w 240)))[0], 0, 'a threshold is set');
	is($s->event->{event}, 'profile_updated', 'which is told');

	# --- from where on -------------------------------------------------------

	my $again = Pierre::Feed->new($t, last => $hello->{id});
	is($again->event->{id}, $hello->{id}, 'from an event on');
	my @replayed = map { $again->event } 1 .. @events + 3;
	is_deeply([map { $_->{id} } @replayed],
	    [map { $hello->{id} + $_ } 1 .. @events + 3], 'all come, once');
	my $old = Pierre::Feed->new($t, path => "/notifications/sse/$me",
	    last => $n->{id} - 1);
	is($old->event->{data}, 'connected', 'the older route says it is connected');
	my $o = $old->event;
	is($o->{event}, 'notification', 'and calls every event a notification');
	is(decode_json($o->{data})->{type}, 'system_notice', 'that tells its kind');
	is(decode_json($o->{data})->{data}{level}, 'warning', 'and holds the payload');
	my @more = map { Pierre::Feed->new($t) } 1 .. $t->{workers} * 3 - 2;
	is((grep { $_->status == 429 } @more) > 0, 1,
	    'more than the configured number on one worker are refused');

	my $future = Pierre::Feed->new($t, token => $boss, last => 1e9);
	my $begun = $future->event;
	my $missed = $future->event;
	is($missed->{event}, 'missed', 'numbers of a future are told to be none');
	is(decode_json($missed->{data})->{resumed}, $begun->{id}, 'and where it goes on');

	# --- refusals ------------------------------------------------------------

	$_->close for $again, $old, @more, $future;
	is(Pierre::Feed->new($t, last => 'x')->status, 400, 'an id that is none');
	is(Pierre::Feed->new($t, token => undef)->status, 401, 'no token');
	is(Pierre::Feed->new($t, path => '/notifications/sse/' .
		'00000000-0000-7000-8000-000000000000')->status, 403, "another's");
	my (undef, $poor) = $t->ctl('token', 'create', 'demo', '--scopes', 'profile:read');
	chomp $poor;
	is(Pierre::Feed->new($t, token => $poor)->status, 403, 'a scope that does not do');
	is(notice($t, $poor, message => 'x')->{status}, 403, 'no administrator');
	is(notice($t, $boss, message => '  ')->{status}, 400, 'a notice without text');
	is(notice($t, $boss, message => 'x' x 3000)->{status}, 400, 'one too long');
	is(notice($t, $boss, message => 'x', level => 'loud')->{status}, 400, 'a level');
	is(notice($t, $boss, message => 'x', user_id => $hello->{id})->{status}, 400,
	    'a person by no id');
	is($t->request('HEAD', '/sse')->{status}, 200, 'HEAD is answered, and ends');

	# --- the ends ------------------------------------------------------------

	my (undef, $short) = $t->ctl('token', 'create', 'demo', '--scopes',
	    'activities:read', '--name', 'short');
	chomp $short;
	my $kept = Pierre::Feed->new($t);
	my $doomed = Pierre::Feed->new($t, token => $short);
	$kept->event;
	$doomed->event;
	my (undef, $list) = $t->ctl('token', 'list', 'demo');
	my ($id) = $list =~ /(\S{36}).*short/;
	my $start = time;
	is(($t->ctl('token', 'revoke', 'demo', $id))[0], 0, 'a token is revoked');
	my $closed = $doomed->event(3);
	is($closed->{event}, 'closed', 'its stream says so') or diag explain $closed;
	ok($doomed->is_ended(2), 'and ends');
	cmp_ok(time - $start, '<', 2.5, 'soon');
	ok(notice($t, $boss, message => 'still here')->{status} == 201 &&
	    defined $kept->event, 'others go on');
	is(($t->ctl('user', 'suspend', 'demo'))[0], 0, 'a person is suspended');
	ok($kept->is_ended(4), 'whose streams end');
	is(($t->ctl('user', 'restore', 'demo'))[0], 0, 'and restored');

	# A browser cannot send a token, but has a session.
	my $password = 'eleven quiet herons at dusk';
	open my $ctl, '|-', ($ENV{PIERRE_OBJECTS} // 'build/release') . '/pierrectl', '--config', $t->conf,
	    'user', 'password', 'demo' or die "pierrectl: $!";
	print $ctl "$password\n";
	close $ctl or die "pierrectl user password: $?";
	my $b = Pierre::Browser->new($t);
	is($b->fill('/signin', login => 'demo', password => $password)->{status}, 303,
	    'somebody signs in');
	my $page = Pierre::Feed->new($t, token => undef, cookie => join '; ',
	    map { "$_=$b->{cookies}{$_}" } keys %{ $b->{cookies} });
	is($page->status, 200, 'his browser listens');
	$page->event;
	$b->get('/account');
	is($b->send('/signout')->{status}, 303, 'he signs out');
	ok($page->is_ended(4), 'which ends the stream');

	my $drained = Pierre::Feed->new($t);
	my $at = $drained->event->{id};
	is(($t->signal('reload'))[0], 0, 'a reload');
	ok($drained->is_ended(5), 'ends streams properly');
	is($drained->retry, 1000, 'with a word of when to come again');
	$s = Pierre::Feed->new($t, last => $at);
	is($s->event->{id}, $at, 'they go on with the next generation');
	$s->close;
	$t->finish;
}
done_testing();
