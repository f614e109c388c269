/* Signing in, and how often it may be tried.
 *
 * A name that is not known, a password that is wrong and an account that may
 * not be entered take the same steps: the attempt is counted, the account
 * looked up, a password hashed, the outcome noted.  Attempts are counted by
 * account and address together, so that whoever guesses locks nobody out but
 * himself. */

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "auth/accounts_impl.h"
#include "auth/mail.h"
#include "base/check.h"
#include "config/conf.h"
#include "store/failures.h"
#include "store/passwords.h"

_Static_assert(FAILURE_ID_BYTES == OPAQUE_HASH_BYTES, "one kind of hash");

#define LOGIN_MAX 256

/* --- how often ----------------------------------------------------------- */

void
accounts_throttle_id(const struct accounts *a, const char *what,
    const struct origin *from, struct str name, uint8_t out[OPAQUE_HASH_BYTES])
{
	struct buf b = BUF_INIT;
	unsigned n = 0;

	buf_adds(&b, what);
	if (from != NULL && from->has_key)
		buf_add(&b, from->key, sizeof(from->key));
	buf_addc(&b, '\0');
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		buf_addc(&b, c >= 'A' && c <= 'Z' ? (char)(c | 32) : c);
	}
	CHECK(HMAC(EVP_sha256(), a->key, sizeof(a->key),
		  (const unsigned char *)b.p, b.n, out, &n) != NULL);
	buf_free(&b);
}

int
accounts_charge(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str login,
    uint8_t id_r[OPAQUE_HASH_BYTES], int64_t *retry_s_r, struct err *e)
{
	int64_t burst = a->conf->sign_in_failures;
	struct failure_rate rate = { a->conf->sign_in_window_us / burst,
		burst };
	int64_t retry_us = 0;
	int rc;

	accounts_throttle_id(a, "sign in", from, login, id_r);
	rc = failures_charge(a->db, arena, id_r, &rate, &retry_us, e);
	*retry_s_r = rc == 0 ? MAX((retry_us + 999999) / 1000000, 1) : 0;
	return rc;
}

int
accounts_too_many(int64_t retry_s, struct err *e)
{
	return err_set(e, ERR_LIMITED,
	    "too many failures to sign in; try again in %lld s",
	    (long long)retry_s);
}

/* --- who ----------------------------------------------------------------- */

int
accounts_find(struct accounts *a, struct arena *arena, struct str login,
    struct user *out, struct err *e)
{
	const char *text = arena_strndup(arena, login.p, login.n);
	int rc = 0;

	if (str_find(login, '@') >= 0)
		rc = users_by_email(a->db, arena, text, out, e);
	if (rc == 0)
		rc = users_by_name(a->db, arena, text, out, e);
	return rc;
}

struct entry {
	struct deed deed;
	const uint8_t *failure_id;
	const struct owner *owner;
	const char *before; /* a hash to be replaced, or NULL */
	const char *after;
};

static int
enter(struct db *tx, void *arg, struct err *e)
{
	struct entry *n = arg;

	if (failures_forget(tx, n->deed.arena, n->failure_id, e) < 0)
		return -1;
	if (n->before != NULL && passwords_rehash(tx, n->deed.arena, n->owner,
				     n->before, n->after, e) < 0)
		return -1;
	return deed_note(&n->deed, tx, e);
}

/* What was proven, once more by a better hash. */
static int
hash_anew(
    struct entry *n, struct str password, const char *before, struct err *e)
{
	char *after = arena_alloc(n->deed.arena, PASSWORD_HASH_MAX);

	if (password_hash(n->deed.accounts->hasher, password, after, e) < 0)
		return -1;
	n->before = before;
	n->after = after;
	return 0;
}

static int
refuse(const struct deed *d, struct err *e)
{
	err_set(e, ERR_UNAUTHENTICATED,
	    mail_is_on(d->accounts->conf)
		? "the name or the password is wrong, or the account is not "
		  "active, or its address not confirmed yet"
		: "the name or the password is wrong, or the account is not "
		  "active");
	return deed_refused(d, e);
}

/* The password of the account that was found, or of nobody, which takes as
 * long. */
static int
prove(struct entry *n, const struct user *u, struct str password, struct err *e)
{
	struct accounts *a = n->deed.accounts;
	const char *hash = NULL;
	bool stale = false;
	int rc = passwords_get(a->db, n->deed.arena, n->owner, &hash, e);

	if (rc >= 0)
		rc = password_verify(a->hasher, password, hash, &stale, e);
	if (rc < 0)
		return -1;
	if (rc > 0 && (u->status != USER_ACTIVE || u->unverified)) {
		n->deed.note.detail = u->status != USER_ACTIVE
					  ? user_status_name(u->status)
					  : "unverified";
		rc = 0;
	}
	if (rc == 0)
		return refuse(&n->deed, e);
	return stale ? hash_anew(n, password, hash, e) : 0;
}

int
accounts_sign_in(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str login, struct str password,
    struct user *out, int64_t *retry_s_r, struct err *e)
{
	uint8_t id[OPAQUE_HASH_BYTES];
	struct owner owner = { 0 };
	struct origin as;
	struct entry n = { .deed = { a, arena, from,
			       { .action = AUDIT_SIGN_IN } },
		.failure_id = id,
		.owner = &owner };
	int rc;

	*retry_s_r = 0;
	if (login.n == 0 || login.n > LOGIN_MAX || !str_is_utf8(login) ||
	    str_find(login, '\0') >= 0 || password.n == 0 ||
	    password.n > PASSWORD_MAX * 4)
		return err_set(e, ERR_INVALID,
		    "a name of up to %d and a password of up to %d characters "
		    "are needed",
		    LOGIN_MAX, PASSWORD_MAX);
	rc = accounts_charge(a, arena, from, login, id, retry_s_r, e);
	if (rc <= 0)
		return rc < 0 ? -1 : accounts_too_many(*retry_s_r, e);
	rc = accounts_find(a, arena, login, out, e);
	if (rc < 0)
		return -1;
	if (rc > 0)
		n.deed.note.subject = owner = owner_of(&out->athlete);
	if (prove(&n, out, password, e) < 0)
		return -1;
	as = origin_as(from, &owner.user_id);
	n.deed.from = &as;
	return db_write(a->db, enter, &n, e);
}
