#!/usr/bin/perl
# Turn sql/ into C: an enum of query names and the texts; the tables with their
# columns, as the migrations leave them; and the queries that are made from
# these (sql/templates).  Usage: embed.pl OUTPUT-DIRECTORY
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

my @migrations = map {
	m{/(\d{4})_([a-z0-9_]+)\.sql$} or die "$_: not NNNN_name.sql\n";
	{ version => $1 + 0, name => $2, text => slurp($_) }
} sort glob 'sql/migrations/*.sql';

# --- tables -------------------------------------------------------------------

# In order of creation; each with its columns and their types, and the columns
# of its primary key.
my (@tables, %table);
sub create_table {
	my ($name, $body) = @_;
	my $t = { name => $name, columns => [], type => {}, key => [] };
	for (split /\n/, $body) {
		if (/^\t([a-z]\w*) (@?\w+)(.*)/) {
			my ($column, $type, $more) = ($1, $2, $3);
			push @{ $t->{columns} }, $column;
			$t->{type}{$column} = $type;
			$t->{key} = [$column] if $more =~ /PRIMARY KEY/;
		} elsif (/^\tPRIMARY KEY \((.*)\)/) {
			$t->{key} = [split /,\s*/, $1];
		}
	}
	push @tables, $table{$name} = $t;
}
sub alter_table {
	my ($name, $change) = @_;
	my $t = $table{$name} or die "ALTER TABLE $name: no such table\n";
	if ($change =~ /^ADD COLUMN (\w+) (@?\w+)/) {
		push @{ $t->{columns} }, $1;
		$t->{type}{$1} = $2;
	} elsif ($change =~ /^DROP COLUMN (\w+)/) {
		my $gone = $1;
		@{ $t->{columns} } = grep { $_ ne $gone } @{ $t->{columns} };
	} elsif ($change !~ /^ADD CONSTRAINT/) {
		die "ALTER TABLE $name $change: embed.pl cannot read that\n";
	}
}
for my $m (@migrations) {
	my ($up) = split /^-- down$/m, $m->{text};
	while ($up =~ /^(?:CREATE TABLE (\w+) \(\n(.*?)\n\);|ALTER TABLE (\w+)\s+(.*?);|DROP TABLE (\w+))/gms) {
		if (defined $1) { create_table($1, $2) }
		elsif (defined $3) { alter_table($3, $4) }
		else { @tables = grep { $_->{name} ne $5 } @tables; delete $table{$5} }
	}
}

# sql/columns.def: a record a line, by its first word.
my %said;
for (split /\n/, slurp('sql/columns.def')) {
	next if /^(#|\s*$)/;
	my ($word, $name, $column, @rest) = split;
	my $t = $table{$name} or die "columns.def: there is no table $name\n";
	die "columns.def: nobody knows the word $word\n"
	    unless $word =~ /^(sealed|secret|samples|beats|file|outlives)$/;
	for ($column, grep { $_ ne '-' } @rest) {
		die "columns.def: $name has no column $_\n" unless $t->{type}{$_};
	}
	push @{ $said{$word} }, { table => $t, column => $column, rest => [@rest] };
}

# --- queries ------------------------------------------------------------------

# "-- name: x" begins one; words after the name are its flags.
my (@queries, %seen);
sub read_queries {
	my ($path, $text) = @_;
	my $query;
	for (split /\n/, $text) {
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

# Its words in braces replaced.
sub fill {
	my ($name, %word) = @_;
	my $path = "sql/templates/$name.sql";
	return slurp($path) =~ s/\{(\w+)\}/$word{$1} \/\/ die "$path: {$1}?\n"/ger;
}

sub read_template {
	my ($name, %word) = @_;
	read_queries("sql/templates/$name.sql", fill($name, %word));
}

# The texts after each "-- part: x", by x.
sub parts {
	my (undef, %part) = split /^-- part: (\w+)\n/m, fill(@_);
	return \%part;
}

read_queries($_, slurp($_)) for sort glob 'sql/queries/*.sql';
for my $s (@{ $said{sealed} }) {
	my $t = $s->{table};
	my @key = grep { $_ ne '-' } @{ $s->{rest} };
	die "columns.def: $t->{name}: (@key) is not its primary key\n"
	    unless @{ $s->{rest} } == 3 && "@key" eq "@{ $t->{key} }";
	read_template('sealed', table => $t->{name}, column => $s->{column},
	    key => join(', ', @key), params => join(', ', map {"\$$_"} 1 .. @key),
	    after => '$' . (@key + 1), after2 => '$' . (@key + 2));
}

# The words about a column, as flags.
sub column_flags {
	my ($t, $column) = @_;
	my %of = (sealed => 'SECRET', secret => 'SECRET', samples => 'SAMPLES', beats => 'BEATS', file => 'FILE');
	my %flag;
	for my $word (keys %of) {
		$flag{"COLUMN_$of{$word}"} = 1
		    for grep { $_->{table} == $t && $_->{column} eq $column } @{ $said{$word} };
	}
	$flag{COLUMN_KEY} = 1 if grep { $_ eq $column } @{ $t->{key} };
	return join(' | ', sort keys %flag) || '0';
}

# "$from, $from+1, ...": n of them.
sub params {
	my ($from, $n) = @_;
	return join ', ', map {"\$$_"} $from .. $from + $n - 1;
}

for my $t (@tables) {
	my @key = @{ $t->{key} } or die "$t->{name} has no primary key\n";
	my %is_key = map { $_ => 1 } @key;
	my @rest = grep { !$is_key{$_} } @{ $t->{columns} };
	my %word = (table => $t->{name}, columns => join(', ', @{ $t->{columns} }),
		key => join(', ', @key));
	read_template('table', %word, params => params(1, scalar @key),
	    after => '$' . (@key + 1), values => params(1, scalar @{ $t->{columns} }),
	    update => @rest ? 'UPDATE SET ' . join(', ', map {"$_ = excluded.$_"} @rest)
	    : 'NOTHING');
	$t->{user} = $t->{name} eq 'users' ? 'id' : 'user_id';
	$t->{personal} = $t->{type}{tenant_id} && $t->{type}{ $t->{user} };
	# What a person is handed (pierrectl export) must not hold what proves who
	# it is.
	for my $c ($t->{personal} ? grep {/(^|_)(hash|sealed)$/} @{ $t->{columns} } : ()) {
		die "columns.def: $t->{name}.$c is neither sealed nor secret\n"
		    unless column_flags($t, $c) =~ /SECRET/;
	}
	read_template('person', %word, user => $t->{user}, params => params(3, scalar @key),
	    after => '$' . (@key + 3)) if $t->{personal};
	$t->{moving} = parts('moving', %word,
		key_columns => join(', ', map {"$_ $t->{type}{$_} NOT NULL"} @key),
		key_or_null => join(', ', map { $is_key{$_} ? $_ : 'NULL' } @{ $t->{columns} }),
		new_key => join(', ', map {"NEW.$_"} @key),
		old_key => join(', ', map {"OLD.$_"} @key));
	$t->{outlives} = grep { $_->{table} == $t } @{ $said{outlives} };
}
for my $query (@queries) {
	die "query $query->{name} is empty\n" unless $query->{text};
	$query->{text} =~ s/;\s*$//;
	$query->{flags} = join ' | ', map { "QUERY_" . uc } @{ $query->{flags} };
	$query->{flags} ||= '0';
}

open my $h, '>', "$out/sql_names.h" or die "$out/sql_names.h: $!\n";
print $h "/* Made from sql/ by embed.pl. */\n";
print $h "#ifdef QUERY_NAME\n";
print $h "QUERY_NAME($_->{name})\n" for @queries;
print $h "#endif\n#ifdef SEALED_COLUMN\n";
for my $s (@{ $said{sealed} }) {
	my ($tenant, $user, $row) = map { $_ ne '-' ? 1 : 0 } @{ $s->{rest} };
	my $by_uuid = $row && $s->{table}{type}{ $s->{rest}[2] } eq '@uuid' ? 1 : 0;
	print $h "SEALED_COLUMN($s->{table}{name}, $s->{column}, $tenant, $user, $row, $by_uuid)\n";
}
print $h "#endif\n#ifdef SQL_TABLE\n";
print $h "SQL_TABLE($_->{name})\n" for @tables;
print $h "#endif\n";
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

my %type = (TEXT => 'TEXT', INTEGER => 'INTEGER', BIGINT => 'BIGINT', '@uuid' => 'UUID',
	'@bytes' => 'BYTES', '@time' => 'TIME', '@bool' => 'BOOL', '@json' => 'JSON',
	'@float' => 'FLOAT');
for my $t (@tables) {
	print $c "\nstatic const struct sql_column columns_of_$t->{name}" . "[] = {\n";
	for (@{ $t->{columns} }) {
		my $type = $type{ $t->{type}{$_} } or die "$t->{name}.$_: $t->{type}{$_}?\n";
		print $c "\t{ \"$_\", SQL_$type, ", column_flags($t, $_), " },\n";
	}
	print $c "};\n";
}
print $c "\nconst struct sql_table sql_tables[] = {\n";
for my $t (@tables) {
	my %at = map { $t->{columns}[$_] => $_ } 0 .. $#{ $t->{columns} };
	my $q = "Q_rows_$t->{name}";
	my $p = "Q_person_$t->{name}";
	print $c "\t{ \"$t->{name}\", columns_of_$t->{name}, ", scalar @{ $t->{columns} },
	    ", { ", join(', ', map { $at{$_} } @{ $t->{key} }), " }, ", scalar @{ $t->{key} },
	    ",\n\t    ", $t->{personal} ? 'true' : 'false', ', ',
	    $t->{outlives} ? 'true' : 'false', ", ${q}_page, ${q}_get, ${q}_put, ${q}_remove,\n",
	    "\t    ", $t->{personal} ? "${p}_page, ${p}_trim" : 'QUERY_COUNT, QUERY_COUNT',
	    ",\n\t    {\n", (map { "\t    .$_ =\n" . literal($t->{moving}{$_}) . ",\n" }
		sort keys %{ $t->{moving} }), "\t    } },\n";
}
print $c "\t{ 0 },\n};\n";
close $c or die;
