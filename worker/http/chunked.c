/* The chunked transfer coding (RFC 9112 section 7.1).  Sizes are hexadecimal
 * digits and nothing else; extensions are skipped, trailers dropped, both
 * within bounds; every line ends in CRLF. */

#include "base/enc.h"
#include "http/h1.h"

#define LINE_MAX_BYTES	  256
#define TRAILER_MAX_BYTES 4096

enum state {
	SIZE_FIRST, /* the first digit is due */
	SIZE,
	EXTENSION,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER, /* at the start of a line */
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	END_LF,
	END,
	BAD,
};

static bool
is_text(char c)
{
	unsigned char u = (unsigned char)c;

	return u == '\t' || (u >= 0x20 && u != 0x7f);
}

static enum state
in_size(struct h1_chunked *c, char byte)
{
	int digit = dec_hex_digit(byte);

	if (digit >= 0) {
		if (c->left > (UINT64_MAX >> 8))
			return BAD;
		c->left = c->left * 16 + (unsigned)digit;
		return SIZE;
	}
	if (c->state == SIZE_FIRST)
		return BAD;
	if (byte == '\r')
		return SIZE_LF;
	return byte == ';' ? EXTENSION : BAD;
}

static enum state
in_extension(char byte)
{
	if (byte == '\r')
		return SIZE_LF;
	return is_text(byte) ? EXTENSION : BAD;
}

static enum state
after_size(struct h1_chunked *c, char byte)
{
	if (byte != '\n')
		return BAD;
	c->line_n = 0;
	return c->left != 0 ? DATA : TRAILER;
}

static enum state
in_trailer(struct h1_chunked *c, char byte)
{
	if (++c->trailer_n > TRAILER_MAX_BYTES)
		return BAD;
	if (c->state == TRAILER_VALUE) {
		if (byte == '\r')
			return TRAILER_LF;
		return is_text(byte) ? TRAILER_VALUE : BAD;
	}
	if (byte == '\r' && c->state == TRAILER)
		return END_LF;
	if (byte == ':' && c->state == TRAILER_NAME)
		return TRAILER_VALUE;
	return h1_is_token(str_make(&byte, 1)) ? TRAILER_NAME : BAD;
}

static enum state
step(struct h1_chunked *c, char byte)
{
	switch ((enum state)c->state) {
	case SIZE_FIRST:
	case SIZE:
		return ++c->line_n > LINE_MAX_BYTES ? BAD : in_size(c, byte);
	case EXTENSION:
		return ++c->line_n > LINE_MAX_BYTES ? BAD : in_extension(byte);
	case SIZE_LF:
		return after_size(c, byte);
	case DATA_CR:
		return byte == '\r' ? DATA_LF : BAD;
	case DATA_LF:
		return byte == '\n' ? SIZE_FIRST : BAD;
	case TRAILER:
	case TRAILER_NAME:
	case TRAILER_VALUE:
		return in_trailer(c, byte);
	case TRAILER_LF:
		return byte == '\n' ? TRAILER : BAD;
	case END_LF:
		return byte == '\n' ? END : BAD;
	case DATA:
	case END:
	case BAD:
		break;
	}
	return BAD;
}

static void
take_data(struct h1_chunked *c, struct str *in, struct str *data_r)
{
	size_t n = (size_t)MIN(c->left, in->n);

	*data_r = str_make(in->p, n);
	*in = str_make(in->p + n, in->n - n);
	c->left -= n;
	if (c->left == 0)
		c->state = DATA_CR;
}

enum h1_chunked_event
h1_chunked_next(struct h1_chunked *c, struct str *in, struct str *data_r)
{
	while (c->state != END && c->state != BAD) {
		if (in->n == 0)
			return H1_CHUNK_MORE;
		if (c->state == DATA) {
			take_data(c, in, data_r);
			return H1_CHUNK_DATA;
		}
		c->state = step(c, in->p[0]);
		in->p++;
		in->n--;
	}
	return c->state == END ? H1_CHUNK_END : H1_CHUNK_BAD;
}
