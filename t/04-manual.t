#!/usr/bin/perl
# The manual tells of everything there is: what stands in a table of the source
# stands in the page that an operator reads.
use strict;
use warnings;
use Test::More;

my $man = ($ENV{PIERRE_BUILD} || 'build') . '/man';
my @pages = sort glob('man/*.[1-8]');
cmp_ok(scalar @pages, '>=', 5, 'pages');
is_deeply([sort map { s{.*/}{}r } glob("$man/*.[1-8]")],
    [map { s{.*/}{}r } @pages], 'each is built');

my $mandoc = (grep { -x } map { "$_/mandoc" } split /:/, $ENV{PATH})[0];
plan skip_all => 'mandoc is not installed' unless $mandoc;

# What a reader sees: no font changes, words not broken over lines, and white
# space as one space.
my %rendered;
sub rendered {
	my ($page) = @_;
	$rendered{$page} //= do {
		my $text = qx($mandoc -Tutf8 -Owidth=1000 $man/$page);
		$text =~ s/.\x08//g;
		$text =~ s/\s+/ /g;
		$text;
	};
	return $rendered{$page};
}

sub slurp {
	my ($path) = @_;
	open my $fh, '<', $path or die "$path: $!";
	local $/;
	return <$fh> // '';
}

# All that is in the list is in the page, each at the head of its row or as a
# whole word.
sub told {
	my ($page, $what, @names) = @_;
	cmp_ok(scalar @names, '>', 0, "there are $what");
	my $text = rendered($page);
	my @missing = grep { $text !~ /(?<![\w.])\Q$_\E(?!\w)/ } @names;
	is_deeply(\@missing, [], "$page: $what");
}

sub table {
	my ($path, $pattern) = @_;
	return slurp($path) =~ /$pattern/g;
}

# --- what the tables of the source hold ---------------------------------------

my $keys = 'common/config/keys.def';
my $key = qr/(?m)^KEY\("([\w.]+)"/;
told('pierre.yaml.5', 'keys', table($keys, $key));
my @variables = grep { length } table($keys,
    qr/(?m)^KEY\("[\w.]+", \w+, \w+, (?:"[^"]*", ){3}"(\w*)"/);
told($_, 'environment variables', @variables)
    for 'pierre.yaml.5', 'pierre-mcp-server.8';

my $commands = qr/(?m)^COMMAND\("([\w -]+)"/;
told('pierrectl.8', 'commands', table('worker/command/commands.def', $commands));
my @usages = slurp('worker/command/commands.def') =~
    /^COMMAND\("[\w -]+", \w+, \w+,\s*"([^"]*)"/mg;
told('pierrectl.8', 'options of commands',
    map { /(--[\w-]+)/g } @usages);
told('pierrectl.8', 'thresholds',
    slurp('worker/model/athlete.c') =~ /"(\w+_(?:w|bpm|mps))"/g);
told('pierrectl.8', 'scopes',
    table('worker/auth/scopes.def', qr/"(\w+:\w+|admin)"/));

told('pierre-mcp-server.8', 'metrics', map { "pierre_$_" }
    table('common/shm/metrics.def', qr/(?m)^(?:COUNTER|HISTOGRAM|GAUGE)\((\w+)/));
my @routes = slurp('worker/routes.def') =~ /^ROUTE\((\w+),\s*"([^"]+)"/mg;
my @lines;
push @lines, join ' ', splice @routes, 0, 2 while @routes;
told('pierre-mcp-server.8', 'routes', @lines);

# A tool's record names itself; the tables name the records.
for (['tools', 'TOOL'], ['resources', 'RESOURCE'], ['prompts', 'PROMPT']) {
	my ($table, $macro) = @$_;
	my @records = table("worker/mcp/$table.def", qr/(?m)^$macro\((\w+)\)/);
	told('pierre-mcp-server.8', $table, map { names_of($table, $_) } @records);
}

sub names_of {
	my ($table, $record) = @_;
	return $record unless $table eq 'resources';
	for (map { slurp($_) } glob('worker/mcp/tools/*.c')) {
		return $1 if /\bresource_$record = \{\s*\.uri = "([^"]+)"/;
	}
	return "the URI of $record";
}

# What an app may write, and how it is told of a fault.
my @members = map { /\bbody_text\(\s*\w+, "(\w+)"/g, /\bread_member\(body, "(\w+)"/g,
    /\bread_registration\(req, "(\w+)"/g, /\bjson_get\(o, "(\w+)"/g,
    /\bhttp_query_get\(req, "(\w+)"/g } map { slurp($_) } glob 'worker/rest/*.c worker/jobs/r_*.c';
cmp_ok(scalar @members, '>', 30, 'members of bodies and queries');
told('pierre-mcp-server.8', 'members of bodies and queries', @members);
my %status = table('common/base/errors.def', qr/(?m)^ERR\((\w+), +(4\d\d),/);
my @codes = map { "$_ with $status{$_}" } qw(INVALID UNAUTHENTICATED DENIED NOT_FOUND METHOD
	CONFLICT TOO_LARGE UNSUPPORTED LIMITED);
told('pierre-mcp-server.8', 'codes of errors', @codes);
unlike(slurp("man/$_"), qr/^[^.].* \\$/m, "$_: no line that would swallow the next")
    for map { s{.*/}{}r } glob 'man/*.[1-9]';

# --- what else an operator must find --------------------------------------------

my $options = slurp('master/options.c');
my ($letters) = $options =~ /getopt_long\(argc, argv, "([\w:]+)"/;
my ($verbs) = $options =~ /verbs\[\] = \{([^}]+)\}/;
told('pierre-mcp-server.8', 'options', map { "-$_" } $letters =~ /(\w)/g);
told('pierre-mcp-server.8', 'verbs', $verbs =~ /"([\w-]+)"/g);
told('pierre-mcp-server.8', 'signals', qw(SIGHUP SIGUSR1 SIGTERM SIGQUIT SIGINT));
told('pierre-mcp-server.8', 'exit statuses', 0, 1, 64, 78);
told('pierrectl.8', 'exit statuses', 0, 1, 64, 78);
told('pierre-mcp-server.8', 'files', qw(pierre.yaml pierre.db master.key
    pierre.pid pierre.sock));
told('pierre-mcp-server.8', 'probes', qw(/livez /readyz /startupz /admin/health
    /metrics));
told('pierre-internals.7', 'what is planted in the demo athlete',
    planted('worker/provider/synthetic.h'));

# The constants, as the page words them.
sub planted {
	my %c = slurp($_[0]) =~ /^#define SYNTHETIC_(\w+)\s+([\d.]+)$/mg;
	return ((map { sprintf "%g W", $c{$_} } qw(FTP_FIRST_W FTP_LAST_W)),
	    "every $c{TEST_EVERY_DAYS} days",
	    sprintf("recovery at %g %%", 100 * $c{RECOVERY_SHARE}),
	    sprintf("from %g to %g a minute", @c{qw(REST_HR_FIRST_BPM
		    REST_HR_LAST_BPM)}),
	    sprintf("stands %g higher", $c{REST_HR_AFTER_HARD_BPM}),
	    "from day $c{ILL_FROM_DAY}",
	    sprintf("resting heart rate %g higher", $c{ILL_REST_HR_BPM}),
	    sprintf("%g minutes less", $c{SLEEP_LOST_S} / 60),
	    sprintf("%g %% over each hour", 100 * $c{DRIFT_PER_HOUR}),
	    sprintf("maximum heart rate of %g", $c{MAX_HR_BPM}),
	    sprintf("threshold heart rate of %g", $c{LTHR_BPM}),
	    sprintf("%.1f m/s", $c{RUN_THRESHOLD_MPS}));
}

# --- the pages as such ----------------------------------------------------------

for my $page (map { s{.*/}{}r } @pages) {
	my $complaints = qx($mandoc -Tlint -Wwarning $man/$page 2>&1);
	$complaints = join '', grep { !/outdated mandoc\.db/ }
	    split /^/, $complaints;
	is($complaints, '', "$page: mandoc has no complaint");
	unlike(slurp("$man/$page"), qr/\@table/, "$page: its tables are filled in");
	my @unknown = grep { !-e "man/$_" && !/^(?:systemd\.\w+\.\d|\w+\.[238])$/ }
	    map { s/ /./r } slurp("man/$page") =~ /^\.Xr (\S+ \d)/mg;
	is_deeply(\@unknown, [], "$page: the pages it points to are there");
}
my @paths = map { slurp($_) =~ /^\.Pa ((?:common|master|worker|sql|t)\/\S+)/mg }
    'man/pierre-internals.7', 'man/pierre-style.7';
is_deeply([grep { !-e } @paths], [], 'files that are named are there');

done_testing();
