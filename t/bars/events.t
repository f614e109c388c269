#!/usr/bin/perl
# Events under load: 1,000 of them to 200 streams over four workers with ten
# reloads meanwhile, each exactly once; and how soon they come, on a node and from
# another.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Pierre::Bars;
use Pierre::Client;
use Pierre::Test;

my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';
my $client = "$objects/bars/sse_client";
my $events = scaled(1000, 50);
my $streams = 200;
my $reloads = 10;

-x $client or BAIL_OUT("$client is not there: make bars-build");

# Streams on a server, open when this returns.
sub listen_to {
	my ($t, %o) = @_;
	my @options = map { ("-$_", $o{$_}) } sort keys %o;
	my $pid = open my $from, '-|', $client, @options, '127.0.0.1:' . $t->port,
	    '/sse', $t->token or die "$client: $!";
	my $line = <$from> // '';
	$line eq "ready\n" or die "the streams did not begin: $line";
	return { from => $from, pid => $pid };
}

# At an even rate, at most; with what is to be done after so many.
sub publish {
	my ($t, $n, $per_second, $then) = @_;
	my $c = Pierre::Client->new($t);
	my $start = time;
	for my $i (1 .. $n) {
		my $late = $start + $i / $per_second - time;
		sleep $late if $late > 0;
		my $body = encode_json({ message => sprintf 't %.0f', time * 1e6 });
		# In one write: two would wait for each other.
		my $r = $c->ask("POST /admin/notices HTTP/1.1\r\nHost: localhost\r\n" .
			'Authorization: Bearer ' . $t->token . "\r\n" .
			'Content-Length: ' . length($body) . "\r\n\r\n$body");
		$r && $r->{status} == 201 or die "event $i: " . ($r ? $r->{body} : 'lost');
		# The worker leaves.
		$c = Pierre::Client->new($t) if lc($r->{headers}{connection} // '') eq 'close';
		$then->($i) if $then;
	}
	return $n / (time - $start);
}

sub check {
	my ($title, $c, $p99_ms) = @_;
	is($c->{complete}, $streams, "$title: every stream gets all $events events");
	is($c->{gaps} + $c->{repeats}, 0, 'in order, without a gap, each once');
	is($c->{events}, $streams * $events, 'and none more');
	cmp_ok($c->{p99_us} / 1000, '<', $p99_ms, "99 of 100 within $p99_ms ms");
	figure('%s: p50 %.1f ms, p99 %.1f ms, max %.1f ms of %d live; %d replayed '
	    . 'over %d connections', $title, $c->{p50_us} / 1000, $c->{p99_us} / 1000,
	    $c->{max_us} / 1000, $c->{live}, $c->{replayed}, $c->{connections});
}

sub config { return "events:\n  max_streams_per_user: 0\n" .
	"http:\n  max_connections_per_address: 0\n  max_connections: 6000\n" .
	"limits:\n  api_per_minute: 0\n  user_per_minute: 0\n  token_per_minute: 0\n" }

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 4,
	    config => config());
	my $l = listen_to($t, n => $streams, e => $events, d => 120);
	my $every = int($events / $reloads);
	my $rate = publish($t, $events, 50, sub {
		my ($i) = @_;
		return if $i % $every != int($every / 2);
		my $pid = fork // die "fork: $!";
		if ($pid == 0) {
			open STDOUT, '>', '/dev/null' or die;
			exec $t->bin, '-c', $t->conf, '-s', 'reload';
		}
	});
	1 while waitpid(-1, POSIX::WNOHANG()) > 0;
	my $c = load_end($l);
	check("$engine, $reloads reloads", $c, 50);
	figure('published %.0f a second', $rate);
	$t->finish;
}

# Published on one node, received on another.
my $here = Pierre::Test->new(database => 'postgresql', demo => 1, workers => 2,
    config => config());
my $there = Pierre::Test->new(database => 'postgresql', workers => 2, start => 0,
    config => config());
$there->{database_url} = $here->{database_url};
$there->{token} = $here->token;
system('cp', $here->dir . '/master.key', $there->dir) == 0 or die 'cp';
$there->write_config(config());
$there->start;
my $l = listen_to($there, n => $streams, e => $events, d => 120);
publish($here, $events, 50);
check('another node', load_end($l), 200);
$_->finish for $there, $here;
done_testing();
