#!/usr/bin/perl
# The charts as a client gets them: numbers, pictures, and the page of MCP Apps
# that shows them, in a real browser.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use JSON::PP;
use MIME::Base64 qw(decode_base64);
use Pierre::Test;
use Test::More;

my $clients = abs_path($ENV{PIERRE_CLIENTS} || 'build/clients');
$ENV{PATH} = "$clients/node_modules/.bin:$ENV{PATH}";
my $ui = { extensions => { 'io.modelcontextprotocol/ui' =>
	{ mimeTypes => ['text/html;profile=mcp-app'] } } };
my $t = Pierre::Test->new(workers => 2, demo => 1);

sub chart {
	my ($name, $arguments, %o) = @_;
	my (undef, $body) = $t->rpc('tools/call', { name => $name, arguments => $arguments },
	    %o);
	return $body->{result};
}

# Width and height of the picture among the content.
sub size {
	my ($result) = @_;
	my ($image) = grep { $_->{type} eq 'image' } @{ $result->{content} };
	return '' unless $image;
	is($image->{mimeType}, 'image/png', 'a picture');
	my $png = decode_base64($image->{data});
	return '' unless $png =~ /\A\x89PNG\r\n\x1a\n....IHDR/s;
	return join 'x', unpack 'N2', substr $png, 16, 8;
}

# --- numbers and pictures -----------------------------------------------------

my $load = chart('chart_training_load', { days => 90 });
my $d = $load->{structuredContent};
is($d->{chart}, 'training_load', 'the training load');
is(scalar @{ $d->{$_} }, 90, "$_ of 90 days") for qw(dates ctl atl tsb load);
is(size($load), '1440x930', 'of the right size');
like($load->{content}[0]{text}, qr/90 days\. Fitness \(CTL\) went from \d+ to \d+/,
    'and in words');
my $today = $t->tool('analyze_training_load', { days => 7 })->{training_load};
is($d->{ctl}[-1], $today->{ctl}, 'the numbers are those of the analysis');
is(size(chart('chart_training_load', {}, abilities => $ui)), '',
    'no picture for a client that shows the page');
is(size(chart('chart_training_load', { image => JSON::PP::true }, abilities => $ui)),
    '1440x930', 'unless it wants one');
is(size(chart('chart_training_load', { image => JSON::PP::false })), '', 'nor unasked for');

my %seen;
for my $activity (@{ $t->tool('get_activities', { limit => 30 })->{activities} }) {
	my $sport = $activity->{sport_type};
	next if $seen{$sport}++;
	my $id = $activity->{id};
	my $r = chart('chart_activity', { activity_id => $id });
	if ($r->{isError}) {
		like($r->{content}[0]{text}, qr/no samples|no channel/, "$sport: nothing to draw");
		next;
	}
	like(size($r), qr/^1440x\d+$/, "$sport: drawn");
	my $channels = $r->{structuredContent}{channels};
	# N + 1 samples, one a second, last N seconds.
	my $points = int($r->{structuredContent}{duration_s} /
	    $r->{structuredContent}{step_s}) + 1;
	is($r->{structuredContent}{duration_s}, $activity->{elapsed_s},
	    "$sport: as long as the activity");
	is((grep { @$_ != $points } values %$channels), 0,
	    "$sport: " . join ' ', sort keys %$channels);
	cmp_ok($points, '<=', 240, 'no more than a page has room for');
	$seen{data} ||= $r if $channels->{heart_rate_bpm};
}
like(chart('chart_activity', { activity_id => '0198c2d4-7b1e-7c3a-9f00-3c1f2a4b5d6e' })
    ->{content}[0]{text}, qr/there is no activity/, 'an activity that is none');
is(chart('chart_training_load', { days => 3 })->{isError}, JSON::PP::true, 'bad days');

# --- the page -------------------------------------------------------------------

$t->write_config("mcp:\n  toolset: all\n");
is(($t->signal('reload'))[0], 0, 'all tools are listed');
my (undef, $tools) = $t->rpc('tools/list');
my %page = map { $_->{name} => $_->{_meta}{ui}{resourceUri} }
    grep { $_->{_meta} } @{ $tools->{result}{tools} };
is_deeply(\%page, { chart_training_load => 'ui://pierre/training-load',
	analyze_training_load => 'ui://pierre/training-load',
	chart_activity => 'ui://pierre/activity' }, 'the tools name their pages');
my ($html, $meta);
for my $uri (sort keys %{ { reverse %page } }) {
	my (undef, $body) = $t->rpc('resources/read', { uri => $uri });
	my $page = $body->{result}{contents}[0];
	is($page->{mimeType}, 'text/html;profile=mcp-app', "$uri is one");
	$meta = $page->{_meta}{ui}{csp};
	is_deeply($meta, { map { $_ => [] } qw(connectDomains resourceDomains frameDomains
		baseUriDomains) }, 'that may reach nothing');
	$html = $page->{text};
	unlike($html, qr{(?:src|href)=|\@import|url\(|\bfetch\(|XMLHttp|https?://(?!www\.w3\.org/2000/svg)},
	    'nor tries to');
	cmp_ok(length $html, '<', 16384, 'and is small');
}

SKIP: {
	skip 'no browser', 1 unless -x '/usr/bin/chromium';
	skip 'the clients are not installed (make check does)', 1
	    unless -e "$clients/.installed";
	my $in = $t->dir . '/view.json';
	open my $fh, '>', $in or die;
	print $fh encode_json({ html => $html, results => [$load, $seen{data},
		chart('chart_activity', { activity_id => 'x' x 36 }),
		chart('analyze_training_load', { days => 60 }),
		chart('analyze_training_load', { days => 60, fields => 'date,tsb' }),
		chart('analyze_training_load', { days => 60, fields => 'ctl' })] });
	close $fh or die;
	my ($status, $out, $err) = run_command('node', "$clients/view.mjs", $in,
	    $ENV{PIERRE_VIEWS} || ());
	is($status, 0, 'a host shows it') or diag $out, $err;
	my @seen = map { decode_json($_) } split /\n/, $out;
	is($seen[0]{title}, 'Training load', 'with its title');
	cmp_ok($seen[0]{curves}, '>=', 4, 'curves');
	cmp_ok($seen[0]{bars}, '>', 20, 'bars');
	like($seen[0]{now}, qr/^\d{4}-\d\d-\d\d: Fitness \d+, Fatigue \d+/, 'today in words');
	isnt($seen[0]{later}, $seen[0]{now}, 'and another day, by the arrow key');
	cmp_ok($seen[0]{height}, '>', 300, 'it tells its height');
	cmp_ok($seen[1]{curves}, '>=', 2, 'an activity');
	like($seen[1]{now}, qr/Heart rate \d+ bpm/, 'its values in words');
	like($seen[2]{about}, qr/activity_id must be an id/, 'an error in words');
	is($seen[3]{title}, 'Training load', 'the analysis');
	cmp_ok($seen[3]{bars}, '>', 20, 'is drawn as well');
	like($seen[4]{now}, qr/^\d{4}-\d\d-\d\d: Form [-+\x{2212}]?\d+$/, 'with what there is of it alone');
	is("$seen[4]{bars} $seen[5]{title}", '0 There is no chart', 'or nothing, without days');
	is_deeply([map { @{ $_->{problems} } } @seen], [], 'nobody complains: console, axe');
}
$t->finish;
done_testing();
