#!/usr/bin/perl
# What is typed: options and commands that do not exist or do not go together,
# help about one of them, words that steer a terminal, and an output that takes
# nothing.
use strict;
use warnings;
use lib 't/lib';
use Test::More;
use Pierre::Test;

my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';
my $server = $ENV{PIERRE_BIN} || "$objects/pierre-mcp-server";
my $t = Pierre::Test->new(demo => 1, start => 0);

# Exit status, output and errors of a line of the shell, in which $ctl and
# $server stand for the programs with this test's configuration.
sub shell {
	my ($line) = @_;
	local $ENV{ctl} = "$objects/pierrectl --config " . $t->conf;
	local $ENV{server} = "$server -c " . $t->conf;
	return run_command('sh', '-c', $line);
}

sub fails {
	my ($expected, $message, @words) = @_;
	my ($status, $out, $err) = $t->ctl(@words);
	is($status, $expected, "pierrectl @words: exit $expected");
	like($err, $message, 'says why');
	is($out, '', 'and nothing else');
	return $err;
}

# --- help ---------------------------------------------------------------------

my ($status, $out, $err) = $t->ctl('--help');
my $all = () = $out =~ /^  \S/mg;
cmp_ok($all, '>', 40, '--help has every command');
unlike($out, qr/ $/m, 'and no blanks at the end of a line');
for ([qw(user create --help)], [qw(help user create)]) {
	($status, $out) = $t->ctl(@$_);
	is($status, 0, "@$_");
	like($out, qr/\A  user create NAME .*\n      \S.*\n\z/, 'of that command alone');
}
($status, $out) = $t->ctl(qw(keys -h));
is_deeply([sort { $a cmp $b } $out =~ /^  (\S+ \S+)/mg],
	['keys check', 'keys export', 'keys reencrypt', 'keys rekey', 'keys rotate',
	'keys status'], 'keys -h: of all that begin so');

$err = fails(64, qr/\Apierrectl: user dance: unknown command; see pierrectl --help\n/,
	qw(user dance));
like($err, qr/^  user list$/m, 'with those that there are');
unlike($err, qr/^  token /m, 'and no others');
$err = fails(64, qr/\Apierrectl: dance: unknown command; see pierrectl --help\n\z/, 'dance');
fails(64, qr/\Apierrectl: -x: unknown option; see pierrectl --help\n\z/, '-x');

# What runs under the server's name goes by it.
($status, $out, $err) = shell('$server mcp-stdio');
is("$status $out", '64 ', 'mcp-stdio for nobody');
like($err, qr/\Apierre-mcp-server: mcp-stdio: --user NAME is needed\nusage: pierre-mcp-server mcp-stdio --user NAME\n\z/,
    'under the name of the server');
($status, undef, $err) = shell('$ctl mcp-stdio');
like($err, qr/\Apierrectl: mcp-stdio: .*\nusage: pierrectl /, 'and under the other one');

# --- completion ---------------------------------------------------------------------

SKIP: {
	my $library = '/usr/share/bash-completion/bash_completion';
	skip 'bash-completion is not installed', 8 if !-e $library;
	my $completed = sub {
		my ($program, @words) = @_;
		my $script = <<'BASH';
. "$1"; . "packaging/bash/$2"; f=_${2//-/_}; shift 2
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
$f "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
BASH
		my (undef, $words) = run_command('bash', '-c', $script, 'bash', $library, $program,
			"$objects/$program", @words);
		return join ' ', sort split /\n/, $words;
	};
	my $here = $t->dir . '/a-backup';
	open my $fh, '>', $here or die "$here: $!";
	close $fh;
	for (['pierrectl token', 'create list revoke usage', 'token', ''],
		['pierrectl migrate', 'down status undo up', 'migrate', ''],
		['pierrectl verify FILE', $here, 'verify', $t->dir . '/a-b'],
		['pierrectl restore FILE --', '--config --help --to --version', 'restore', $here, '--'],
		['pierrectl audit --', '--action --before --config --help --limit --user --version',
			'audit', '--'],
		['pierrectl user delete anna --', '--config --help --version --yes', 'user', 'delete',
			'anna', '--']) {
		my ($what, $expected, @words) = @$_;
		is($completed->('pierrectl', @words), $expected, "$what<TAB>");
	}
	is($completed->('pierre-mcp-server', '-s', ''),
		'quit reload reopen status status-json stop upgrade', 'each verb of -s, and nothing else');
	is($completed->('pierre-mcp-server', '-'), '-T -V -c -f -h -s -t', 'each option');
}

# --- the server's options ---------------------------------------------------------

for my $line ('$server -t -s reload', '$server -s status -T', '$server -V -t') {
	($status, $out, $err) = shell($line);
	is($status, 64, $line);
	like($err, qr/one of -h, -s, -t, -T and -V at a time/, 'is no question with one answer');
	is($out, '', 'and nothing was done');
}
($status, $out) = shell('$server -tT');
is($status, 0, '-T checks as well');
like($out, qr/^server:$/m, 'and prints');
for (['--help', qr/\Ausage: pierre-mcp-server .*\bupgrade\b.*\bstatus-json\b/s],
	['--version', qr/\Apierre-mcp-server \d/]) {
	($status, $out) = shell("\$server $_->[0]");
	is($status, 0, $_->[0]);
	like($out, $_->[1], 'is understood');
}

# --- arguments that make no sense ---------------------------------------------------

fails(64, qr/nothing to change: give an option/, qw(user set demo));
fails(64, qr/--display: a name has at most 100 bytes/, qw(user set demo --display), 'x' x 101);
fails(64, qr/--display: .* no control characters/, qw(user set demo --display), "a\e[2Jb");
fails(64, qr/--email: "a\@b" is not an address/, qw(user set demo --email a@b));
fails(64, qr/the name is empty/, 'client', 'create', '', '--user', 'demo');
fails(64, qr/--from: 2099-01-01 is a day to come/, qw(threshold set demo ftp_w 250 --from 2099-01-01));
fails(64, qr/--from: 1800-01-01 .*over 40 years ago/, qw(threshold set demo ftp_w 250 --from 1800-01-01));
fails(64, qr/--to: 9999 is above the newest version applied, \d+$/m, qw(migrate down --to 9999 --yes));
fails(64, qr/--limit: 0 is outside 1 to 1000000000$/m, qw(activity list demo --limit 0));
fails(64, qr/--action: "foo" is no action; pierrectl\(8\) lists them/, qw(audit --action foo));
($status, $out, $err) = $t->ctl(qw(import /nonexistent --user demo));
like($err, qr/: 1 file could not be imported/, 'one file is one');

# --- what people wrote does not steer a terminal ---------------------------------------

is(($t->ctl(qw(threshold set demo ftp_w 250 --from 2026-01-01 --source), "a\e[2Jb"))[0], 0,
	'a source with an escape');
($status, $out) = $t->ctl(qw(threshold list demo));
like($out, qr/^2026-01-01 .*a\\x1b\[2Jb$/m, 'is shown without it');

# --- an output that takes nothing ---------------------------------------------------------

for my $line ('$ctl user list', '$ctl token create demo', '$ctl --help', '$ctl audit --limit 1',
	'$server -t', '$server -T', '$server -V', '$server -h') {
	($status, $out, $err) = shell("$line >/dev/full");
	is($status, 1, "$line: what was said is lost");
	like($err, qr/: cannot write to standard output: No space left on device$/m, 'and it is told');
	($status, $out, $err) = shell("$line >&-");
	is($status, 1, "$line with no standard output");
}
($status, $out, $err) = shell('$ctl dance >/dev/full');
is($status, 64, 'the worse of two faults is told');

# Nothing that is opened takes the place of a closed output.
my $file = $t->dir . '/all.tar';
($status) = shell("\$ctl backup $file <&- >&- 2>&-");
is($status, 1, 'a backup by somebody without any descriptor');
($status, $out) = $t->ctl('verify', $file);
is($status, 0, 'is good all the same');
($status, $out) = $t->ctl(qw(user list));
like($out, qr/^demo /m, 'and so is the database');

done_testing();
