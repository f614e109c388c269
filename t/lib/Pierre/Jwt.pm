package Pierre::Jwt;

# Keys and signatures (RFC 7515) by OpenSSL, for those who sign: clients and
# thieves.

use strict;
use warnings;
use File::Temp qw(tempdir);
use JSON::PP;
use MIME::Base64 qw(encode_base64url decode_base64url);

my $json = JSON::PP->new->utf8->canonical;
my $dir = tempdir(CLEANUP => 1);
my $n = 0;

# A P-256 key; jwk: its public half.
sub new {
	my ($class) = @_;
	my $file = "$dir/" . $n++ . '.pem';
	system("openssl ecparam -name prime256v1 -genkey -noout -out $file") == 0 or die;
	my $der = `openssl ec -in $file -pubout -outform DER 2>/dev/null`;
	return bless { file => $file, jwk => { kty => 'EC', crv => 'P-256',
		x => encode_base64url(substr $der, -64, 32),
		y => encode_base64url(substr $der, -32) } }, $class;
}

sub jwk { return $_[0]{jwk} }

# A token by ES256; header and claims are data, or text as it is to stand there.
sub sign {
	my ($self, $header, $claims) = @_;
	my $text = join '.', map { encode_base64url(ref $_ ? $json->encode($_) : $_) }
	    $header, $claims;
	open my $fh, '>', "$dir/text" or die "$dir/text: $!";
	print $fh $text;
	close $fh or die "$dir/text: $!";
	my $der = `openssl dgst -sha256 -sign $self->{file} $dir/text`;
	my ($length) = unpack 'x3C', $der;
	my @halves = (substr($der, 4, $length), substr $der, 6 + $length);
	return "$text." . encode_base64url(join '',
	    map { substr(("\0" x 32) . $_, -32) } @halves);
}

# A client's assertion (RFC 7523): the fields of a form.
sub assertion {
	my ($self, $client_id, $aud, %change) = @_;
	return (client_assertion_type =>
		'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
	    client_assertion => $self->sign({ alg => 'ES256' }, { iss => $client_id,
		sub => $client_id, aud => $aud, jti => "$$-" . $n++,
		exp => time + 60, %change }));
}

# The header of a token.
sub header_of { return $json->decode(decode_base64url((split /\./, $_[0])[0])) }

1;
