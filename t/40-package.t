#!/usr/bin/perl
# The Debian package: built twice it is the same, lintian has nothing against
# it, it holds what it should, and the unit is valid and locked up.
use strict;
use warnings;
use lib 't/lib';
use Cwd qw(abs_path);
use File::Temp qw(tempdir);
use Test::More;
use Pierre::Test;

sub missing {
	return grep {
		my $name = $_;
		!grep { -x "$_/$name" } split(/:/, $ENV{PATH}), '/usr/sbin', '/sbin';
	} @_;
}

my @missing = missing(qw(dh dpkg-buildpackage fakeroot lintian git));
plan skip_all => "not installed: @missing" if @missing;
plan skip_all => 'needs a checkout' unless -e '.git';
delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS CI WERROR FLAVOUR DEB_BUILD_OPTIONS)};

# --- two builds --------------------------------------------------------------

my $dir = tempdir('pierre-deb-XXXXXX', TMPDIR => 1, CLEANUP => 1);
for my $n (1, 2) {
	my ($status, $out, $err) = run_command('make', 'deb', "DEB=$dir/$n");
	next if is($status, 0, "make deb, time $n");
	diag("$out$err");
	done_testing();
	exit 1;
}
my @built = map { s{.*/}{}r } glob "$dir/1/*.deb $dir/1/*.dsc $dir/1/*.tar.*";
is(scalar @built, 4, "package, debugging symbols and source: @built");
for my $file (@built) {
	ok(slurp("$dir/1/$file") eq slurp("$dir/2/$file"),
	    "$file is the same from another directory");
}
my ($deb) = glob "$dir/1/pierre-mcp-server_*.deb";
my $log = slurp("$dir/1/build.log");
is_deeply([$log =~ /^.*\bwarning:.*$/mg], [], 'no compiler has a warning');

# --- lintian -----------------------------------------------------------------

my ($status, $out, $err) = run_command('lintian', '--no-cfg', '--fail-on',
    'error,warning', glob "$dir/1/*.changes");
is($status, 0, 'lintian finds neither an error nor a warning') or diag "$out$err";

# --- what is in it -----------------------------------------------------------

my $root = "$dir/root";
($status) = run_command('dpkg-deb', '-R', $deb, $root);
is($status, 0, 'it unpacks');
my @files = split /\n/, `cd $root && find . -type f -o -type l | grep -v ^./DEBIAN | sort`;
my $pages = join '', map { my $p = s{.*/}{}r; my ($s) = /(\d)$/;
    "./usr/share/man/man$s/$p.gz\n" } glob 'man/*.[1-8]';
is_deeply(\@files, [sort split /\n/, <<"LIST" . $pages], 'the files of the package');
./etc/logrotate.d/pierre-mcp-server
./etc/pierre-mcp/pierre.yaml
./lib/systemd/system/pierre-mcp-server.service
./lib/systemd/system/pierre-mcp-server.socket
./usr/bin/pierrectl
./usr/lib/sysusers.d/pierre-mcp-server.conf
./usr/lib/tmpfiles.d/pierre-mcp-server.conf
./usr/sbin/pierre-mcp-server
./usr/share/bash-completion/completions/pierre-mcp-server
./usr/share/bash-completion/completions/pierrectl
./usr/share/doc/pierre-mcp-server/changelog.gz
./usr/share/doc/pierre-mcp-server/copyright
./usr/share/doc/pierre-mcp-server/examples/alerts.yml
./usr/share/doc/pierre-mcp-server/examples/grafana.json
./usr/share/doc/pierre-mcp-server/examples/nginx.conf
./usr/share/doc/pierre-mcp-server/examples/prometheus.yml
LIST
is(slurp("$root/DEBIAN/conffiles"), "/etc/logrotate.d/pierre-mcp-server\n" .
    "/etc/pierre-mcp/pierre.yaml\n", 'conffiles');
is(slurp("$root/etc/pierre-mcp/pierre.yaml"), slurp('conf/pierre.yaml'),
    'the configuration is the one with every default');
my @odd = grep { !-l "$root/$_" &&
    ((stat "$root/$_")[2] & 07777) != (m{/sbin/} ? 0755 : 0644) } @files;
is_deeply(\@odd, [], 'modes are 0644, and 0755 for the program');
my ($version) = slurp('Makefile') =~ /^VERSION := (\S+)/m;
like($deb, qr/_\Q$version\E_/, 'the version of the package is that of the program');
(undef, $out) = run_command("$root/usr/sbin/pierre-mcp-server", '-V');
my $commit = `git rev-parse --short=12 HEAD` =~ s/\n//r;
is($out, "pierre-mcp-server $version ($commit)\n", 'the packaged program runs');
for my $script (qw(postinst prerm postrm)) {
	($status, undef, $err) = run_command('sh', '-n', "$root/DEBIAN/$script");
	is($status, 0, "$script is a shell script") or diag $err;
}

# --- completion --------------------------------------------------------------

SKIP: {
	skip 'bash-completion is not installed', 3
	    unless -e '/usr/share/bash-completion/bash_completion';
	is_deeply([completed('pierrectl', 'tok')], ['token'], 'pierrectl tok<TAB>');
	is_deeply([completed('pierrectl', 'token', '')], [qw(create list revoke usage)],
	    'pierrectl token <TAB>');
	is_deeply([completed('pierre-mcp-server', '-s', 're')],
	    [qw(reload reopen)], 'pierre-mcp-server -s re<TAB>');
}

sub completed {
	my (@words) = @_;
	my $program = $words[0];
	$words[0] = "$root/usr/sbin/pierre-mcp-server";
	symlink $words[0], "$dir/pierrectl";
	$words[0] = "$dir/pierrectl" if $program eq 'pierrectl';
	my $function = '_' . ($program =~ tr/-/_/r);
	my $script = <<'BASH';
. /usr/share/bash-completion/bash_completion
. "$1"; f=$2; shift 2
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
$f "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
BASH
	my (undef, $out) = run_command('bash', '-c', $script, 'bash',
	    "$root/usr/share/bash-completion/completions/$program", $function, @words);
	return sort split /\n/, $out;
}

# --- the unit ----------------------------------------------------------------

SKIP: {
	skip 'systemd-analyze is not installed', 4 if missing('systemd-analyze');
	my $unit = "$root/lib/systemd/system/pierre-mcp-server.service";
	($status, $out) = run_command('systemd-analyze', 'security',
	    '--offline=yes', '--threshold=12', $unit);
	is($status, 0, 'the unit is exposed at 1.2 at most');
	like($out, qr/exposure level for \S+: (?:0|1\.[0-2])/, 'which is what it says');

	# The program stands where the package would put it.
	my $text = slurp($unit) =~ s{(=\+?)/usr/sbin/}{$1$root/usr/sbin/}gr;
	mkdir "$dir/unit" or die;
	open my $fh, '>', "$dir/unit/pierre-mcp-server.service" or die;
	print $fh $text;
	close $fh;
	($status, $out, $err) = run_command('systemd-analyze', 'verify', '--man=no',
	    "$dir/unit/pierre-mcp-server.service",
	    "$root/lib/systemd/system/pierre-mcp-server.socket");
	is($status, 0, 'systemd accepts it');
	is_deeply([grep { /pierre/ } split /\n/, "$out$err"], [], 'and the socket');
}

done_testing();
