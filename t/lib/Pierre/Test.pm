package Pierre::Test;

# A server of one's own for a test: a directory, a port, the demo athlete when
# wanted; and at the end the checks that every test makes: the processes left
# with status 0, the log holds no alert, no sanitizer spoke.

use strict;
use warnings;
use Cwd qw(abs_path);
use Digest::MD5 qw(md5_hex);
use Errno;
use Exporter 'import';
use File::Copy qw(copy);
use File::Path qw(make_path remove_tree);
use File::Temp qw(tempdir);
use HTTP::Tiny;
use IO::Socket::INET;
use JSON::PP;
use POSIX qw(strftime);
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(free_port wait_for_port slurp shared_dir run_command
    until_true);

my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';
my $bin = abs_path($ENV{PIERRE_BIN} || "$objects/pierre-mcp-server");
my $ctl = abs_path($objects) . "/pierrectl";
$ENV{TZ} = 'UTC';
delete @ENV{qw(PIERRE_DATA_DIR DATABASE_URL HTTP_PORT HOST LOG_FORMAT RUST_LOG ALLOWED_ORIGINS
    PIERRE_MASTER_ENCRYPTION_KEY)};

# --- small helpers ----------------------------------------------------------

sub slurp {
	my ($path) = @_;
	open my $fh, '<', $path or return '';
	local $/;
	return <$fh> // '';
}

# A port nobody listens on.
sub free_port {
	my $s = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1',
	    Proto => 'tcp') or die "no port: $!";
	return $s->sockport;
}

sub wait_for_port {
	my ($port, $seconds) = @_;
	my $until = time + ($seconds || 20);
	while (time < $until) {
		return 1 if IO::Socket::INET->new(PeerAddr => '127.0.0.1',
			PeerPort => $port, Proto => 'tcp');
		sleep 0.02;
	}
	die "nothing listens on port $port\n";
}

# Until the test is true; false when it does not become so in time.
sub until_true {
	my ($test, $seconds) = @_;
	my $until = time + ($seconds || 10);
	while (time < $until) {
		return 1 if $test->();
		sleep 0.02;
	}
	return 0;
}

# The shared data, or undef where it is absent.
sub shared_dir {
	my ($name) = @_;
	my $dir = "../shared/$name";
	return -d $dir ? $dir : undef;
}

# Status, standard output and standard error of a command.
sub run_command {
	my (@command) = @_;
	my $dir = tempdir(CLEANUP => 1);
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		open STDIN, '<', '/dev/null' or die;
		open STDOUT, '>', "$dir/out" or die;
		open STDERR, '>', "$dir/err" or die;
		exec @command or POSIX::_exit(127);
	}
	waitpid $pid, 0;
	return ($? >> 8 || ($? ? 128 + ($? & 127) : 0), slurp("$dir/out"),
	    slurp("$dir/err"));
}

# --- the demo athlete, made once a day and copied ---------------------------

sub demo_template {
	my $day = strftime('%Y%m%d', gmtime);
	# Made with another schema it would be refused, and by another athlete be old.
	my $made_by = md5_hex(map { ($_, slurp($_)) } sort glob
	    'sql/migrations/*.sql worker/provider/synthetic*.[ch]');
	my $dir = abs_path($objects) . "/t/demo-$day-" . substr $made_by, 0, 8;
	return $dir if -e "$dir/token";
	# Another test may be making it too: the first one done is kept.
	my $new = "$dir.new.$$";
	make_path($new);
	spew("$new/pierre.yaml", "server:\n  data_dir: $new\n");
	my ($status, $out, $err) = run_command($ctl, '--config',
	    "$new/pierre.yaml", 'demo');
	die "pierrectl demo: $status $out $err" if $status != 0;
	my ($token) = $out =~ /TOKEN=(\S+)/ or die "no token in: $out";
	spew("$new/token", $token);
	rename $new, $dir or $!{ENOTEMPTY} or $!{EEXIST} or die "rename: $!";
	remove_tree($new) if -d $new;
	return $dir;
}

sub spew {
	my ($path, $text) = @_;
	open my $fh, '>', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}

# --- the server -------------------------------------------------------------

my $postgres;

# The PostgreSQL server that this test's servers share, each with a database of
# its own.
sub postgres {
	require Pierre::Postgres;
	return $postgres ||= Pierre::Postgres->new;
}

# The demo athlete there: made once, then copied.
sub postgres_demo {
	my ($pg) = @_;
	return $pg->{demo} if $pg->{demo};
	my $dir = tempdir('pierre-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $url = $pg->database('demo');
	spew("$dir/pierre.yaml",
	    "server:\n  data_dir: $dir\ndatabase:\n  url: $url\n");
	my ($status, $out, $err) = run_command($ctl, '--config',
	    "$dir/pierre.yaml", 'demo');
	die "pierrectl demo: $status $out $err" if $status != 0;
	my ($token) = $out =~ /TOKEN=(\S+)/ or die "no token in: $out";
	spew("$dir/token", $token);
	return $pg->{demo} = $dir;
}

my $databases = 0;

# listen => [items of server.listen], where DIR and PORT stand for the server's
# own, workers, demo => 1, config => further YAML, env => { NAME => value },
# database => 'sqlite' or 'postgresql' (without it PIERRE_TEST_ENGINE says),
# start => 0 not to start it.
sub new {
	my ($class, %o) = @_;
	my $self = bless {
		dir => tempdir('pierre-XXXXXX', TMPDIR => 1, CLEANUP => 1),
		port => free_port(),
		workers => $o{workers} || 2,
		config => $o{config} || '',
		env => $o{env} || {},
		bin => $o{bin} || $bin,
	}, $class;
	$self->listen_at(@{ $o{listen} }) if $o{listen};
	my $engine = $o{database} || $ENV{PIERRE_TEST_ENGINE} || 'sqlite';
	if ($engine eq 'postgresql') {
		my $pg = $self->{postgres} = postgres();
		my $demo = $o{demo} ? postgres_demo($pg) : undef;
		my $name = 'server_' . ++$databases;
		$self->{database} = $name;
		$self->{database_url} = $pg->database($name, $demo ? 'demo' : undef);
	}
	$self->write_config($self->{config});
	if ($o{demo}) {
		my $from = $engine eq 'postgresql' ? postgres_demo($self->{postgres})
		    : demo_template();
		copy("$from/$_", "$self->{dir}/$_") or die "$from/$_: $!"
		    for grep { -e "$from/$_" } qw(pierre.db pierre.db-wal master.key token);
		chmod 0600, glob "$self->{dir}/*";
		$self->{token} = slurp("$self->{dir}/token");
	}
	$self->start unless defined $o{start} && !$o{start};
	return $self;
}

# Other items of server.listen, from the next write_config on.
sub listen_at {
	my ($self, @items) = @_;
	s/DIR/$self->{dir}/g, s/PORT/$self->{port}/g for @items;
	$self->{listen} = join ', ', map { qq("$_") } @items;
	return $self;
}

sub write_config {
	my ($self, $more) = @_;
	my %section;
	my $name = '';
	my $listen = $self->{listen} || qq("127.0.0.1:$self->{port}");
	for (split /\n/, "server:\n  listen: [$listen]\n" .
	    "  workers: $self->{workers}\n  data_dir: $self->{dir}\n" .
	    ($self->{database_url} ? "database:\n  url: $self->{database_url}\n" : '') .
	    $more) {
		if (/^(\w+):/) { $name = $1 }
		else { push @{ $section{$name} }, $_ }
	}
	spew($self->conf, join '', map { "$_:\n" . join('', map {"$_\n"} @{ $section{$_} }) }
	    sort keys %section);
}

sub start {
	my ($self) = @_;
	return $self->launch->await_ready;
}

# stderr => a handle, in place of the log.
sub launch {
	my ($self, %o) = @_;
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		$ENV{$_} = $self->{env}{$_} for keys %{ $self->{env} };
		open STDIN, '<', '/dev/null' or die;
		open STDOUT, '>>', "$self->{dir}/log" or die;
		open STDERR, '>&', $o{stderr} || \*STDOUT or die;
		exec $self->{bin}, '-f', '-c', $self->conf or POSIX::_exit(127);
	}
	$self->{pid} = $pid;
	return $self;
}

sub await_ready {
	my ($self) = @_;
	my $until = time + 30;
	while (time < $until) {
		my $r = HTTP::Tiny->new(timeout => 5)->get($self->url . '/readyz');
		return $self if $r->{status} == 200;
		if (waitpid($self->{pid}, POSIX::WNOHANG()) == $self->{pid}) {
			$self->{pid} = undef;
			die "server ended with status $?: " . $self->log;
		}
		sleep 0.02;
	}
	die 'server is not ready: ' . $self->log;
}

# One value of the database, whichever it is.
sub value {
	my ($self, $sql) = @_;
	return $self->{postgres}->sql($sql, $self->{database}) if $self->{postgres};
	my ($status, $out, $err) = run_command('sqlite3', '-cmd', '.timeout 10000',
	    "$self->{dir}/pierre.db", $sql);
	die "sqlite3: $err" if $status != 0;
	return $out =~ s/\n\z//r;
}

# How its SQL writes a moment, in seconds since 1970.
sub sql_time {
	my ($self, $at) = @_;
	return $self->{postgres} ? sprintf('to_timestamp(%.6f)', $at) : int($at * 1e6);
}

# The bytes of the files that hold the database's rows; of PostgreSQL as a
# VACUUM FULL leaves them, when $tidy.
sub raw_database {
	my ($self, $tidy) = @_;
	return join '', map { slurp($_) } glob "$self->{dir}/pierre.db*"
	    unless $self->{postgres};
	$self->value('VACUUM FULL') if $tidy;
	$self->value('CHECKPOINT');
	my $oid = $self->value(
		"SELECT oid FROM pg_database WHERE datname = '$self->{database}'");
	return join '', map { slurp($_) } grep { -f }
	    glob $self->{postgres}->dir . "/data/base/$oid/*";
}

sub conf { return "$_[0]{dir}/pierre.yaml" }
sub dir { return $_[0]{dir} }
sub port { return $_[0]{port} }
sub pid { return $_[0]{pid} }
sub token { return $_[0]{token} }
sub url { return "http://127.0.0.1:$_[0]{port}" }
sub log { return slurp("$_[0]{dir}/log") }
sub bin { return $bin }

# Process ids by role: workers => [...], keeper => n.
sub children {
	my ($self) = @_;
	my %found = (workers => []);
	for my $dir (glob '/proc/[0-9]*') {
		my $stat = slurp("$dir/stat");
		my ($pid, $parent) = $stat =~ /^(\d+) \(.*\) \S (\d+)/ or next;
		next unless $parent == $self->{pid};
		my $title = slurp("$dir/cmdline");
		if ($title =~ /: worker (\d+)/) { push @{ $found{workers} }, $pid }
		elsif ($title =~ /: keeper/) { $found{keeper} = $pid }
	}
	return \%found;
}

sub ctl {
	my ($self, @words) = @_;
	return run_command($ctl, '--config', $self->conf, @words);
}

# -s VERB, by another program than the one that runs when that is gone.
sub signal_by {
	my ($self, $by, $verb) = @_;
	return run_command($by, '-c', $self->conf, '-s', $verb);
}

# -s VERB
sub signal {
	my ($self, $verb) = @_;
	return run_command($bin, '-c', $self->conf, '-s', $verb);
}

# -s reload, and its status once those of before are gone, who go on as they were
# configured while they drain.
sub reload {
	my ($self) = @_;
	my %before = map { ($_ => 1) } @{ $self->children->{workers} };
	my ($status) = $self->signal('reload');
	until_true(sub { !grep { $before{$_} } @{ $self->children->{workers} } }, 20);
	return $status;
}

# --- requests ---------------------------------------------------------------

# HTTP::Tiny's answer.
sub request {
	my ($self, $method, $path, %o) = @_;
	my %headers = %{ $o{headers} || {} };
	my $token = exists $o{token} ? $o{token} : $self->{token};
	$headers{Authorization} //= "Bearer $token" if defined $token;
	return HTTP::Tiny->new(timeout => 30, max_redirect => 0)->request($method,
	    $self->url . $path, { headers => \%headers,
		defined $o{content} ? (content => $o{content}) : () });
}

# Status, decoded body and whole answer of a request with a JSON body, or none
# (undef), by a token, or none.
sub call {
	my ($self, $method, $path, $body, $token, %headers) = @_;
	my $r = $self->request($method, $path, token => $token,
	    headers => { 'Content-Type' => 'application/json', %headers },
	    defined $body ? (content => encode_json($body)) : ());
	return ($r->{status}, eval { decode_json($r->{content}) }, $r);
}

# An access token, or undef where it is refused.
sub log_in {
	my ($self, $name, $password) = @_;
	my ($status, $body) = $self->call('POST', '/api/auth/login',
	    { username => $name, password => $password });
	return $status == 200 ? $body->{access_token} : undef;
}

# Send bytes as they are; all that comes until the end or a second of silence.
sub raw {
	my ($self, $bytes, %o) = @_;
	my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $self->{port}, Proto => 'tcp', Timeout => 5)
	    or die "connect: $!";
	print $s $bytes;
	shutdown $s, 1 if $o{half_close};
	my $answer = '';
	my $quiet = $o{quiet} || 1;
	vec(my $wanted = '', fileno $s, 1) = 1;
	while (select my $ready = $wanted, undef, undef, $quiet) {
		my $n = sysread $s, my $part, 65536;
		last unless $n;
		$answer .= $part;
	}
	return $answer;
}

my $rpc_id = 0;

# One modern MCP request; returns (HTTP answer, decoded body).
sub rpc {
	my ($self, $method, $params, %o) = @_;
	my %p = %{ $params || {} };
	$p{_meta} = {
		'io.modelcontextprotocol/protocolVersion' => '2026-07-28',
		'io.modelcontextprotocol/clientInfo' => { name => 'test', version => '1' },
		'io.modelcontextprotocol/clientCapabilities' => $o{abilities} || {},
	};
	my $name = $p{name} // $p{uri} // $p{taskId};
	my $r = $self->request('POST', '/mcp', %o,
	    headers => {
		'Content-Type' => 'application/json',
		'Accept' => 'application/json, text/event-stream',
		'MCP-Protocol-Version' => '2026-07-28',
		'Mcp-Method' => $method,
		defined $name ? ('Mcp-Name' => $name) : (),
		%{ $o{headers} || {} },
	    },
	    content => encode_json({ jsonrpc => '2.0', id => ++$rpc_id,
		method => $method, params => \%p }));
	my $body = eval { decode_json($r->{content}) };
	return ($r, $body);
}

# Call a tool; its structured content, or the whole body when it failed.
sub tool {
	my ($self, $name, $arguments, %o) = @_;
	my ($r, $body) = $self->rpc('tools/call',
	    { name => $name, arguments => $arguments || {} }, %o);
	return $body unless $body && $body->{result} && !$body->{result}{isError};
	return $body->{result}{structuredContent};
}

# --- the end ----------------------------------------------------------------

sub stop {
	my ($self, $signal) = @_;
	return unless defined $self->{pid};
	kill $signal || 'QUIT', $self->{pid};
	my $until = time + 30;
	while (time < $until) {
		my $ended = waitpid $self->{pid}, POSIX::WNOHANG();
		# After an upgrade the master is nobody's child.
		if ($ended < 0 && !kill 0, $self->{pid}) {
			$self->{pid} = undef;
			return $self->{status} = 0;
		}
		if ($ended == $self->{pid}) {
			$self->{status} = $?;
			$self->{pid} = undef;
			return $?;
		}
		sleep 0.01;
	}
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	$self->{pid} = undef;
	return $self->{status} = -1;
}

# Three checks that end each test; $expected matches lines of the log that may
# be errors.
sub finish {
	my ($self, $expected) = @_;
	$self->stop;
	is($self->{status}, 0, 'the server left with status 0');
	my @lines = split /\n/, $self->log;
	my @bad = grep { / (?:error|alert) +\S+: / || / (?:error|alert)  ?\w/ } @lines;
	@bad = grep { !/$expected/ } @bad if $expected;
	is_deeply(\@bad, [], 'the log holds no error that was not announced');
	# Said once by each process that has fibers, which tell the sanitizer of
	# their stacks themselves (worker/loop/fiber.c).
	my @spoke = grep { /^==\d+==|AddressSanitizer|runtime error:|LeakSanitizer/ &&
		!/^==\d+==WARNING: ASan doesn't fully support makecontext/ } @lines;
	is_deeply(\@spoke, [], 'no sanitizer spoke') or
	    diag join "\n", 
	    grep { /^\s+#\d|^==\d+==ERROR|leak of/ } @lines;
}

sub DESTROY {
	my ($self) = @_;
	local ($?, $@);
	$self->stop('TERM') if defined $self->{pid};
}

1;
