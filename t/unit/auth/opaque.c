/* The form of access tokens. */

#include "auth/opaque.h"

#include "base/buf.h"
#include "base/enc.h"
#include "tap.h"

/* Computed apart, with Python. */
#define TOKEN "pmcp_pat_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf0r1fIT"
#define HASH  "590e9976e1e42b5ddc344075649efb67d043bf8cb79941c3881b6970eb7243db"

static void
test_form(void)
{
	static const uint8_t zeros[32];
	uint8_t ones[32];
	char a[OPAQUE_LEN + 1], b[OPAQUE_LEN + 1];
	int missed = 0;

	memset(ones, 0xff, sizeof(ones));
	opaque_format(OPAQUE_PAT, zeros, a);
	ok(strncmp(a, "pmcp_pat_0000000000000000000000000000000000000000000",
	       52) == 0,
	    "zeros: %s", a);
	is_int(strlen(a), OPAQUE_LEN, "58 characters");
	ok(opaque_is(OPAQUE_PAT, str_of(a)), "valid");
	opaque_format(OPAQUE_PAT, ones, b);
	ok(strncmp(b + 9, "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1", 43) ==
		    0 &&
		opaque_is(OPAQUE_PAT, str_of(b)),
	    "ones: %s", b);
	opaque_make(OPAQUE_PAT, a);
	opaque_make(OPAQUE_PAT, b);
	ok(strcmp(a, b) != 0, "no two are alike");
	ok(opaque_is(OPAQUE_PAT, str_of(a)) && opaque_is(OPAQUE_PAT, str_of(b)),
	    "both valid");

	for (size_t i = 0; i < OPAQUE_LEN; i++) {
		char kept = a[i];

		a[i] = kept == 'x' ? 'y' : 'x';
		missed += opaque_is(OPAQUE_PAT, str_of(a));
		a[i] = kept;
	}
	is_int(missed, 0, "any one changed character is noticed");
	ok(!opaque_is(OPAQUE_PAT, str_make(a, OPAQUE_LEN - 1)), "shorter");
	ok(!opaque_is(OPAQUE_PAT, str_make(a, 0)), "empty");
	ok(!opaque_is(OPAQUE_PAT, STR("pmcp_pat_")), "prefix alone");
	a[20] = '-';
	ok(!opaque_is(OPAQUE_PAT, str_of(a)), "another letter");
	a[20] = '\0';
	ok(!opaque_is(OPAQUE_PAT, str_make(a, OPAQUE_LEN)), "a NUL within");
}

/* The token for bytes 0 to 31, its hash under 32 times 0x0b. */
static void
test_constant(void)
{
	uint8_t secret[32], key[32], hash[32];
	char token[OPAQUE_LEN + 1];
	struct buf hex = BUF_INIT;

	for (int i = 0; i < 32; i++)
		secret[i] = (uint8_t)i;
	memset(key, 0x0b, sizeof(key));
	opaque_format(OPAQUE_PAT, secret, token);
	is_str(token, TOKEN, "the form never changes");
	opaque_hash(key, str_of(token), hash);
	enc_hex(&hex, hash, sizeof(hash));
	is_str(buf_cstr(&hex), HASH, "nor does the hash");
	key[0] ^= 1;
	opaque_hash(key, str_of(token), hash);
	buf_clear(&hex);
	enc_hex(&hex, hash, sizeof(hash));
	ok(strcmp(buf_cstr(&hex), HASH) != 0, "which needs the key");
	buf_free(&hex);
}

int
main(void)
{
	test_form();
	test_constant();
	return tap_done();
}
