#!/usr/bin/perl
# Whether there is an account cannot be told by the clock: 200 pairs of a known
# and an unknown address that ask for a new password, and as many of one that is
# new and one that is taken, which register.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Pierre::Bars;
use Pierre::Smtp;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(time);

my $wishes = scaled(200);
my $json = JSON::PP->new->utf8->canonical;

sub median { my @v = sort { $a <=> $b } @_; return $v[@v / 2] }

# Milliseconds and the answer, without what differs in every answer.  Each comes
# from a place of its own, as a proxy would say, so that none is refused.
my $places = 0;
sub timed {
	my ($t, $path, $body) = @_;
	my $content = $json->encode($body);
	my $place = join '.', 10, map { $places >> $_ & 255 } 16, 8, 0;
	$places++;
	my $begun = time;
	my $r = $t->request('POST', $path, token => undef, content => $content,
	    headers => { 'Content-Type' => 'application/json', 'X-Forwarded-For' => $place });
	my $ms = (time - $begun) * 1e3;
	my $said = $json->decode($r->{content});
	delete $said->{error}{request_id} if $said->{error};
	delete $said->{user_id};
	return ($ms, "$r->{status} " . $json->encode($said));
}

sub compare {
	my ($t, $what, $pairs, $path, $body) = @_;
	my (@known, @unknown, @apart, %said);
	for my $n (1 .. $pairs) {
		my %ms;
		# Whoever comes first has it colder: they take turns at that, too.
		for my $who ($n % 2 ? qw(known unknown) : qw(unknown known)) {
			($ms{$who}, my $said) = timed($t, $path, $body->($who, $n));
			$said{$said}++;
		}
		push @known, $ms{known};
		push @unknown, $ms{unknown};
		push @apart, $ms{known} - $ms{unknown};
	}
	is(scalar keys %said, 1, "$what: one answer") or diag join "\n", keys %said;
	my $apart = median(@apart);
	cmp_ok(abs $apart, '<', 2, "$what: less than 2 ms apart in the median");
	figure '%s: %d pairs, known %.2f ms, unknown %.2f ms, apart %.3f ms', $what,
	    $pairs, median(@known), median(@unknown), $apart;
}

for my $engine (qw(sqlite postgresql)) {
	my $smtp = Pierre::Smtp->new;
	my $t = Pierre::Test->new(database => $engine, workers => 1, start => 0);
	$t->write_config("server:\n  public_url: " . $t->url . "\nauth:\n  failures: 10000\n" .
	    "  registration: open\nhttp:\n  trusted_proxies: [127.0.0.1]\nlimits:\n  auth_per_minute: 0\nlog:\n  access: false\nmail:\n  url: \"" .
	    $smtp->url . "\"\n  from: pierre\@x.example\n  ca_file: " . $smtp->certificate . "\n");
	$t->start;
	is((timed($t, '/api/auth/register', { email => "known$_\@x.example",
		password => "seven lakes and a fjord" }))[1] =~ /^(\d+)/ && $1, 201, "account $_")
	    for 1 .. $wishes;
	compare($t, "$engine: a forgotten one", $wishes, '/api/auth/forgot-password', sub {
		return { email => "$_[0]$_[1]\@x.example" };
	});
	compare($t, "$engine: registering", $wishes, '/api/auth/register', sub {
		return { email => $_[0] eq 'known' ? "known$_[1]\@x.example" : "new$_[1]\@x.example",
			password => 'seven lakes and a fjord' };
	});
	is_deeply([$smtp->faults], [], 'the mail server has nothing to complain of');
	$t->finish;
}
done_testing();
