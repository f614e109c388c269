/* The sum of hashes.  A row is its values in the order of the columns, each a
 * letter for its type and its bytes in a fixed width or after their length. */

#include "store/digest.h"

#include <math.h>
#include <openssl/evp.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/json.h"
#include "store/rows.h"

/* Between columns of a row lies nothing: each value says how long it is. */

static void
put_u64(struct buf *out, uint64_t v)
{
	char bytes[8];

	for (int i = 0; i < 8; i++, v >>= 8)
		bytes[i] = (char)(v & 0xff);
	buf_add(out, bytes, sizeof(bytes));
}

static void
put_bytes(struct buf *out, char letter, struct str s)
{
	buf_addc(out, letter);
	put_u64(out, s.n);
	buf_addstr(out, s);
}

/* An engine may keep no sign of a zero. */
static void
put_float(struct buf *out, double v)
{
	uint64_t bits;

	if (v == 0)
		v = 0;
	memcpy(&bits, &v, sizeof(bits));
	buf_addc(out, 'f');
	put_u64(out, bits);
}

/* --- JSON ---------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const cJSON *const *)a)->string,
	    (*(const cJSON *const *)b)->string);
}

static void put_json(struct buf *out, struct arena *a, const cJSON *item);

/* Members in the order of their names: jsonb has its own. */
static void
put_members(struct buf *out, struct arena *a, const cJSON *object)
{
	size_t n = (size_t)cJSON_GetArraySize(object);
	const cJSON **members = arena_many(a, n, const cJSON *);
	size_t i = 0;

	for (const cJSON *m = object->child; m != NULL; m = m->next)
		members[i++] = m;
	qsort(members, n, sizeof(*members), by_name);
	buf_addc(out, '{');
	put_u64(out, n);
	for (i = 0; i < n; i++) {
		put_bytes(out, 'k', str_of(members[i]->string));
		put_json(out, a, members[i]);
	}
}

static void
put_json(struct buf *out, struct arena *a, const cJSON *item)
{
	if (cJSON_IsObject(item)) {
		put_members(out, a, item);
	} else if (cJSON_IsArray(item)) {
		buf_addc(out, '[');
		put_u64(out, (uint64_t)cJSON_GetArraySize(item));
		for (const cJSON *m = item->child; m != NULL; m = m->next)
			put_json(out, a, m);
	} else if (cJSON_IsString(item)) {
		put_bytes(out, 's', str_of(item->valuestring));
	} else if (cJSON_IsNumber(item)) {
		put_float(out, item->valuedouble);
	} else {
		buf_addc(out, cJSON_IsTrue(item)    ? 't'
			      : cJSON_IsFalse(item) ? 'F'
						    : 'z');
	}
}

static int
put_json_text(struct buf *out, struct str text, struct err *e)
{
	struct arena *a = arena_new();
	const cJSON *tree = json_parse(a, text, e);

	buf_addc(out, 'j');
	if (tree != NULL)
		put_json(out, a, tree);
	arena_free(&a);
	return tree != NULL ? 0 : -1;
}

/* --- rows ---------------------------------------------------------------- */

static int
put_value(struct buf *out, enum sql_type type, const struct db_value *v,
    struct err *e)
{
	switch (v->type) {
	case DB_NULL:
		buf_addc(out, '0');
		return 0;
	case DB_INT:
		buf_addc(out, 'i');
		put_u64(out, (uint64_t)v->v.i);
		return 0;
	case DB_TIME:
		buf_addc(out, 'm');
		put_u64(out, (uint64_t)v->v.i);
		return 0;
	case DB_BOOL:
		buf_addc(out, v->v.i != 0 ? 't' : 'F');
		return 0;
	case DB_FLOAT:
		put_float(out, v->v.f);
		return 0;
	case DB_UUID:
		buf_addc(out, 'u');
		buf_add(out, v->v.u.b, sizeof(v->v.u.b));
		return 0;
	case DB_BYTES:
		put_bytes(out, 'b', v->v.s);
		return 0;
	case DB_TEXT:
		if (type == SQL_JSON)
			return put_json_text(out, v->v.s, e);
		put_bytes(out, 's', v->v.s);
		return 0;
	}
	BUG("a value of no type");
}

static int
hash_row(const struct sql_table *t, const struct db_query *row,
    uint8_t out[DIGEST_BYTES], struct err *e)
{
	struct buf form = BUF_INIT;
	int rc = 0;

	for (unsigned i = 0; rc == 0 && i < t->n_columns; i++) {
		struct db_value v;

		rc = rows_value(t, row, i, &v, e);
		if (rc == 0 &&
		    (rc = put_value(&form, t->columns[i].type, &v, e)) < 0)
			err_wrap(e, "%s.%s", t->name, t->columns[i].name);
	}
	if (rc == 0)
		CHECK(EVP_Digest(
			  form.p, form.n, out, NULL, EVP_sha256(), NULL) == 1);
	buf_free(&form);
	return rc;
}

int
digest_add(struct digest *d, const struct sql_table *t,
    const struct db_query *row, struct err *e)
{
	uint8_t h[DIGEST_BYTES];
	unsigned carry = 0;

	if (hash_row(t, row, h, e) < 0)
		return -1;
	for (int i = 0; i < DIGEST_BYTES; i++) {
		carry += d->sum[i] + h[i];
		d->sum[i] = (uint8_t)carry;
		carry >>= 8;
	}
	d->rows++;
	return 0;
}

int
digest_drop(struct digest *d, const struct sql_table *t,
    const struct db_query *row, struct err *e)
{
	uint8_t h[DIGEST_BYTES];
	int borrow = 0;

	if (hash_row(t, row, h, e) < 0)
		return -1;
	for (int i = 0; i < DIGEST_BYTES; i++) {
		int left = d->sum[i] - h[i] - borrow;

		d->sum[i] = (uint8_t)left;
		borrow = left < 0;
	}
	d->rows--;
	return 0;
}

bool
digest_eq(const struct digest *a, const struct digest *b)
{
	return a->rows == b->rows && memcmp(a->sum, b->sum, DIGEST_BYTES) == 0;
}

static int
add_page(
    void *arg, const struct sql_table *t, struct db_query *page, struct err *e)
{
	while (db_next(page)) {
		if (digest_add(arg, t, page, e) < 0)
			return -1;
	}
	return 0;
}

int
digest_table(
    struct db *tx, const struct sql_table *t, struct digest *out, struct err *e)
{
	*out = (struct digest){ 0 };
	return rows_walk(tx, t, NULL, add_page, out, e);
}
