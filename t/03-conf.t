#!/usr/bin/perl
# conf/pierre.yaml is the table of keys: every key with its default.  And every
# key by itself: what is wrong with it is found, with its place and its name.
use strict;
use warnings;
use File::Temp qw(tempdir);
use List::Util qw(min);
use Test::More;
use Time::HiRes qw(time);

my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';
my $bin = $ENV{PIERRE_BIN} || "$objects/pierre-mcp-server";
my $dir = tempdir(CLEANUP => 1);
my $file = "$dir/pierre.yaml";

my @keys = read_table('common/config/keys.def');
delete $ENV{$_} for map { $_->{env} || () } @keys;
cmp_ok(scalar @keys, '>', 30, 'keys of the table');

sub read_table {
	my ($path) = @_;
	my @rows;
	open my $fh, '<', $path or die "$path: $!";
	while (<$fh>) {
		my ($name, $type, $rest) = /^KEY\("([\w.]+)", \w+, (\w+), (.*)/
		    or next;
		my ($default, $low, $high, $env) = $rest =~ /"([^"]*)"/g;
		my ($reload) = $rest =~ /\b(RESTART|RELOAD),/;
		my ($section, $member) = split /\./, $name;
		push @rows, { name => $name, type => $type, default => $default,
			low => $low, high => $high, env => $env, reload => $reload,
			section => $section, member => $member };
	}
	return @rows;
}

sub spew { spew_to($file, $_[0]) }

sub spew_to {
	my ($path, $text) = @_;
	open my $fh, '>', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}

# Exit status, standard output, standard error.
sub run {
	my (@arguments) = @_;
	my ($out, $err) = ("$dir/out", "$dir/err");
	my $pid = fork // die "fork: $!";
	if ($pid == 0) {
		open STDOUT, '>', $out;
		open STDERR, '>', $err;
		exec $bin, @arguments or exit 127;
	}
	waitpid $pid, 0;
	my $status = $? & 127 ? "signal " . ($? & 127) : $? >> 8;
	return ($status, map { slurp($_) } $out, $err);
}

sub slurp {
	my ($path) = @_;
	open my $fh, '<', $path or die "$path: $!";
	local $/;
	return <$fh> // '';
}

# What is in force, without the line that names the file.
sub in_force {
	my ($status, $out, $err) = run('-T', '-c', @_);
	is($status, 0, "-T of $_[0]") or diag $err;
	$out =~ s/^#.*\n//;
	return $out;
}

# A file with one key on its second line.
sub with_key {
	my ($key, $value, $member) = @_;
	my %beside = ('mail.url' =>
		"  from: a\@x.example\nserver:\n  public_url: https://x.example\n",
		'tls.key' => "  certificate: /c\n", 'tls.certificate' => "  key: /k\n");
	my $needs = $beside{"$key->{section}.$key->{member}"} // '';
	spew("$key->{section}:\n  " . ($member // $key->{member}) . ": $value\n$needs");
}

sub refused {
	my ($place, $words, $what) = @_;
	my ($status, undef, $err) = run('-t', '-c', $file);
	my $start = "$file$place: ";
	my $good = $status eq '1' && index($err, $start) == 0 &&
	    $err =~ $words && $err =~ tr/\n// == 1;
	ok($good, $what) or diag "status $status: $err";
}

# --- the file of the package --------------------------------------------------

spew('');
is(in_force('conf/pierre.yaml'), in_force($file), 'the file is the defaults');

my ($section, @in_file) = ('');
for (split /\n/, slurp('conf/pierre.yaml')) {
	$section = $1 if /^(\w+):/;
	push @in_file, "$section.$1" if /^  (\w+):/;
}
is_deeply(\@in_file, [map { $_->{name} } @keys],
    'every key of the table once, in its order');
# The table that the program has, not just the one in the sources.
{
	my (undef, $manual) = run('--man', 'keys');
	is_deeply([$manual =~ /^\.It Ic (\S+)$/mg], [map { $_->{name} } @keys],
	    'the program knows these keys and no other');
}
my $text = slurp('conf/pierre.yaml');
for my $key (@keys) {
	my ($group) = $key->{name} =~ /^(\w+)/;
	my ($comment) = $text =~
	    /^$group:\n(?:(?: .*)?\n)*?((?:^  #.*\n)+)  $key->{member}:/m;
	ok(defined $comment && length $comment > 20, "$key->{name} is explained");
	like($comment, qr/\b$key->{env}\b/, "and its variable named") if $key->{env};
	is($comment =~ /\bRestart\./ ? 'RESTART' : 'RELOAD', $key->{reload},
	    'and what a reload does with it');
}
# What stands above a section is about it.
for (['limits', qr/429/], ['mcp', qr/[Aa]ssistants/], ['jobs', qr/background/]) {
	my ($comment) = $text =~ /((?:^#.*\n)+)^$_->[0]:$/m;
	like($comment // '', $_->[1], "the comment of $_->[0]");
}
my ($status, $out, $err) = run('-t', '-c', 'conf/pierre.yaml');
is("$status $err", '0 ', '-t takes it');
like($out, qr/is good/, 'and says so');

# -T prints a file that gives the same again.
my $long = "server:\n  pid_file: 'a\"b\\c'\nhttp:\n  keepalive_timeout: 0\n" .
    "  max_body: 5MiB\nauth:\n  client_document_test_hosts: [a.example, 'b\"c']\n";
spew($long);
my $first = in_force($file);
like($first, qr{pid_file: ".*/a\\"b\\\\c"}, 'quotes are escaped');
spew($first);
is(in_force($file), $first, '-T can be read again');

# --- every key by itself ------------------------------------------------------

sub other_items {
	my ($key) = @_;
	my %special = ('http.allowed_origins' => ['https://one.example', 'https://two.example'],
		'http.trusted_proxies' => ['10.0.0.0/8', '::1'],
		'server.listen' => ['127.0.0.1:1234', 'unix:/run/one.sock proxy']);
	return $special{ $key->{name} } // ['one', 'two'];
}

# Some other value that is right, and how -T shows it.
sub other_value {
	my ($key) = @_;
	return ($key->{default} eq 'true' ? 'false' : 'true') x 2
	    if $key->{type} eq 'BOOL';
	my ($word) = grep { $_ ne $key->{default} } split /\|/, $key->{low};
	return ($word, qq("$word")) if $key->{type} eq 'ENUM';
	return ($key->{high}, $key->{high}) if $key->{type} eq 'INT';
	return ($key->{high}, qq("$key->{high}"))
	    if $key->{type} =~ /^(?:TIME|SIZE)$/;
	return map { sprintf '["%s", "%s"]', @$_ } (other_items($key)) x 2
	    if $key->{type} eq 'LIST';
	my %special = ('mail.url' => 'smtps://x.example:465',
		'server.host' => 'pierre.example',
		'server.public_url' => 'https://pierre.example',
		'database.url' => 'sqlite:/tmp/x.db',
		'security.master_key' => 'A' x 43 . '=',
		'security.former_master_key' => 'A' x 43 . '=');
	my $value = $special{ $key->{name} } // '/some/where';
	return ($value, $key->{type} eq 'SECRET' ? '"********"' : qq("$value"));
}

# The two letters in the middle swapped, or one left out.
sub misspelled {
	my ($word) = @_;
	my $half = int(length($word) / 2);
	my ($a, $b) = (substr($word, $half - 1, 1), substr($word, $half, 1));
	substr($word, $half - 1, 2) = $a eq $b ? $a : "$b$a";
	return $word;
}

sub check_value {
	my ($key) = @_;
	my ($value, $shown) = other_value($key);
	with_key($key, $value);
	my (undef, $out, $err) = run('-T', '-c', $file);
	my ($line) = grep { /^  $key->{member}: / } section_of($out, $key->{section});
	is($line, "  $key->{member}: $shown", "$key->{name}: another value")
	    or diag $err;
}

sub section_of {
	my ($out, $section) = @_;
	my ($body) = $out =~ /^$section:\n((?:  .*\n)*)/m;
	return split /\n/, $body // '';
}

sub check_wrong_type {
	my ($key) = @_;
	my $column = length($key->{member}) + 5;
	with_key($key, '{a: 1}');
	refused(":2:$column", qr/\Q$key->{name}\E: must be a plain value/,
	    "$key->{name}: a mapping");
	my %wrong = (BOOL => 'perhaps', INT => 'many', TIME => '5x', SIZE => '5s',
		ENUM => 'nonsense');
	if (my $wrong = $wrong{ $key->{type} }) {
		with_key($key, $wrong);
		refused(":2:$column", qr/\Q$key->{name}\E: /, "$key->{name}: $wrong");
	}
	return if $key->{type} eq 'LIST';
	with_key($key, '[one, two]');
	refused(":2:$column", qr/takes one value, not a list/,
	    "$key->{name}: a list");
}

sub check_range {
	my ($key) = @_;
	return unless $key->{type} =~ /^(?:INT|TIME|SIZE)$/;
	my $column = length($key->{member}) + 5;
	(my $above = $key->{high}) =~ s/^(\d+)/$1 + 1/e;
	for my $value ('-1' . ($key->{high} =~ /([a-zA-Z]+)$/ ? $1 : ''), $above) {
		with_key($key, $value);
		refused(":2:$column",
		    qr/\Q$key->{name}\E: \Q$value\E is outside \Q$key->{low} to $key->{high}\E/,
		    "$key->{name}: $value is out of range");
	}
	with_key($key, '99999999999999999999');
	refused(":2:$column", qr/is not a number/, "$key->{name}: far too large");
	return unless $key->{type} eq 'TIME';
	with_key($key, '30');
	refused(":2:$column", qr/has no unit; write 30s/, "$key->{name}: no unit");
}

for my $key (@keys) {
	check_value($key);
	my $wrong = misspelled($key->{member});
	with_key($key, '1', $wrong);
	refused(':2:3', qr/\Q$key->{section}.$wrong\E: unknown key; did you mean \Q$key->{name}\E\?/,
	    "$key->{name}: misspelled");
	check_wrong_type($key);
	check_range($key);
	my ($value) = other_value($key);
	spew("$key->{section}:\n  $key->{member}: $value\n  $key->{member}: $value\n");
	refused(':3:3', qr/\Q$key->{name}\E: stands twice; the first is in line 2$/,
	    "$key->{name}: twice");
}
# --- every key, wrong in four ways, where it stands in the file of the package ---

# The line of a mistake among hundreds is what counts: each is made at the key's
# place in the whole file, and nothing else is complained of.
my @packaged = split /^/, $text;
my %line_of; # from 1
{
	my $section = '';
	for (0 .. $#packaged) {
		$section = $1 if $packaged[$_] =~ /^(\w+):/;
		$line_of{"$section.$1"} = $_ + 1 if $packaged[$_] =~ /^  (\w+):/;
	}
}

# The file with another line, or lines, in place of the key's.
sub refused_in_file {
	my ($key, $lines, $place, $words, $what) = @_;
	my @file = @packaged;
	$file[$line_of{ $key->{name} } - 1] = $lines;
	spew(join '', @file);
	refused($place, $words, "$key->{name}: $what, in the whole file");
}

my %wrong_type = (BOOL => 'perhaps', INT => 'many', TIME => '5 fortnights',
	SIZE => '16 acres', ENUM => '[one]', STR => '[one]', PATH => '[one]',
	SECRET => '[one]', LIST => '{one: two}');

# A value of the right type that is too large for the key.
sub beyond_range {
	my ($key) = @_;
	return $key->{high} =~ s/^(\d+)/$1 + 1/er if $key->{type} =~ /^(?:INT|TIME|SIZE)$/;
	return '2' if $key->{type} eq 'BOOL';
	return $key->{low} =~ s/.*\|//r . 's' if $key->{type} eq 'ENUM';
	return '[' . join(', ', map {"i$_"} 1 .. 257) . ']' if $key->{type} eq 'LIST';
	return 'x' x 4097;
}

for my $key (@keys) {
	my ($at, $member) = ($line_of{ $key->{name} }, $key->{member});
	my $value_at = ":$at:" . (length($member) + 5);
	my ($own) = $packaged[$at - 1] =~ /: (.*)/;
	my $misspelt = misspelled($member);
	refused_in_file($key, "  $misspelt: $own\n", ":$at:3",
	    qr/\Q$key->{section}.$misspelt\E: unknown key; did you mean \Q$key->{name}\E\?/,
	    'misspelt');
	refused_in_file($key, "  $member: $wrong_type{ $key->{type} }\n", $value_at,
	    qr/: \Q$key->{name}\E: /, 'of a wrong type');
	# The item that is one too many has a place of its own.
	my $beyond = beyond_range($key);
	refused_in_file($key, "  $member: $beyond\n", $key->{type} eq 'LIST' ?
	    ":$at:" . (length("  $member: $beyond") - 4) : $value_at,
	    qr/: \Q$key->{name}\E: /, 'out of range');
	refused_in_file($key, "  $member: $own\n  $member: $own\n", ':' . ($at + 1) . ':3',
	    qr/: \Q$key->{name}\E: stands twice/, 'twice');
}

# What is wrong with a value as a whole, where it stands.
for (['server', 'listen', 'banana', qr/is not address:port/],
	['server', 'listen', '127.0.0.1:99999', qr/is not address:port/],
	['server', 'listen', 'unix:sock', qr/whole path/],
	['server', 'listen', 'unix:/' . 'x' x 107, qr/107 bytes/],
	['server', 'listen', '["unix:/a,b"]', qr/comma/],
	['server', 'listen', '127.0.0.1:1 udp', qr/is not address:port/],
	['server', 'listen', '127.0.0.1:1 tls', qr/needs tls\.certificate and tls\.key/],
	['server', 'listen', '["127.0.0.1:1", "127.0.0.1:1 proxy"]', qr/port 1 stands there twice/],
	['server', 'listen', '[]', qr/takes 1 to 16 addresses, not 0/],
	['server', 'public_url', 'pierre.example', qr/is not http/],
	['database', 'url', 'mysql://h/d', qr/neither sqlite:/],
	['mail', 'url', 'http://x.example', qr/is not smtp/],
	['mail', 'url', 'smtp://x.example/path', qr/is not smtp/],
	['security', 'master_key', 'abc', qr/32 bytes in base64/],
	['http', 'allowed_origins', '[app.example.com]', qr/"app.example.com" is not an origin/],
	['http', 'allowed_origins', '[https://a.example/]', qr/is not an origin/],
	['http', 'trusted_proxies', '[10.0.0.0/8, proxy]', qr/"proxy" is not an address/],
	['http', 'trusted_proxies', '[10.0.0.0/33]', qr/is not an address/]) {
	my ($section, $member, $value, $words) = @$_;
	with_key({ section => $section, member => $member }, $value);
	refused(':2:' . (length($member) + 5), qr/^\S+ $section\.$member: .*$words/,
	    "$section.$member: $value");
}
my %sections = map { $_->{section} => 1 } @keys;
for my $name (sort keys %sections) {
	my $wrong = misspelled($name);
	spew("# a comment\n\n$wrong:\n  x: 1\n");
	refused(':3:1', qr/^\S+ $wrong: unknown key; did you mean $name\?/,
	    "section $name: misspelled");
}
for (['a <b@x.example', qr/mail\.from/], ["\"a\\r\\nb: c <d\@x.example>\"", qr/mail\.from/],
	['a@x.example', qr/server\.public_url/]) {
	spew("mail:\n  url: smtp://x.example\n  from: $_->[0]\n" .
	    ($_->[1] =~ /public/ ? '' : "server:\n  public_url: https://x.example\n"));
	(undef, undef, $err) = run('-t', '-c', $file);
	like($err, $_->[1], "mail from $_->[0]");
}
spew("server:\n  workers: two\n  threads: 99\nlog:\n  levle: info\n");
($status, undef, $err) = run('-t', '-c', $file);
is($status, 1, 'three mistakes');
is($err =~ tr/\n//, 3, 'are told at once') or diag $err;
(undef, undef, $err) = run('-t', '-c', "$dir/none.yaml");
like($err, qr{^\Q$dir/none.yaml\E: No such file}, 'a file that is not there');

# --- the environment ------------------------------------------------------------

sub with_env {
	my ($name, $value, $yaml, @arguments) = @_;
	local $ENV{$name} = $value;
	spew($yaml);
	return run(@arguments ? @arguments : ('-T', '-c', $file));
}

for my $key (grep { $_->{env} } @keys) {
	my ($value, $shown) = other_value($key);
	$value = join ', ', @{ other_items($key) } if $key->{type} eq 'LIST';
	my (undef, $out, $err) = with_env($key->{env}, $value,
	    "$key->{section}:\n  $key->{member}: $key->{default}\n");
	my ($line) = grep { /^  $key->{member}: / } section_of($out, $key->{section});
	is($line, "  $key->{member}: $shown  # from $key->{env}",
	    "$key->{env} overrides the file") or diag $err;
	(undef, $out) = with_env($key->{env}, '', '');
	unlike($out, qr/  # from/, 'and counts for nothing when empty');
	next unless $key->{type} =~ /^(?:INT|ENUM)$/;
	($status, undef, $err) = with_env($key->{env}, 'nonsense!', '', '-t', '-c', $file);
	is($status, 1, "a bad $key->{env} is refused");
	like($err, qr/^$key->{env}: .*\Q$key->{name}\E/, 'by its name');
}
($status, undef, $err) = with_env('ALLOWED_ORIGINS', 'nonsense', '', '-t', '-c', $file);
like($err, qr/^ALLOWED_ORIGINS: http.allowed_origins: /, 'a bad origin of the environment');
(undef, $out) = with_env('RUST_LOG', 'warn,pierre_mcp_server=trace,hyper=off', '');
like($out, qr/level: "debug"/, 'RUST_LOG as a list of directives');
(undef, $out) = with_env('T_HOST', 'b.example', "server:\n  host: a.\${T_HOST}\n");
like($out, qr/host: "a.b.example"/, '${NAME} in a value');

# --- .env ---------------------------------------------------------------------------

my $key = 'A' x 43 . '=';
my $dotenv = <<"ENV";
# Core Configuration
DATABASE_URL="sqlite:/srv/pierre.db"
PIERRE_MASTER_ENCRYPTION_KEY="$key"  # openssl rand -base64 32

# Server Configuration
HTTP_PORT=8085                        # Single unified port for all protocols
HOST="pierre.example.com"            # Production hostname

STRAVA_CLIENT_ID="your_strava_client_id"

RUST_LOG="info,pierre_mcp_server=debug"
LOG_FORMAT="json"                    # Use structured JSON logging in production
ALLOWED_ORIGINS="https://app.example.com,https://dashboard.example.com"
ENV
# The same as systemd 252 makes it of an EnvironmentFile.
my %mangled = (
	DATABASE_URL => 'sqlite:/srv/pierre.db',
	PIERRE_MASTER_ENCRYPTION_KEY => "$key# openssl rand -base64 32",
	HTTP_PORT => '8085                        # Single unified port for all protocols',
	HOST => 'pierre.example.com# Production hostname',
	RUST_LOG => 'info,pierre_mcp_server=debug',
	LOG_FORMAT => 'json# Use structured JSON logging in production',
	ALLOWED_ORIGINS => 'https://app.example.com,https://dashboard.example.com',
);
my @expected = ('url: "********"', 'master_key: "********"', 'port: 8085',
	'host: "pierre.example.com"', 'level: "debug"', 'format: "json"',
	'allowed_origins: ["https://app.example.com", "https://dashboard.example.com"]');
{
	local @ENV{keys %mangled} = values %mangled;
	spew('');
	($status, $out, $err) = run('-T', '-c', $file);
	is($status, 0, 'values with comments behind them in the environment') or diag $err;
	like($out, qr/^  \Q$_\E  # from \w+$/m, $_) for @expected;
}
spew_to("$dir/.env", $dotenv);
($status, $out, $err) = run('-T', '-c', $file);
is($status, 0, 'the same in a file .env beside the configuration') or diag $err;
like($out, qr{^  \Q$_\E  # from \w+ in \Q$dir\E/.env:\d+$}m, $_) for @expected;
spew_to("$dir/.env", $dotenv =~ s/8085/port/r);
($status, undef, $err) = run('-t', '-c', $file);
is($status, 1, 'a bad value in .env');
is($err, "$dir/.env:6:1: server.port: \"port\" is not a number (HTTP_PORT)\n",
    'is told with its line');
spew_to("$dir/.env", $dotenv =~ s/$key/REDACTED_BASE64_KEY_HERE/r);
{
	local $ENV{PIERRE_MASTER_ENCRYPTION_KEY} =
	    'REDACTED_BASE64_KEY_HERE# openssl rand -base64 32';
	($status, undef, $err) = run('-t', '-c', $file);
}
is($status, 1, 'no key where one must be');
like($err, qr{^\Q$dir\E/.env:3:1: security.master_key: must be 32 bytes in base64.*PIERRE_MASTER},
    'is told with the line of .env, even when systemd read it too');
unlink "$dir/.env";

# --- what the file names -------------------------------------------------------

spew("server:\n  user: no-such-account\n");
($status, $out, $err) = run('-t', '-c', $file);
is("$status $err", qq(1 $file: server.user: there is no account "no-such-account"\n),
    'an account that there is not');
spew("tls:\n  certificate: /nonexistent.pem\n  key: /nonexistent.key\n");
($status, $out, $err) = run('-t', '-c', $file);
like("$status $err", qr{^1 \Q$file\E: tls.certificate: cannot open /nonexistent.pem: },
    'a certificate that there is not');
($status, $out, $err) = run('-t', '-c', $dir);
is("$status $err", "1 $dir: Is a directory\n", 'a directory in the place of the file');

# --- connections to PostgreSQL ------------------------------------------------

my $url = 'url: postgresql://u@h/d';
spew("database:\n  $url\n  max_connections: 3\n  min_connections: 4\n");
refused(':4:20', qr/must not be above database.max_connections/, 'more kept than allowed');
spew("server:\n  workers: 4\ndatabase:\n  $url\n  max_connections: 4\n");
refused(':5:20', qr/must be above server.workers/, 'fewer than workers');
spew("server:\n  workers: 4\ndatabase:\n  $url\n  max_connections: 5\n");
is((run('-t', '-c', $file))[0], 0, 'as many as are needed');

# --- secrets ----------------------------------------------------------------------

my $secret = 'c2VjcmV0' x 5 . 'AAA=';
spew("security:\n  master_key: $secret\n");
($status, $out, $err) = run('-T', '-c', $file);
is($status, 0, 'a master key in the file') or diag $err;
unlike("$out$err", qr/c2VjcmV0/, 'is not printed');
like($out, qr/master_key: "\*{8}"/, 'but masked');
open my $fh, '>', "$dir/key" or die;
print $fh "$secret\n";
close $fh;
spew("security:\n  master_key: file:$dir/key\n");
($status, $out) = run('-T', '-c', $file);
is($status, 0, 'a master key in a file of its own');
unlike($out, qr/c2VjcmV0/, 'is not printed either');
spew("security:\n  master_key: ${secret}x\ndatabase:\n  url: postgres://u:hunter2\@h/d\n");
($status, $out, $err) = run('-t', '-c', $file);
is($status, 1, 'bad secrets');
unlike("$out$err", qr/c2VjcmV0|hunter2/, 'are not in the complaint');

spew("server:\n  data_dir: $dir\nsecurity:\n  master_key: file:$dir/none\n");
($status, undef, $err) = run('-s', 'status', '-c', $file);
like($err, qr/^pierre-mcp-server: no server answers/,
    '-s reads no secret, which it may not be allowed to');

# --- the command line ---------------------------------------------------------------

my @times = map {
	my $begun = time;
	run('-t', '-c', 'conf/pierre.yaml');
	time - $begun;
} 1 .. 5;
cmp_ok(min(@times), '<', 0.2, sprintf '-t takes %.0f ms', 1e3 * min(@times));
for (['-x'], ['--nonsense'], ['-c'], ['-s', 'jump'], ['serve'], ['-t', 'more']) {
	($status, $out, $err) = run(@$_);
	is($status, 64, "@$_: wrong use");
	isnt($err, '', 'which is said');
}
($status, $out) = run('-h');
ok($status == 0 && $out =~ /^usage: pierre-mcp-server/, '-h');
($status, $out) = run('-V');
ok($status == 0 && $out =~ /^pierre-mcp-server [\d.]+ \(\w+\)$/, '-V');

# --- what is named there ------------------------------------------------------------

# What -t says of a file that is right in itself.
sub unusable {
	my ($yaml, $words, $what) = @_;
	spew($yaml);
	my ($status, undef, $err) = run('-t', '-c', $file);
	is($status, 1, "$what: refused");
	like($err, qr/\A\Q$file\E: $words\n\z/, 'it says why');
	return $err;
}

unusable("server:\n  data_dir: $file\n", qr/server\.data_dir: \Q$file\E is no directory/,
    'a data directory that is a file');
unusable("server:\n  data_dir: $file/data\n",
    qr/server\.data_dir: cannot use \Q$file\E\/data: Not a directory/, 'one below a file');
unusable("log:\n  file: /nowhere/at/all/pierre.log\n",
    qr{log\.file: its directory /nowhere/at/all/: No such file or directory},
    'a log without a directory');
unusable("log:\n  file: $file/x.log\n", qr{log\.file: its directory \Q$file\E/: Not a directory},
    'a log below a file');
unusable("log:\n  file: /tmp\n", qr{log\.file: /tmp is a directory}, 'a log that is a directory');
for (['postgresql://a:hidden@[::1]x/n', 'an address'], ['postgresql://a:hid%zzden@h/n', 'an escape'],
	['postgresql://a:hidden@[::1/n', 'a bracket'],
	['postgresql://a:hidden@h/n?ssl_mode=require', 'a parameter', qr/ssl_mode/]) {
	my $said = unusable("database:\n  url: $_->[0]\n",
	    qr/database\.url: no URL that PostgreSQL's library understands: \w.*/, "a URL with $_->[1] wrong");
	unlike($said, qr/hid|den/, 'without the password');
	like($said, $_->[2], 'with the name') if $_->[2];
}
spew("database:\n  url: postgresql://a:b\@h/n?sslmode=require\nserver:\n  data_dir: /tmp/x-that-is-not\n" .
    "log:\n  file: x.log\n");
is((run('-t', '-c', $file))[0], 0, 'and what can be used is taken');

done_testing();
