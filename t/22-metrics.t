#!/usr/bin/perl
# What operators see: /metrics, read as strictly as the format allows, over
# reloads and killed workers; the probes, also while the database hangs.
use strict;
use warnings;
use lib 't/lib';
use Fcntl qw(F_SETLK F_WRLCK SEEK_SET);
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Client;
use Pierre::Test;

my $t = Pierre::Test->new(workers => 2, demo => 1,
    config => "log:\n  access: false\ndatabase:\n  busy_timeout: 300ms\n");
my $token = $t->token;

# --- the format ---------------------------------------------------------------

# Prometheus text format 0.0.4, or OpenMetrics 1.0:
# (series => value, family => kind, complaints).
sub parse {
	my ($text, $open) = @_;
	my %suffix = (counter => '_(?:total|created)', info => '_info');
	my (%value, %kind, %help, %closed, @wrong, $family);
	my $name = qr/[a-zA-Z_:][a-zA-Z0-9_:]*/;
	my $label = qr/[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"/;

	push @wrong, 'no line feed at the end' unless $text =~ /\n\z/;
	push @wrong, 'no EOF' if $open && $text !~ s/^# EOF\n\z//m;
	for (split /\n/, $text) {
		if (/^# HELP ($name) (\S.*)$/) {
			push @wrong, "HELP twice: $1" if $help{$1}++;
			$closed{$family} = 1 if defined $family;
			$family = $1;
			push @wrong, "in two places: $1" if $closed{$1};
		} elsif (/^# TYPE ($name) (counter|gauge|histogram|info)$/) {
			push @wrong, "TYPE twice: $1" if $kind{$1};
			push @wrong, "TYPE without HELP: $1" if $1 ne ($family // '');
			$kind{$1} = $2;
		} elsif (/^($name)(\{$label(?:,$label)*\})? (-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)$/) {
			my ($metric, $labels, $number) = ($1, $2 // '', $3);
			my $of = $metric;
			my $of_kind = $kind{ $family // '' } // '';
			$of =~ s/_(?:bucket|sum|count)$// if $of_kind eq 'histogram';
			$of =~ s/$suffix{$of_kind}$// || push @wrong, "no suffix: $_"
			    if $open && $suffix{$of_kind};
			push @wrong, "$metric stands under " . ($family // 'nothing')
			    if $of ne ($family // '') || !$kind{$of};
			push @wrong, "twice: $metric$labels" if exists $value{"$metric$labels"};
			my %seen;
			$seen{$1}++ && push @wrong, "label $1 twice: $_" while $labels =~ /(\w+)="/g;
			$value{"$metric$labels"} = $number;
		} else {
			push @wrong, "cannot be read: $_";
		}
	}
	for (keys %kind) {
		push @wrong, "a counter is called $_"
		    if $kind{$_} eq 'counter' && !/_total$/ != !!$open;
		push @wrong, "too new a kind: $_" if $kind{$_} eq 'info' && !$open;
		push @wrong, "no name of ours: $_" unless /^pierre_/;
	}
	push @wrong, histogram_faults(\%value, $_)
	    for grep { $kind{$_} eq 'histogram' } keys %kind;
	return (\%value, \%kind, \@wrong);
}

sub histogram_faults {
	my ($value, $family) = @_;
	my (%buckets, @wrong);
	for (grep {/^\Q${family}_bucket{\E/} keys %$value) {
		my ($labels, $le) = /^\w+\{(.*),le="([^"]+)"\}$/ or return "no le: $_";
		$buckets{$labels}{$le} = $value->{$_};
	}
	for my $labels (keys %buckets) {
		my %b = %{ $buckets{$labels} };
		my $inf = delete $b{'+Inf'};
		my $before = 0;
		for (sort { $a <=> $b } keys %b) {
			push @wrong, "le=\"$_\" is no canonical number" unless /^\d+\.\d+$/;
			push @wrong, "$family $labels falls at $_" if $b{$_} < $before;
			$before = $b{$_};
		}
		my ($count, $sum) = map { $value->{"${family}_$_\{$labels}"} } qw(count sum);
		push @wrong, "$family $labels: +Inf is not the count"
		    unless defined $inf && defined $count && $inf == $count && $inf >= $before;
		push @wrong, "$family $labels: sum" unless defined $sum && $sum >= 0;
		push @wrong, "$family $labels: sum without observations" if $sum && !$count;
	}
	return @wrong;
}

sub scrape {
	my $r = $t->request('GET', '/metrics', token => undef);
	return $r->{status} == 200 ? parse($r->{content}) : ();
}

my ($v, $kind, $wrong) = scrape();
is_deeply($wrong, [], 'the metrics can be read');
cmp_ok(keys %$kind, '>=', 12, 'there are some');
is($t->request('GET', '/metrics')->{headers}{'content-type'},
    'text/plain; version=0.0.4; charset=utf-8', 'their type');
is_deeply((parse("# HELP a_total x\n# TYPE a_total counter\na_total 1\na_total 1\n"))[2],
    ['twice: a_total', 'no name of ours: a_total'], 'the test sees what is wrong');

# What Prometheus asks for, and what others do.
sub accepting {
	return $t->request('GET', '/metrics', token => undef, headers => { Accept => $_[0] });
}

my $open = accepting('application/openmetrics-text;version=1.0.0,' .
    'application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1');
is($open->{headers}{'content-type'},
    'application/openmetrics-text; version=1.0.0; charset=utf-8', 'OpenMetrics');
is($open->{headers}{vary}, 'Accept', 'by Accept');
my ($open_v, $open_kind, $open_wrong) = parse($open->{content}, 1);
is_deeply($open_wrong, [], 'OpenMetrics can be read');
my ($open_names, $text_names) = map { my %n = map { s/\{.*//r => 1 } keys %$_; \%n } $open_v, $v;
is_deeply($open_names, $text_names, 'and holds the same metrics');
is($open_kind->{pierre_build}, 'info', 'build is an info');
for ('*/*', 'text/plain', 'application/openmetrics-text;version=0.0.1',
	'application/openmetrics-text;q=0', 'application/openmetrics-text;q=0.1, text/plain') {
	like(accepting($_)->{headers}{'content-type'}, qr{^text/plain; version=0\.0\.4}, $_);
}

SKIP: {
	skip 'promtool is not installed', 1
	    unless grep { -x "$_/promtool" } split /:/, $ENV{PATH};
	open my $promtool, '|-', 'promtool check metrics >' . $t->dir . '/promtool 2>&1' or die;
	print $promtool accepting('text/plain')->{content};
	close $promtool;
	is($? . slurp($t->dir . '/promtool'), '0', 'promtool finds nothing');
}

# --- what they say --------------------------------------------------------------

$t->request('GET', '/nowhere');
$t->request('GET', '/livez', token => undef, headers => { Origin => 'http://evil.example' });
$t->request('PUT', '/livez');
$t->request('POST', '/mcp', token => undef, content => '{}');
$t->request('POST', '/mcp', token => 'x', content => '{}');
Pierre::Client->new($t)->ask("GET /livez HTTP/1.1\r\n\r\n");
Pierre::Client->new($t)->ask("GET /livez HTTP/3.0\r\n\r\n");
$t->tool('get_athlete');
$t->tool('get_activity', { activity_id => 'x' });
($v, $kind, $wrong) = scrape();
is_deeply($wrong, [], 'still');
my %want = ('unmatched 404' => 1, 'GET /livez 403' => 1, 'unmatched 405' => 1,
    'POST /mcp 401' => 2, 'invalid 400' => 1, 'invalid 505' => 1, 'POST /mcp 200' => 2);
for (sort keys %want) {
	my ($route, $status) = /^(.*) (\d+)$/;
	is($v->{"pierre_http_requests_total{route=\"$route\",status=\"$status\"}"}, $want{$_}, $_);
}
is_deeply([grep { /^pierre_http_requests_total/ && !/status="[1-5]\d\d"/ } keys %$v], [],
    'status is a real code');
my %one = (
	'pierre_http_requests_in_flight' => 1, # the scrape itself
	'pierre_http_connections' => 1,
	'pierre_db_up' => 1,
	'pierre_generation' => 1,
	'pierre_auth_failures_total{reason="missing"}' => 1,
	'pierre_auth_failures_total{reason="malformed"}' => 1,
	'pierre_mcp_tool_calls_total{tool="get_athlete",outcome="success"}' => 1,
	'pierre_mcp_tool_calls_total{tool="get_activity",outcome="refused"}' => 1,
	'pierre_mcp_requests_total{method="tools/call",outcome="success"}' => 2,
	'pierre_mcp_tool_duration_seconds_count{tool="get_athlete"}' => 1,
	'pierre_processes{role="worker",state="ready"}' => 2,
	'pierre_processes{role="keeper",state="ready"}' => 1,
	'pierre_log_dropped_total' => 0,
	'pierre_config_last_reload_successful' => 1,
);
for (sort keys %one) {
	my $n = $_;
	# Connections that have just gone are known a turn later.
	until_true(sub { ($v) = scrape(); $v->{$n} == $one{$n} }, 2) if /connections|in_flight/;
	is($v->{$_}, $one{$_}, $_);
}
my ($build) = grep {/^pierre_build_info/} keys %$v;
like($build, qr/version="\d+\.\d+\.\d+",commit="\w+"/, 'build_info');
cmp_ok(abs(time - $v->{pierre_start_time_seconds}), '<', 60, 'start_time_seconds');
my $taken = $v->{pierre_config_last_reload_success_timestamp_seconds};
cmp_ok(abs(time - $taken), '<', 60, 'config_last_reload_success_timestamp_seconds');

# --- counters never go back -----------------------------------------------------

# A client that counts its answers, until it is told to end.
my $until = time + 7;
pipe my $from, my $to or die;
my $pid = fork // die;
if ($pid == 0) {
	my ($answered, $lost) = (0, 0);
	my $c;
	while (time < $until) {
		my $r = eval {
			$c //= Pierre::Client->new($t);
			$c->ask("GET /startupz HTTP/1.1\r\nHost: localhost\r\n\r\n", seconds => 3);
		};
		$r ? $answered++ : $lost++;
		undef $c if !$r || ($r->{headers}{connection} // '') eq 'close';
	}
	syswrite $to, "$answered $lost\n";
	POSIX::_exit(0);
}
close $to;
my @plan = map { [$until - 6.5 + $_, $_ & 1 ? 'kill' : 'reload'] } 0 .. 5;
my (%highest, @back, $scrapes, @faults);
while (time < $until) {
	if (@plan && time >= $plan[0][0]) {
		my (undef, $what) = @{ shift @plan };
		my $workers = $t->children->{workers};
		$what eq 'reload' ? kill('HUP', $t->pid) : kill('KILL', $workers->[rand @$workers]);
	}
	my ($now, $kinds, $bad) = eval { scrape() } or next;
	$scrapes++;
	push @faults, @$bad;
	for (keys %$now) {
		my ($family) = /^(\w+)/;
		$family =~ s/_(?:bucket|sum|count)$// unless $kinds->{$family};
		next if $kinds->{$family} eq 'gauge';
		push @back, "$_: $highest{$_}, then $now->{$_}"
		    if defined $highest{$_} && $now->{$_} < $highest{$_};
		$highest{$_} = $now->{$_};
	}
	push @back, grep { !exists $now->{$_} } keys %highest;
}
waitpid $pid, 0;
my ($answered, $lost) = split ' ', <$from>;
diag("$scrapes scrapes, $answered requests, $lost lost");
cmp_ok($scrapes, '>', 100, 'scraped all the time over three reloads and three kills');
cmp_ok($answered, '>', 1000, 'and busy');
cmp_ok($lost, '<=', 3, 'a kill loses one request at most');
is_deeply(\@back, [], 'no counter went back');
is_deeply(\@faults, [], 'and nothing was malformed');
ok(until_true(sub {
	($v) = scrape();
	$v->{'pierre_processes{role="worker",state="ready"}'} == 2 &&
	    $v->{'pierre_processes{role="worker",state="draining"}'} == 0;
}), 'all are back');
my $counted = $v->{'pierre_http_requests_total{route="GET /startupz",status="200"}'};
# A worker may be killed between an answer and its count.
cmp_ok(abs($counted - $answered), '<=', 3, 'what was answered was counted')
    or diag("$counted counted, $answered answered");
is($v->{'pierre_worker_exits_total{reason="killed"}'}, 3, 'exits by reason');
is($v->{'pierre_reloads_total{outcome="done"}'}, 3, 'reloads');
is($v->{'pierre_respawns_total{reason="killed"}'}, 3, 'respawns by reason');
is($v->{pierre_generation}, 4, 'generation');
cmp_ok($v->{pierre_config_last_reload_success_timestamp_seconds}, '>', $taken,
    'the last reload took its configuration');
$taken = $v->{pierre_config_last_reload_success_timestamp_seconds};
$t->write_config("log:\n  access: perhaps\n");
kill 'HUP', $t->pid;
ok(until_true(sub { ($v) = scrape(); $v->{pierre_config_last_reload_successful} == 0 }, 3),
    'one that is refused is told');
$t->write_config($t->{config});
is($v->{'pierre_reloads_total{outcome="refused"}'}, 1, 'and counted');
is($v->{pierre_config_last_reload_success_timestamp_seconds}, $taken, 'with the time of the last');
is(($t->signal('reload'))[0], 0, 'and taken when it is mended');
ok(until_true(sub { ($v) = scrape(); $v->{pierre_config_last_reload_successful} == 1 }, 3),
    'which is told');
ok(until_true(sub { ($v) = scrape(); $v->{pierre_http_requests_in_flight} == 1 }, 3),
    'nothing but the scrape is under way');
ok(until_true(sub { ($v) = scrape(); $v->{pierre_http_connections} == 1 }, 3), 'nor open');

# --- the probes --------------------------------------------------------------------

sub probes {
	return join ' ', map { $t->request('GET', $_, token => undef)->{status} }
	    qw(/livez /readyz /startupz /admin/health);
}
is(probes(), '200 200 200 200', 'the probes');
is($t->request('GET', '/readyz')->{content}, '{"status":"ok"}', 'are short');

# --- a database that hangs -----------------------------------------------------------

# As if another process had begun to recover the log and not gone on: its locks
# are held, and the index of the log is void until it is done.
# Both workers know the administrator before.
$t->request('GET', '/admin/health') for 1 .. 16;
open my $shm, '+<', $t->dir . '/pierre.db-shm' or die "pierre.db-shm: $!";
my $lock = pack 's! s! x4 q q i x4', F_WRLCK, SEEK_SET, 120, 3, 0;
fcntl $shm, F_SETLK, $lock or die "lock: $!";
sysseek $shm, 0, SEEK_SET;
syswrite $shm, "\0" x 96;
my $begun = time;
is($t->request('GET', '/readyz')->{status}, 200, 'a moment\'s trouble is no illness');
my ($r, $body) = $t->rpc('tools/call', { name => 'get_athlete', arguments => {} });
like($body->{error}{message} // '', qr/temporarily unavailable/, 'a tool says so')
    or diag($r->{content});
ok(until_true(sub { $t->request('GET', '/readyz')->{status} == 503 }, 15),
    'a database that does not answer');
cmp_ok(time - $begun, '>', 8, 'is given some time');
is(probes(), '200 503 200 503', 'is no reason to start anew');
($v, undef, $wrong) = scrape();
is($v->{pierre_db_up}, 0, 'db_up');
is_deeply($wrong, [], 'the metrics are there');
$r = $t->request('GET', '/admin/health');
my %check = map { $_->{name} => $_->{status} } @{ decode_json($r->{content})->{checks} || [] };
is_deeply(\%check, { database => 'unhealthy', workers => 'healthy' }, 'health says which')
    or diag($r->{content});
close $shm;
ok(until_true(sub { $t->request('GET', '/readyz')->{status} == 200 }, 3), 'and is back at once');
is($t->tool('get_athlete')->{display_name}, 'Demo Athlete', 'with its data');
$t->finish(qr/was killed by signal 9|the database does not answer|reload refused| config: /);
done_testing();
