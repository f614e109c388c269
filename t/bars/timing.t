#!/usr/bin/perl
# What an answer does not say is not to be told from how long it takes either:
# whether an account is there, by 1,000 pairs of a wrong password for a name that
# is known and one that is not; whether a token is another's or nobody's, by 4,000
# pairs of introspections.
use strict;
use warnings;
use lib 't/lib';
use JSON::PP;
use Pierre::Bars;
use Pierre::OAuth;
use Pierre::Test;
use Test::More;
use Time::HiRes qw(time);

my $t = Pierre::Test->new(workers => 2, demo => 1, config => "limits:\n  auth_per_minute: 0\n" .
    "http:\n  trusted_proxies: [127.0.0.1]\n");
my $o = Pierre::OAuth->new($t)->sign_in;

sub median { my @all = sort { $a <=> $b } @_; return $all[@all / 2] }

# Each pair from a network of its own, in an order that chance decides.
my $pairs = scaled(1000, 50);
my (%took, %said);
for my $n (1 .. $pairs) {
	my @names = rand() < 0.5 ? qw(demo nobody) : qw(nobody demo);
	for my $name (@names) {
		my $begun = time;
		my $r = $t->request('POST', '/api/auth/login', token => undef, headers => {
			'Content-Type' => 'application/json',
			'X-Forwarded-For' => '198.' . (18 + ($n >> 8)) . '.' . ($n & 255) . '.1' },
		    content => encode_json({ username => $name, password => 'no such password' }));
		push @{ $took{$name} }, (time - $begun) * 1000;
		$said{"$r->{status} " . ($r->{content} =~ s/"request_id":"[^"]*"//r)}++;
	}
}
my %median = map { ($_ => median(@{ $took{$_} })) } keys %took;
is(scalar keys %said, 1, 'one answer for both') or diag join "\n", %said;
like((keys %said)[0], qr/^401 /, 'which is 401');
cmp_ok(abs($median{demo} - $median{nobody}), '<', 2, 'medians differ by less than 2 ms');
figure('%d pairs: known %.2f ms, unknown %.2f ms', $pairs, @median{qw(demo nobody)});

my ($asker, $owner) = map { $o->registered($_, '--redirect', 'http://127.0.0.1/callback') } 'Asker', 'Owner';
my $theirs = $o->tokens($owner)->{refresh_token};
# Well formed, so that the database has to be asked.
my $nobodys = $o->tokens($o->register)->{refresh_token};
$t->value('DELETE FROM oauth_refresh_tokens WHERE grant_id NOT IN (SELECT g.id FROM oauth_grants g JOIN ' .
    "oauth_clients c ON c.id = g.client_id WHERE c.client_id = '$owner->{client_id}')");
my %token = (theirs => $theirs, nobodys => $nobodys);
(%took, %said) = ();
my $times = scaled(4000, 200);
for my $n (1 .. $times) {
	for my $whose (rand() < 0.5 ? qw(theirs nobodys) : qw(nobodys theirs)) {
		my $begun = time;
		my $r = $o->post('/oauth2/introspect', token => $token{$whose}, client_id => $asker->{client_id},
		    client_secret => $asker->{client_secret});
		push @{ $took{$whose} }, (time - $begun) * 1000;
		$said{"$r->{status} $r->{content}"}++;
	}
}
is_deeply(\%said, { '200 {"active":false}' => 2 * $times }, 'of a token that is another\'s or nobody\'s the same is said');
%median = map { ($_ => median(@{ $took{$_} })) } keys %took;
cmp_ok(abs($median{theirs} / $median{nobodys} - 1), '<', 0.05, 'medians differ by less than 5 %');
figure('%d pairs: theirs %.3f ms, nobody\'s %.3f ms', $times, @median{qw(theirs nobodys)});
$t->finish;
done_testing();
