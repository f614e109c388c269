#!/usr/bin/perl
# Side-by-side measurements in one run: nginx, a TypeScript SDK v2 server,
# node-oidc-provider, and this server, each under wrk in turn, five rounds,
# medians; what TLS costs a connection; and reading one activity through MCP against a bare SELECT loop and
# pgbench.  What counts is
# the servers' CPU time a request: it stays the same when the machine is busy
# with other things, where requests a second do not.
#
# Usage: t/bench/run.pl [--seconds N] [--rounds N] [--only PATTERN] [--json]
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Getopt::Long;
use List::Util qw(sum sum0);
use JSON::PP;
use File::Temp qw(tempdir);
use IO::Socket::SSL;
use Pierre::Test;

my ($seconds, $rounds, $json, $only) = (3, 5, 0, '');
GetOptions('seconds=i' => \$seconds, 'rounds=i' => \$rounds, 'json' => \$json,
    'only=s' => \$only)
    or die "usage: run.pl [--seconds N] [--rounds N] [--only PATTERN] [--json]\n";
my $clients = $ENV{PIERRE_CLIENTS} || 'build/clients';
my $dir = tempdir(CLEANUP => 1);
my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';
my $hz = POSIX::sysconf(POSIX::_SC_CLK_TCK());
my @started;

END { kill 'TERM', $_ for @started }

# --- processes -------------------------------------------------------------

sub start {
	my (@command) = @_;
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		open STDOUT, '>>', "$dir/out" or die;
		open STDERR, '>&', \*STDOUT or die;
		exec @command or die "$command[0]: $!";
	}
	push @started, $pid;
	return $pid;
}

sub stop {
	my ($pid) = @_;
	kill 'TERM', $pid;
	waitpid $pid, 0;
	@started = grep { $_ != $pid } @started;
}

# The process and all that it started.
sub family {
	my ($root) = @_;
	my %parent;
	for my $stat (glob '/proc/[0-9]*/stat') {
		open my $fh, '<', $stat or next;
		my $line = <$fh> // next;
		$parent{$1} = $2 if $line =~ /^(\d+) \(.*\) \S (\d+)/;
	}
	my @all = ($root);
	for (my $i = 0; $i < @all; $i++) {
		push @all, grep { $parent{$_} == $all[$i] } keys %parent;
	}
	return @all;
}

# Of all that these have started, too, though it may have ended: what that used
# is known in ticks alone, what runs in nanoseconds.
sub cpu_seconds {
	my (@roots) = @_;
	my $seconds = 0;
	for my $pid (map { family($_) } @roots) {
		open my $fh, '<', "/proc/$pid/stat" or next;
		my @f = split ' ', <$fh> =~ s/.*\) //r;
		$seconds += ($f[13] + $f[14]) / $hz;
		for my $task (glob "/proc/$pid/task/*/schedstat") {
			open my $of, '<', $task or next;
			$seconds += (split ' ', <$of>)[0] / 1e9;
		}
	}
	return $seconds;
}

sub rss_mib {
	my ($root) = @_;
	my $kib = 0;
	for my $pid (family($root)) {
		open my $fh, '<', "/proc/$pid/smaps_rollup" or next;
		while (<$fh>) { $kib += $1 if /^Pss:\s+(\d+)/ }
	}
	return $kib / 1024;
}

# --- load ------------------------------------------------------------------

sub lua {
	my ($name, $headers, $body) = @_;
	open my $fh, '>', "$dir/$name.lua" or die;
	print $fh "wrk.method = 'POST'\nwrk.body = [==[$body]==]\n";
	print $fh "wrk.headers['$_'] = '$headers->{$_}'\n" for sort keys %$headers;
	close $fh;
	return "$dir/$name.lua";
}

sub milliseconds {
	my ($text) = @_;
	my ($value, $unit) = $text =~ /^([\d.]+)(us|ms|s)$/ or return 0;
	return $value * { us => 0.001, ms => 1, s => 1000 }->{$unit};
}

# One run of wrk against a running server, of these processes; or of something
# else, which says what it did and by how much CPU.
sub load {
	my ($roots, $url, $script) = @_;
	return $url->() if ref $url;
	my @roots = ref $roots ? @$roots : $roots;
	my @command = ('wrk', '-t1', '-c64', "-d${seconds}s", '--timeout', '20s',
	    '--latency');
	push @command, '-s', $script if $script;
	my $before = cpu_seconds(@roots);
	open my $wrk, '-|', @command, $url or die "wrk: $!";
	my $text = join '', <$wrk>;
	close $wrk;
	my $cpu = cpu_seconds(@roots) - $before;
	my ($count) = $text =~ /(\d+) requests in/ or die "wrk said: $text";
	die "errors from $url: $text" if $text =~ /Non-2xx|Socket errors/;
	return {
		requests => $count,
		rps => ($text =~ m{Requests/sec:\s+([\d.]+)})[0],
		us => $cpu * 1e6 / $count,
		per_cpu => $count / ($cpu || 1e-9),
		p50 => milliseconds(($text =~ /50%\s+(\S+)/)[0]),
		p99 => milliseconds(($text =~ /99%\s+(\S+)/)[0]),
	};
}

sub median {
	my @sorted = sort { $a <=> $b } @_;
	return $sorted[@sorted / 2];
}

# --- the servers -----------------------------------------------------------

# $bytes: what it serves at /same.
sub nginx {
	my ($bytes) = @_;
	my $port = free_port();
	open my $same, '>', "$dir/same" or die;
	print $same $bytes;
	close $same;
	open my $conf, '>', "$dir/nginx.conf" or die;
	print $conf <<"EOT";
daemon off; worker_processes 1; pid $dir/nginx.pid; error_log $dir/nginx.err;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f;
  uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
  keepalive_requests 100000000;
  server {
    listen 127.0.0.1:$port reuseport;
    location = /same { default_type application/json; root $dir; open_file_cache max=4; }
    location / { default_type application/json; return 200 '{"status":"ok"}'; }
  }
}
EOT
	close $conf;
	chmod 0755, $dir;
	my $pid = start('nginx', '-c', "$dir/nginx.conf");
	wait_for_port($port);
	return ($pid, "http://127.0.0.1:$port/");
}

sub sdk {
	my $port = free_port();
	my $pid = start("$clients/node_modules/.bin/node", "$clients/sdk-server.mjs",
	    $port);
	wait_for_port($port);
	return ($pid, "http://127.0.0.1:$port/mcp");
}

sub oidc {
	my $port = free_port();
	my $pid = start("$clients/node_modules/.bin/node", "$clients/oidc-server.mjs",
	    $port);
	wait_for_port($port);
	return ($pid, "http://127.0.0.1:$port");
}

# Three requests to an authorization server: a client's own token, what a token
# is worth, the metadata; and a token for a resource, where that is another kind.
sub oauth_cases {
	my ($who, $pid, $base, $prefix, $introspect, $id, $secret, $resource) = @_;
	my %form = ('Content-Type' => 'application/x-www-form-urlencoded');
	my $client = "client_id=$id&client_secret=$secret";
	my $r = HTTP::Tiny->new->post("$base$prefix/token", { headers => \%form,
		content => "grant_type=client_credentials&$client" });
	my $token = decode_json($r->{content})->{access_token} or die "$who: $r->{content}";
	return (
		["$who client_credentials", $pid, "$base$prefix/token",
			lua("$who-token", \%form, "grant_type=client_credentials&$client")],
		$resource ? ["$who client_credentials, signed", $pid, "$base$prefix/token",
			lua("$who-signed", \%form,
			    "grant_type=client_credentials&resource=$resource&$client")] : (),
		["$who introspection", $pid, "$base$introspect",
			lua("$who-introspect", \%form, "token=$token&$client")],
		["$who discovery", $pid, "$base/.well-known/openid-configuration", undef],
	);
}

my $envelope = {
	'io.modelcontextprotocol/protocolVersion' => '2026-07-28',
	'io.modelcontextprotocol/clientInfo' => { name => 'bench', version => '1' },
	'io.modelcontextprotocol/clientCapabilities' => {},
};

sub call {
	my ($name, $tool, $arguments, $token) = @_;
	my %headers = (
		'Content-Type' => 'application/json',
		'Accept' => 'application/json, text/event-stream',
		'MCP-Protocol-Version' => '2026-07-28',
		'Mcp-Method' => 'tools/call',
		'Mcp-Name' => $tool,
		$token ? (Authorization => "Bearer $token") : (),
	);
	return lua($name, \%headers, encode_json({
		jsonrpc => '2.0', id => 1, method => 'tools/call',
		params => { name => $tool, arguments => $arguments, _meta => $envelope },
	}));
}

# Reading one activity: a server that writes no more log than what is compared
# with it.  PostgreSQL has the buffers that it has by default, in which both
# databases fit, and its statistics, as autovacuum leaves them.
my %point;
sub point_server {
	my ($engine) = @_;
	my $pg = $engine eq 'postgresql' ? Pierre::Test::postgres() : undef;
	if ($pg) {
		$pg->configure(shared_buffers => "'128MB'");
		$pg->restart;
	}
	my $t = $point{$engine} = Pierre::Test->new(workers => 2, demo => 1,
	    database => $engine,
	    config => "log:\n  access: false\n  level: warn\nlimits:\n" .
		join '', map {"  ${_}_per_minute: 0\n"} qw(token user mcp));
	$t->value('ANALYZE') if $pg;
	my $one = $t->{one} =
	    $t->tool('get_activities', { limit => 1 })->{activities}[0]{id};
	return ([$t->pid, $t->{postgres} ? $t->{postgres}->pid : ()], $t->url . '/mcp', call("point-$engine", 'get_activity',
		{ activity_id => $one }, $t->token));
}

# A server that speaks TLS on one port and nothing on the other.
sub tls_server {
	my $secure = free_port();
	my $t = Pierre::Test->new(workers => 1, start => 0,
	    listen => ['127.0.0.1:PORT', "127.0.0.1:$secure tls"]);
	my $d = $t->dir;
	my ($status, undef, $err) = run_command(qw(openssl req -x509 -newkey ec -pkeyopt
	    ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost), '-keyout', "$d/key",
	    '-out', "$d/pem");
	die "openssl: $err" if $status;
	$t->write_config("http:\n  max_connections_per_address: 0\nlog:\n  access: false\n" .
	    "tls:\n  certificate: $d/pem\n  key: $d/key\n");
	$t->start;
	return ($t, $secure);
}

# KiB that a connection takes which has been served once and now is idle.
sub idle_kib {
	my ($t, $class, $port, $n) = @_;
	my @kept;
	my $open = sub {
		my $s = $class->new(PeerAddr => '127.0.0.1', PeerPort => $port,
		    SSL_verify_mode => 0) or die "connect: $!";
		print $s "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
		sysread $s, my $answer, 4096;
		push @kept, $s;
	};
	$open->() for 1 .. $n / 10;
	my $before = rss_mib($t->pid);
	$open->() for 1 .. $n;
	return (rss_mib($t->pid) - $before) * 1024 / $n;
}

sub counted {
	my ($n, $cpu) = @_;
	return { requests => $n, rps => $n / $seconds, us => $cpu * 1e6 / $n,
		per_cpu => $n / ($cpu || 1e-9), p50 => 0, p99 => 0 };
}

sub select_loop {
	my $path = $point{sqlite}->dir . '/pierre.db';
	my ($n, $cpu) = split ' ',
	    `$objects/bench/select $path $point{sqlite}{one} $seconds`;
	return counted($n, $cpu);
}

sub pgbench {
	my $pg = $point{postgresql}{postgres};
	my @to = ('-h', $pg->dir, '-U', 'pierre', 'bench');
	unless ($pg->{bench}) {
		$pg->{bench} = $pg->database('bench');
		system("$pg->{bin}/pgbench", '-q', '-i', @to) == 0
		    or die "pgbench -i\n";
	}
	my @before = (cpu_seconds($pg->pid), (times)[2] + (times)[3]);
	my ($n) = `$pg->{bin}/pgbench -S -M prepared -c 8 -T $seconds @to` =~
	    /transactions actually processed: (\d+)/ or die "pgbench\n";
	return counted($n, cpu_seconds($pg->pid) - $before[0] +
	    (times)[2] + (times)[3] - $before[1]);
}

# One process, as nginx has: how often two of them find nothing to do, and sleep,
# is a matter of the load more than of the server.
my $ours = Pierre::Test->new(workers => 1, demo => 1,
    config => "log:\n  access: false\nlimits:\n" .
	join '', map {"  ${_}_per_minute: 0\n"} qw(token user mcp auth));
my %of_list = (
	'Content-Type' => 'application/json',
	'Accept' => 'application/json, text/event-stream',
	'MCP-Protocol-Version' => '2026-07-28',
	'Mcp-Method' => 'tools/list',
	'Authorization' => 'Bearer ' . $ours->token,
);
my $ask_list = encode_json({ jsonrpc => '2.0', id => 1, method => 'tools/list',
	params => { _meta => $envelope } });

my (undef, $explained) = $ours->rpc('tools/call', { name => 'explain_metric',
	arguments => { metric => 'normalized_power' } });
my ($nginx, $nginx_url) = nginx(encode_json($explained));
my ($sdk, $sdk_url) = sdk();
my ($oidc, $oidc_url) = oidc();
my $base = $ours->url;
my (undef, $made) = $ours->ctl('client', 'create', 'Bench', '--user', 'demo',
    '--auth', 'client_secret_post');
my %bench = $made =~ /^(\w+)=(\S+)$/mg;
my @cases = (
	['nginx return 200', $nginx, $nginx_url, undef],
	['GET /livez', $ours->pid, "$base/livez", undef],
	['tools/list, gzip', $ours->pid, "$base/mcp",
		lua('list-gzip', { %of_list, 'Accept-Encoding' => 'gzip, deflate' },
		    $ask_list)],
	['tools/list', $ours->pid, "$base/mcp", lua('list', \%of_list, $ask_list)],
	['nginx, bytes of explain_metric', $nginx, "${nginx_url}same", undef],
	['tools/call explain_metric', $ours->pid, "$base/mcp",
		call('explain', 'explain_metric', { metric => 'normalized_power' },
		    $ours->token)],
	['SDK v2 tools/call add', $sdk, $sdk_url,
		call('sdk', 'add', { a => 2, b => 3 })],
	['tools/call get_activities', $ours->pid, "$base/mcp",
		call('activities', 'get_activities', { limit => 10 }, $ours->token)],
	oauth_cases('oidc-provider', $oidc, $oidc_url, '', '/token/introspection',
	    'bench', 'a-secret-of-the-bench', 'urn:bench'),
	oauth_cases('ours', $ours->pid, $base, '/oauth2', '/oauth2/introspect',
	    @bench{qw(client_id client_secret)}),
);

if ('point read' =~ /$only/ || !$only) {
	push @cases, ['point read, SQLite', point_server('sqlite')],
	    ['point read, bare SELECT', 0, \&select_loop],
	    ['point read, PostgreSQL', point_server('postgresql')],
	    ['point read, pgbench -S', 0, \&pgbench];
}
my (%idle, $t, $secure);
if ('TLS' =~ /$only/ || !$only) {
	($t, $secure) = tls_server();
	my $close = "$dir/close.lua";
	open my $fh, '>', $close or die;
	print $fh "wrk.headers['Connection'] = 'close'\n";
	close $fh;
	my @at = ($t->url . '/livez', "https://127.0.0.1:$secure/livez");
	push @cases, ['a new connection', $t->pid, $at[0], $close],
	    ['a new connection, TLS', $t->pid, $at[1], $close],
	    ['GET /livez, TLS', $t->pid, $at[1], undef];
	%idle = (plain => idle_kib($t, 'IO::Socket::INET', $t->port, 1000),
	    TLS => idle_kib($t, 'IO::Socket::SSL', $secure, 1000));
}
@cases = grep { $_->[0] =~ /$only/ } @cases;

# Every other round goes the other way round, so that what changes on the
# machine meanwhile meets all alike.
my %result;
for my $round (1 .. $rounds) {
	for my $case ($round % 2 ? @cases : reverse @cases) {
		my ($name, $pid, $url, $script) = @$case;
		push @{ $result{$name} }, load($pid, $url, $script);
	}
}

my %row;
for my $case (@cases) {
	my $name = $case->[0];
	for my $key (qw(requests rps us per_cpu p50 p99)) {
		$row{$name}{$key} = median(map { $_->{$key} } @{ $result{$name} });
	}
	my ($root) = ref $case->[1] ? @{ $case->[1] } : $case->[1];
	$row{$name}{rss_mib} = $root ? rss_mib($root) : 0;
}
# The median over the rounds of how many times the CPU of another row a request
# costs.
sub cpu_ratio {
	my ($one, $other) = map { $result{$_} } @_;
	return undef unless $one && $other;
	return median(map { $one->[$_]{us} / $other->[$_]{us} } 0 .. $#$one);
}

my %ratio;
$ratio{explain_metric_per_cpu_vs_sdk} =
    $row{'tools/call explain_metric'}{per_cpu} / $row{'SDK v2 tools/call add'}{per_cpu}
    if $row{'tools/call explain_metric'} && $row{'SDK v2 tools/call add'};
for (['SQLite', 'bare SELECT'], ['PostgreSQL', 'pgbench -S']) {
	my ($mine, $bare) = map { $row{"point read, $_"} } @$_;
	$ratio{"point_read_per_cpu_vs_$_->[1]"} = $mine->{per_cpu} / $bare->{per_cpu}
	    if $mine && $bare;
}
my @granted = (['client_credentials, signed' => 'client_credentials'],
	map { [$_ => $_] } qw(client_credentials introspection discovery));
for (@granted) {
	my ($theirs, $ours) = @row{"oidc-provider $_->[0]", "ours $_->[1]"};
	$ratio{"$_->[0]_per_cpu_vs_oidc_provider" =~ tr/, /_/sr} = $ours->{per_cpu} / $theirs->{per_cpu}
	    if $ours && $theirs;
}
my @costs = (
	['livez_cpu_vs_nginx', 'GET /livez', 'nginx return 200'],
	['list_gzip_cpu_vs_livez', 'tools/list, gzip', 'GET /livez'],
	['list_cpu_vs_livez', 'tools/list', 'GET /livez'],
	['explain_metric_cpu_vs_nginx', 'tools/call explain_metric',
		'nginx, bytes of explain_metric'],
	['handshake_cpu_vs_connection', 'a new connection, TLS', 'a new connection'],
);
for (@costs) {
	my ($name, $one, $other) = @$_;
	my $times = cpu_ratio($one, $other);
	$ratio{$name} = $times if $times;
}
stop($_) for $nginx, $sdk, $oidc;

if ($json) {
	print JSON::PP->new->canonical->pretty->encode({ rows => \%row,
		ratios => \%ratio, idle_connection_kib => \%idle });
	exit 0;
}
printf "%-32s %10s %10s %12s %8s %8s %8s\n", 'server and request', 'req/s',
    'CPU us', 'req/CPU-s', 'p50 ms', 'p99 ms', 'PSS MiB';
for my $case (@cases) {
	my $r = $row{ $case->[0] };
	printf "%-32s %10.0f %10.2f %12.0f %8.2f %8.2f %8.1f\n", $case->[0],
	    @$r{qw(rps us per_cpu p50 p99 rss_mib)};
}
print "\n";
printf "%s costs %.2f x the CPU of %s.\n", $_->[1], $ratio{ $_->[0] }, $_->[2]
    for grep { $ratio{ $_->[0] } } @costs;
printf "explain_metric serves %.1f x the requests per CPU-second of the SDK server.\n",
    $ratio{explain_metric_per_cpu_vs_sdk} if $ratio{explain_metric_per_cpu_vs_sdk};
printf "A point read through MCP: %.2f x the reads per CPU-second of %s.\n",
    $ratio{"point_read_per_cpu_vs_$_"}, $_
    for grep { $ratio{"point_read_per_cpu_vs_$_"} } 'bare SELECT', 'pgbench -S';
printf "An idle connection takes %.1f KiB, with TLS %.1f KiB.\n", @idle{qw(plain TLS)}
    if %idle;
for my $what (map { $_->[0] } @granted) {
	my $n = $ratio{"${what}_per_cpu_vs_oidc_provider" =~ tr/, /_/sr} or next;
	printf "%s: %.1f x the requests per CPU-second of oidc-provider.\n", $what, $n;
}
