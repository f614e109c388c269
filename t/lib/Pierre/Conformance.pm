package Pierre::Conformance;

# The protocol's conformance suite, run against a server with its fixtures.

use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter 'import';
use File::Temp qw(tempdir);
use IPC::Open2;
use POSIX ();

our @EXPORT = qw(suite_config suite_proxy suite_start suite_end suite_scenario
    suite_task_config suite_task_start suite_task_end
    %suite_required %suite_further @suite_tasks);

# How many are scored, and further ones that must hold too.
our %suite_required = ('2025-11-25' => 30, '2026-07-28' => 37);
our %suite_further = (
	'2025-11-25' => [qw(server-session-lifecycle json-schema-2020-12
	    server-sse-polling)],
	'2026-07-28' => [qw(json-schema-2020-12 http-header-validation
	    http-custom-header-server-validation)],
);

# Those of the extension for tasks, which no revision requires.
our @suite_tasks = map { "tasks-$_" } qw(lifecycle capability-negotiation wire-fields
    request-state-removal mrtr-input request-headers dispatch-and-envelope
    status-notifications required-task-error mrtr-composition);

my $clients = abs_path($ENV{PIERRE_CLIENTS} || 'build/clients');
$ENV{PATH} = "$clients/node_modules/.bin:$ENV{PATH}";

sub suite_config { return "mcp:\n  conformance_fixture: true\n" }

# With places for all that those of tasks begin at once: they give up what has
# not ended after ten seconds, or not asked after five.
sub suite_task_config {
	return suite_config() . "jobs:\n  max_running: 32\n  max_running_per_user: 32\n";
}

# The suite sends no token: this adds it, and with 'retry' sends a request again
# whose connection broke.  Ends with the test.
my @proxies;
sub suite_proxy {
	my ($t, @options) = @_;
	my $pid = open2(my $from, my $to, 'node', "$clients/proxy.mjs", $t->url,
	    $t->token, @options);
	chomp(my $port = <$from>);
	push @proxies, { pid => $pid, to => $to };
	return "http://127.0.0.1:$port/mcp";
}

END {
	local $?;
	for (@proxies) { close $_->{to}; waitpid $_->{pid}, 0 }
}

sub begin {
	my ($url, @arguments) = @_;
	my $dir = tempdir(CLEANUP => 1);
	my $pid = open my $fh, '-|';
	die "fork: $!" unless defined $pid;
	if ($pid == 0) {
		open STDERR, '>&', \*STDOUT;
		exec 'conformance', 'server', '--url', $url, @arguments, '-o', $dir
		    or POSIX::_exit(127);
	}
	return $fh;
}

# All that a revision requires, and what it does not score.
sub suite_start {
	my ($url, $revision) = @_;
	return begin($url, '--requirements', $revision);
}

# { status, out, failed => { scenario => number of failed checks, or 'skipped'
# when nothing was checked } }
sub suite_end {
	my ($fh) = @_;
	my $out = do { local $/; readline $fh };
	close $fh;
	my $status = $? >> 8;
	$out =~ s/\e\[\d+m//g;
	# ✓ tools-list: 8 passed, 0 failed
	my %failed = map { /^\s*\S+ ([\w-]+): (\d+) passed, (\d+) failed/ ?
		($1 => $2 + $3 > 0 ? $3 : 'skipped') : () } split /\n/, $out;
	return { status => $status, out => $out, failed => \%failed };
}

# A scenario of tasks; on a machine under load the longest, tasks-lifecycle, takes
# about as long as the suite would give it, 30 seconds.
sub suite_task_start {
	my ($url, $scenario) = @_;
	return begin($url, '--scenario', $scenario, '--verbose', '--timeout', 120_000);
}

# { good, checks => how many, out }
sub suite_task_end {
	my ($fh) = @_;
	my $out = do { local $/; readline $fh };
	close $fh;
	my @status = $out =~ /^    "status": "(\w+)"/mg;
	my @bad = grep { !/^(?:SUCCESS|INFO|SKIPPED)$/ } @status;
	return { good => @status && !@bad, checks => scalar @status, out => $out };
}

# One scenario by itself: true when it passes.
sub suite_scenario {
	my ($url, $revision, $scenario) = @_;
	my $run = suite_end(begin($url, '--scenario', $scenario,
		'--spec-version', $revision));
	return $run->{status} == 0;
}

1;
