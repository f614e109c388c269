#!/usr/bin/perl
# Turn files into C: embed.pl FILE... prints the table that web/statics.h declares.
use strict;
use warnings;

my %type = (css => 'text/css; charset=utf-8', js => 'text/javascript; charset=utf-8',
	svg => 'image/svg+xml');

print qq(#include "web/statics.h"\n\nconst struct web_file web_files[] = {\n);
for my $path (@ARGV) {
	my ($name, $ext) = $path =~ m{([^/]+\.(\w+))\z} or die "$path: no name\n";
	my $type = $type{$ext} or die "$path: no type\n";
	open my $fh, '<', $path or die "$path: $!\n";
	my $text = do { local $/; <$fh> };
	my @lines = map { s/([\\"?])/\\$1/gr } split /\n/, $text;
	printf "\t{ \"%s\", \"%s\", STR(\n%s) },\n", $name, $type,
	    join "\n", map { "\t\t\"$_\\n\"" } @lines;
}
print "\t{ .name = NULL },\n};\n";
