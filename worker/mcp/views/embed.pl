#!/usr/bin/perl
# Turn pages into C: embed.pl FILE.html... prints what views.h declares.
use strict;
use warnings;

print qq(#include "mcp/views/views.h"\n);
for my $path (@ARGV) {
	my ($name) = $path =~ m{([^/]+)\.html\z} or die "$path: no page\n";
	open my $fh, '<', $path or die "$path: $!\n";
	print "\nconst char view_$name\[] =\n";
	while (my $line = <$fh>) {
		chomp $line;
		$line =~ s/([\\"?])/\\$1/g;
		print qq(\t"$line\\n"\n);
	}
	print "\t;\n";
}
