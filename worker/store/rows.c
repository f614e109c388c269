/* Rows by the description of their table. */

#include "store/rows.h"

#include "base/check.h"

/* Rows of a page: by what the largest of them may hold. */
#define PAGE_PLAIN   500
#define PAGE_BYTES   100
#define PAGE_SAMPLES 16
#define PAGE_FILE    1

static int64_t
page_size(const struct sql_table *t)
{
	int64_t n = PAGE_PLAIN;

	for (unsigned i = 0; i < t->n_columns; i++) {
		if ((t->columns[i].flags & COLUMN_FILE) != 0)
			n = MIN(n, PAGE_FILE);
		else if ((t->columns[i].flags &
			     (COLUMN_SAMPLES | COLUMN_BEATS)) != 0)
			n = MIN(n, PAGE_SAMPLES);
		else if (t->columns[i].type == SQL_BYTES ||
			 t->columns[i].type == SQL_JSON)
			n = MIN(n, PAGE_BYTES);
	}
	return n;
}

/* What every value of a type is greater than, or no key ever is. */
static void
bind_lowest(struct db_query *q, unsigned n, enum sql_type type)
{
	const struct uuid none = { { 0 } };

	switch (type) {
	case SQL_UUID:
		db_bind_uuid(q, n, &none);
		return;
	case SQL_BYTES:
		db_bind_bytes(q, n, STR(""));
		return;
	case SQL_INTEGER:
		db_bind_int(q, n, INT32_MIN);
		return;
	case SQL_BIGINT:
		db_bind_int(q, n, INT64_MIN);
		return;
	case SQL_TIME:
		db_bind_time(q, n, INT64_MIN);
		return;
	case SQL_TEXT:
		db_bind_text(q, n, "");
		return;
	case SQL_BOOL:
	case SQL_JSON:
	case SQL_FLOAT:
		break;
	}
	BUG("a key of a type that no key has");
}

static void
bind_value(struct db_query *q, unsigned n, const struct db_value *v)
{
	db_bind_null(q, n);
	q->params[n - 1] = *v;
}

static const struct db_value *
value_at(const struct db_query *q, unsigned column)
{
	return &q->rows[(q->at - 1) * q->n_columns + column];
}

/* --- walking ------------------------------------------------------------- */

/* The key of a page's last row, for the next page; in an arena of its own. */
struct position {
	struct arena *arena;
	struct db_value key[SQL_MAX_KEY];
};

static void
note_position(struct position *p, const struct sql_table *t, struct db_query *q)
{
	q->at = q->n_rows;
	arena_reset(p->arena);
	for (unsigned i = 0; i < t->n_key; i++) {
		struct db_value *v = &p->key[i];

		*v = *value_at(q, t->key[i]);
		if (v->type == DB_TEXT || v->type == DB_BYTES)
			v->v.s.p = arena_strndup(p->arena, v->v.s.p, v->v.s.n);
	}
}

static int
read_page(struct db *db, const struct sql_table *t, const struct owner *owner,
    const struct position *after, struct db_query *q, struct arena *a,
    struct err *e)
{
	unsigned n = 1;

	db_query_init(q, db, a, owner != NULL ? t->person_page : t->page);
	if (owner != NULL) {
		owner_bind(q, owner);
		n = 3;
	}
	for (unsigned i = 0; i < t->n_key; i++, n++) {
		if (after != NULL)
			bind_value(q, n, &after->key[i]);
		else
			bind_lowest(q, n, t->columns[t->key[i]].type);
	}
	db_bind_int(q, n, page_size(t));
	return db_run(q, e);
}

int
rows_walk(struct db *db, const struct sql_table *t, const struct owner *owner,
    rows_fn *fn, void *arg, struct err *e)
{
	struct position last = { .arena = arena_new() };
	bool first = true, more = true;
	int rc = 0;

	CHECK(owner == NULL || t->is_personal);
	while (rc == 0 && more) {
		struct arena *a = arena_new();
		struct db_query q;

		rc = read_page(db, t, owner, first ? NULL : &last, &q, a, e);
		more = rc == 0 && q.n_rows == (size_t)page_size(t);
		if (rc == 0 && q.n_rows > 0) {
			note_position(&last, t, &q);
			q.at = 0;
			rc = fn(arg, t, &q, e);
		}
		first = false;
		arena_free(&a);
	}
	arena_free(&last.arena);
	return rc;
}

/* --- values -------------------------------------------------------------- */

/* The one type that an engine returns for it beside its own: SQLite keeps
 * UUIDs as bytes, and times and truths as integers. */
static bool
read_as(enum sql_type type, const struct db_value *v, struct db_value *out)
{
	*out = *v;
	switch (type) {
	case SQL_TEXT:
	case SQL_JSON:
		return v->type == DB_TEXT;
	case SQL_INTEGER:
	case SQL_BIGINT:
		return v->type == DB_INT;
	case SQL_BYTES:
		return v->type == DB_BYTES;
	case SQL_FLOAT:
		return v->type == DB_FLOAT;
	case SQL_TIME:
		out->type = DB_TIME;
		return v->type == DB_TIME || v->type == DB_INT;
	case SQL_BOOL:
		out->type = DB_BOOL;
		return v->type == DB_BOOL ||
		       (v->type == DB_INT && (v->v.i == 0 || v->v.i == 1));
	case SQL_UUID:
		out->type = DB_UUID;
		if (v->type == DB_BYTES && v->v.s.n == sizeof(out->v.u.b))
			memcpy(out->v.u.b, v->v.s.p, sizeof(out->v.u.b));
		else if (v->type != DB_UUID)
			return false;
		return true;
	}
	return false;
}

int
rows_value(const struct sql_table *t, const struct db_query *row,
    unsigned column, struct db_value *out, struct err *e)
{
	const struct db_value *v = value_at(row, column);

	CHECK(row->n_columns == t->n_columns && column < t->n_columns);
	if (v->type == DB_NULL) {
		*out = *v;
		return 0;
	}
	return read_as(t->columns[column].type, v, out)
		   ? 0
		   : err_set(e, ERR_CORRUPT,
			 "%s.%s holds a value of another type", t->name,
			 t->columns[column].name);
}

/* --- single rows --------------------------------------------------------- */

static int
bind_key(struct db_query *q, const struct sql_table *t,
    const struct db_query *like, struct err *e)
{
	for (unsigned i = 0; i < t->n_key; i++) {
		struct db_value v;

		if (rows_value(t, like, t->key[i], &v, e) < 0)
			return -1;
		bind_value(q, i + 1, &v);
	}
	return 0;
}

int
rows_get(struct db *db, const struct sql_table *t, const struct db_query *like,
    struct db_query *q, struct arena *a, struct err *e)
{
	db_query_init(q, db, a, t->get);
	if (bind_key(q, t, like, e) < 0 || db_run(q, e) < 0)
		return -1;
	return db_next(q);
}

int
rows_put(struct db *tx, const struct sql_table *t, const struct db_query *row,
    struct arena *a, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, t->put);
	for (unsigned i = 0; i < t->n_columns; i++) {
		struct db_value v;

		if (rows_value(t, row, i, &v, e) < 0)
			return -1;
		bind_value(&q, i + 1, &v);
	}
	return db_run(&q, e);
}

int
rows_remove(struct db *tx, const struct sql_table *t,
    const struct db_query *like, struct arena *a, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, t->remove);
	return bind_key(&q, t, like, e) < 0 ? -1 : db_run(&q, e);
}

int
rows_trim(struct db *db, const struct sql_table *t, const struct owner *owner,
    int64_t most, int64_t *n_r, struct err *e)
{
	struct arena *a = arena_new();
	struct db_query q;
	int rc;

	CHECK(t->is_personal);
	db_query_init(&q, db, a, t->person_trim);
	owner_bind(&q, owner);
	db_bind_int(&q, 3, most);
	rc = db_run(&q, e);
	*n_r = q.changed;
	arena_free(&a);
	return rc;
}
