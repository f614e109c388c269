/* Sealing values anew, a page at a time: opened and sealed outside of any
 * transaction, then put in place in one, each only where the value is still
 * what was read. */

#include "auth/reencrypt.h"

#include "auth/aead.h"
#include "store/data_keys.h"

struct renewing {
	struct keyring *keyring;
	struct db *db;
	reencrypt_fn *tell;
	void *arg;
	int64_t all;
	struct uuid active;
	struct reencrypted done;
};

struct page {
	struct arena *arena;
	struct sealed_value *old;
	struct str *new_bytes; /* none: it is sealed by the key in force */
	size_t n;
	int64_t swapped;
};

static int
find_active(struct db *db, struct uuid *id_r, struct err *e)
{
	struct arena *a = arena_new();
	struct data_key_row *rows;
	size_t n;
	int rc = data_keys_list(db, a, &rows, &n, e);

	*id_r = (struct uuid){ { 0 } };
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (rows[i].is_active)
			*id_r = rows[i].id;
	}
	arena_free(&a);
	return rc;
}

static int
count_others(struct db *db, struct arena *a, enum sealed_column c,
    const struct uuid *active, int64_t *n_r, struct err *e)
{
	struct sealed_count *counts;
	size_t n;

	if (sealed_count(db, a, c, &counts, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!uuid_eq(&counts[i].key_id, active))
			*n_r += counts[i].n;
	}
	return 0;
}

int
reencrypt_left(struct db *db, int64_t *n_r, struct err *e)
{
	struct arena *a = arena_new();
	struct uuid active;
	int rc = find_active(db, &active, e);

	*n_r = 0;
	for (int c = 0; rc == 0 && c < SEALED_COLUMN_COUNT; c++)
		rc = count_others(db, a, c, &active, n_r, e);
	arena_free(&a);
	return rc;
}

/* Open it and seal it; the plain text does not outlive the call. */
static int
renew(struct renewing *r, struct page *p, size_t i, struct err *e)
{
	const struct sealed_value *v = &p->old[i];
	struct buf plain = BUF_INIT;
	struct buf sealed = BUF_INIT;
	int rc = unseal(r->keyring, &v->place, v->bytes, &plain, e);

	if (rc == 0)
		rc = seal(r->keyring, &v->place, buf_str(&plain), &sealed, e);
	if (rc == 0)
		p->new_bytes[i] = str_make(
		    arena_memdup(p->arena, sealed.p, sealed.n), sealed.n);
	buf_wipe(&plain);
	buf_free(&sealed);
	return rc < 0 ? err_wrap(e, "row \"%s\"", v->place.row) : 0;
}

static int
put_page(struct db *tx, void *arg, struct err *e)
{
	struct page *p = arg;

	p->swapped = 0;
	for (size_t i = 0; i < p->n; i++) {
		int rc = p->new_bytes[i].p == NULL
			     ? 0
			     : sealed_swap(tx, p->arena, &p->old[i],
				   p->new_bytes[i], e);

		if (rc < 0)
			return -1;
		p->swapped += rc;
	}
	return 0;
}

static int
renew_page(struct renewing *r, struct page *p, struct err *e)
{
	int64_t older = 0;

	p->new_bytes = arena_many(p->arena, p->n, struct str);
	for (size_t i = 0; i < p->n; i++) {
		struct uuid id;

		p->new_bytes[i] = STR_NULL;
		if (aead_key_of(p->old[i].bytes, &id) &&
		    uuid_eq(&id, &r->active))
			continue;
		if (renew(r, p, i, e) < 0)
			return -1;
		older++;
	}
	if (older > 0 && db_write(r->db, put_page, p, e) < 0)
		return -1;
	r->done.seen += older;
	r->done.sealed += p->swapped;
	r->done.skipped += older - p->swapped;
	if (r->tell != NULL && older > 0)
		r->tell(r->arg, r->done.seen, r->all);
	return 0;
}

static int
renew_column(struct renewing *r, enum sealed_column c, struct err *e)
{
	struct page p = { .n = SEALED_PAGE };
	struct sealed_place at = { .column = c, .row = "" };
	struct arena *last = NULL; /* holds at.row */
	int rc = 0;

	for (bool first = true; rc == 0 && p.n == SEALED_PAGE; first = false) {
		p = (struct page){ .arena = arena_new() };
		rc = sealed_walk(
		    r->db, p.arena, c, first ? NULL : &at, &p.old, &p.n, e);
		if (rc == 0)
			rc = renew_page(r, &p, e);
		if (rc == 0 && p.n > 0)
			at = p.old[p.n - 1].place;
		arena_free(&last);
		last = p.arena;
	}
	arena_free(&last);
	return rc;
}

int
reencrypt(struct keyring *k, struct db *db, reencrypt_fn *tell, void *arg,
    struct reencrypted *out, struct err *e)
{
	struct renewing r = {
		.keyring = k, .db = db, .tell = tell, .arg = arg
	};
	int rc = 0;

	if (find_active(db, &r.active, e) < 0 ||
	    reencrypt_left(db, &r.all, e) < 0)
		return -1;
	for (int c = 0; rc == 0 && c < SEALED_COLUMN_COUNT; c++)
		rc = renew_column(&r, c, e);
	*out = r.done;
	return rc;
}
