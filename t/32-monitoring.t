#!/usr/bin/perl
# conf/prometheus.yml, conf/alerts.yml and conf/grafana.json ask for metrics,
# labels and values that a running server has, and the alerts go off when they
# should and not otherwise.
use strict;
use warnings;
use lib 't/lib';
use File::Temp qw(tempdir);
use JSON::PP;
use Pierre::Test;
use Test::More;
use YAML::XS qw(LoadFile Dump);

my $prometheus = LoadFile('conf/prometheus.yml');
my $alerts = LoadFile('conf/alerts.yml');
my $dashboard = decode_json(slurp('conf/grafana.json'));
my ($listen) = @{ LoadFile('conf/pierre.yaml')->{server}{listen} };
is_deeply($prometheus->{scrape_configs}[0]{static_configs}[0]{targets}, [$listen],
    'what is scraped is where the server listens by default');
is_deeply([grep { !-e "conf/$_" } @{ $prometheus->{rule_files} }], [], 'its rules are there');
my @rules = map { @{ $_->{rules} } } @{ $alerts->{groups} };
my %job = map { ($_->{job_name} => 1) } @{ $prometheus->{scrape_configs} };
my @panels = @{ $dashboard->{panels} };
my %asked = ((map { ("alert $_->{alert}" => $_->{expr}) } @rules),
    (map { my $p = $_; map { ("panel $p->{title} $_->{refId}" => $_->{expr}) } @{ $p->{targets} } }
	@panels),
    (map { ("mark $_->{name}" => $_->{expr}) } @{ $dashboard->{annotations}{list} }),
    (map { ("choice of $_->{name}" => $_->{query}) } @{ $dashboard->{templating}{list} }));
cmp_ok(scalar keys %asked, '>', 40, 'all questions were found');
is_deeply([grep { !$_->{annotations}{summary} || $_->{labels}{severity} !~ /^(?:page|ticket)$/ }
	@rules], [], 'each alert says what is the matter, and how urgent it is');

# --- a server that has done a little of everything -------------------------------

my $dir = tempdir('pierre-monitor-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my ($status, undef, $err) = run_command('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-keyout', "$dir/key.pem",
    '-out', "$dir/cert.pem");
die "openssl: $err" if $status;
my $tls = free_port();
my $t = Pierre::Test->new(demo => 1, workers => 1, database => 'postgresql',
    listen => ['127.0.0.1:PORT', "127.0.0.1:$tls tls"],
    config => "tls:\n  certificate: $dir/cert.pem\n  key: $dir/key.pem\n");
$t->tool('analyze_training_load');
$t->request('GET', '/api/activities', token => 'pmcp_pat_wrong');
my $scrape = $t->request('GET', '/metrics', token => undef)->{content};

# Families, their labels by name, and those that a table gives to samples to come.
my (%kind, %labels, %values);
$kind{$1} = $2 while $scrape =~ /^# TYPE (\w+) (\w+)/mg;
while ($scrape =~ /^(\w+?)(?:\{(.*)\})? \S+$/mg) {
	my ($name, $all) = ($1, $2 // '');
	$labels{$name} //= {};
	while ($all =~ /(\w+)="([^"]*)"/g) { $labels{$name}{$1} = 1; $values{$name}{$1}{$2} = 1 }
}
my $metrics = slurp('common/shm/metrics.def');
while ($metrics =~ /^(\w+)\((\w+), "(?:[^"\\]|\\.)*"(.*)\)$/mg) {
	my ($of, $name, $more) = ($1, "pierre_$2", $3);
	my %l = map { ($_ => 1) } grep {length} $more =~ /"(\w*)"/g;
	if ($of eq 'HISTOGRAM') { $labels{"${name}_bucket"} = { %l, le => 1 } }
	else { $labels{$name} = \%l }
	ok($kind{$name}, "the server shows $name");
}

# Those that its source names, for counters that nothing has counted yet.
my %named = (
	pierre_worker_exits_total => { reason => 'worker/worker.c' },
	pierre_jobs_total => { state => 'worker/store/jobs.h' },
	pierre_mails_total => { outcome => 'worker/jobs/mail_job.c' },
);

sub is_value {
	my ($metric, $label, $value) = @_;
	return 1 if $values{$metric}{$label}{$value};
	return 1 if $label eq 'route' && slurp('worker/routes.def') =~ /"\Q$value\E"/;
	my $file = $named{$metric}{$label} or return 0;
	return slurp($file) =~ /"\Q$value\E"/;
}

for my $where (sort keys %asked) {
	my $expr = $asked{$where};
	my @wrong;
	while ($expr =~ /\b(pierre_\w+)(?:\{([^}]*)\})?/g) {
		my ($name, $match) = ($1, $2 // '');
		push @wrong, $name unless $labels{$name};
		while ($match =~ /(\w+)(=~|!=|=)"([^"]*)"/g) {
			my ($label, $how, $value) = ($1, $2, $3);
			next if $label eq 'instance';
			push @wrong, "$name by $label" unless $labels{$name}{$label};
			push @wrong, "$name of $label $value"
			    unless $how eq '=~' || is_value($name, $label, $value);
		}
	}
	my ($name) = $expr =~ /\b(pierre_\w+)/;
	for my $by (map { split /,\s*/ } $expr =~ /\bby \(([^)]*)\)/g) {
		push @wrong, "$name by $by" unless $by eq 'instance' || grep { $_->{$by} }
		    map { $labels{$_} // {} } $expr =~ /\b(pierre_\w+)/g;
	}
	push @wrong, "job $1" if $expr =~ /job="(\w+)"/ && !$job{$1};
	is_deeply(\@wrong, [], $where) or diag $expr;
}
$t->finish;

# --- the dashboard ----------------------------------------------------------------

my %place;
for my $p (@panels) {
	my $g = $p->{gridPos};
	for my $x ($g->{x} .. $g->{x} + $g->{w} - 1) {
		$place{"$x,$_"}++ for $g->{y} .. $g->{y} + $g->{h} - 1;
	}
}
is_deeply([grep { $place{$_} > 1 || /^(\d+),/ && $1 > 23 } sort keys %place], [],
    'no panel stands on another, nor over the edge');
my %ids = map { ($_->{id} => 1) } @panels;
is(scalar keys %ids, scalar @panels, 'each has an id of its own');

# --- by Prometheus itself ------------------------------------------------------------

SKIP: {
	skip 'promtool is not installed (Debian package prometheus)', 2
	    unless grep { -x "$_/promtool" } split /:/, $ENV{PATH};
	($status, my $out, $err) = run_command('promtool', 'check', 'config', 'conf/prometheus.yml');
	is($status, 0, 'promtool check config') or diag "$out$err";
	($status, $out, $err) = run_command('promtool', 'test', 'rules', 't/monitoring/alerts.yml');
	is($status, 0, 'promtool test rules') or diag "$out$err";
}
done_testing();
