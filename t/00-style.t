#!/usr/bin/perl
# Limits that keep the tree easy to enter: sizes, names, words that must not
# occur.
use strict;
use warnings;
use Test::More;
use File::Basename;

my @c = split /\n/, `find common master worker -name '*.c'`;
my @h = split /\n/, `find common master worker -name '*.h'`;
my %text;
for my $path (@c, @h) {
	open my $fh, '<', $path or die "$path: $!";
	$text{$path} = [<$fh>];
}

my @long = grep { @{ $text{$_} } > 1000 } @c, @h;
is_deeply(\@long, [], 'no file over 1000 lines');
@long = grep { @{ $text{$_} } > 250 } @h;
is_deeply(\@long, [], 'no header over 250 lines');

# A function's body stands between "{" and "}" in the first column.
my (@lengths, @over, @deep);
for my $path (@c) {
	my ($start, $in_function);
	my $n = 0;
	for (@{ $text{$path} }) {
		$n++;
		if (/^\{$/) {
			$start = $n;
			$in_function = 1;
		} elsif (/^\}/ && $in_function) {
			my $length = $n - $start - 1;
			push @lengths, $length;
			push @over, "$path:$start ($length)" if $length > 100;
			$in_function = 0;
		} elsif ($in_function && /^(\t+)(?:if|for|while|switch|do)\b/) {
			push @deep, "$path:$n" if length($1) > 5;
		}
	}
}
is_deeply(\@over, [], 'no function over 100 lines');
is_deeply(\@deep, [], 'no nesting over 5 levels');
@lengths = sort { $a <=> $b } @lengths;
my $median = @lengths ? $lengths[@lengths / 2] : 0;
my $p90 = @lengths ? $lengths[@lengths * 0.9] : 0;
cmp_ok($median, '<', 20, "median function: $median lines");
note(scalar(@lengths) . " functions, median $median, 90 %: $p90, longest $lengths[-1]")
    if @lengths;

my $banned = qr/\b(strcpy|strcat|sprintf|vsprintf|atoi|atol|atof|strtok|
    system|popen|alloca|setjmp|longjmp|gets)\s*\(/x;
my (@banned, @goto, @todo, @wide, @typedef);
for my $path (@c, @h) {
	my $n = 0;
	my $comment = 0;
	for (@{ $text{$path} }) {
		$n++;
		my $code = $_;
		$comment = 1 if $code =~ s{/\*.*}{};
		push @todo, "$path:$n"
		    if /\b(TODO|FIXME|XXX|HACK)\b/ || /not implemented/i;
		(my $wide = $_) =~ s/\t/        /g;
		push @wide, "$path:$n" if length($wide) > 101;
		if ($comment) {
			$comment = 0 if m{\*/};
			next;
		}
		push @banned, "$path:$n $1" if $code =~ $banned;
		push @goto, "$path:$n" if $code =~ /\bgoto\s+(?!out;)/;
		push @typedef, "$path:$n" if $code =~ /^typedef\s+(struct|enum|union)\b/;
	}
}
is_deeply(\@banned, [], 'no banned function');
is_deeply(\@goto, [], 'goto leads to out: only');
is_deeply(\@todo, [], 'no marks of unfinished work');
is_deeply(\@wide, [], 'no line over 100 columns');
is_deeply(\@typedef, [], 'no typedef for a struct');

my %seen;
$seen{ basename($_) }++ for @c;
is_deeply([grep { $seen{$_} > 1 } sort keys %seen], [],
    'base names of files are unique');

my @unguarded = grep {
	my $path = $_;
	!grep { /^#ifndef [A-Z0-9_]+_H$/ } @{ $text{$path} }
} @h;
is_deeply(\@unguarded, [], 'every header is guarded');

my @top = grep {
	!/^(Makefile|README\.md|LICENSE|\.ci|\.clang-format|\.clang-tidy|\.editorconfig|
	    \.gitignore|\.gitattributes|\.git|master|worker|common|conf|sql|packaging|t|
	    man|build|debian)$/x
} map { basename($_) } glob('* .[!.]*');
is_deeply(\@top, [], 'the top level is as agreed');

done_testing();
