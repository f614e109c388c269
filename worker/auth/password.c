/* Hashing of passwords. */

#include "auth/password.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdlib.h>

#include "auth/seal.h"
#include "base/check.h"
#include "base/xalloc.h"
#include "loop/fiber.h"

#define PEPPER_LABEL "password pepper v1"
#define PASSES	     2
#define MEMORY_BYTES (19456 * 1024)
/* With 30 ms each the last of them waits a second. */
#define WAITING_MAX 32
#define WAIT_MS	    10000
/* 2^14 rounds take about a second. */
#define BCRYPT_COST_MAX 14
#define BCRYPT_LEN	60

/* Nobody's password: to look for it takes as long as for another. */
#define NOBODY                                                                 \
	"$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCAuLg$"               \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

_Static_assert(
    PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES, "libsodium's strings fit");

struct hasher {
	struct fiber_mutex turn;
	unsigned waiting;
	uint8_t pepper[SECRET_BYTES];
};

struct hasher *
hasher_new(struct keyring *k, struct err *e)
{
	struct hasher *h = xcalloc(1, sizeof(*h));

	h->turn = FIBER_MUTEX_INIT;
	CHECK(sodium_init() >= 0);
	if (keyring_secret(k, PEPPER_LABEL, h->pepper, e) < 0)
		hasher_free(&h);
	return h;
}

void
hasher_free(struct hasher **h)
{
	if (*h == NULL)
		return;
	wipe((*h)->pepper, sizeof((*h)->pepper));
	free(*h);
	*h = NULL;
}

/* --- on a thread --------------------------------------------------------- */

struct work {
	void (*run)(struct work *w);
	char peppered[32];
	char *password; /* for bcrypt: terminated, ours */
	const char *hash;
	char *out;
	bool good;
};

static void
run_hash(struct work *w)
{
	w->good =
	    crypto_pwhash_str_alg(w->out, w->peppered, sizeof(w->peppered),
		PASSES, MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static void
run_verify(struct work *w)
{
	w->good = crypto_pwhash_str_verify(
		      w->hash, w->peppered, sizeof(w->peppered)) == 0;
}

static void
run_bcrypt(struct work *w)
{
	struct crypt_data *d = xcalloc(1, sizeof(*d));
	const char *found = crypt_r(w->password, w->hash, d);

	w->good =
	    found != NULL && str_eq_const_time(str_of(found), str_of(w->hash));
	wipe(d, sizeof(*d));
	free(d);
}

static void
run_work(void *arg)
{
	struct work *w = arg;

	w->run(w);
}

/* --- in a fiber ---------------------------------------------------------- */

static void
pepper(const struct hasher *h, struct str password, struct work *w)
{
	unsigned n = 0;

	CHECK(HMAC(EVP_sha256(), h->pepper, sizeof(h->pepper),
		  (const unsigned char *)password.p, password.n,
		  (unsigned char *)w->peppered, &n) != NULL &&
	      n == sizeof(w->peppered));
}

/* One at a time: each takes 19 MiB and a processor. */
static int
take_turn(struct hasher *h, struct work *w, struct err *e)
{
	int rc;

	if (h->waiting >= WAITING_MAX)
		return err_set(e, ERR_UNAVAILABLE,
		    "%u people are signing in; try again in a moment",
		    h->waiting);
	h->waiting++;
	rc = fiber_lock(&h->turn, WAIT_MS, e);
	if (rc == 0) {
		rc = fiber_offload_low(run_work, w, e);
		fiber_unlock(&h->turn);
	}
	h->waiting--;
	wipe(w->peppered, sizeof(w->peppered));
	return rc;
}

int
password_hash(struct hasher *h, struct str password,
    char out[PASSWORD_HASH_MAX], struct err *e)
{
	struct work w = { .run = run_hash, .out = out };

	pepper(h, password, &w);
	if (take_turn(h, &w, e) < 0)
		return -1;
	return w.good ? 0
		      : err_set(e, ERR_UNAVAILABLE,
			    "not enough memory to hash a password");
}

/* "$2b$12$" and 53 letters, and not so dear that it would hold up others. */
static bool
is_bcrypt(const char *hash)
{
	static const char *const prefixes[] = { "$2a$", "$2b$", "$2y$" };
	bool known = false;
	int64_t cost;

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		known = known || strncmp(hash, prefixes[i], 4) == 0;
	return known && strlen(hash) == BCRYPT_LEN && hash[6] == '$' &&
	       str_to_i64(str_make(hash + 4, 2), &cost) && cost >= 4 &&
	       cost <= BCRYPT_COST_MAX;
}

static int
verify_bcrypt(
    struct hasher *h, struct str password, const char *hash, struct err *e)
{
	struct work w = { .run = run_bcrypt, .hash = hash };
	int rc;

	w.password = xcalloc(1, password.n + 1);
	memcpy(w.password, password.p, password.n);
	rc = take_turn(h, &w, e);
	wipe(w.password, password.n);
	free(w.password);
	return rc < 0 ? -1 : w.good;
}

int
password_verify(struct hasher *h, struct str password, const char *hash,
    bool *stale_r, struct err *e)
{
	bool somebody = hash != NULL && hash[0] != '\0';
	struct work w = { .run = run_verify, .hash = somebody ? hash : NOBODY };

	*stale_r = true;
	if (somebody && is_bcrypt(hash))
		return verify_bcrypt(h, password, hash, e);
	pepper(h, password, &w);
	if (take_turn(h, &w, e) < 0)
		return -1;
	*stale_r =
	    crypto_pwhash_str_needs_rehash(w.hash, PASSES, MEMORY_BYTES) != 0;
	return somebody && w.good;
}
