#!/usr/bin/perl
# The package as an operator has it: in a container that boots systemd, over a
# copy-on-write view of this machine.  t/service/driver.pl does the work in
# there; what it prints is told here.  PIERRE_JOURNAL=FILE keeps its journal.
use strict;
use warnings;
use lib 't/lib';
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use Test::More;
use Pierre::Test;

plan skip_all => 'needs root' if $> != 0;
my @missing = grep {
	my $name = $_;
	!grep { -x "$_/$name" } split(/:/, $ENV{PATH}), '/usr/sbin', '/sbin';
} qw(systemd-nspawn dbus-daemon dpkg-buildpackage dh wrk logrotate git);
plan skip_all => "not installed: @missing" if @missing;
plan skip_all => 'needs a checkout' unless -e '.git';
delete @ENV{qw(MAKEFLAGS MAKELEVEL MFLAGS CI WERROR FLAVOUR DEB_BUILD_OPTIONS)};

my $dir = tempdir('pierre-boot-XXXXXX', TMPDIR => 1, CLEANUP => 1);
my ($rw, $root) = ("$dir/rw", "$dir/root");
mkdir $_ or die "$_: $!" for $rw, $root;
my @mounted;

sub mount_or_skip {
	my ($at, @words) = @_;
	my ($status, undef, $err) = run_command('mount', @words, $at);
	if ($status != 0) {
		unmount();
		plan skip_all => "cannot mount: $err";
	}
	push @mounted, $at;
}

sub unmount {
	run_command('umount', pop @mounted) while @mounted;
}

END { unmount() }

mount_or_skip($rw, '-t', 'tmpfs', 'tmpfs');
mkdir "$rw/$_" or die for qw(up work);
mount_or_skip($root, '-t', 'overlay', 'overlay', '-o',
    "lowerdir=/,upperdir=$rw/up,workdir=$rw/work");

# --- what the container is given -----------------------------------------------

my ($status, $out, $err) = run_command('make', 'deb', "DEB=$dir/deb");
die "make deb: $out$err" if $status != 0;
my ($deb) = glob "$dir/deb/pierre-mcp-server_*.deb";
mkdir "$root/opt/pierre" or die "$!";
copy($deb, "$root/opt/pierre/package.deb") or die "$!";
copy('t/service/driver.pl', "$root/opt/pierre/driver.pl") or die "$!";
# As containers have it, it would forbid the start of services.
unlink "$root/usr/sbin/policy-rc.d";

sub put {
	my ($path, $text) = @_;
	open my $fh, '>', "$root$path" or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}

put('/etc/systemd/system/test.target', <<'UNIT');
[Unit]
Requires=driver.service basic.target dbus.socket
After=basic.target
AllowIsolate=yes
UNIT
put('/etc/systemd/system/driver.service', <<'UNIT');
[Unit]
After=basic.target dbus.socket

[Service]
Type=oneshot
Environment=HOME=/root
ExecStart=/usr/bin/perl /opt/pierre/driver.pl
ExecStopPost=/bin/systemctl poweroff --force
StandardOutput=file:/opt/pierre/tap
StandardError=file:/opt/pierre/err
TimeoutStartSec=300
UNIT

# --- boot ------------------------------------------------------------------------

($status, $out, $err) = run_command('timeout', '330', 'systemd-nspawn', '-q', '-D',
    $root, '--system-call-filter=seccomp memfd_secret landlock_create_ruleset ' .
    'landlock_add_rule landlock_restrict_self', '--boot', '--register=no', '--keep-unit', '--private-network',
    'systemd.unit=test.target');
my $tap = slurp("$root/opt/pierre/tap");
my $said = slurp("$root/opt/pierre/err");
plan skip_all => "the container does not boot: $out$err" if "$tap$said" eq '';
for (split /\n/, $tap) {
	if (/^(not )?ok \d+ - (.*)/) { ok(!$1, $2) }
	elsif (!/^1\.\./) { note($_) }
}
diag($said) if $said ne '';
like($tap, qr/^1\.\.\d+$/m, 'the driver came to its end');
if ($ENV{PIERRE_JOURNAL}) {
	copy("$root/opt/pierre/journal", $ENV{PIERRE_JOURNAL});
}
unmount();
done_testing();
