#!/usr/bin/perl
# What signing in costs, and what it does to those who are in: requests of /mcp
# at an even pace, alone and beside as many logins as the server takes.  The two
# take turns; of each the median round is told.
#
# Usage: t/bench/logins.pl [--seconds N] [--rounds N] [--clients N] [--pace N]
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Getopt::Long;
use IO::Socket::INET;
use JSON::PP;
use List::Util qw(sum0);
use POSIX ();
use Pierre::Test;
use Time::HiRes qw(sleep time);

my ($seconds, $rounds, $clients, $pace) = (6, 5, 8, 100);
GetOptions('seconds=i' => \$seconds, 'rounds=i' => \$rounds, 'clients=i' => \$clients,
    'pace=i' => \$pace)
    or die "usage: logins.pl [--seconds N] [--rounds N] [--clients N] [--pace N]\n";
my $hz = POSIX::sysconf(POSIX::_SC_CLK_TCK());
my $password = 'seven lakes and a fjord';
my $t = Pierre::Test->new(workers => 2, demo => 1, config => "log:\n  access: false\n" .
    "limits:\n" . join '', map {"  ${_}_per_minute: 0\n"} qw(token user mcp auth));
open my $ctl, '|-', ($ENV{PIERRE_OBJECTS} || 'build/release') . '/pierrectl', '--config',
    $t->conf, 'user', 'password', 'demo' or die "pierrectl: $!";
print $ctl "$password\n";
close $ctl or die 'pierrectl user password';

sub cpu_seconds {
	my $children = $t->children;
	my $ticks = 0;
	for my $pid (@{ $children->{workers} }, $children->{keeper}) {
		my @f = split ' ', slurp("/proc/$pid/stat") =~ s/.*\) //r;
		$ticks += $f[11] + $f[12];
	}
	return $ticks / $hz;
}

# Latencies in ms of requests that are due $pace a second, from when each was due.
sub probe {
	my ($until) = @_;
	my $body = encode_json({ jsonrpc => '2.0', id => 1, method => 'tools/call',
		params => { name => 'explain_metric', arguments => { metric => 'normalized_power' },
			_meta => { 'io.modelcontextprotocol/protocolVersion' => '2026-07-28',
				'io.modelcontextprotocol/clientInfo' => { name => 'x', version => '1' },
				'io.modelcontextprotocol/clientCapabilities' => {} } } });
	my $head = "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " . $t->token .
	    "\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n" .
	    "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n" .
	    "Mcp-Name: explain_metric\r\nContent-Length: " . length($body) . "\r\n\r\n";
	my @s = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $t->port) // die } 1 .. 8;
	my ($n, $due, @took) = (0, time);
	while ($due < $until) {
		my $wait = $due - time;
		sleep $wait if $wait > 0;
		my $s = $s[$n++ % @s];
		my $start = time;
		syswrite $s, $head . $body;
		my $in = '';
		until ($in =~ /\r\n\r\n/ && $in =~ /^content-length: (\d+)/mi &&
		    length($in) >= index($in, "\r\n\r\n") + 4 + $1) {
			sysread $s, $in, 65536, length $in or die 'closed';
		}
		die $in unless $in =~ m{^HTTP/1.1 200};
		push @took, (time - $start) * 1e3;
		$due += 1 / $pace;
		$due = time if $due < time - 1;
	}
	return sort { $a <=> $b } @took;
}

# How many logins processes of their own get done until then.
sub sign_in_until {
	my ($until) = @_;
	return map {
		pipe my $r, my $w or die;
		my $pid = fork // die;
		if ($pid == 0) {
			my $n = 0;
			while (time < $until) {
				my $a = $t->request('POST', '/api/auth/login', token => undef,
				    headers => { 'Content-Type' => 'application/json' },
				    content => encode_json({ username => 'demo', password => $password }));
				die "$a->{status} $a->{content}" unless $a->{status} == 200;
				$n++;
			}
			syswrite $w, $n;
			POSIX::_exit(0);
		}
		close $w;
		[$pid, $r];
	} 1 .. $clients;
}

sub median { my @v = sort { $a <=> $b } @_; return $v[@v / 2] }

my %at;
for (1 .. $rounds) {
	for my $busy (0, 1) {
		my ($cpu, $begun) = (cpu_seconds(), time);
		my @children = $busy ? sign_in_until($begun + $seconds) : ();
		my @took = probe($begun + $seconds);
		my $logins = 0;
		for (@children) {
			my ($pid, $r) = @$_;
			$logins += readline $r;
			waitpid $pid, 0;
		}
		my $one = $at{$busy} ||= {};
		push @{ $one->{p50} }, $took[@took / 2];
		push @{ $one->{p99} }, $took[@took * 0.99];
		push @{ $one->{cpu} }, cpu_seconds() - $cpu;
		push @{ $one->{logins} }, $logins;
		push @{ $one->{rate} }, $logins / (time - $begun);
	}
}
my ($idle, $busy) = @at{0, 1};
my $cost = median(map { ($busy->{cpu}[$_] - $idle->{cpu}[$_]) / ($busy->{logins}[$_] || 1) } 0 .. $rounds - 1);
chomp(my $load = slurp('/proc/loadavg'));
printf "%d processors, load %s\n", scalar(() = slurp("/proc/cpuinfo") =~ /^processor/mg), $load;
printf "a login: %.1f ms of CPU, %.1f in a second of one core; %.1f/s in all\n", $cost * 1e3,
    1 / $cost, median(@{ $busy->{rate} });
printf "/mcp, %d a second: p50 %.2f ms, p99 %.2f ms; beside the logins p50 %.2f ms, p99 %.2f ms\n",
    $pace, map { median(@$_) } $idle->{p50}, $idle->{p99}, $busy->{p50}, $busy->{p99};
printf "p99 raised by %.2f ms (median of %d rounds)\n",
    median(map { $busy->{p99}[$_] - $idle->{p99}[$_] } 0 .. $rounds - 1), $rounds;
$t->stop;
