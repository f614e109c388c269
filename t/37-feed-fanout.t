#!/usr/bin/perl
# Many streams over four workers, while workers are replaced and killed: each
# stream gets every event once, in order.  On both databases, and on two servers
# that share one.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Pierre::Feed;
use Pierre::Postgres;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(time sleep);

my $streams = 24;
my $events = 150;

sub publish {
	my ($t, $i) = @_;
	for (1 .. 20) {
		my $r = $t->request('POST', '/admin/notices', headers =>
		    { 'Content-Type' => 'application/json' },
		    content => encode_json({ message => "event $i" }));
		return 1 if $r->{status} == 201;
		# Killed before it could answer, perhaps after it had published.
		return 0 if $r->{status} == 599;
		sleep 0.05;
	}
	die "event $i was not taken";
}

# A stream that comes again from where it was when it ends.
sub client {
	my ($t, $last) = @_;
	return { t => $t, last => $last, got => [], came => 0 };
}

sub come {
	my ($c) = @_;
	$c->{feed} = eval { Pierre::Feed->new($c->{t}, last => $c->{last}) };
	$c->{feed} = undef if $c->{feed} && $c->{feed}->status != 200;
	$c->{came}++ if $c->{feed};
}

# What has come for this client by now.
sub drink {
	my ($c) = @_;
	come($c) unless $c->{feed};
	my $feed = $c->{feed} or return;
	while (my $event = $feed->event(0.0001)) {
		next if $event->{event} eq 'connection';
		push @{ $c->{got} }, $event;
		$c->{last} = $event->{id};
	}
	$c->{feed} = undef if $feed->{ended} || $feed->{lost};
}

# Publish by turns on the first servers, listen on all of them by turns,
# disturb them meanwhile.
sub run {
	my ($title, $servers, $disturb) = @_;
	my $begin = Pierre::Feed->new($servers->[0])->event->{id};
	my @clients = map { client($servers->[$_ % @$servers], $begin) } 1 .. $streams;
	come($_) for @clients;
	my $unsure = 0;
	for my $i (1 .. $events) {
		$unsure += !publish($servers->[$i % @$servers], $i);
		$disturb->($i);
		drink($clients[$_]) for grep { $_ % 4 == $i % 4 } 0 .. $#clients;
	}
	my $last = Pierre::Feed->new($servers->[-1])->event->{id};
	cmp_ok($last - $begin, '>=', $events - $unsure, "$title: all are published");
	cmp_ok($last - $begin, '<=', $events, 'none twice');
	until_true(sub {
		drink($_) for @clients;
		!grep { $_->{last} < $last } @clients;
	}, 20);
	my @wanted = $begin + 1 .. $last;
	my @wrong = grep { "@{[map { $_->{id} } @{ $_->{got} }]}" ne "@wanted" } @clients;
	is(scalar @wrong, 0, "each of $streams streams gets every event once, in order")
	    or diag "came $wrong[0]{came} times: @{[map { $_->{id} } @{ $wrong[0]{got} }]}";
	my $came = 0;
	$came += $_->{came} for @clients;
	cmp_ok($came, '>', $streams, "though they had to come again ($came times)");
	my %text = map { $_->{id} => $_->{data} } @{ $clients[0]{got} };
	is((grep { my $c = $_; grep { $text{ $_->{id} } ne $_->{data} } @{ $c->{got} } }
		@clients), 0, 'the same ones');
}

sub kill_one {
	my ($t) = @_;
	my @workers = @{ $t->children->{workers} };
	kill 'KILL', $workers[rand @workers] if @workers >= 4;
}

for my $engine (qw(sqlite postgresql)) {
	my $t = Pierre::Test->new(database => $engine, demo => 1, workers => 4);
	run($engine, [$t], sub {
		my ($i) = @_;
		$t->signal('reload') if $i % 50 == 20;
		kill_one($t) if $i % 50 == 40;
	});
	$t->finish(qr/killed by signal 9|signal 9/);
}

# Two servers on one database, with a master key in common.
my $pair = Pierre::Test->new(database => 'postgresql', demo => 1, workers => 2);
my $other = Pierre::Test->new(database => 'postgresql', workers => 2, start => 0);
$other->{database_url} = $pair->{database_url};
$other->{token} = $pair->token;
system('cp', $pair->dir . '/master.key', $other->dir) == 0 or die 'cp';
$other->write_config('');
$other->start;
run('two nodes', [$pair, $other], sub {
	my ($i) = @_;
	$other->signal('reload') if $i % 70 == 30;
	kill_one($pair) if $i % 70 == 60;
	$pair->signal('reload') if $i == 100;
});
$other->finish(qr/signal 9/);
$pair->finish(qr/signal 9/);
done_testing();
