package Pierre::Fit;
# Small FIT files: definitions and messages are bytes, header and checksums follow
# from them.
use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(fit_crc fit_define fit_file);

my @nibbles = (0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401, 0xa001,
    0x6c00, 0x7800, 0xb401, 0x5000, 0x9c01, 0x8801, 0x4400);
my @crc = map {
	my $crc = 0;
	for my $half ($_ & 15, $_ >> 4) {
		$crc = (($crc >> 4) & 0x0fff) ^ $nibbles[$crc & 15] ^ $nibbles[$half];
	}
	$crc
} 0 .. 255;

# Of FIT: two bytes.
sub fit_crc {
	my $crc = 0;
	$crc = ($crc >> 8) ^ $crc[($crc ^ $_) & 255] for unpack 'C*', $_[0];
	return pack 'v', $crc;
}

# A definition of fields, each as [number, size, type].
sub fit_define {
	my ($local, $message, @fields) = @_;
	return pack 'CCCvC(CCC)*', 0x40 | $local, 0, 0, $message, scalar @fields,
	    map { @$_ } @fields;
}

# A file of these definitions and messages.
sub fit_file {
	my ($data) = @_;
	my $head = pack 'CCvVA4', 14, 0x20, 0x0854, length $data, '.FIT';
	my $file = $head . fit_crc($head) . $data;
	return $file . fit_crc($file);
}

1;
