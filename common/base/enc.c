/* Text encodings of bytes; decoders refuse what no encoder would write. */

#include "base/enc.h"

#include <zlib.h>

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void
enc_hex(struct buf *out, const void *p, size_t n)
{
	const unsigned char *in = p;
	char *to = buf_reserve(out, 2 * n);

	for (size_t i = 0; i < n; i++) {
		to[2 * i] = hex_digits[in[i] >> 4];
		to[2 * i + 1] = hex_digits[in[i] & 15];
	}
	out->n += 2 * n;
}

static void
encode64(struct buf *out, const unsigned char *in, size_t n, const char *digits,
    bool pad)
{
	char *to = buf_reserve(out, n / 3 * 4 + 4);

	for (size_t i = 0; i < n; i += 3) {
		size_t have = MIN(n - i, (size_t)3);
		uint32_t v = (uint32_t)in[i] << 16;

		if (have > 1)
			v |= (uint32_t)in[i + 1] << 8;
		if (have > 2)
			v |= in[i + 2];
		to[0] = digits[v >> 18];
		to[1] = digits[v >> 12 & 63];
		to[2] = have > 1 ? digits[v >> 6 & 63] : '=';
		to[3] = have > 2 ? digits[v & 63] : '=';
		to += pad ? 4 : have + 1;
	}
	out->n = (size_t)(to - out->p);
}

void
enc_base64(struct buf *out, const void *p, size_t n)
{
	encode64(out, p, n, base64_digits, true);
}

void
enc_base64url(struct buf *out, const void *p, size_t n)
{
	encode64(out, p, n, base64url_digits, false);
}

int
dec_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte of two hex digits at p, or -1. */
static int
hex_byte(const char *p)
{
	int high = dec_hex_digit(p[0]), low = dec_hex_digit(p[1]);

	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static int
value64(char c, const char *digits)
{
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* Unpadded base64; bits left over must be zero. */
static bool
decode64(struct buf *out, struct str s, const char *digits)
{
	size_t start = out->n;
	uint32_t bits = 0;
	unsigned have = 0;

	if (s.n % 4 == 1)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		int v = value64(s.p[i], digits);

		if (v < 0) {
			out->n = start;
			return false;
		}
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addc(out, (char)(bits >> have & 0xff));
		}
	}
	if ((bits & ((1u << have) - 1)) != 0) {
		out->n = start;
		return false;
	}
	return true;
}

bool
dec_base64(struct buf *out, struct str s)
{
	if (s.n % 4 != 0)
		return false;
	if (s.n > 0 && s.p[s.n - 1] == '=')
		s.n--;
	if (s.n % 4 == 3 && s.p[s.n - 1] == '=')
		s.n--;
	return decode64(out, s, base64_digits);
}

bool
dec_base64url(struct buf *out, struct str s)
{
	return decode64(out, s, base64url_digits);
}

bool
dec_percent(struct buf *out, struct str s, bool plus_is_space)
{
	size_t start = out->n;

	for (size_t i = 0; i < s.n; i++) {
		int byte = (unsigned char)s.p[i];

		if (byte == '+' && plus_is_space) {
			byte = ' ';
		} else if (byte == '%') {
			byte = i + 2 < s.n ? hex_byte(s.p + i + 1) : -1;
			i += 2;
		}
		if (byte <= 0) {
			out->n = start;
			return false;
		}
		buf_addc(out, (char)byte);
	}
	return true;
}

uint32_t
enc_crc32(const void *p, size_t n)
{
	return (uint32_t)crc32_z(0, p, n);
}
