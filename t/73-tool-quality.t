#!/usr/bin/perl
# What a language model gets to see: how large the list of tools is, how it is
# graded, which toolset it shows; and answers as small as they are asked for.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use IO::Uncompress::Gunzip qw(gunzip $GunzipError);
use JSON::PP;
use Test::More;
use Pierre::Test;

my $t = Pierre::Test->new(workers => 2, demo => 1);
my $json = JSON::PP->new->canonical;
sub legacy {
	my ($method, $params) = @_;
	my $r = $t->request('POST', '/mcp', headers => { 'Content-Type' => 'application/json' },
	    content => encode_json({ jsonrpc => '2.0', id => 1, method => $method,
		params => $params || {} }));
	return ($r->{content}, decode_json($r->{content})->{result});
}
sub token_with {
	my ($status, $out) = $t->ctl('token', 'create', 'demo', @_);
	chomp $out;
	return $out;
}
sub refusal {
	my ($tool, $arguments) = @_;
	my ($r, $body) = $t->rpc('tools/call', { name => $tool, arguments => $arguments });
	return $body->{result}{isError} ? $body->{result}{content}[0]{text} : '';
}

# --- the list -------------------------------------------------------------------

my ($r, $body) = $t->rpc('tools/list');
cmp_ok(length $r->{content}, '<=', 12 * 1024, 'the tools of the core set take 12 KB at most');
my ($bytes, $list) = legacy('tools/list');
cmp_ok(length $bytes, '<=', 12 * 1024, 'in the legacy era too');
is((legacy('tools/list'))[0], $bytes, 'the list is always the same');

# One list, packed beforehand, behind an id that nobody knew then.
sub listed {
	my ($id, $codings, $head) = @_;
	return $t->request('POST', '/mcp', headers => {
		'Content-Type' => 'application/json', %{ $head || {} },
		$codings ? ('Accept-Encoding' => $codings) : () },
	    content => qq({"jsonrpc":"2.0","id":$id,"method":"tools/list"}));
}
sub unpacked {
	my ($r) = @_;
	gunzip(\$r->{content} => \my $plain, MultiStream => 0) or return $GunzipError;
	return $plain;
}
for my $id (1, 9007199254740993, '"a\"\u00e9"', '"' . 'x' x 3000 . '"') {
	my $plain = listed($id);
	my $packed = listed($id, 'gzip, deflate');
	my $name = 'id ' . substr $id, 0, 20;
	is($plain->{headers}{'content-encoding'}, undef, "$name: plain");
	is($packed->{headers}{'content-encoding'}, 'gzip', "$name: packed");
	is($packed->{headers}{$_}, $plain->{headers}{$_}, "$name: the same $_")
	    for qw(content-type vary);
	is(unpacked($packed), $plain->{content}, "$name: the same bytes");
}
cmp_ok(length listed(1, 'gzip')->{content}, '<=', length($bytes) / 3, 'a third of the size');
is(unpacked(listed(1, '*')), $bytes, 'any coding is welcome');
is(listed(1, $_)->{content}, $bytes, "$_: plain") for 'gzip;q=0', 'br', 'identity';
is(listed('"' . 'y' x 70000 . '"', 'gzip')->{headers}{'content-encoding'}, undef,
    'an id that is too long to go in front is sent plain');
is((legacy('prompts/get', { name => 'none' }))[1], undef, 'an error after that is one');
# Those of the set all as well.
($r, $body) = $t->rpc('tools/list', {}, token => token_with('--toolset', 'all'));
my $all = $body->{result}{tools};
for my $tool (@$all) {
	like($tool->{description}, qr/^Use .*\bReturns .*\bCost: /s,
	    "$tool->{name} says when to use it, what it gives, what it costs");
	ok($tool->{title} && $tool->{outputSchema} && $tool->{annotations}, 'and has the rest');
}
my ($import) = grep { $_->{name} eq 'import_file' } @$all;
ok($import, 'import_file is among all');
is(scalar(grep { $_->{name} eq 'import_file' } @{ $list->{tools} }), 0, 'not of the core set');
my $hints = $import->{annotations};
ok(!$hints->{readOnlyHint} && !$hints->{destructiveHint} && $hints->{idempotentHint} &&
    !$hints->{openWorldHint}, 'it writes, destroys nothing, and twice is as once');
is_deeply([ @{ $import->{inputSchema}{properties}{data} }{qw(minLength maxLength)} ],
    [ 4, 1024000 ], 'and says how much it takes');
my $clients = $ENV{PIERRE_CLIENTS} || 'build/clients';
SKIP: {
	skip 'the clients are not installed', 2 unless -e "$clients/.installed";
	local $ENV{PATH} = abs_path($clients) . "/node_modules/.bin:$ENV{PATH}";
	my $dir = tempdir(CLEANUP => 1);
	for my $set ([core => $list->{tools}], [all => $all]) {
		my ($name, $tools) = @$set;
		open my $fh, '>', "$dir/$name.json" or die $!;
		print $fh $json->encode({ tools => $tools });
		close $fh;
		my ($status, $out, $err) = run_command('mcpgrade', '--snapshot', "$dir/$name.json",
		    '--json');
		my $grade = eval { decode_json($out) } || {};
		is($grade->{grade} // $grade->{score}{grade}, 'A', "mcpgrade of $name: A")
		    or diag($out, $err);
	}
}

# --- toolsets -------------------------------------------------------------------

my %of = map { $_->{name} => $_ } @{ $list->{tools} };
ok(!$of{get_activities}{inputSchema}{properties}{offset}, 'what is old is not listed');
($r, $body) = $t->rpc('tools/list', {}, token => token_with('--toolset', 'legacy'));
my %legacy = map { $_->{name} => $_ } @{ $body->{result}{tools} };
ok($legacy{get_activities}{inputSchema}{properties}{offset}, 'but for tokens that want it');
is(scalar(grep { !$legacy{$_} } keys %of), 0, 'with the core set');
ok($legacy{get_activity_intelligence} && !$of{get_activity_intelligence}, 'and an old name');
my $newest = $t->tool('get_activities', { limit => 1 })->{activities}[0]{id};
is($t->tool('get_activity_intelligence', { activity_id => $newest, provider => 'strava',
	include_weather => JSON::PP::true })->{activity}{id}, $newest, 'that does the same');
($r, $body) = $t->rpc('tools/list', {}, token => token_with('--toolset', 'all'));
cmp_ok(scalar @{ $body->{result}{tools} }, '>=', scalar keys %legacy, 'all are no fewer');
my ($status, $out, $err) = $t->ctl('token', 'create', 'demo', '--toolset', 'none');
isnt($status, 0, 'no such toolset');
like($err, qr/core, legacy, all/, 'it says which there are');
ok($t->tool('get_activities', { offset => 1, limit => 1 })->{activities}[0],
    'what is not listed can be called all the same');

# --- answers --------------------------------------------------------------------

my $few = $t->tool('get_activities', { limit => 3, fields => 'id, name,distance_m' });
is(join(' ', sort keys %{ $few->{activities}[0] }), 'distance_m id name', 'fields');
ok($few->{next_cursor}, 'the rest of the answer stays');
my $months = $t->tool('get_stats', { period => 'month', fields => 'from,activities' });
is(join(' ', sort keys %{ $months->{periods}[0] }), 'activities from', 'fields of sums');
my $nights = $t->tool('get_sleep', { fields => 'date,provider' });
is(join(' ', sort keys %{ $nights->{sleeps}[0] }), 'date provider', 'fields of nights');
like(refusal('get_activities', { fields => 'id,naem' }),
    qr/"fields" names "naem".*Valid: "id,name,/, 'a field that there is not');
($r, $body) = $t->rpc('tools/call', { name => 'get_activities',
	arguments => { limit => 3, fields => 'id,name', format => 'toon' } });
like($body->{result}{content}[1]{text}, qr/^activities\[3\]\{id,name\}:\n  [^\n,]+,[^\n]+\n/, 'TOON');
cmp_ok(length $body->{result}{content}[1]{text}, '<',
    length $json->encode($body->{result}{structuredContent}), 'is shorter');
my $page = $t->tool('get_activities', { limit => 200, mode => 'detailed' });
cmp_ok($page->{count}, '<', 200, 'a page has a budget of bytes');
cmp_ok(length $json->encode($page), '<', 56 * 1024, 'that holds');
is($page->{has_more} && scalar @{ $page->{activities} }, $page->{count}, 'it says so');
my $next = $t->tool('get_activities', { limit => 200, mode => 'detailed', cursor => $page->{next_cursor} });
isnt($next->{activities}[0]{id}, $page->{activities}[-1]{id}, 'the next page goes on');

# What is no page leaves out the oldest, and says so.
sub answer {
	my ($r, $body) = $t->rpc('tools/call', { name => $_[0], arguments => $_[1] });
	my $data = $body->{result}{structuredContent} || {};
	return ($data, $json->encode($data), $body->{result}{content}[0]{text});
}
my ($load, $text, $words) = answer('analyze_training_load', { days => 90,
	fields => 'date,tsb', format => 'toon' });
is(join(' ', sort keys %{ $load->{curve}[0] }), 'date tsb', 'fields of a curve');
ok($load->{training_load}{ctl}, 'the rest of the answer stays');
my ($sleeps, $bytes_of_sleep, $said) = answer('get_sleep',
    { from => $load->{curve}[-1]{date} =~ s/^(\d+)/$1 - 1/er });
cmp_ok(length $bytes_of_sleep, '<=', 57 * 1024, 'a year of nights fits');
cmp_ok($sleeps->{left_out}, '>', 0, 'since some are left out');
is($sleeps->{sleeps}[0]{date}, $load->{today}, 'the newest are there');
like($said, qr/ $sleeps->{left_out} of \d+ sleeps, the oldest, are left out/, 'it says so');
my ($short) = answer('get_sleep', { to => $sleeps->{sleeps}[-1]{date} });
is($short->{sleeps}[0]{date}, $sleeps->{sleeps}[-1]{date}, 'the rest is asked for by days');
ok(!exists $short->{left_out}, 'and is whole');
($load, $text, $words) = answer('analyze_training_load', { days => 730 });
cmp_ok(length $text, '<=', 57 * 1024, 'a long curve fits');
like(($t->rpc('tools/call', { name => 'get_sleep', arguments => { fields => 'date,provider',
	format => 'toon' } }))[1]{result}{content}[1]{text}, qr/^sleeps\[\d+\]\{[a-z,]+\}:\n/m,
    'nights as TOON');

like(refusal('get_activities', { limit => 0 }),
    qr/"limit" must be a whole number from 1 to 200; 0 was given\. Example: \{"limit": 20\}/,
    'a refusal names the argument, its bounds and a valid example');
like(refusal('get_activities', { from => 'yesterday' }), qr/Example: \{"from": "2026-11-23"\}/, 'a date');
like(refusal('explain_metric', {}), qr/"metric" is missing.*Example: \{"metric": "ctl"\}/, 'a missing one');

$t->finish;
done_testing;
