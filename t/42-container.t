#!/usr/bin/perl
# What runs the server in containers.  The files name routes, keys and ports
# that there are and fit each other; and the image's last stage, made by the
# steps of the Dockerfile over a fresh Debian, serves as an account without any
# right over a root that it cannot write to.
use strict;
use warnings;
use lib 't/lib';
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use HTTP::Tiny;
use MIME::Base64 qw(encode_base64);
use POSIX qw(WNOHANG);
use Pierre::Test;
use Test::More;
use YAML::XS qw(Load LoadFile);

$YAML::XS::Boolean = 'JSON::PP';
my $dir = tempdir('pierre-image-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my $default = LoadFile('conf/pierre.yaml');
my ($default_port) = $default->{server}{listen}[0] =~ /:(\d+)$/;

sub seconds { my ($n, $unit) = $_[0] =~ /^(\d+)(s|m)$/ or die $_[0];
	return $unit eq 'm' ? 60 * $n : $n }

sub spew {
	my ($path, $text) = @_;
	open my $fh, '>', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}

# --- the Dockerfile, read ------------------------------------------------------

# Stages, each a list of [instruction, words].
sub stages {
	my @stages;
	my $text = slurp('packaging/docker/Dockerfile') =~ s/^#.*\n//mgr =~ s/\\\n\s*/ /gr;
	for (split /\n/, $text) {
		my ($name, $words) = /^([A-Z]+) (.*)$/ or next;
		push @stages, [] if $name eq 'FROM';
		push @{ $stages[-1] }, [$name, $words] if @stages;
	}
	return @stages;
}

my @stages = stages();
is(scalar @stages, 2, 'the Dockerfile has two stages');
my @last = @{ $stages[-1] };
sub of { my ($name) = @_; return map { $_->[1] } grep { $_->[0] eq $name } @last }
my ($user) = of('USER');
my ($uid, $gid) = split /:/, $user;
like($user, qr/^[1-9]\d+:[1-9]\d+$/, 'its account is told as a number, as runAsNonRoot wants it');
is((of('EXPOSE'))[0], $default_port, 'the port is the default');
is((of('VOLUME'))[0], $default->{server}{data_dir}, 'the volume is the data directory');
is((of('STOPSIGNAL'))[0], 'SIGTERM', 'it is stopped by the signal that drains');
my %env = map { /(\w+)=(\S+)/g } of('ENV');
my @entry = (of('ENTRYPOINT'))[0] =~ /"([^"]+)"/g;
my @health = (of('HEALTHCHECK'))[0] =~ /"([^"]+)"/g;
is_deeply(\@entry, ['/usr/sbin/pierre-mcp-server', '-f'], 'no shell before the program');
for (map { $_->[0] eq 'COPY' && $_->[1] !~ /^--from/ ? $_->[1] : () } map {@$_} @stages) {
	my @from = split / /;
	ok(-e $_, "$_ is there to be copied") for @from[0 .. $#from - 1];
}

# What dpkg-buildpackage wants is what install-packages brings.
my ($wanted) = slurp('packaging/debian/control') =~ /^Build-Depends: (.*?)\n\S/ms;
my %brought = map { ($_ => 1) } slurp('packaging/packages') =~ /^(?:build|package) (\S+)/mg;
is_deeply([grep { !$brought{$_} } 'build-essential', map { s/debhelper-compat.*/debhelper/sr }
	split /,\s*/, $wanted], [], 'the packages that make deb needs are installed by it');

# --- compose and Kubernetes -----------------------------------------------------

# A configuration whose secrets are elsewhere, put to the program.
sub accepts {
	my ($text, $what) = @_;
	spew("$dir/master_key", encode_base64('k' x 32, ''));
	spew("$dir/database_url", 'postgresql://pierre:x@postgres/pierre');
	$text =~ s{/run/secrets(/pierre)?/}{$dir/}g;
	$text =~ s/^server:\n/server:\n  data_dir: $dir\/data\n/m;
	spew("$dir/pierre.yaml", $text);
	my ($status, $out, $err) = run_command(Pierre::Test::bin(), '-c', "$dir/pierre.yaml", '-t');
	is($status, 0, "$what: pierre-mcp-server -t has nothing against it") or diag $err;
	return Load($text);
}

sub drain_of { my ($conf) = @_;
	return seconds($conf->{server}{drain_timeout} // $default->{server}{drain_timeout}) }

my $compose = LoadFile('packaging/docker/compose.yaml');
my $service = $compose->{services}{pierre};
my $conf = accepts(slurp('packaging/docker/' . $compose->{configs}{pierre}{file}),
    'the configuration beside compose.yaml');
like($service->{ports}[0], qr/^127\.0\.0\.1:\d+:$default_port$/, 'compose: the port');
ok(seconds($service->{stop_grace_period}) >= drain_of($conf) + 5, 'compose: time to drain');
is($service->{volumes}[0], "data:$default->{server}{data_dir}", 'compose: the volume');
my %secret = map { ($_ => 1) } @{ $service->{secrets} };
my @read = slurp('packaging/docker/pierre.yaml') =~ m{file:/run/secrets/(\w+)}g;
is_deeply([sort keys %secret], [sort @read], 'compose: the secrets that the configuration reads');
is_deeply([grep { !-e "packaging/docker/$_" } $service->{build}{context},
	map { $_->{file} } values %{ $compose->{configs} }], [], 'compose: files are there');

my %object = map { ($_->{kind} => $_) } LoadFile('packaging/k8s/pierre-mcp-server.yaml');
my $text = $object{ConfigMap}{data}{'pierre.yaml'};
$conf = accepts($text, 'the configuration in the ConfigMap');
my $pod = $object{Deployment}{spec}{template}{spec};
my ($container) = @{ $pod->{containers} };
my %route = map { ($_ => 1) } slurp('worker/routes.def') =~ /^ROUTE\(GET,\s+"([^"]+)"/mg;
for (qw(startup liveness readiness)) {
	my $get = $container->{"${_}Probe"}{httpGet};
	ok($route{ $get->{path} }, "k8s: the ${_}Probe asks a route that there is");
	is($get->{port}, $container->{ports}[0]{name}, 'at a port that there is');
}
is_deeply([map { $container->{"${_}Probe"}{httpGet}{path} } qw(startup liveness readiness)],
    [qw(/startupz /livez /readyz)], 'k8s: each its own');
my $listens = qr/:$container->{ports}[0]{containerPort}$/;
like($conf->{server}{listen}, $listens, 'k8s: where it listens');
is($object{Deployment}{spec}{template}{metadata}{annotations}{'prometheus.io/port'},
    $container->{ports}[0]{containerPort}, 'k8s: and is scraped');
is($object{Service}{spec}{ports}[0]{targetPort}, $container->{ports}[0]{name},
    'k8s: what the service leads to');
ok($pod->{terminationGracePeriodSeconds} >= drain_of($conf) + 5 +
	$container->{lifecycle}{preStop}{exec}{command}[1], 'k8s: time to drain');
is("$pod->{securityContext}{runAsUser}:$pod->{securityContext}{runAsGroup}", $user,
    'k8s: the account of the image');
my %mount = map { ($_->{name} => $_->{mountPath}) } @{ $container->{volumeMounts} };
is_deeply(\%mount, { conf => '/etc/pierre-mcp', data => $default->{server}{data_dir},
	secrets => dirname($text =~ m{file:(\S+)}) }, 'k8s: what is mounted where');
for (@object{qw(Deployment PodDisruptionBudget)}) {
	is_deeply($_->{spec}{selector}{matchLabels}, $object{Deployment}{spec}{template}
	    {metadata}{labels}, "k8s: whom the $_->{kind} means");
}

# --- the image, made --------------------------------------------------------------

sub skip_image { my ($why) = @_; note($why); diag("no image: $why"); SKIP: { skip $why, 1 } done_testing(); exit 0 }

skip_image('needs root') if $> != 0;
skip_image('needs a checkout') unless -e '.git';
for my $name (qw(mmdebstrap unshare nsenter dpkg-buildpackage dh)) {
	skip_image("$name is not installed")
	    unless grep { -x "$_/$name" } split(/:/, $ENV{PATH}), '/usr/sbin', '/sbin';
}
delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS CI WERROR FLAVOUR DEB_BUILD_OPTIONS)};

my $tar = ($ENV{PIERRE_OBJECTS} || 'build/release') . '/t/bookworm-minbase.tar';
unless (-e $tar) {
	mkdir dirname($tar);
	my ($status, undef, $err) = run_command('mmdebstrap', '-q', '--format=tar',
	    '--variant=minbase', 'bookworm', "$tar.new", 'http://deb.debian.org/debian');
	skip_image("no Debian to start from: $err") if $status != 0;
	rename "$tar.new", $tar or die "$!";
}
my $root = "$dir/root";
mkdir $_ or die "$_: $!" for $root, "$dir/data";
die 'tar' if system('tar', '-xf', $tar, '-C', $root) != 0;
copy('/etc/resolv.conf', "$root/etc/resolv.conf");

# In its own view of the machine, where mounts end with the command.
sub inside {
	my (@words) = @_;
	return ('unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec',
	    'root=$1; shift; mount --bind /dev "$root/dev"; mount -t proc proc "$root/proc"; ' .
	    'exec chroot "$root" "$@"', 'sh', $root, @words);
}

my ($status, $out, $err) = run_command('make', 'deb', "DEB=$dir/deb");
die "make deb: $out$err" if $status != 0;
my ($from) = map { m{^--from=build (\S+) /tmp/$} } of('COPY');
for my $deb (glob "$dir$from") {
	copy($deb, "$root/tmp/") or die "$deb: $!";
}
for my $step (of('RUN')) {
	($status, $out, $err) = run_command(inside('sh', '-c', $step));
	skip_image('its packages could not be had')
	    if $status != 0 && $err =~ /Could not resolve|Failed to fetch/;
	is($status, 0, 'RUN ' . substr $step, 0, 50) or diag $out, $err;
}
my $data = "$root$default->{server}{data_dir}";
is_deeply([glob "$data/*"], [], 'no key and no database is in the image');
is_deeply([(stat $data)[2] & 07777, (stat _)[4, 5]], [0700, $uid, $gid],
    'the data directory is the account\'s alone');
is_deeply([glob "$root/tmp/* $root/var/lib/apt/lists/*"], [], 'nor what only its making needed');
ok(!-e "$root/usr/bin/systemctl", 'nor a service manager');
ok(-x "$root/bin/$container->{lifecycle}{preStop}{exec}{command}[0]", 'k8s: preStop can run');
ok(-s "$root/etc/ssl/certs/ca-certificates.crt", 'it knows whom to trust');

# --- and run -------------------------------------------------------------------------

# As engines start it with read_only, cap_drop and no-new-privileges, and as the
# first process; the network is this machine's.
my $port = free_port();
$env{PIERRE_LISTEN} = "127.0.0.1:$port";
chmod 0700, "$dir/data";
chown $uid, $gid, "$dir/data";
my @account = ('setpriv', "--reuid=$uid", "--regid=$gid", '--clear-groups',
    '--bounding-set=-all', '--inh-caps=-all', '--no-new-privs');
my $pid = fork // die "fork: $!";
if ($pid == 0) {
	open STDIN, '<', '/dev/null' or POSIX::_exit(126);
	open STDOUT, '>', "$dir/log" or POSIX::_exit(126);
	open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
	exec 'unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec',
	    'root=$1; data=$2; to=$3; shift 3; mount --bind "$root" "$root"; ' .
	    'mount --bind "$data" "$root$to"; mount -t proc proc "$root/proc"; ' .
	    'mount -o remount,bind,ro "$root"; exec chroot "$root" "$@"', 'sh', $root,
	    "$dir/data", $default->{server}{data_dir}, @account, 'env', '-i',
	    'PATH=/usr/sbin:/usr/bin:/sbin:/bin', map({ "$_=$env{$_}" } sort keys %env), @entry
	    or POSIX::_exit(127);
}
my $http = HTTP::Tiny->new(timeout => 5);
ok(until_true(sub { $http->get("http://127.0.0.1:$port/readyz")->{status} == 200 }, 30),
    'the image serves') or diag slurp("$dir/log");
my ($first) = slurp("/proc/$pid/task/$pid/children") =~ /(\d+)/;
like(slurp("/proc/$first/status"), qr/^Uid:\s+$uid\s.*^CapBnd:\s+0+$/ms, 'as it was to');
ok(-s "$dir/data/master.key", 'it made a key of its own in its volume');
like(slurp("$dir/log"), qr/"level \d, (\d+) of \1 attempts refused"/,
    'its sandbox holds in there');

# What the engine does every few seconds.
sub health {
	return run_command('nsenter', '-t', $first, '-m', '-p', '-r', '-S', $uid, '-G', $gid,
	    'env', '-i', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin', @health);
}
($status, $out, $err) = health();
is($status, 0, 'HEALTHCHECK is content') or diag $err;
like($out, qr/keeper/, 'and shows the processes');
kill 'TERM', $first;
ok(until_true(sub { waitpid($pid, WNOHANG) == $pid }, 40), 'STOPSIGNAL ends it');
is($? >> 8, 0, 'with status 0') or diag slurp("$dir/log");
done_testing();
