#!/usr/bin/perl
# Logs: rotated under load, where no line is lost or torn; and sinks that block
# or are full, which never stop service and whose lost lines are counted.
use strict;
use warnings;
use lib 't/lib';
use Fcntl qw(O_RDONLY O_NONBLOCK);
use JSON::PP;
use POSIX qw(mkfifo);
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Client;
use Pierre::Test;

# A server whose log is a file of that name; $name undef: standard error.
sub server {
	my ($path, %o) = @_;
	return Pierre::Test->new(workers => 2, %o, config =>
	    "log:\n  format: json\n  access: true\n" . (defined $path ? "  file: $path\n" : ''));
}

sub metric {
	my ($t, $name) = @_;
	my ($n) = $t->request('GET', '/metrics')->{content} =~ /^\Q$name\E (\S+)$/m;
	return $n;
}

# Processes of a server that have an inode open.
sub holders {
	my ($t, $inode) = @_;
	my $children = $t->children;
	my @holding;
	for my $pid ($t->pid, $children->{keeper}, @{ $children->{workers} }) {
		push @holding, $pid if grep { ((stat)[1] // 0) == $inode } glob "/proc/$pid/fd/*";
	}
	return @holding;
}

# A child that asks for /livez until $seconds have passed, on new connections
# and old; its answered and failed requests come over the handle.
sub client {
	my ($t, $seconds) = @_;
	my $from;
	my $pid = open($from, '-|') // die "fork: $!";
	return $from if $pid;
	my ($answered, $failed) = (0, 0);
	my $until = time + $seconds;
	my $c;
	while (time < $until) {
		$c //= Pierre::Client->new($t);
		my $r = eval {
			$c->ask("GET /livez?n=$answered HTTP/1.1\r\nHost: localhost\r\n" .
			    "X-Request-Id: $$-$answered\r\n\r\n", seconds => 5);
		};
		$r && $r->{status} == 200 ? $answered++ : $failed++;
		undef $c if !$r || rand() < 0.05 || ($r->{headers}{connection} // '') eq 'close';
	}
	print "$answered $failed $$\n";
	close STDOUT;
	POSIX::_exit(0);
}

# --- rotation under load -------------------------------------------------------

my $t = server('LOG', start => 0);
my $log = $t->dir . '/server.log';
$t->write_config($t->{config} =~ s/LOG/$log/r);
$t->start;
my @clients = map { client($t, 8) } 1 .. 3;
my @old;
my $refused = 0;
for my $n (1 .. 20) {
	sleep 0.3;
	rename $log, "$log.$n" or die "$log.$n: $!";
	push @old, (stat "$log.$n")[1];
	# By the command and by the signal in turn; a reload between them.
	if ($n & 1) { $refused++ if ($t->signal('reopen'))[0] != 0 }
	else { kill 'USR1', $t->pid }
	until_true(sub { -e $log }, 5) or die 'no new log';
	kill 'HUP', $t->pid if $n % 7 == 0;
}
my %answered;
my $lost = 0;
for my $from (@clients) {
	my ($good, $bad, $pid) = split ' ', <$from>;
	close $from;
	$answered{$pid} = $good;
	$lost += $bad;
}
my $total = 0;
$total += $_ for values %answered;
diag("$total requests over 20 rotations and two reloads");
is($refused, 0, '-s reopen');
is($lost, 0, 'every request was answered');
cmp_ok($total, '>', 2000, 'there was load');
ok(until_true(sub { !grep { holders($t, $_) } @old }, 5), 'no process has an old file open');
is(scalar(holders($t, (stat $log)[1])), 4, 'all four have the new one');
is(metric($t, 'pierre_log_dropped_total'), 0, 'no line was dropped');
$t->stop;

# A line as a whole; JSON::PP reads some only, since it takes its time.
my $text = qr/"(?:[^"\\]|\\.)*"/;
my $whole = qr/^\{"timestamp":$text,"level":$text,"target":$text,"message":$text,
    "fields":\{"\w+":(?:$text|-?\d+)(?:,"\w+":(?:$text|-?\d+))*\}\}\n\z/x;
my (%seen, @torn, $twice, $read);
for my $file ($log, map {"$log.$_"} 1 .. 20) {
	for (split /^/, slurp($file)) {
		push @torn, $_
		    if !/$whole/ || (++$read % 50 == 0 && !eval { decode_json($_) });
		my ($pid, $n) = /"message":"request".*"request_id":"(\d+)-(\d+)"/ or next;
		$twice++ if $seen{$pid}{$n}++;
	}
}
is_deeply(\@torn, [], 'no line is torn');
is($twice, undef, 'none is there twice');
is_deeply({ map { $_ => scalar keys %{ $seen{$_} } } keys %seen }, \%answered,
    'lines in all files are the requests that were answered');
cmp_ok(scalar(grep { -s "$log.$_" } 1 .. 20), '==', 20, 'each file was written to');

# --- sinks that take nothing -----------------------------------------------------

# Requests are answered as ever, and the lines they do not write are counted.
sub serves_on {
	my ($t, $what, $lines) = @_;
	my $c = Pierre::Client->new($t);
	my ($slowest, $good) = (0, 0);
	for (1 .. $lines) {
		my $begun = time;
		my $r = $c->ask("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
		$good++ if $r && $r->{status} == 200;
		$slowest = time - $begun if time - $begun > $slowest;
	}
	is($good, $lines, "$what: requests are answered");
	cmp_ok($slowest, '<', 1, "$what: at once");
	cmp_ok(metric($t, 'pierre_log_dropped_total'), '>', 0, "$what: lost lines are counted");
	is(($t->signal('reopen'))[0], 0, "$what: is opened again");
	is(($t->signal('reload'))[0], 0, "$what: a reload is done");
	is($t->request('GET', '/readyz')->{status}, 200, "$what: and ready");
}

$t = server('/dev/full');
serves_on($t, 'a disk that is full', 100);
cmp_ok(metric($t, 'pierre_log_dropped_total'), '>', 100, 'each line is counted');
$t->finish;

my $dir = File::Temp::tempdir(CLEANUP => 1);
mkfifo("$dir/fifo", 0600) or die "mkfifo: $!";
$t = server("$dir/fifo");
serves_on($t, 'a pipe that nobody reads', 600);
sysopen my $reader, "$dir/fifo", O_RDONLY | O_NONBLOCK or die "fifo: $!";
my $dropped = metric($t, 'pierre_log_dropped_total');
my $got = '';
while (sysread $reader, my $part, 65536) { $got .= $part }
$t->request('GET', '/livez');
while (sysread $reader, my $part, 65536) { $got .= $part }
is(scalar(grep { !eval { decode_json($_) } } split /\n/, $got), 0,
    'what is read at last is whole');
cmp_ok(scalar(split /\n/, $got), '>', 100, 'as many lines as the pipe held');
# The line of the request that told how many.
cmp_ok(metric($t, 'pierre_log_dropped_total') - $dropped, '<=', 1, 'and it takes lines again');
close $reader;
$t->finish;

# Standard error, which a service manager may not empty.
{
	pipe my $read, my $write or die "pipe: $!";
	$t = server(undef, start => 0);
	$t->launch(stderr => $write)->await_ready;
	close $write;
	serves_on($t, 'standard error that nobody reads', 600);
	close $read;
	is($t->request('GET', '/livez')->{status}, 200, 'and when its reader has gone');
	$t->finish;
}
done_testing();
