#!/usr/bin/perl
# A few rounds of t/bars/crash.t: kill -9 of the server and of its database in the
# middle of writes.
use strict;
use warnings;

$ENV{BARS_SCALE} //= 0.02;
exec $^X, 't/bars/crash.t' or die "t/bars/crash.t: $!\n";
