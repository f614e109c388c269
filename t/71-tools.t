#!/usr/bin/perl
# What the tools say to somebody whose data are not as the demo athlete's are:
# imported files without thresholds, sources that are not there, short years.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Test::More;
use Pierre::Test;

my $t = Pierre::Test->new(workers => 1, demo => 1);
my $data = shared_dir('data');

# Text and structured content.
sub call_tool {
	my ($name, $arguments, $token) = @_;
	my ($r, $body) = $t->rpc('tools/call', { name => $name, arguments => $arguments },
	    headers => defined $arguments->{provider}
	        ? { 'Mcp-Param-Provider' => $arguments->{provider} } : {},
	    defined $token ? (token => $token) : ());
	return ($body->{result}{content}[0]{text}, $body->{result}{structuredContent});
}

# --- a source that nothing came from ------------------------------------------

for my $tool (qw(get_activities get_stats analyze_training_load)) {
	my ($text) = call_tool($tool, { provider => 'strava' });
	like($text, qr/No activity is of the source "strava"; there are some of synthetic\./,
	    "$tool says which sources there are");
	($text) = call_tool($tool, { provider => 'synthetic' });
	unlike($text, qr/No activity/, 'and nothing of one that there is');
}
my ($text) = call_tool('get_activities', { provider => 'synthetic', to => '2001-01-01' });
unlike($text, qr/No activity/, 'an empty range is no missing source');

# --- sums end where the history begins ------------------------------------------

my (undef, $all) = call_tool('get_stats', {});
for my $period (qw(week month year)) {
	my (undef, $stats) = call_tool('get_stats', { period => $period, count => 104 });
	my @periods = @{ $stats->{periods} };
	my $sum = 0;
	$sum += $_->{activities} for @periods;
	is($sum, $all->{all_time}{activities}, "${period}s: all activities are in them");
	cmp_ok($periods[-1]{activities}, '>', 0, 'the last is the first that has any');
	my @gaps = grep { !defined $periods[$_]{from} } 0 .. $#periods;
	is_deeply(\@gaps, [], 'each has its dates');
}

# --- form, by both conventions ----------------------------------------------------

my (undef, $load) = call_tool('analyze_training_load', { days => 7 });
my $today = $load->{training_load};
my @curve = @{ $load->{curve} };
cmp_ok(abs($today->{tsb_same_day} - ($today->{ctl} - $today->{atl})), '<=', 0.11,
    'tsb_same_day is of today');
cmp_ok(abs($today->{tsb} - ($curve[-2]{ctl} - $curve[-2]{atl})), '<=', 0.11,
    'tsb of yesterday');
ok($load->{model}{tsb} && $load->{model}{tsb_same_day}, 'the model names both');

# --- sleep and measurements ------------------------------------------------------

my (undef, $sleep) = call_tool('get_sleep', { stages => JSON::PP::true });
my @nights = @{ $sleep->{sleeps} };
cmp_ok(scalar @nights, '>=', 13, 'the nights of two weeks');
my $night = $nights[0];
my %slept;
$slept{ $_->{stage} } += $_->{duration_s} for @{ $night->{stages} };
is($slept{deep} + $slept{light} + $slept{rem}, $night->{asleep_s}, 'stages add up');
is($slept{awake}, $night->{awake_s}, 'to the times awake as well');
my (undef, $days) = call_tool('get_measurements', {});
my %of = map { $_->{kind} => { map { $_->{date} => $_->{value} } @{ $_->{days} } } }
    @{ $days->{measurements} };
is($of{sleep_total_s}{ $night->{date} }, $night->{asleep_s}, 'the day says the same');
ok($of{hrv_rmssd_ms} && !$of{hrv_sdnn_ms}, 'variability by its kind');
for (['/api/sleep', 'sleeps'], ['/api/measurements', 'measurements']) {
	my ($path, $list) = @$_;
	my $r = $t->request('GET', $path);
	my @all = @{ decode_json($r->{content})->{$list} };
	cmp_ok(scalar @all, '>', 20, "$path: a month");
	is($t->request('GET', "$path?from=2020-01-01&to=2026-01-01")->{status}, 400,
	    'not six years');
}
{
	my $r = $t->request('GET', '/api/measurements?kind=hrv_rmssd_ms');
	my %kinds = map { $_->{kind} => 1 } @{ decode_json($r->{content})->{measurements} };
	is(join(' ', keys %kinds), 'hrv_rmssd_ms', 'measurements of one kind');
	like($t->request('GET', '/api/measurements?kind=mood')->{content},
	    qr/kind: there is no mood/, 'there is no such');
	# What is mistyped would give all.
	for (['/api/measurements?kinds=hrv_rmssd_ms', 'kinds; it takes kind, to, from'],
	    ['/api/sleep?since=2026-01-01', 'since; it takes to, from'],
	    ['/api/activities?sport=ride', 'sport; it takes limit, from, to, sport_type, provider'],
	    ['/api/jobs?limit=1&%6Cimits=2', 'limits; it takes limit, before']) {
		my ($path, $said) = @$_;
		$r = $t->request('GET', $path);
		is($r->{status}, 400, $path);
		like($r->{content}, qr/the query takes no $said/, 'says what there is');
	}
	is($t->request('GET', '/api/activities?limit=1&')->{status}, 200, 'an end without a name');
}
{
	my (undef, $out) = $t->ctl('token', 'create', 'demo', '--scopes', 'measurements:read');
	my ($token) = $out =~ /(pmcp_pat_\S+)/ or die $out;
	my (undef, $awake) = call_tool('get_measurements', {}, $token);
	is((grep { $_->{kind} =~ /^sleep/ } @{ $awake->{measurements} }), 0,
	    'who may not see sleep sees none');
	my ($text) = call_tool('get_sleep', {}, $token);
	like($text // 'refused', qr/refused|scope/, 'not by its tool either');
}

# --- every number that is given can be asked about -------------------------------------

my (undef, $list) = call_tool('get_activities', { limit => 20 });
my %given = map { $_ => 1 } numbers_of($today), map { $_->{kind} }
    @{ (call_tool('get_athlete', {}))[1]{thresholds} };
for my $activity (@{ $list->{activities} }) {
	my (undef, $a) = call_tool('analyze_activity', { activity_id => $activity->{id} });
	$given{$_} = 1 for map { numbers_of($a->{$_} // {}) } qw(load power heart_rate pace efficiency);
}
# What the call or the load itself was made of.
delete @given{qw(warm_up_s rated_duration_s rated_intensity rated_against)};
cmp_ok(scalar keys %given, '>', 30, scalar(keys %given) . ' numbers are given');
for my $name (sort keys %given) {
	my (undef, $metric) = call_tool('explain_metric', { metric => $name });
	ok($metric->{formula}, "explain_metric knows $name");
}

# Names of the numbers and paces of an object.
sub numbers_of {
	my ($object) = @_;
	return grep { defined $object->{$_} && !ref $object->{$_} &&
		$object->{$_} =~ /^-?[\d.:]+$/ } keys %$object;
}

# --- edges of zones -----------------------------------------------------------------

my (undef, $athlete) = call_tool('get_athlete', {});
my ($lthr) = map { $_->{value} } grep { $_->{kind} eq 'lthr_bpm' } @{ $athlete->{thresholds} };
is($athlete->{zones}{heart_rate_ride}{zones}[1]{from}, sprintf('%.1f', 0.81 * $lthr),
    'an edge between two beats is not rounded to one of them');

# --- nothing yet -------------------------------------------------------------------

$t->ctl('user', 'create', 'new');
my (undef, $made) = $t->ctl('token', 'create', 'new');
chomp $made;
my %page = (token => $made, abilities => { elicitation => { url => {} } });
my $import = $t->url . '/import';
my @list = ('tools/call', { name => 'get_activities', arguments => {} });
my (undef, $offer) = $t->rpc(@list, %page);
my $asked = $offer->{result}{inputRequests}{import}{params} || {};
is(join(' ', map { $asked->{$_} // '' } qw(mode url)), "url $import",
    'who has no activities is asked to open the page that takes them')
    or diag(encode_json($offer));
for my $case ([accept => qr/opens the page/], [decline => qr{taken in at \Q$import\E\.}]) {
	my ($action, $words) = @$case;
	(undef, my $body) = $t->rpc($list[0], { %{ $list[1] },
		requestState => $offer->{result}{requestState},
		inputResponses => { import => { action => $action } } }, %page);
	like($body->{result}{content}[0]{text}, $words, "$action: the answer says so");
	is($body->{result}{structuredContent}{total}, 0, 'and is one');
}
($text) = call_tool('get_activities', {}, $made);
like($text, qr{taken in at \Q$import\E\.}, 'a client that cannot ask is told');
($text) = call_tool('analyze_training_load', {}, $made);
like($text, qr{no activities.*taken in at \Q$import\E\.}s, 'by the analysis too');
(undef, $offer) = $t->rpc($list[0], { name => 'get_activities',
	arguments => { sport_type => 'ride' } }, %page);
is($offer->{result}{structuredContent}{total}, 0, 'a search that finds nothing asks nobody');

# --- files without thresholds ---------------------------------------------------------

SKIP: {
	skip 'the shared data is absent', 3 unless $data;
	$t->ctl('user', 'create', 'bare');
	my (undef, $out) = $t->ctl('token', 'create', 'bare');
	my ($token) = $out =~ /(pmcp_pat_\S+)/ or die $out;
	($text) = call_tool('analyze_training_load', {}, $token);
	like($text, qr/There are no activities up to today/, 'nothing at all');
	my ($status) = $t->ctl('import', "$data/fit/garmin-fenix-5-run.fit",
	    "$data/fit/garmin-fenix-5-bike.fit", '--user', 'bare');
	is($status, 0, 'two files');
	($text) = call_tool('analyze_training_load', {}, $token);
	like($text, qr/None of the 2 activities up to today has a training load.*threshold set/s,
	    'activities without a load: what to set is said');
}

$t->finish;
done_testing();
