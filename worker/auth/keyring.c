/* The data keys of this process, and what is sealed and opened with them. */

#include "auth/seal.h"

#include <pthread.h>
#include <stdlib.h>

#include "auth/keytree.h"
#include "base/check.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "shm/shm.h"

_Static_assert(SEAL_OVERHEAD == AEAD_OVERHEAD, "one form");
_Static_assert(SECRET_BYTES == MASTERKEY_BYTES, "derived from it");

struct keyring {
	const struct conf *conf;
	struct db *db;
	struct shm *shm;
	/* Around what follows, and never while something waits. */
	pthread_mutex_t lock;
	struct aead **keys; /* none is ever taken away */
	size_t n;
	struct uuid active;
	uint64_t epoch; /* at which they were read */
};

/* --- keys ---------------------------------------------------------------- */

/* The lock is held. */
static struct aead *
find(const struct keyring *k, const struct uuid *id)
{
	for (size_t i = 0; i < k->n; i++) {
		if (uuid_eq(aead_id(k->keys[i]), id))
			return k->keys[i];
	}
	return NULL;
}

static bool
has_key(struct keyring *k, const struct uuid *id)
{
	bool has;

	pthread_mutex_lock(&k->lock);
	has = find(k, id) != NULL;
	pthread_mutex_unlock(&k->lock);
	return has;
}

/* Takes the key; another fiber may have been faster. */
static void
add(struct keyring *k, struct aead *key)
{
	pthread_mutex_lock(&k->lock);
	if (find(k, aead_id(key)) == NULL) {
		k->keys = xreallocarray(k->keys, k->n + 1, sizeof(*k->keys));
		k->keys[k->n++] = key;
		key = NULL;
	}
	pthread_mutex_unlock(&k->lock);
	aead_free(&key);
}

static int
add_new(
    struct keyring *k, const struct data_key_row *rows, size_t n, struct err *e)
{
	struct masterkey *master = NULL;
	struct aead *key;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		if (has_key(k, &rows[i].id))
			continue;
		if (master == NULL)
			master = masterkey_open(k->conf, k->db, e);
		key =
		    master != NULL ? keytree_unwrap(master, &rows[i], e) : NULL;
		if (key != NULL)
			add(k, key);
		else
			rc = -1;
	}
	masterkey_free(&master);
	return rc;
}

static void
set_active(struct keyring *k, const struct data_key_row *rows, size_t n)
{
	pthread_mutex_lock(&k->lock);
	for (size_t i = 0; i < n; i++) {
		if (rows[i].is_active)
			k->active = rows[i].id;
	}
	pthread_mutex_unlock(&k->lock);
}

static int
load(struct keyring *k, size_t *n_r, struct err *e)
{
	struct arena *a = arena_new();
	struct data_key_row *rows;
	uint64_t epoch = k->shm != NULL ? shm_auth_epoch(k->shm) : 0;
	int rc = data_keys_list(k->db, a, &rows, n_r, e);

	if (rc == 0)
		rc = add_new(k, rows, *n_r, e);
	if (rc == 0)
		set_active(k, rows, *n_r);
	/* Whether it went well or not: not again with every value. */
	pthread_mutex_lock(&k->lock);
	k->epoch = epoch;
	pthread_mutex_unlock(&k->lock);
	arena_free(&a);
	return rc;
}

static int
begin(struct keyring *k, struct err *e)
{
	struct masterkey *master = masterkey_open(k->conf, k->db, e);
	int rc = master != NULL ? keytree_begin(master, k->db, e) : -1;

	masterkey_free(&master);
	return rc;
}

struct keyring *
keyring_open(
    const struct conf *conf, struct db *db, struct shm *shm, struct err *e)
{
	struct keyring *k = xcalloc(1, sizeof(*k));
	size_t n;
	int rc;

	*k = (struct keyring){ .conf = conf, .db = db, .shm = shm };
	pthread_mutex_init(&k->lock, NULL);
	rc = load(k, &n, e);
	if (rc == 0 && n == 0) {
		rc = begin(k, e);
		if (rc == 0)
			rc = load(k, &n, e);
	}
	if (rc < 0)
		keyring_free(&k);
	return k;
}

void
keyring_free(struct keyring **k)
{
	if (*k == NULL)
		return;
	for (size_t i = 0; i < (*k)->n; i++)
		aead_free(&(*k)->keys[i]);
	free((*k)->keys);
	pthread_mutex_destroy(&(*k)->lock);
	free(*k);
	*k = NULL;
}

/* --- values -------------------------------------------------------------- */

static void
bind_to(struct buf *bound, const struct sealed_place *at)
{
	buf_adds(bound, sealed_name(at->column));
	buf_addc(bound, '\0');
	buf_add(bound, at->tenant_id.b, sizeof(at->tenant_id.b));
	buf_add(bound, at->user_id.b, sizeof(at->user_id.b));
	buf_adds(bound, at->row);
}

/* A data key that was made since is taken up; without one that can be had, the
 * former does. */
static void
freshen(struct keyring *k)
{
	struct err e = ERR_INIT;
	uint64_t now = k->shm != NULL ? shm_auth_epoch(k->shm) : 0;
	bool stale;
	size_t n;

	pthread_mutex_lock(&k->lock);
	stale = now != k->epoch;
	pthread_mutex_unlock(&k->lock);
	if (stale && load(k, &n, &e) < 0)
		log_err(LOG_WARN, "auth", "looking for new data keys", &e);
}

int
seal(struct keyring *k, const struct sealed_place *at, struct str plain,
    struct buf *out, struct err *e)
{
	struct buf bound = BUF_INIT;

	if (plain.n > SEAL_MAX)
		return err_set(e, ERR_TOO_LARGE, "%s: too long to be sealed",
		    sealed_name(at->column));
	freshen(k);
	bind_to(&bound, at);
	pthread_mutex_lock(&k->lock);
	aead_seal(find(k, &k->active), buf_str(&bound), plain, out);
	pthread_mutex_unlock(&k->lock);
	buf_free(&bound);
	return 0;
}

/* 1 opened, 0 not what was sealed, -1 no such key. */
static int
open_with(struct keyring *k, const struct uuid *id,
    const struct sealed_place *at, struct str sealed, struct buf *out)
{
	struct buf bound = BUF_INIT;
	struct aead *key;
	int rc = -1;

	bind_to(&bound, at);
	pthread_mutex_lock(&k->lock);
	key = find(k, id);
	if (key != NULL)
		rc = aead_open(key, buf_str(&bound), sealed, out);
	pthread_mutex_unlock(&k->lock);
	buf_free(&bound);
	return rc;
}

int
unseal(struct keyring *k, const struct sealed_place *at, struct str sealed,
    struct buf *out, struct err *e)
{
	const char *name = sealed_name(at->column);
	char text[UUID_TEXT_LEN + 1];
	struct uuid id;
	size_t n;
	int rc;

	if (!aead_key_of(sealed, &id))
		return err_set(e, ERR_INTERNAL, "%s: not a sealed value", name);
	rc = open_with(k, &id, at, sealed, out);
	if (rc < 0) {
		if (load(k, &n, e) < 0)
			return -1;
		rc = open_with(k, &id, at, sealed, out);
	}
	uuid_format(&id, text);
	if (rc < 0)
		return err_set(e, ERR_INTERNAL,
		    "%s: the data key %s is not there", name, text);
	return rc > 0 ? 0
		      : err_set(e, ERR_INTERNAL,
			    "%s: a value was changed, or is in another's place",
			    name);
}

/* --- the server's own ---------------------------------------------------- */

static int
make_secret(struct keyring *k, struct arena *a, const struct sealed_place *at,
    struct err *e)
{
	struct masterkey *master = masterkey_open(k->conf, k->db, e);
	struct buf sealed = BUF_INIT;
	uint8_t key[SECRET_BYTES];
	int rc = -1;

	if (master == NULL)
		return -1;
	masterkey_derive(master, at->row, key);
	masterkey_free(&master);
	if (seal(k, at, str_make((char *)key, sizeof(key)), &sealed, e) == 0)
		rc = secrets_insert(k->db, a, at->row, buf_str(&sealed), e);
	wipe(key, sizeof(key));
	buf_free(&sealed);
	return rc;
}

static int
read_secret(struct keyring *k, const struct sealed_place *at, struct str sealed,
    uint8_t out[SECRET_BYTES], struct err *e)
{
	struct buf plain = BUF_INIT;
	int rc = unseal(k, at, sealed, &plain, e);

	if (rc == 0 && plain.n == SECRET_BYTES)
		memcpy(out, plain.p, SECRET_BYTES);
	else if (rc == 0)
		rc = err_set(
		    e, ERR_INTERNAL, "%s: %zu bytes long", at->row, plain.n);
	buf_wipe(&plain);
	return rc;
}

int
keyring_secret(struct keyring *k, const char *name, uint8_t out[SECRET_BYTES],
    struct err *e)
{
	const struct sealed_place at = { .column = SEALED_secrets_sealed,
		.row = name };
	struct arena *a = arena_new();
	struct str sealed = STR_NULL;
	int rc = secrets_get(k->db, a, name, &sealed, e);

	if (rc == 0) {
		rc = make_secret(k, a, &at, e);
		/* Of several that make it, one does; all read what it made. */
		if (rc == 0)
			rc = secrets_get(k->db, a, name, &sealed, e);
	}
	if (rc == 0)
		rc = err_set(e, ERR_INTERNAL, "the secret %s went away", name);
	else if (rc > 0)
		rc = read_secret(k, &at, sealed, out, e);
	arena_free(&a);
	return rc;
}
