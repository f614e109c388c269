#!/usr/bin/perl
# The rooms and their walls: who may include whom, and what the master and the
# common code must not refer to.
use strict;
use warnings;
use Test::More;

# Each room of worker/ may use itself, common/ and the rooms named here.
my %may = (
	model => [],
	loop => [],
	files => [qw(model)],
	sport => [qw(model)],
	http => [qw(loop)],
	httpc => [qw(loop)],
	store => [qw(model loop)],
	events => [qw(store http model loop)],
	auth => [qw(store http model loop)],
	provider => [qw(auth store httpc files model loop)],
	oauth => [qw(auth store http model loop)],
);
my @low = qw(oauth provider events auth store http httpc files sport model loop);
$may{$_} = [@low] for qw(rest mcp web jobs);
# Pages show what these offer.
push @{ $may{web} }, qw(mcp jobs);
my @every = (@low, qw(rest mcp web jobs));
$may{command} = [@every];

# Headers directly in worker/ say what a process consists of.
my %top = map { $_ => 1 } qw(app.h routes.def);

sub includes {
	my ($path) = @_;
	open my $fh, '<', $path or die "$path: $!";
	my @found;
	while (<$fh>) {
		push @found, $1 if /^\s*#\s*include\s+"([^"]+)"/;
	}
	return @found;
}

my @files = split /\n/, `find common master worker -name '*.[ch]'`;
my @wrong;
for my $path (@files) {
	my ($layer, $room) = $path =~ m{^(\w+)/(?:(\w+)/)?};
	for my $header (includes($path)) {
		my ($dir) = $header =~ m{^(\w+)/};
		next if $header =~ /^sql_names\.h$/ && $room eq 'store';
		my $common = defined $dir && -d "common/$dir";
		next if $common;
		if ($layer eq 'common') {
			push @wrong, "$path includes $header";
		} elsif ($layer eq 'master') {
			push @wrong, "$path includes $header"
			    unless !defined $dir && -e "master/$header";
		} elsif (!defined $room || $path =~ m{^worker/\w+\.[ch]$}) {
			next; # worker.c and its neighbours use every room
		} elsif (!defined $dir) {
			push @wrong, "$path includes $header"
			    unless $top{$header} && $may{$room} && @{ $may{$room} } > 5;
		} elsif ($dir ne $room) {
			push @wrong, "$path includes $header"
			    unless grep { $_ eq $dir } @{ $may{$room} || [] };
		}
	}
}
is_deeply(\@wrong, [], 'no include crosses a wall');

# Inside common/ the rooms stand on each other in this order.
my %order = (base => 0, config => 1, shm => 2, proc => 3);
@wrong = ();
for my $path (grep { m{^common/} } @files) {
	my ($room) = $path =~ m{^common/(\w+)/};
	for my $header (includes($path)) {
		my ($dir) = $header =~ m{^(\w+)/} or next;
		push @wrong, "$path includes $header"
		    if exists $order{$dir} && $order{$dir} > $order{$room};
	}
}
is_deeply(\@wrong, [], 'common/ is built from base upwards');

# Symbols: a declaration typed by hand would pass the test above.
my $out = $ENV{PIERRE_OBJECTS} || 'build/release';
SKIP: {
	skip "no objects in $out", 3 unless -d "$out/master";
	my (%defined, %needed);
	for my $layer (qw(common master worker)) {
		for (split /\n/, `nm -A \$(find $out/$layer -name '*.o')`) {
			next unless /^\S+\s+(?:[0-9a-f]+\s+)?([A-Za-z])\s+(\S+)$/;
			my ($type, $symbol) = ($1, $2);
			$needed{$layer}{$symbol} = 1 if $type eq 'U';
			$defined{$layer}{$symbol} = 1 if $type =~ /[TDBRC]/;
		}
	}
	my @crossed = grep { $defined{worker}{$_} || $defined{master}{$_} }
	    sort keys %{ $needed{common} };
	is_deeply(\@crossed, [], 'common refers to neither master nor worker');

	# The roles that proc/heritage.h declares, and nothing else.
	my %role = map { $_ => 1 }
	    qw(worker_main keeper_main setup_main check_main command_main);
	@crossed = grep { $defined{worker}{$_} && !$role{$_} }
	    sort keys %{ $needed{master} };
	is_deeply(\@crossed, [], 'the master calls only the roles');

	my @foreign = grep {
		/^(PQ|sqlite3_|curl_|SSL_|EVP_|RAND_|event_|evtimer|XML_)/
	} sort keys %{ $needed{master} };
	is_deeply(\@foreign, [], 'the master uses no database, TLS or event library');
}

done_testing();
