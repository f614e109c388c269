#!/usr/bin/perl
# Turn sql/queries and sql/migrations into C: an enum of query names and the
# texts.  Usage: embed.pl OUTPUT-DIRECTORY
use strict;
use warnings;

my $out = shift or die "usage: embed.pl DIR\n";

sub slurp {
	my ($path) = @_;
	open my $fh, '<', $path or die "$path: $!\n";
	local $/;
	return <$fh>;
}

# A C string literal, a line of SQL a line.
sub literal {
	my ($text) = @_;
	my @lines = map { s/([\\"])/\\$1/gr } split /\n/, $text;
	return join "\n", map { "\t    \"$_\\n\"" } @lines;
}

# Queries: "-- name: x" begins one; words after the name are its flags.
my (@queries, %seen);
for my $path (sort glob 'sql/queries/*.sql') {
	my $query;
	for (split /\n/, slurp($path)) {
		if (/^-- name:\s*([a-z][a-z0-9_]*)\s*(.*?)\s*$/) {
			die "$path: query $1 stands twice\n" if $seen{$1}++;
			$query = { name => $1, flags => [split ' ', $2], text => '' };
			push @queries, $query;
		} elsif ($query && !/^\s*(--.*)?$/) {
			die "$path: '::' is not common SQL\n" if /::/;
			$query->{text} .= s/\s+$//r . "\n";
		} elsif (!/^\s*(--.*)?$/) {
			die "$path: SQL before the first '-- name:'\n";
		}
	}
}
for my $query (@queries) {
	die "query $query->{name} is empty\n" unless $query->{text};
	$query->{text} =~ s/;\s*$//;
	$query->{flags} = join ' | ', map { "QUERY_" . uc } @{ $query->{flags} };
	$query->{flags} ||= '0';
}

my @migrations = map {
	m{/(\d{4})_([a-z0-9_]+)\.sql$} or die "$_: not NNNN_name.sql\n";
	{ version => $1 + 0, name => $2, text => slurp($_) }
} sort glob 'sql/migrations/*.sql';

open my $h, '>', "$out/sql_names.h" or die "$out/sql_names.h: $!\n";
print $h "/* Made from sql/ by embed.pl. */\n";
print $h "QUERY_NAME($_->{name})\n" for @queries;
close $h or die;

open my $c, '>', "$out/sql_text.c" or die "$out/sql_text.c: $!\n";
print $c "/* Made from sql/ by embed.pl. */\n#include <stddef.h>\n\n#include \"store/sql_text.h\"\n\n";
print $c "const struct sql_query sql_queries[] = {\n";
print $c "\t{ \"$_->{name}\", $_->{flags},\n", literal($_->{text}), " },\n"
    for @queries;
print $c "\t{ NULL, 0, NULL },\n};\n\n";
print $c "const struct sql_migration sql_migrations[] = {\n";
print $c "\t{ $_->{version}, \"$_->{name}\",\n", literal($_->{text}), " },\n"
    for @migrations;
print $c "\t{ 0, NULL, NULL },\n};\n";
close $c or die;
