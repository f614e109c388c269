#include "base/word.h"
#include "tap.h"

static const unsigned char around[] = { 0, 1, ' ', 'a', '~', 0x7f, 0x80, 0xff };

static uint64_t
word_with(unsigned char fill, size_t at, unsigned char c)
{
	char bytes[WORD_BYTES];

	memset(bytes, fill, sizeof(bytes));
	bytes[at] = (char)c;
	return word_load(bytes);
}

/* The first of a kind, as a loop finds it; WORD_BYTES: none. */
static size_t
first_below(unsigned char fill, size_t at, unsigned char c, unsigned limit)
{
	if (fill < limit)
		return at > 0 || c < limit ? 0 : 1;
	return c < limit ? at : WORD_BYTES;
}

static size_t
place(uint64_t mask)
{
	return mask != 0 ? word_first(mask) : WORD_BYTES;
}

static void
test_masks(void)
{
	static const unsigned char limits[] = { 1, ' ', 0x7f, 0x80 };
	size_t wrong = 0, tried = 0;

	for (size_t f = 0; f < ARRAY_LEN(around); f++) {
		for (size_t at = 0; at < WORD_BYTES; at++) {
			for (int c = 0; c < 256; c++) {
				uint64_t w =
				    word_with(around[f], at, (unsigned char)c);

				for (size_t l = 0; l < ARRAY_LEN(limits); l++)
					wrong +=
					    place(word_below(w, limits[l])) !=
					    first_below(around[f], at,
						(unsigned char)c, limits[l]);
				if (c != around[f])
					wrong +=
					    place(word_equal(w, (char)c)) != at;
				tried++;
			}
		}
	}
	is_int(wrong, 0, "masks of %zu words", tried);
}

static unsigned char
lower(unsigned char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static void
test_lower(void)
{
	size_t wrong = 0;

	for (size_t f = 0; f < ARRAY_LEN(around); f++)
		for (size_t at = 0; at < WORD_BYTES; at++)
			for (int c = 0; c < 256; c++)
				wrong += word_lower(word_with(around[f], at,
					     (unsigned char)c)) !=
					 word_with(around[f], at,
					     lower((unsigned char)c));
	is_int(wrong, 0, "letters of ASCII, and no others, become small");
}

static void
test_hex(void)
{
	size_t wrong = 0;

	for (unsigned c = 0; c < 256; c++) {
		unsigned char in[4] = { (unsigned char)c, 0x0f,
			(unsigned char)~c, 0xa0 };
		char out[9] = "", want[9];

		word_hex(in, out);
		snprintf(want, sizeof(want), "%02x0f%02xa0", c, 255 - c);
		wrong += strcmp(out, want) != 0;
	}
	is_int(wrong, 0, "hexadecimal digits");
}

int
main(void)
{
	test_masks();
	test_lower();
	test_hex();
	return tap_done();
}
