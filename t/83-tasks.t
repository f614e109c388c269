#!/usr/bin/perl
# Tasks: what the conformance suite asks of them, over four workers; and on both
# databases that they outlive workers and reloads.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Pierre::Conformance;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(sleep time);

my $tasks = { extensions => { 'io.modelcontextprotocol/tasks' => {} },
	elicitation => {} };

# A modern request of a client that takes tasks.
sub call {
	my ($t, $method, $params) = @_;
	return ($t->rpc($method, $params, abilities => $tasks))[1];
}

sub start {
	my ($t, $name, $arguments) = @_;
	return call($t, 'tools/call', { name => $name, arguments => $arguments || {} })
	    ->{result};
}

sub get { return call($_[0], 'tasks/get', { taskId => $_[1] })->{result} }

# When it has this status, or has ended.
sub await {
	my ($t, $id, $status, $seconds) = @_;
	my $task;
	until_true(sub {
		$task = get($t, $id);
		$task && $task->{status} =~ /^(?:$status|failed|cancelled)$/;
	}, $seconds || 10);
	return $task;
}

sub text { return $_[0]{result}{content}[0]{text} }

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 4,
	    config => suite_task_config() . "mcp:\n  task_after: 0s\n");

	SKIP: {
		skip 'once is enough', scalar @suite_tasks unless $engine eq 'sqlite';
		skip 'the clients are not installed (make check does)', scalar @suite_tasks
		    unless -e ($ENV{PIERRE_CLIENTS} || 'build/clients') . '/.installed';
		my $url = suite_proxy($t);
		my %run = map { $_ => suite_task_start($url, $_) } @suite_tasks;
		for my $scenario (@suite_tasks) {
			my $r = suite_task_end($run{$scenario});
			ok($r->{good}, "$engine: $scenario, $r->{checks} checks") or diag $r->{out};
		}
	}

	# --- what the suite does not ask ----------------------------------------

	my $bad = start($t, 'slow_compute', { seconds => 'many' });
	ok($bad->{isError} && !$bad->{taskId}, 'bad arguments make no task');
	my $mine = start($t, 'slow_compute', { seconds => 1 });
	$t->ctl('user', 'create', 'other');
	my (undef, $foreign) = $t->ctl('token', 'create', 'other', '--scopes',
	    'activities:read');
	chomp $foreign;
	for my $method (qw(tasks/get tasks/cancel)) {
		my (undef, $r) = $t->rpc($method, { taskId => $mine->{taskId} },
		    abilities => $tasks, token => $foreign);
		is($r->{error}{code}, -32602, "$method: another's task is none");
	}
	is(call($t, 'tasks/update', { taskId => $mine->{taskId} })->{error}{code}, -32602,
	    'tasks/update without inputResponses');
	is(await($t, $mine->{taskId}, 'completed')->{status}, 'completed',
	    'and the task ends');

	my $seen;
	my $slow = start($t, 'slow_compute', { seconds => 3 });
	until_true(sub { ($seen = get($t, $slow->{taskId})->{statusMessage} // '') =~
		/\d+ % done/ }, 5);
	like($seen, qr/^\d+ % done/, 'progress is told');

	# --- a long history ------------------------------------------------------

	is(($t->ctl('threshold', 'set', 'demo', 'ftp_w', '251'))[0], 0,
	    'all loads are to be computed anew');
	my $analysis = start($t, 'analyze_training_load', {});
	ok($analysis->{taskId}, 'which becomes a task');
	cmp_ok(await($t, $analysis->{taskId}, 'completed', 30)
		->{result}{structuredContent}{training_load}{ctl}, '>', 0, 'with its result');
	my (undef, $narrow) = $t->ctl('token', 'create', 'demo', '--scopes', 'profile:read');
	chomp $narrow;
	my ($refused) = $t->rpc('tasks/get', { taskId => $analysis->{taskId} },
	    abilities => $tasks, token => $narrow);
	is($refused->{status}, 403, 'not for a token that may not ask for it');
	like($refused->{headers}{'www-authenticate'}, qr/insufficient_scope.*activities:read/,
	    'which is told what it lacks');
	($refused) = $t->rpc('subscriptions/listen',
	    { notifications => { taskIds => [$analysis->{taskId}] } },
	    abilities => $tasks, token => $narrow);
	is($refused->{status}, 403, 'nor does it hear of it');
	my (undef, $sender) = $t->ctl('token', 'create', 'demo', '--scopes', 'activities:write');
	chomp $sender;
	my $as_job = decode_json($t->request('GET', "/api/jobs/$analysis->{taskId}",
	    token => $sender)->{content});
	is($as_job->{state}, 'done', 'who may see jobs sees this one');
	ok(!exists $as_job->{result}, 'but not what it found');
	unlike($t->request('GET', '/api/jobs', token => $sender)->{content}, qr/"ctl"/,
	    'nor in the list');
	my $again = start($t, 'analyze_training_load', {});
	ok(!$again->{taskId} && $again->{structuredContent}, 'and is quick the next time');

	# --- workers come and go -------------------------------------------------

	my $asks = start($t, 'confirm_delete', { filename => 'a.txt' });
	is(await($t, $asks->{taskId}, 'input_required')->{status}, 'input_required',
	    'a task asks');
	my @running = map { start($t, 'slow_compute', { seconds => 2, label => "task $_" }) }
	    1 .. 4;
	sleep 0.5;
	kill 'KILL', @{ $t->children->{workers} };
	$t->await_ready;
	is(($t->signal('reload'))[0], 0, 'all workers are killed, and there is a reload');
	my $question = get($t, $asks->{taskId})->{inputRequests};
	my ($key) = keys %$question;
	is($question->{$key}{method}, 'elicitation/create', 'it still asks');
	is_deeply(call($t, 'tasks/update', { taskId => $asks->{taskId}, inputResponses =>
		{ $key => { action => 'accept', content => { confirm => JSON::PP::true } } } })
	    ->{result}{resultType}, 'complete', 'it is answered');
	is(text(await($t, $asks->{taskId}, 'completed')), 'a.txt was deleted.',
	    'and goes on with the answer');
	is(text(await($t, $running[$_]{taskId}, 'completed', 20)), 'Computed task ' .
	    ($_ + 1) . '.', 'those that ran are run again') for 0 .. $#running;

	# A worker that leaves while a task runs.
	my $short = start($t, 'slow_compute', { seconds => 1, label => 'whole' });
	my $by = q(SELECT worker FROM jobs WHERE CAST(input AS TEXT) LIKE '%"whole"%');
	my $worker;
	until_true(sub { ($worker = $t->value($by)) =~ /\.\d+$/ });
	kill 'QUIT', $worker =~ /\.(\d+)$/;
	is(text(await($t, $short->{taskId}, 'completed')), 'Computed whole.',
	    'a task whose worker leaves');
	is($t->value($by), $worker, 'ends where it began');

	my $long = start($t, 'slow_compute', { seconds => 500 });
	await($t, $long->{taskId}, 'working');
	sleep 0.3;
	my $begun = time;
	call($t, 'tasks/cancel', { taskId => $long->{taskId} });
	is(await($t, $long->{taskId}, 'cancelled', 5)->{status}, 'cancelled', 'canceled');
	cmp_ok(time - $begun, '<', 4, 'within moments');
	$t->finish(qr/signal 9|ended with status 0|job of the fixture|mcp_task: internal error/);
}
# Workers that have to leave at once, one after another: an analysis goes on with
# what those before have computed, so that it ends.  It may be over before its
# worker leaves.
my $t = Pierre::Test->new(demo => 1, workers => 1,
    config => "mcp:\n  task_after: 0s\nserver:\n  drain_timeout: 0s\n");

# The statuses and the percentages that a task is seen at, and its workers.
sub hurry {
	my ($ftp) = @_;
	$t->ctl('threshold', 'set', 'demo', 'ftp_w', $ftp);
	my $id = start($t, 'analyze_training_load', {})->{taskId};
	my (%workers, @done, $task);
	my $look = sub {
		$task = get($t, $id) || {};
		push @done, $1 if ($task->{statusMessage} // '') =~ /(\d+) % done/;
		my $worker = $t->value(q(SELECT worker FROM jobs WHERE kind = 'mcp_task'
			ORDER BY created_at DESC LIMIT 1));
		$workers{$worker} = 1 if $worker =~ /\d/;
		return ($task->{status} // '') =~ /^(?:completed|failed)$/;
	};
	for my $n (1 .. 3) {
		until_true(sub { $look->() || keys %workers >= $n && @done });
		$t->signal('reload');
	}
	until_true($look, 30);
	return ($task->{status}, scalar keys %workers, @done);
}
my ($status, $n_workers, @done);
for my $ftp (251 .. 260) {
	($status, $n_workers, @done) = hurry($ftp);
	last if $status ne 'completed' || $n_workers > 1 && @done > 1;
}
is($status, 'completed', 'an analysis ends though its workers leave');
cmp_ok($n_workers, '>', 1, 'and others take it up');
cmp_ok($done[0], '>', 0, 'how far it is is told');
is("@done", join(' ', sort { $a <=> $b } @done), 'and nobody begins anew');
$t->finish(qr/left before all work/);
done_testing();
