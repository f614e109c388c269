/* Changes of the key tree. */

#include "auth/keytree.h"

#include "base/rand.h"
#include "base/xalloc.h"
#include "store/dbmeta.h"

#define WRAP_LABEL "data key v1"
#define BOUND	   "data_keys.sealed"

/* What seals data keys; its id is zero, for it is no row. */
static struct aead *
wrapper_of(const struct masterkey *master)
{
	const struct uuid none = { { 0 } };
	uint8_t key[MASTERKEY_BYTES];
	struct aead *a;

	masterkey_derive(master, WRAP_LABEL, key);
	a = aead_new(&none, key);
	wipe(key, sizeof(key));
	return a;
}

struct bound {
	char b[sizeof(BOUND) + 16];
};

static struct str
bind_to(struct bound *b, const struct uuid *id)
{
	memcpy(b->b, BOUND, sizeof(BOUND));
	memcpy(b->b + sizeof(BOUND), id->b, sizeof(id->b));
	return str_make(b->b, sizeof(b->b));
}

static void
wrap(struct aead *wrapper, const struct uuid *id, struct str key,
    struct buf *out)
{
	struct bound b;

	aead_seal(wrapper, bind_to(&b, id), key, out);
}

/* The key itself, appended to out. */
static int
unwrap(struct aead *wrapper, const struct data_key_row *row, struct buf *out,
    struct err *e)
{
	char id[UUID_TEXT_LEN + 1];
	struct bound b;

	if (row->sealed.n == AEAD_KEY_BYTES + AEAD_OVERHEAD &&
	    aead_open(wrapper, bind_to(&b, &row->id), row->sealed, out))
		return 0;
	uuid_format(&row->id, id);
	return err_set(e, ERR_CONFIG,
	    "the master key does not open the data key %s: one of both was"
	    " changed",
	    id);
}

struct aead *
keytree_unwrap(const struct masterkey *master, const struct data_key_row *row,
    struct err *e)
{
	struct aead *wrapper = wrapper_of(master);
	struct aead *a = NULL;
	struct buf key = BUF_INIT;

	if (unwrap(wrapper, row, &key, e) == 0)
		a = aead_new(&row->id, (const uint8_t *)key.p);
	buf_wipe(&key);
	aead_free(&wrapper);
	return a;
}

/* --- changes ------------------------------------------------------------- */

struct change {
	const struct masterkey *master;
	const struct masterkey *next; /* rekey */
	bool only_first;
	struct uuid id;
	size_t n;
};

/* The row of the epoch is what changes take turns by; and when it moves, every
 * process looks for new data keys. */
static int
take_turn(struct db *tx, struct arena *a, const struct masterkey *master,
    struct err *e)
{
	uint8_t mine[MASTERKEY_BYTES];
	struct str proof = { (const char *)mine, sizeof(mine) };
	struct str there = STR_NULL;

	if (meta_bump_auth_epoch(tx, a, e) < 0 ||
	    meta_key_check(tx, a, &there, e) < 0)
		return -1;
	masterkey_proof(master, mine);
	return str_eq_const_time(there, proof)
		   ? 0
		   : err_set(e, ERR_CONFIG,
			 "this is not the database's master key");
}

static int
make_key(struct db *tx, struct arena *a, struct change *c, struct err *e)
{
	struct aead *wrapper = wrapper_of(c->master);
	struct buf sealed = BUF_INIT;
	char key[AEAD_KEY_BYTES];
	int rc;

	c->id = uuid_new();
	rand_bytes(key, sizeof(key));
	wrap(wrapper, &c->id, str_make(key, sizeof(key)), &sealed);
	rc = data_keys_replace(tx, a, &c->id, buf_str(&sealed), e);
	wipe(key, sizeof(key));
	buf_free(&sealed);
	aead_free(&wrapper);
	return rc;
}

static int
add_key(struct db *tx, void *arg, struct err *e)
{
	struct change *c = arg;
	struct arena *a = arena_new();
	struct data_key_row *rows;
	size_t n = 0;
	int rc = take_turn(tx, a, c->master, e);

	if (rc == 0 && c->only_first)
		rc = data_keys_list(tx, a, &rows, &n, e);
	if (rc == 0 && n == 0)
		rc = make_key(tx, a, c, e);
	arena_free(&a);
	return rc;
}

static int
rewrap(struct db *tx, struct arena *a, const struct data_key_row *row,
    struct aead *from, struct aead *to, struct err *e)
{
	struct buf key = BUF_INIT;
	struct buf sealed = BUF_INIT;
	int rc = unwrap(from, row, &key, e);

	if (rc == 0) {
		wrap(to, &row->id, buf_str(&key), &sealed);
		rc = data_keys_reseal(tx, a, &row->id, buf_str(&sealed), e);
	}
	buf_wipe(&key);
	buf_free(&sealed);
	return rc;
}

static int
set_proof(struct db *tx, struct arena *a, struct change *c, struct err *e)
{
	uint8_t before[MASTERKEY_BYTES];
	uint8_t after[MASTERKEY_BYTES];

	masterkey_proof(c->master, before);
	masterkey_proof(c->next, after);
	return meta_swap_key_check(tx, a,
	    str_make((const char *)before, sizeof(before)),
	    str_make((const char *)after, sizeof(after)), e);
}

static int
change_master(struct db *tx, void *arg, struct err *e)
{
	struct change *c = arg;
	struct arena *a = arena_new();
	struct aead *from = wrapper_of(c->master);
	struct aead *to = wrapper_of(c->next);
	struct data_key_row *rows;
	int rc = take_turn(tx, a, c->master, e);

	if (rc == 0)
		rc = data_keys_list(tx, a, &rows, &c->n, e);
	for (size_t i = 0; rc == 0 && i < c->n; i++)
		rc = rewrap(tx, a, &rows[i], from, to, e);
	if (rc == 0)
		rc = set_proof(tx, a, c, e);
	aead_free(&from);
	aead_free(&to);
	arena_free(&a);
	return rc;
}

int
keytree_begin(const struct masterkey *master, struct db *db, struct err *e)
{
	struct change c = { .master = master, .only_first = true };

	return db_write(db, add_key, &c, e);
}

int
keytree_rotate(const struct masterkey *master, struct db *db, struct uuid *id_r,
    struct err *e)
{
	struct change c = { .master = master };

	if (db_write(db, add_key, &c, e) < 0)
		return -1;
	*id_r = c.id;
	return 0;
}

int
keytree_rekey(const struct masterkey *old, const struct masterkey *new_key,
    struct db *db, size_t *n_r, struct err *e)
{
	struct change c = { .master = old, .next = new_key };

	if (db_write(db, change_master, &c, e) < 0)
		return -1;
	*n_r = c.n;
	return 0;
}
