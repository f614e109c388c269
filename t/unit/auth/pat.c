/* The form of access tokens. */

#include "auth/pat.h"

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
	char a[PAT_LEN + 1], b[PAT_LEN + 1];
	int missed = 0;

	memset(ones, 0xff, sizeof(ones));
	pat_format(zeros, a);
	ok(strncmp(a, "pmcp_pat_0000000000000000000000000000000000000000000",
	       52) == 0,
	    "zeros: %s", a);
	is_int(strlen(a), PAT_LEN, "58 characters");
	ok(pat_is_valid(str_of(a)), "valid");
	pat_format(ones, b);
	ok(strncmp(b + 9, "yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1", 43) ==
		    0 &&
		pat_is_valid(str_of(b)),
	    "ones: %s", b);
	pat_make(a);
	pat_make(b);
	ok(strcmp(a, b) != 0, "no two are alike");
	ok(pat_is_valid(str_of(a)) && pat_is_valid(str_of(b)), "both valid");

	for (size_t i = 0; i < PAT_LEN; i++) {
		char kept = a[i];

		a[i] = kept == 'x' ? 'y' : 'x';
		missed += pat_is_valid(str_of(a));
		a[i] = kept;
	}
	is_int(missed, 0, "any one changed character is noticed");
	ok(!pat_is_valid(str_make(a, PAT_LEN - 1)), "shorter");
	ok(!pat_is_valid(str_make(a, 0)), "empty");
	ok(!pat_is_valid(STR("pmcp_pat_")), "prefix alone");
	a[20] = '-';
	ok(!pat_is_valid(str_of(a)), "another letter");
	a[20] = '\0';
	ok(!pat_is_valid(str_make(a, PAT_LEN)), "a NUL within");
}

/* The token for bytes 0 to 31, its hash under 32 times 0x0b. */
static void
test_constant(void)
{
	uint8_t secret[32], key[32], hash[32];
	char token[PAT_LEN + 1];
	struct buf hex = BUF_INIT;

	for (int i = 0; i < 32; i++)
		secret[i] = (uint8_t)i;
	memset(key, 0x0b, sizeof(key));
	pat_format(secret, token);
	is_str(token, TOKEN, "the form never changes");
	pat_hash(key, str_of(token), hash);
	enc_hex(&hex, hash, sizeof(hash));
	is_str(buf_cstr(&hex), HASH, "nor does the hash");
	key[0] ^= 1;
	pat_hash(key, str_of(token), hash);
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
