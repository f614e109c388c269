package Pierre::Postgres;

# A PostgreSQL server of a test's own: a cluster in a directory under /tmp, a
# socket beside it, no port; gone with the object.

use strict;
use warnings;
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

# Where Debian keeps the server's programs, the newest version first.
sub programs {
	my ($found) = sort { ($b =~ m{/(\d+)/})[0] <=> ($a =~ m{/(\d+)/})[0] }
	    grep { -x "$_/initdb" } glob '/usr/lib/postgresql/*/bin';
	return $found;
}

# durable => 1: keep fsync on; settings => { name => value }; standby_of =>
# another: a copy that follows it.
sub new {
	my ($class, %o) = @_;
	my $bin = programs() or die "PostgreSQL is not installed\n";
	# A socket's path is at most 107 bytes long.
	my $dir = tempdir('/tmp/pg-XXXXXX', CLEANUP => 0);
	chmod 0755, $dir; # for processes of another account, root without rights
	my $self = bless { bin => $bin, dir => $dir, owner => $$ }, $class;
	if ($> == 0) {
		my (undef, undef, $uid, $gid) = getpwnam 'postgres'
		    or die "there is no user postgres\n";
		@$self{qw(uid gid)} = ($uid, $gid);
		chown $uid, $gid, $dir or die "$dir: $!";
	}
	if (my $primary = $o{standby_of}) {
		$self->run("$bin/pg_basebackup", '-h', $primary->dir, '-U', 'pierre', '-D',
		    "$dir/data", '-X', 'stream', '-R', '--checkpoint=fast') == 0
		    or die "pg_basebackup: " . $self->log;
		$self->configure(unix_socket_directories => "'$dir'");
		return $self->start;
	}
	$self->run("$bin/initdb", '-D', "$dir/data", '-U', 'pierre', '-A', 'trust',
	    '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync') == 0
	    or die "initdb: " . $self->log;
	$self->configure(listen_addresses => "''",
		unix_socket_directories => "'$dir'", max_connections => 60,
		shared_buffers => '16MB', autovacuum => 'off',
		fsync => $o{durable} ? 'on' : 'off', %{ $o{settings} || {} });
	return $self->start;
}

# Into its configuration; the last word counts.
sub configure {
	my ($self, %settings) = @_;
	open my $fh, '>>', "$self->{dir}/data/postgresql.conf" or die "$self->{dir}: $!";
	print $fh "$_ = $settings{$_}\n" for sort keys %settings;
	close $fh or die "$self->{dir}: $!";
}

# A standby becomes a primary of its own.
sub promote {
	my ($self) = @_;
	return $self->run("$self->{bin}/pg_ctl", '-D', "$self->{dir}/data", '-w', 'promote');
}

# As the server's user, its words to the log.
sub spawn {
	my ($self, @command) = @_;
	my $pid = fork // die "fork: $!";
	return $pid if $pid;
	open STDIN, '<', '/dev/null' or POSIX::_exit(126);
	open STDOUT, '>>', "$self->{dir}/log" or POSIX::_exit(126);
	open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
	chdir $self->{dir};
	if (defined $self->{uid}) {
		@command = ('setpriv', "--reuid=$self->{uid}", "--regid=$self->{gid}",
		    '--clear-groups', @command);
	}
	exec @command or POSIX::_exit(127);
}

sub run {
	my ($self, @command) = @_;
	local $?;
	waitpid $self->spawn(@command), 0;
	return $?;
}

sub start {
	my ($self) = @_;
	my $until = time + 30;
	unlink "$self->{dir}/data/postmaster.pid";
	$self->{pid} = $self->spawn("$self->{bin}/postgres", '-D', "$self->{dir}/data");
	while (time < $until) {
		return $self if $self->answers;
		die "PostgreSQL ended: " . $self->log
		    if waitpid($self->{pid}, WNOHANG) == $self->{pid};
		sleep 0.02;
	}
	die "PostgreSQL does not start: " . $self->log;
}

sub answers {
	my ($self) = @_;
	return system("$self->{bin}/pg_isready -q -h $self->{dir}") == 0;
}

# INT: fast, TERM: smart, QUIT: at once, KILL.
sub stop {
	my ($self, $signal) = @_;
	return unless $self->{pid};
	local $?;
	kill $signal || 'INT', $self->{pid};
	waitpid $self->{pid}, 0;
	$self->{pid} = undef;
	# After a KILL its processes notice one by one.
	my $until = time + 10;
	while (time < $until && $self->processes) { sleep 0.02 }
}

# All its processes, those that a killed one left behind too.
sub processes {
	my ($self) = @_;
	return grep { (readlink("/proc/$_/cwd") // '') eq "$self->{dir}/data" }
	    map { m{(\d+)} } glob '/proc/[0-9]*';
}

sub signal {
	my ($self, $signal) = @_;
	return kill $signal, $self->processes;
}

sub restart {
	my ($self, $signal) = @_;
	$self->stop($signal);
	$self->start;
}

# A new database in it, empty or a copy of another; its URL.
sub database {
	my ($self, $name, $from) = @_;
	$self->sql("CREATE DATABASE $name TEMPLATE " . ($from || 'template0'));
	return $self->url($name);
}

sub url {
	my ($self, $name) = @_;
	my $host = $self->{dir} =~ s{/}{%2F}gr;
	return "postgresql://pierre\@$host/$name";
}

# What a statement prints, unaligned.
sub sql {
	my ($self, $sql, $database) = @_;
	open my $fh, '-|', "$self->{bin}/psql", '-X', '-q', '-A', '-t', '-h',
	    $self->{dir}, '-U', 'pierre', '-d', $database || 'postgres', '-v',
	    'ON_ERROR_STOP=1', '-c', $sql or die "psql: $!";
	my $out = join '', <$fh>;
	close $fh or die "psql: $sql failed\n";
	return $out =~ s/\n\z//r;
}

sub pid { return $_[0]{pid} }
sub dir { return $_[0]{dir} }

sub log {
	my ($self) = @_;
	open my $fh, '<', "$self->{dir}/log" or return '';
	local $/;
	return <$fh>;
}

sub DESTROY {
	my ($self) = @_;
	return if $self->{owner} != $$;
	local ($?, $@);
	$self->stop('QUIT');
	remove_tree($self->{dir});
}

1;
