/* Parameters and columns by type; what an engine returns as another type of
 * the same meaning (bytes for a UUID, an integer for a time) is converted
 * here. */

#include "store/driver.h"

#include <math.h>
#include <pthread.h>

#include "base/buf.h"
#include "base/check.h"

void
db_query_init(
    struct db_query *q, struct db *db, struct arena *a, enum query_id id)
{
	CHECK(id < QUERY_COUNT);
	q->db = db;
	q->arena = a;
	q->id = id;
	q->n_params = 0;
	q->n_columns = 0;
	q->n_rows = 0;
	q->rows = NULL;
	q->at = 0;
	q->changed = 0;
}

static struct db_value *
param_at(struct db_query *q, unsigned n, enum db_type type)
{
	CHECK(n >= 1 && n <= DB_MAX_PARAMS);
	while (q->n_params < n)
		q->params[q->n_params++].type = DB_NULL;
	q->params[n - 1].type = type;
	return &q->params[n - 1];
}

void
db_bind_null(struct db_query *q, unsigned n)
{
	param_at(q, n, DB_NULL);
}

void
db_bind_int(struct db_query *q, unsigned n, int64_t v)
{
	param_at(q, n, DB_INT)->v.i = v;
}

void
db_bind_float(struct db_query *q, unsigned n, double v)
{
	param_at(q, n, isnan(v) ? DB_NULL : DB_FLOAT)->v.f = v;
}

void
db_bind_bool(struct db_query *q, unsigned n, bool v)
{
	param_at(q, n, DB_BOOL)->v.i = v;
}

void
db_bind_text(struct db_query *q, unsigned n, const char *s)
{
	param_at(q, n, s != NULL ? DB_TEXT : DB_NULL)->v.s = str_of(s);
}

void
db_bind_bytes(struct db_query *q, unsigned n, struct str s)
{
	param_at(q, n, s.p != NULL ? DB_BYTES : DB_NULL)->v.s = s;
}

void
db_bind_uuid(struct db_query *q, unsigned n, const struct uuid *u)
{
	struct db_value *v = param_at(q, n, u != NULL ? DB_UUID : DB_NULL);

	if (u != NULL)
		v->v.u = *u;
}

void
db_bind_time(struct db_query *q, unsigned n, int64_t us)
{
	param_at(q, n, DB_TIME)->v.i = us;
}

void
db_bind_day(struct db_query *q, unsigned n, int32_t day)
{
	param_at(q, n, DB_INT)->v.i = day;
}

int
db_run(struct db_query *q, struct err *e)
{
	q->n_rows = 0;
	q->rows = NULL;
	q->at = 0;
	q->changed = 0;
	return q->db->ops->run(q->db, q, e);
}

bool
db_next(struct db_query *q)
{
	if (q->at >= q->n_rows)
		return false;
	q->at++;
	return true;
}

static const struct db_value *
column_at(const struct db_query *q, unsigned col)
{
	CHECK(q->at >= 1 && q->at <= q->n_rows && col < q->n_columns);
	return &q->rows[(q->at - 1) * q->n_columns + col];
}

bool
db_is_null(const struct db_query *q, unsigned col)
{
	return column_at(q, col)->type == DB_NULL;
}

int64_t
db_get_int(const struct db_query *q, unsigned col)
{
	const struct db_value *v = column_at(q, col);

	switch (v->type) {
	case DB_INT:
	case DB_TIME:
	case DB_BOOL:
		return v->v.i;
	case DB_FLOAT:
		return fabs(v->v.f) < 0x1p62 ? (int64_t)v->v.f : 0;
	default:
		return 0;
	}
}

double
db_get_float(const struct db_query *q, unsigned col)
{
	const struct db_value *v = column_at(q, col);

	if (v->type == DB_FLOAT)
		return v->v.f;
	return v->type == DB_INT ? (double)v->v.i : (double)NAN;
}

bool
db_get_bool(const struct db_query *q, unsigned col)
{
	return db_get_int(q, col) != 0;
}

const char *
db_get_text(const struct db_query *q, unsigned col)
{
	const struct db_value *v = column_at(q, col);

	return v->type == DB_TEXT ? v->v.s.p : "";
}

struct str
db_get_bytes(const struct db_query *q, unsigned col)
{
	const struct db_value *v = column_at(q, col);

	return v->type == DB_BYTES || v->type == DB_TEXT ? v->v.s : STR("");
}

struct uuid
db_get_uuid(const struct db_query *q, unsigned col)
{
	const struct db_value *v = column_at(q, col);
	struct uuid u = { { 0 } };

	if (v->type == DB_UUID)
		return v->v.u;
	if (v->type == DB_BYTES && v->v.s.n == sizeof(u.b))
		memcpy(u.b, v->v.s.p, sizeof(u.b));
	return u;
}

int64_t
db_get_time(const struct db_query *q, unsigned col)
{
	return db_get_int(q, col);
}

int32_t
db_get_day(const struct db_query *q, unsigned col)
{
	int64_t v = db_get_int(q, col);

	return (int32_t)MAX(MIN(v, INT32_MAX), INT32_MIN);
}

static unsigned forks;

static void
count_fork(void)
{
	forks++;
}

unsigned
db_process(void)
{
	static bool counts;

	if (!counts) {
		CHECK(pthread_atfork(NULL, NULL, count_fork) == 0);
		counts = true;
	}
	return forks;
}

struct noted {
	db_tx_fn *fn;
	void *arg;
	struct db_notes notes;
};

/* Perhaps on another thread, and perhaps more than once. */
static int
run_noted(struct db *tx, void *arg, struct err *e)
{
	struct noted *n = arg;
	int rc;

	n->notes.n = 0;
	tx->notes = &n->notes;
	rc = n->fn(tx, n->arg, e);
	tx->notes = NULL;
	return rc;
}

void
db_note(struct db *tx, uint64_t key, enum event_kind kind)
{
	struct db_notes *notes = tx->notes;
	size_t i = 0;

	while (i < notes->n &&
	       (notes->note[i].key != key || notes->note[i].kind != kind))
		i++;
	if (i == ARRAY_LEN(notes->note))
		return;
	if (i == notes->n)
		notes->note[notes->n++] = (struct event_note){ key, kind, 0 };
	notes->note[i].count++;
}

int
db_write(struct db *db, db_tx_fn *fn, void *arg, struct err *e)
{
	struct noted n = { .fn = fn, .arg = arg };
	int rc;

	CHECK(!db->is_tx);
	rc = db->ops->write(db, run_noted, &n, e);
	if (rc >= 0 && n.notes.n > 0 && db->heard != NULL)
		db->heard(db->heard_arg, n.notes.note, n.notes.n);
	return rc;
}

int
db_atomically(struct db *db, db_tx_fn *fn, void *arg, struct err *e)
{
	return db->is_tx ? fn(db, arg, e) : db_write(db, fn, arg, e);
}

static const char *
find_type(const char *word, size_t n, const char *const (*types)[2])
{
	for (; (*types)[0] != NULL; types++) {
		if (str_is(str_make(word, n), (*types)[0]))
			return (*types)[1];
	}
	BUG("sql/ uses a type alias that no engine knows");
}

char *
db_expand_types(struct arena *a, const char *sql, const char *const (*types)[2])
{
	struct buf out = BUF_INIT;
	char *text;

	for (;;) {
		size_t n = strcspn(sql, "@");

		buf_add(&out, sql, n);
		sql += n;
		if (*sql == '\0')
			break;
		n = 1 + strspn(sql + 1, "abcdefghijklmnopqrstuvwxyz");
		buf_adds(&out, find_type(sql, n, types));
		sql += n;
	}
	text = arena_strndup(a, out.p != NULL ? out.p : "", out.n);
	buf_free(&out);
	return text;
}

int
db_too_many_rows(const struct db_query *q, struct err *e)
{
	return err_set(e, ERR_TOO_LARGE, "%s: more than %d rows",
	    sql_queries[q->id].name, DB_MAX_ROWS);
}
