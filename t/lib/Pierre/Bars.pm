package Pierre::Bars;

# What the long tests share: the load client, how long they run, and how they
# say what they measured.

use strict;
use warnings;
use Exporter 'import';
use Test::More;
use Pierre::Test;

our @EXPORT = qw(scaled figure load_start load_end load metrics_of);

my $objects = $ENV{PIERRE_OBJECTS} || 'build/release';
my $client = "$objects/bars/client";

# A number of things to do, less of them with BARS_SCALE=0.1; $least at least.
sub scaled {
	my ($n, $least) = @_;
	my $scaled = int($n * ($ENV{BARS_SCALE} || 1));
	return $scaled > ($least // 1) ? $scaled : $least // 1;
}

# A line among those of the test that says what was measured.
sub figure {
	my ($format, @values) = @_;
	note(sprintf "figure: $format", @values);
}

# The client under way; options as in t/bars/client.c.
sub load_start {
	my ($t, $path, @options) = @_;
	-x $client or BAIL_OUT("$client is not there: make bars-build");
	my $pid = open my $from, '-|', $client, @options, '127.0.0.1:' . $t->port, $path
	    or die "$client: $!";
	return { from => $from, pid => $pid };
}

# What it counted: { answered => ..., lost => ..., ... }.
sub load_end {
	my ($load) = @_;
	my $from = $load->{from};
	my %count = map { /^(\w+) (\S+)$/ ? ($1 => $2) : () } <$from>;
	close $from or die "the client ended with status $?";
	return \%count;
}

sub load { return load_end(load_start(@_)) }

# { 'name{labels}' => value }, or undef when nobody answered in time.
sub metrics_of {
	my ($t, $seconds) = @_;
	my $r = HTTP::Tiny->new(timeout => $seconds || 5)->get($t->url . '/metrics');
	return undef unless $r->{status} == 200;
	return { map { /^([^#\s]\S*(?: \S+)*) (\S+)$/ ? ($1 => $2) : () }
		split /\n/, $r->{content} };
}

1;
