#!/usr/bin/perl
# conf/nginx.conf as it stands, before a server: who the client is, MCP, an
# event at once, uploads up to the limit and not beyond, and what is kept back.
use strict;
use warnings;
use lib 't/lib';
use File::Temp qw(tempdir);
use JSON::PP;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(time);
use YAML::XS qw(LoadFile);

my ($nginx) = grep { -x } map {"$_/nginx"} split(/:/, $ENV{PATH}), '/usr/sbin';
plan skip_all => 'nginx is not installed' unless $nginx;
my $dir = tempdir('pierre-nginx-XXXXXX', TMPDIR => 1, CLEANUP => 1);
chmod 0755, $dir;

sub spew {
	my ($path, $text) = @_;
	open my $fh, '>', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}

# --- its limits are ours ---------------------------------------------------------

my $text = slurp('conf/nginx.conf');
my $default = LoadFile('conf/pierre.yaml');
my ($whole, $upload) = map { $_ =~ s/MiB$/m/r } $default->{http}{max_body},
    $default->{import}{max_upload};
is_deeply([$text =~ /client_max_body_size (\S+);/g], [$whole, $upload, $upload],
    'bodies may be as large as for the server');
my ($idle) = $text =~ /keepalive_timeout (\d+)s;/;
cmp_ok($idle, '<', $default->{http}{keepalive_timeout} =~ s/s$//r,
    'nginx is the one to close idle connections');
my $routes = slurp('worker/routes.def');
my @routes = $routes =~ /^ROUTE\(\w+,\s+"([^"]+)"/mg;
my @names = $text =~ /location (?:= )?(\S+) \{/g;
is_deeply([grep { my $name = $_; !grep { index($_, $name) == 0 } @routes } @names], [],
    'it names routes that there are');
my @streamed = $routes =~ /^ROUTE\(\w+,\s+"([^"]+)".*HTTP_BODY_STREAMED/mg;
is_deeply([sort grep { $text =~ /location = \Q$_\E \{[^}]*request_buffering off/ } @streamed],
    [sort @streamed], 'every route for files is an exception');

# --- nginx with it ---------------------------------------------------------------------

my $name = 'pierre.example.com';
my ($plain, $port) = (free_port(), free_port());
my $t = Pierre::Test->new(demo => 1, workers => 2, config => "server:\n  host: $name\n" .
    "  public_url: https://$name:$port\nhttp:\n  trusted_proxies: [127.0.0.1]\n" .
    "limits:\n  failure_cost: 1\n");
my ($status, $out, $err) = run_command('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
    'ec_paramgen_curve:P-256', '-nodes', '-subj', "/CN=$name", '-keyout', "$dir/privkey.pem",
    '-out', "$dir/fullchain.pem", '-addext', "subjectAltName=DNS:$name");
die "openssl: $err" if $status;
my $changes = ($text =~ s{/etc/letsencrypt/live/\Q$name\E}{$dir}g) +
    ($text =~ s/server 127\.0\.0\.1:8081;/server 127.0.0.1:@{[$t->port]};/) +
    ($text =~ s/^\tlisten \[::\].*\n//mg) + ($text =~ s/listen 80;/listen 127.0.0.1:$plain;/) +
    ($text =~ s/listen 443 /listen 127.0.0.1:$port /);
is($changes, 7, 'nothing but addresses and files is changed for the test');
spew("$dir/pierre.conf", $text);
my $user = $> == 0 ? 'user root;' : '';
spew("$dir/nginx.conf", <<"EOT");
$user daemon off; worker_processes 1; pid $dir/pid; error_log $dir/err warn;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f;
  uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
  include $dir/pierre.conf;
}
EOT
($status, undef, $err) = run_command($nginx, '-t', '-c', "$dir/nginx.conf");
is($status, 0, 'nginx -t') or diag $err;
unlike($err, qr/warn|emerg/, 'without a warning');

my $pid = fork // die "fork: $!";
if ($pid == 0) {
	open STDERR, '>', "$dir/said" or POSIX::_exit(126);
	exec $nginx, '-c', "$dir/nginx.conf" or POSIX::_exit(127);
}
my $owner = $$;
END {
	if ($pid && defined $owner && $owner == $$) {
		local $?;
		kill 'TERM', $pid and waitpid $pid, 0;
	}
}
wait_for_port($port);

sub curl { return ('curl', '-sS', '-m', '60', '--cacert', "$dir/fullchain.pem", '--resolve',
	"$name:$port:127.0.0.1", '-H', 'Authorization: Bearer ' . $t->token, @_) }
sub url { return "https://$name:$port$_[0]" }

# HTTP version and status, and the body.
sub ask {
	my ($path, @more) = @_;
	my (undef, $out, $err) = run_command(curl('-w', '\n%{http_version} %{http_code}', @more,
		url($path)));
	my ($body, $answer) = $out =~ /\A(.*)\n(\S+ \d+)\z/s or return ("curl: $err", '');
	return ($answer, $body);
}

# --- MCP, and who asks ------------------------------------------------------------------

my @json = ('-H', 'Content-Type: application/json');
my @mcp = (@json, '-H', 'Accept: application/json, text/event-stream', '-d',
	encode_json({ jsonrpc => '2.0', id => 1, method => 'tools/call',
		params => { name => 'analyze_training_load', arguments => {} } }));
for my $version ('--http1.1', '--http2') {
	my ($answer, $body) = ask('/mcp', $version, @mcp);
	is($answer, ($version eq '--http2' ? '2' : '1.1') . ' 200', "MCP by $version");
	ok(eval { decode_json($body)->{result}{structuredContent} }, 'with a result') or
	    diag $body;
}
is((ask('/api/activities', '-H', 'X-Forwarded-For: 203.0.113.9'))[0], '2 200', 'REST');
ok(until_true(sub { $t->log =~ m{path=/api/activities .*peer=203\.0\.113\.9} }),
    'nginx\'s word for its own proxy is taken too');
is((ask('/', '-H', "Origin: https://$name:$port"))[0], '2 200', 'a page');
is((ask('/api/activities', '-H', 'Origin: https://elsewhere.example'))[0], '2 403',
    'and another\'s page may not ask');
is((ask($_))[0], '2 404', "$_ is kept back")
    for qw(/metrics /livez /readyz /startupz /admin/status), '//metrics', '/%6detrics';
is((run_command('curl', '-s', '-o', '/dev/null', '-w', '%{redirect_url}', '-H', "Host: $name",
	"http://127.0.0.1:$plain/mcp?a=1"))[1], "https://$name/mcp?a=1",
    'without TLS there is nothing but the way to it');

# --- events at once ------------------------------------------------------------------------

for my $version ('--http1.1', '--http2') {
	my $stream = open my $from, '-|', curl('-N', $version, url('/sse')) or die "curl: $!";
	my $text = '';
	vec(my $wanted = '', fileno $from, 1) = 1;
	my $read = sub {
		return 0 unless select my $ready = $wanted, undef, undef, $_[0];
		return sysread $from, $text, 65536, length $text;
	};
	ok($read->(5), "a stream by $version begins before anything happens");
	my $told = time;
	($status, undef, $err) = $t->ctl('notice', "by $version");
	is($status, 0, 'a notice') or diag $err;
	my $until = $told + 10;
	1 while $text !~ /by $version/ && time < $until && $read->(1);
	like($text, qr/by $version/, 'comes');
	cmp_ok(time - $told, '<', 3, 'at once');
	kill 'TERM', $stream;
	close $from;
}

# --- uploads ------------------------------------------------------------------------------

# A file of so many bytes that holds nothing.
sub file_of {
	my ($bytes) = @_;
	open my $fh, '>', "$dir/file" or die "$!";
	truncate $fh, $bytes or die "$!";
	close $fh;
	return "$dir/file";
}

spew("$dir/ride.gpx", <<'GPX');
<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="48.1" lon="11.5"><time>2026-05-01T10:00:00Z</time></trkpt>
<trkpt lat="48.2" lon="11.5"><time>2026-05-01T10:30:00Z</time></trkpt></trkseg></trk></gpx>
GPX
my ($answer, $body) = ask('/api/activities/import', '-F', "file=\@$dir/ride.gpx");
is($answer, '2 202', 'a file is taken') or diag $body;
my $id = eval { decode_json($body)->{id} } // '';
my $job;
ok(until_true(sub { $job = (ask("/api/jobs/$id"))[1]; $job =~ /"state":\s*"(succeeded|done)"/ }, 20),
    'and imported') or diag $job;
my $more = file_of(8 << 20);
like((ask('/api/activities/import?filename=a.bin', '-T', $more, '-X', 'POST'))[0], qr/^2 (?!413)\d/,
    'files may be larger than other bodies');
is((ask('/api/activities', '-X', 'POST', '-T', $more))[0], '2 413', 'which are refused');
like(slurp("$dir/err"), qr/\A(?:.*client intended to send too large body.*\n)*\z/,
    'nginx complained of nothing else');
my $uploads = () = glob "$dir/b/*";
is($uploads, 0, 'nor kept any');
$t->finish;
done_testing();
