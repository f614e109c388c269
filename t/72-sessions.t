#!/usr/bin/perl
# Sessions of the legacy revisions, over four workers: what lives in them,
# streams that are lost and found, questions to the client, cancellation; and
# what the modern era has instead.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use POSIX qw(strftime);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Mcp;
use Pierre::Test;

my $t = Pierre::Test->new(workers => 4, demo => 1,
    config => "mcp:\n  conformance_fixture: true\n  page_size: 10\n  answer_timeout: 2s\n" .
    "events:\n  max_streams_per_user: 8\n");
my %able = (capabilities => { sampling => {}, elicitation => {} });

sub reload {
	my ($status, $out, $err) = $t->signal('reload');
	is($status, 0, 'a reload') or diag($out, $err);
}

# A run of two minutes, that ends now.
sub import_run {
	my $points = join '', map { sprintf '<trkpt lat="47.%04d" lon="8.5"><time>%s</time></trkpt>',
		$_, strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time - 120 + $_)) } 1 .. 120;
	my $r = $t->request('POST', '/api/activities/import?name=run.gpx',
	    headers => { 'Content-Type' => 'application/gpx+xml' },
	    content => '<?xml version="1.0"?><gpx version="1.1" creator="x" ' .
		'xmlns="http://www.topografix.com/GPX/1/1"><trk><type>running</type>' .
		"<trkseg>$points</trkseg></trk></gpx>");
	is($r->{status}, 202, 'a run is imported') or diag($r->{content});
}

# --- beginning and end --------------------------------------------------------

my $c = Pierre::Mcp->new($t, %able);
like($c->{session}, qr/^[0-9a-f-]{36}\z/, 'a session begins');
my ($r, $body);
for (1 .. 8) { ($r, $body) = $c->call('ping'); is($r->{status}, 200, 'on any worker') }
($r) = $c->post({ jsonrpc => '2.0', id => 1, method => 'ping' },
    'Mcp-Session-Id' => '00000000-0000-0000-0000-000000000001');
is($r->{status}, 404, 'a session that is not there');
($r) = $c->post({ jsonrpc => '2.0', id => 1, method => 'ping' }, 'Mcp-Session-Id' => 'x');
is($r->{status}, 404, 'or cannot be');
my $gone = Pierre::Mcp->new($t);
my $stream = $gone->get;
is($stream->status, 200, 'its stream');
is($gone->delete->{status}, 204, 'DELETE ends it');
is($stream->event(5), undef, 'its stream too');
ok($stream->{ended}, 'at once');
is(($gone->call('ping'))[0]{status}, 404, 'it is gone');
is($gone->delete->{status}, 404, 'for good');
reload();
is(($c->call('ping'))[0]{status}, 200, 'a reload does not end a session');

# --- revisions ------------------------------------------------------------------

for my $version (qw(2024-11-05 2025-03-26 2025-06-18)) {
	my $old = Pierre::Mcp->new($t, version => $version);
	is($old->{hello}{protocolVersion}, $version, "$version is agreed on");
	my @batch = map { { jsonrpc => '2.0', id => $_, method => 'ping' } } 1, 2;
	push @batch, { jsonrpc => '2.0', method => 'notifications/x' }, 7;
	($r, $body) = $old->post(\@batch);
	if ($version eq '2025-03-26') {
		is(join(' ', map { $_->{id} // 'null' } @$body), '1 2 null', 'a batch is answered by one');
		is($body->[2]{error}{code}, -32600, 'what is no message has an error of its own');
		($r) = $old->post([ $batch[2] ]);
		is("$r->{status} [$r->{content}]", '202 []', 'nothing to answer');
		($r, $body) = $old->post([]);
		is($body->{error}{code}, -32600, 'an empty batch');
		($r, $body) = $old->post([ map { $batch[0] } 1 .. 51 ]);
		is($body->{error}{code}, -32600, 'a batch without end');
	} else {
		is($r->{status}, 400, 'it has no batches');
	}
}

# --- side messages, lost streams --------------------------------------------------

$stream = $c->begin('tools/call', { name => 'test_tool_with_progress',
	_meta => { progressToken => 'p' } });
my @events = $stream->all;
is(join(' ', map { $_->{data}{params}{progress} // 'result' } @events), '0 50 100 result',
    'progress, then the result');
is(scalar(grep { $_->{id} } @events), 4, 'with an id each');
$stream = $c->begin('tools/call', { name => 'test_tool_with_progress',
	_meta => { progressToken => 9223372036854775807 } });
is($stream->event->{data}{params}{progressToken}, 9223372036854775807,
    'a token of 64 bits comes back with each of its digits');
$stream->all;

$stream = $c->begin('tools/call', { name => 'test_tool_with_progress',
	_meta => { progressToken => 7 } });
my $first = $stream->event;
is($first->{data}{params}{progress}, 0, 'the first message');
$stream->hang_up;
my ($result, @rest);
@rest = $c->get('Last-Event-ID' => $first->{id})->all;
is(join(' ', map { $_->{data}{params}{progress} // $_->{data}{result}{content}[0]{text} } @rest),
    '50 100 Tool with progress executed successfully', 'the rest, on another connection');
is(scalar(() = $c->get('Last-Event-ID' => $rest[0]{id})->all), 2, 'as often as wanted');
my $other = Pierre::Mcp->new($t);
my $stranger = $other->get('Last-Event-ID' => $first->{id});
is($stranger->event(0.5), undef, 'not in another session');
is($c->get('Last-Event-ID' => 'x')->status, 400, 'a wrong Last-Event-ID');

$stream = $c->begin('tools/call', { name => 'test_tool_with_progress',
	_meta => { progressToken => 7 } });
$first = $stream->event;
reload();
# What the worker still sent, and the rest from another.
my @whole = ($first, $stream->all);
push @whole, $c->get('Last-Event-ID' => $stream->{last_id})->all
    unless $whole[-1]{data}{result};
is($whole[-1]{data}{result}{content}[0]{text}, 'Tool with progress executed successfully',
    'a call goes on while its worker leaves');

($r, $body) = $c->call('logging/setLevel', { level => 'warning' });
is_deeply($body->{result}, {}, 'a level is set');
($r, $body) = $c->call('tools/call', { name => 'test_tool_with_logging' });
ok($body->{result}, 'and nothing below is sent, so the answer is plain');
($r, $body) = $c->call('logging/setLevel', { level => 'loud' });
is($body->{error}{code}, -32602, 'no such level');
$c->call('logging/setLevel', { level => 'debug' });
@events = $c->begin('tools/call', { name => 'test_tool_with_logging' })->all;
is(scalar @events, 4, 'everything is sent');

is(($t->ctl('threshold', 'set', 'demo', 'ftp_w', '249'))[0], 0, 'all loads are stale');
@events = $c->begin('tools/call', { name => 'analyze_training_load', arguments => {},
	_meta => { progressToken => 'load' } })->all(30);
$result = pop(@events)->{data}{result};
cmp_ok($result->{structuredContent}{training_load}{ctl}, '>', 30, 'they are computed');
my @told = map { $_->{data}{params} } @events;
my $last_told = 0;
my @wrong = grep { my $was = $last_told; ($last_told = $_->{progress}) <= $was } @told;
ok(@told > 1 && !@wrong, 'how far it is rises') or diag(encode_json(\@told));
is($told[-1]{total}, $result->{structuredContent}{loads}{activities}, 'of all activities');
cmp_ok($last_told, '<=', $told[-1]{total}, 'up to all');

# --- questions ----------------------------------------------------------------------

sub answer {
	my ($client, $question, $result) = @_;
	return ($client->post({ jsonrpc => '2.0', id => $question->{data}{id},
		%$result }))[0]{status};
}

$stream = $c->begin('tools/call', { name => 'test_elicitation',
	arguments => { message => 'Who "are" you?' } });
my $question = $stream->event;
is($question->{data}{method}, 'elicitation/create', 'a question');
is($question->{data}{params}{message}, 'Who "are" you?', 'in its words');
is(answer($other, $question, { result => { action => 'cancel' } }), 400,
    'another session cannot answer it');
is(answer($c, $question, { result => { action => 'accept', content => { username => 'a' } } }),
    202, 'an answer, at any worker');
like($stream->event->{data}{result}{content}[0]{text}, qr/accept.*"username":"a"/, 'arrives');
$stream = $c->begin('tools/call', { name => 'test_sampling' });
$question = $stream->event;
answer($c, $question, { error => { code => -1, message => 'not today' } });
$result = $stream->event->{data}{result};
ok($result->{isError} && $result->{content}[0]{text} =~ /not today/, 'an error for an answer');
is((($c->post({ jsonrpc => '2.0', id => 'made-up', result => {} }))[0]{status}), 400,
    'what was not asked');
$stream = $c->begin('tools/call', { name => 'test_sampling' });
$question = $stream->event;
my $last = $stream->event(10);
ok($last && ($last->{data}{error} || $last->{data}{result}{isError}), 'no answer in time')
    or diag(encode_json($last || {}));
my $dumb = Pierre::Mcp->new($t);
($r, $body) = $dumb->call('tools/call', { name => 'test_elicitation' });
ok($body->{result}{isError}, 'who cannot be asked is not');

$stream = $c->begin('tools/call', { name => 'test_elicitation' });
$question = $stream->event;
$stream->hang_up;
answer($c, $question, { result => { action => 'decline' } });
@rest = $c->get('Last-Event-ID' => $question->{id})->all;
like($rest[-1]{data}{result}{content}[0]{text}, qr/decline/, 'answered while nobody listened');

my $opens = Pierre::Mcp->new($t, capabilities => { elicitation => { url => {} } });
for ([accept => 'opened'], [decline => 'not opened']) {
	my ($action, $outcome) = @$_;
	$stream = $opens->begin('tools/call', { name => 'test_elicitation_url' });
	$question = $stream->event;
	my $asked = $question->{data}{params};
	is("$asked->{mode} $asked->{url} $asked->{message}",
	    'url https://pierre.example.com/connect Please connect "it"', 'a page to open');
	ok($asked->{elicitationId}, 'with a name');
	answer($opens, $question, { result => { action => $action } });
	like($stream->event->{data}{result}{content}[0]{text}, qr/is $outcome/, "is $outcome");
}
($r, $body) = $c->call('tools/call', { name => 'test_elicitation_url' });
ok($body->{result}{isError}, 'a client of forms is not asked to open a page');

# Who has no activities is asked to open the page that takes them.
$t->ctl('user', 'create', 'new');
my (undef, $made) = $t->ctl('token', 'create', 'new');
chomp $made;
my $new = Pierre::Mcp->new($t, token => $made, capabilities => { elicitation => { url => {} } });
for ([{ result => { action => 'accept' } }, qr/opens the page/],
    [{ error => { code => -1, message => 'no browser' } }, qr{taken in at .*/import}],
    [undef, qr{taken in at .*/import}]) {
	my ($reply, $words) = @$_;
	$stream = $new->begin('tools/call', { name => 'get_activities' });
	$question = $stream->event;
	like($question->{data}{params}{url}, qr{^http://[^/]+/import\z}, 'the page is named');
	answer($new, $question, $reply) if $reply;
	$result = $stream->event(10)->{data}{result};
	like($result->{content}[0]{text}, $words, 'and the list is given whatever the answer');
	is($result->{structuredContent}{total}, 0, 'as it is');
}

# --- a worker that dies ---------------------------------------------------------------

$stream = $c->begin('tools/call', { name => 'test_sampling' }, id => 'lost "one"');
$question = $stream->event;
kill 'KILL', @{ $t->children->{workers} };
is($stream->event(5), undef, 'a call dies with its worker');
ok($stream->{ended}, 'and its connection does');
$t->await_ready;
my $again = $c->get('Last-Event-ID' => $question->{id});
$last = ($again->all)[-1];
is("$last->{data}{id} $last->{data}{error}{code}", 'lost "one" -32603',
    'who comes again is told so') or diag(encode_json($last || {}));
is(scalar(() = $c->get('Last-Event-ID' => $last->{id})->all), 0, 'once');

# As if another node had begun it, and been silent for too long.
sub uuid_sql { return $t->{postgres} ? "'$_[0]'" : "X'" . ($_[0] =~ tr/-//dr) . "'" }
my $orphan = '11111111-1111-4111-8111-111111111111';
$t->value(sprintf 'INSERT INTO mcp_calls SELECT tenant_id, user_id, id, %s, %s, %s, %s ' .
    'FROM mcp_sessions WHERE id = %s', uuid_sql($orphan), "'77'", "'elsewhere/1.1'",
    $t->sql_time(time - 1), uuid_sql($c->{session}));
@rest = $c->get('Last-Event-ID' => "$orphan/0")->all;
is("$rest[0]{data}{id} $rest[0]{data}{error}{code}", '77 -32603', 'nor on another node');

# --- cancellation --------------------------------------------------------------------

$stream = $c->begin('tools/call', { name => 'test_sampling' }, id => 'stop "me"');
$question = $stream->event;
is($c->note('notifications/cancelled', { requestId => 'stop "me"' })->{status}, 202, 'canceled');
my $begun = time;
is($stream->event(5), undef, 'there is no answer');
ok($stream->{ended} && time - $begun < 1.5, 'and the stream ends at once');
ok(($again = $c->get('Last-Event-ID' => $question->{id}))->status == 200 && !$again->all &&
	$again->{ended}, 'so does one that comes later');
is($c->note('notifications/cancelled', { requestId => 12345 })->{status}, 202,
    'what does not run can be canceled');

# --- changes ------------------------------------------------------------------------

$stream = $c->get;
is($stream->status, 200, 'a stream of its own');
($r, $body) = $c->call('resources/subscribe', { uri => 'pierre://activities/recent' });
is_deeply($body->{result}, {}, 'a resource is watched');
($r, $body) = $c->call('resources/subscribe', { uri => 'pierre://none' });
is($body->{error}{code}, -32002, 'one that is not there');
$c->call('tools/call', { name => 'test_trigger_tool_change' });
my $event = $stream->event;
is($event->{data}{method}, 'notifications/tools/list_changed', 'a list changed');
import_run();
my $updated = $stream->event;
is($updated->{data}{params}{uri}, 'pierre://activities/recent', 'a resource was updated')
    or diag(encode_json($updated || {}));
my $second = $c->get('Last-Event-ID' => $event->{id});
is($second->event->{data}{params}{uri}, 'pierre://activities/recent',
    'what came after an event comes again');
is($stream->event(5), undef, 'a session has one stream');
ok($stream->{ended}, 'the older one ends');
my $run = $t->tool('get_activities', { limit => 1 })->{activities}[0]{id};
my $its_own = "pierre://activities/$run";
$c->call('resources/subscribe', { uri => $its_own });
is($t->request('PATCH', "/api/activities/$run", content => '{"name":"Home"}',
	headers => { 'Content-Type' => 'application/json' })->{status}, 200, 'the run gets a name');
is(join(' ', sort map { ($second->event || {})->{data}{params}{uri} // '' } 1, 2),
    "$its_own pierre://activities/recent", 'which changes it and the list');
($r, $body) = $c->call('resources/unsubscribe', { uri => 'pierre://activities/recent' });
is_deeply($body->{result}, {}, 'and is watched no more');
is($t->request('DELETE', "/api/activities/$run")->{status}, 204, 'the run is deleted');
is(($second->event || {})->{data}{params}{uri}, $its_own, 'which is told of it alone');
$c->call('tools/call', { name => 'test_trigger_prompt_change' });
is($second->event->{data}{method}, 'notifications/prompts/list_changed', 'the new one goes on');
my $profile = 'pierre://athlete/profile';
$c->call('resources/subscribe', { uri => $profile });
for my $words ([qw(threshold set demo ftp_w 233 --from 2020-01-01)],
    [qw(threshold remove demo ftp_w 2020-01-01)], [qw(user set demo --weight-kg 63)]) {
	is(($t->ctl(@$words))[0], 0, "@$words");
	is(($second->event || {})->{data}{params}{uri}, $profile, 'changes the profile');
}
isnt(($t->ctl(qw(threshold remove demo ftp_w 2020-01-01)))[0], 0, 'what is not there');
$c->call('tools/call', { name => 'test_trigger_prompt_change' });
is($second->event->{data}{method}, 'notifications/prompts/list_changed', 'changes nothing');
SKIP: {
	my $data = shared_dir('data') or skip 'the shared data is absent', 2;
	is(($t->ctl('import', "$data/fit/WeightScaleSingleUser.fit", '--user', 'demo'))[0], 0,
	    'a scale');
	is(($second->event || {})->{data}{params}{uri}, $profile, 'changes the profile');
}
$second->hang_up;

# What is watched in the moment in which a stream takes its place, before those
# changes that it hears of.
my $late = Pierre::Mcp->new($t);
my $when = q(NEW.payload LIKE '%"stream"%');
my $watch = 'INSERT INTO mcp_subscriptions SELECT tenant_id, user_id, id, ' .
    "'$profile' FROM mcp_sessions WHERE id = " . uuid_sql($late->{session});
$t->value($t->{postgres} ? 'CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS ' .
    "\$\$ BEGIN $watch; RETURN NEW; END \$\$; " . 'CREATE TRIGGER meanwhile AFTER INSERT ' .
    "ON events FOR EACH ROW WHEN ($when) EXECUTE FUNCTION meanwhile()" :
    "CREATE TRIGGER meanwhile AFTER INSERT ON events WHEN $when BEGIN $watch; END");
$stream = $late->get;
is($stream->status, 200, 'a stream begins while a resource comes to be watched');
$t->value('DROP TRIGGER meanwhile' . ($t->{postgres} ? ' ON events' : ''));
is(($t->ctl(qw(user set demo --weight-kg 62)))[0], 0, 'which is updated');
is(($stream->event || {})->{data}{params}{uri}, $profile, 'and told of');
$stream->hang_up;

# --- the modern era -------------------------------------------------------------------

my %meta = ('io.modelcontextprotocol/protocolVersion' => '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities' => { elicitation => {}, sampling => {} });
my $modern = Pierre::Mcp->new($t, session => 0);
my $number = 100;
sub listen_to {
	my ($filter) = @_;
	return $modern->begin('subscriptions/listen', { notifications => $filter, _meta => \%meta },
	    'MCP-Protocol-Version' => '2026-07-28', 'Mcp-Method' => 'subscriptions/listen',
	    id => ++$number);
}
my @listeners = map { listen_to({ toolsListChanged => JSON::PP::true }) } 1 .. 5;
my $deaf = listen_to({ promptsListChanged => JSON::PP::true });
my $ack = $_->event for @listeners, $deaf;
$t->rpc('tools/call', { name => 'test_trigger_tool_change' });
is(scalar(grep { ($_->event || {})->{data}{method} eq 'notifications/tools/list_changed' }
    @listeners), 5, 'five streams on four workers hear of a change');
is($deaf->event(0.3), undef, 'who did not ask does not');
reload();
my @end = $listeners[0]->all;
is($end[-1]{data}{result}{resultType}, 'complete', 'a listener is told when its worker leaves');
$_->hang_up for @listeners, $deaf;

my %able_now = (abilities => { elicitation => {}, sampling => {} });
my $name = 'test_input_required_result_multi_round';
($r, $body) = $t->rpc('tools/call', { name => $name }, %able_now);
is($body->{result}{resultType}, 'input_required', 'a first round');
my $state = $body->{result}{requestState};
($r, $body) = $t->rpc('tools/call', { name => 'test_input_required_result_request_state',
	inputResponses => {}, requestState => $state }, %able_now);
is($body->{error}{code}, -32602, 'a state is of one request');
($r, $body) = $t->rpc('tools/call', { name => $name, requestState => $state,
	inputResponses => { step1 => { action => 'accept', content => { name => 'A' } } } }, %able_now);
$state = $body->{result}{requestState};
($r, $body) = $t->rpc('tools/call', { name => $name, requestState => $state,
	inputResponses => { step2 => { action => 'accept', content => { color => 'red' } } } }, %able_now);
is($body->{result}{content}[0]{text}, 'A likes red.', 'the last round knows the first');

my %opener = (abilities => { elicitation => { url => {} } });
($r, $body) = $t->rpc('tools/call', { name => 'test_elicitation_url' }, %opener);
my $asked = $body->{result}{inputRequests}{open}{params};
is("$asked->{mode} " . ($asked->{elicitationId} // 'unnamed'), 'url unnamed', 'a page to open');
($r, $body) = $t->rpc('tools/call', { name => 'test_elicitation_url', inputResponses =>
	{ open => { action => 'accept' } }, requestState => $body->{result}{requestState} // '' }, %opener);
is($body->{result}{content}[0]{text}, 'The page is opened.', 'is opened');
($r, $body) = $t->rpc('tools/call', { name => 'test_elicitation_url' },
    abilities => { elicitation => {} });
is($body->{error}{code} . ' ' . encode_json($body->{error}{data}{requiredCapabilities}),
    '-32021 {"elicitation":{"url":{}}}', 'a client of forms is told what it lacks');

# --- a stream is as good as its token ------------------------------------------------

my ($status, $out) = $t->ctl('token', 'create', 'demo');
chomp(my $token = $out);
my $lent = Pierre::Mcp->new($t, token => $token);
my $own = $lent->get;
is($own->status, 200, 'a stream by another token');
($status, $out) = $t->ctl('token', 'list', 'demo');
my ($newest) = $out =~ /([0-9a-f-]{36})/;
($status, $out, my $err) = $t->ctl('token', 'revoke', 'demo', $newest);
is($status, 0, 'the token is revoked') or diag($out, $err);
is($own->event(6), undef, 'the stream says nothing more');
ok($own->{ended}, 'and ends');

# --- pages ----------------------------------------------------------------------------

my (@names, $cursor);
do {
	($r, $body) = $t->rpc('tools/list', { defined $cursor ? (cursor => $cursor) : () });
	cmp_ok(scalar @{ $body->{result}{tools} }, '<=', 10, 'a page');
	push @names, map { $_->{name} } @{ $body->{result}{tools} };
	$cursor = $body->{result}{nextCursor};
} while (defined $cursor);
my %seen;
is(scalar(grep { $seen{$_}++ } @names), 0, 'no tool twice');
ok($seen{get_activities} && $seen{test_input_required_result_capabilities}, 'from the first to the last');
($r, $body) = $t->rpc('tools/list', {});
($r, my $wrong) = $t->rpc('prompts/list', { cursor => $body->{result}{nextCursor} });
is($wrong->{error}{code}, -32602, 'a cursor of another list');
($r, $wrong) = $t->rpc('tools/list', { cursor => $body->{result}{nextCursor} . 'x' });
is($wrong->{error}{code}, -32602, 'a cursor that was changed');

# --- completion ---------------------------------------------------------------------

($r, $body) = $t->rpc('completion/complete', { ref => { type => 'ref/prompt', name => 'race_build_check' },
	argument => { name => 'sport_type', value => 'ri' } });
ok((grep { $_ eq 'ride' } @{ $body->{result}{completion}{values} }), 'a word is completed');
($r, $body) = $t->rpc('completion/complete', { ref => { type => 'ref/resource',
	uri => 'pierre://activities/{activity_id}' }, argument => { name => 'activity_id', value => '' } });
my $id = $body->{result}{completion}{values}[0];
($r, $body) = $t->rpc('resources/read', { uri => "pierre://activities/$id" });
is(decode_json($body->{result}{contents}[0]{text})->{activity}{id}, $id, 'a template is read');
($r, $body) = $t->rpc('completion/complete', { ref => { type => 'ref/prompt', name => 'none' },
	argument => { name => 'x', value => '' } });
is($body->{error}{code}, -32602, 'of what is not there');

# --- how many streams -----------------------------------------------------------------

my @many = map { listen_to({ toolsListChanged => JSON::PP::true }) } 1 .. 40;
my @refused = grep { $_->status == 429 } @many;
cmp_ok(scalar @refused, '>', 0, 'a person has a number of streams, listeners among them');
like($refused[0]{raw}, qr/"error":.*event streams are open/, 'others are refused');
like($t->request('GET', '/metrics')->{content},
    qr/^pierre_rate_limited_total\{limit="streams"\} [1-9]/m, 'which is counted');
$_->hang_up for @many;

# --- what is old ------------------------------------------------------------------------

# More than one transaction deletes.
my $old = $t->sql_time(time - 400 * 86400);
my $count = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)';
$t->value("INSERT INTO events $count SELECT tenant_id, user_id, topic, -i, kind, payload, $old " .
    'FROM (SELECT * FROM events LIMIT 1) AS e, n');
$t->value("INSERT INTO mcp_sessions $count SELECT tenant_id, user_id, " .
    ($t->{postgres} ? 'gen_random_uuid()' : 'randomblob(16)') .
    ", version, abilities, log_level, $old, $old FROM (SELECT * FROM mcp_sessions LIMIT 1) AS s, n");
is($t->value("SELECT count(*) FROM events WHERE created_at = $old"), 5000, 'many events are old');
ok(until_true(sub { $t->value("SELECT (SELECT count(*) FROM events WHERE created_at = $old) + " .
    "(SELECT count(*) FROM mcp_sessions WHERE touched_at = $old)") == 0 }, 13),
    'and sessions, and all are gone with the next sweep');

$t->finish(qr/was killed by signal 9/);
done_testing;
