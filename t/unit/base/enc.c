#include "base/enc.h"
#include "tap.h"

/* RFC 4648 section 10. */
static const struct {
	const char *plain, *base64, *base64url, *hex;
} vectors[] = {
	{ "", "", "", "" },
	{ "f", "Zg==", "Zg", "66" },
	{ "fo", "Zm8=", "Zm8", "666f" },
	{ "foo", "Zm9v", "Zm9v", "666f6f" },
	{ "foob", "Zm9vYg==", "Zm9vYg", "666f6f62" },
	{ "fooba", "Zm9vYmE=", "Zm9vYmE", "666f6f6261" },
	{ "foobar", "Zm9vYmFy", "Zm9vYmFy", "666f6f626172" },
	{ "\xfb\xff\xfe", "+//+", "-__-", "fbfffe" },
};

typedef void encoder(struct buf *out, const void *p, size_t n);
typedef bool decoder(struct buf *out, struct str s);

static struct buf out;

static void
both_ways(encoder *enc, decoder *dec, const char *plain, const char *coded,
    const char *name)
{
	buf_clear(&out);
	enc(&out, plain, strlen(plain));
	is_str(buf_cstr(&out), coded, "%s of \"%s\"", name, plain);
	buf_clear(&out);
	buf_adds(&out, ">");
	ok(dec(&out, str_of(coded)) &&
		str_is(str_make(out.p + 1, out.n - 1), plain),
	    "and back, after what was there");
}

static void
test_vectors(void)
{
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		both_ways(enc_base64, dec_base64, vectors[i].plain,
		    vectors[i].base64, "base64");
		both_ways(enc_base64url, dec_base64url, vectors[i].plain,
		    vectors[i].base64url, "base64url");
		buf_clear(&out);
		enc_hex(&out, vectors[i].plain, strlen(vectors[i].plain));
		is_str(buf_cstr(&out), vectors[i].hex, "hex");
	}
}

static const char *const bad_base64[] = { "=", "==", "====", "Z", "Zg",
	"Zg=", "Zg===", "Z===", "Zm9vYg=", "Zh==", "Zm9=", "Zg==Zg==", "Zm 9v",
	"Zm9v\n", "Zm9v====", "Zm-_", "Zg=A", "\xc3\xbcZg" };
static const char *const bad_base64url[] = { "Z", "Zg==", "Zm8=", "Zh", "Zm9",
	"Zm9vY", "+/+/", "Zm9v ", "Zm\n9" };
static const char *const bad_percent[] = { "%", "%4", "a%", "%4g", "%g4",
	"%%41", "%00", "a%00b" };

static bool
dec_percent_plain(struct buf *b, struct str s)
{
	return dec_percent(b, s, false);
}

static void
refused(decoder *dec, const char *const *texts, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		buf_clear(&out);
		buf_adds(&out, "kept");
		ok(!dec(&out, str_of(texts[i])) &&
			str_is(buf_str(&out), "kept"),
		    "%s: %zu refused", name, i);
	}
	buf_clear(&out);
	ok(!dec(&out, str_make("\0\0\0\0", 4)), "%s: NUL refused", name);
}

static void
test_strictness(void)
{
	refused(dec_base64, bad_base64, ARRAY_LEN(bad_base64), "base64");
	refused(dec_base64url, bad_base64url, ARRAY_LEN(bad_base64url),
	    "base64url");
	refused(
	    dec_percent_plain, bad_percent, ARRAY_LEN(bad_percent), "percent");
}

/* Every byte value at every position of a group. */
static void
test_all_bytes(void)
{
	struct buf back = BUF_INIT;
	unsigned char bytes[256 + 3];
	int wrong = 0;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		buf_clear(&out);
		buf_clear(&back);
		enc_base64url(&out, bytes, n);
		wrong += !dec_base64url(&back, buf_str(&out)) ||
			 !str_eq(buf_str(&back), str_make((char *)bytes, n));
	}
	is_int(wrong, 0, "all bytes go and come back");
	buf_free(&back);
}

static void
test_percent(void)
{
	buf_clear(&out);
	ok(dec_percent(&out, STR("a%20b%2fc%C3%bc+d"), false), "percent");
	is_str(buf_cstr(&out), "a b/c\xc3\xbc+d", "in either case");
	buf_clear(&out);
	ok(dec_percent(&out, STR("a+b%2Bc"), true), "of a form");
	is_str(buf_cstr(&out), "a b+c", "plus is a space there");
}

int
main(void)
{
	test_vectors();
	test_strictness();
	test_all_bytes();
	test_percent();
	ok(enc_crc32("123456789", 9) == 0xcbf43926u, "the CRC's check value");
	ok(enc_crc32("", 0) == 0, "of nothing");
	buf_free(&out);
	return tap_done();
}
