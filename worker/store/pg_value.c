/* Values to PostgreSQL and back, in its binary forms.  Integers go out as text,
 * for a column's own width is the server's to know; text too, so that jsonb
 * takes it. */

#include "store/pg.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/check.h"

/* Microseconds from 1970 to 2000, PostgreSQL's first day. */
#define EPOCH_US INT64_C(946684800000000)
/* What timestamptz can hold: 4713 BC to 294276 AD. */
#define TIME_MIN_US (INT64_C(-211813488000000000) + EPOCH_US)
#define TIME_MAX_US INT64_C(9223371331200000000)

/* pg_type.dat */
enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_FLOAT4 = 700,
	OID_FLOAT8 = 701,
	OID_VARCHAR = 1043,
	OID_TIMESTAMPTZ = 1184,
	OID_UUID = 2950,
	OID_JSONB = 3802,
};

const char *const pg_types[][2] = {
	{ "@uuid", "UUID" },
	{ "@bytes", "BYTEA" },
	{ "@time", "TIMESTAMPTZ" },
	{ "@bool", "BOOLEAN" },
	{ "@json", "JSONB" },
	{ "@float", "DOUBLE PRECISION" },
	{ NULL, NULL },
};

static void
put_be64(char *p, uint64_t v)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		p[i] = (char)(v & 0xff);
}

static uint64_t
get_be(const char *p, int n)
{
	uint64_t v = 0;

	for (int i = 0; i < n; i++)
		v = v << 8 | (uint8_t)p[i];
	return v;
}

static int64_t
time_out(int64_t us)
{
	if (us < TIME_MIN_US)
		return INT64_MIN; /* -infinity */
	return us >= TIME_MAX_US ? INT64_MAX : us - EPOCH_US;
}

static int64_t
time_in(int64_t v)
{
	return v == INT64_MIN || v == INT64_MAX ? v : v + EPOCH_US;
}

/* --- out ----------------------------------------------------------------- */

static void
put_binary(struct pg_params *p, unsigned i, const char *at, size_t n)
{
	CHECK(n <= INT32_MAX);
	p->value[i] = at;
	p->length[i] = (int)n;
	p->format[i] = 1;
}

static void
put_number(struct pg_params *p, unsigned i, uint64_t v)
{
	put_be64(p->bytes[i], v);
	put_binary(p, i, p->bytes[i], 8);
}

static int
put_text(struct pg_params *p, unsigned i, const struct db_query *q,
    struct str s, struct err *e)
{
	if (memchr(s.p, '\0', s.n) != NULL)
		return err_set(
		    e, ERR_INVALID, "text with a zero byte cannot be stored");
	p->value[i] = arena_strndup(q->arena, s.p, s.n);
	p->format[i] = 0;
	return 0;
}

static int
put_value(
    struct pg_params *p, unsigned i, const struct db_query *q, struct err *e)
{
	const struct db_value *v = &q->params[i];
	uint64_t bits;

	switch (v->type) {
	case DB_NULL:
		p->value[i] = NULL;
		return 0;
	case DB_INT:
		snprintf(p->bytes[i], sizeof(p->bytes[i]), "%" PRId64, v->v.i);
		p->value[i] = p->bytes[i];
		return 0;
	case DB_TIME:
		put_number(p, i, (uint64_t)time_out(v->v.i));
		return 0;
	case DB_FLOAT:
		memcpy(&bits, &v->v.f, sizeof(bits));
		put_number(p, i, bits);
		return 0;
	case DB_BOOL:
		p->bytes[i][0] = v->v.i != 0;
		put_binary(p, i, p->bytes[i], 1);
		return 0;
	case DB_UUID:
		put_binary(p, i, (const char *)v->v.u.b, sizeof(v->v.u.b));
		return 0;
	case DB_BYTES:
		put_binary(p, i, v->v.s.p, v->v.s.n);
		return 0;
	case DB_TEXT:
		return put_text(p, i, q, v->v.s, e);
	}
	BUG("a parameter of no type");
}

int
pg_params_make(struct pg_params *p, const struct db_query *q, struct err *e)
{
	for (unsigned i = 0; i < q->n_params; i++) {
		p->length[i] = 0;
		p->format[i] = 0;
		if (put_value(p, i, q, e) < 0)
			return -1;
	}
	return 0;
}

/* --- COPY ---------------------------------------------------------------- */

static void
add_be(struct buf *out, uint64_t v, int n)
{
	char bytes[8];

	put_be64(bytes, v);
	buf_add(out, bytes + 8 - n, (size_t)n);
}

static void
add_number(struct buf *out, uint64_t v, int n)
{
	add_be(out, (uint64_t)n, 4);
	add_be(out, v, n);
}

static int
add_text(struct buf *out, bool json, struct str s, struct err *e)
{
	if (memchr(s.p, '\0', s.n) != NULL || !str_is_utf8(s))
		return err_set(e, ERR_INVALID,
		    "text that is no UTF-8, or has a zero byte");
	add_be(out, s.n + json, 4);
	if (json)
		buf_addc(out, 1); /* the form's version */
	buf_addstr(out, s);
	return 0;
}

int
pg_value_copy(struct buf *out, enum sql_type type, const struct db_value *v,
    struct err *e)
{
	uint64_t bits;

	switch (v->type) {
	case DB_NULL:
		add_be(out, UINT32_MAX, 4);
		return 0;
	case DB_INT:
		if (type == SQL_INTEGER &&
		    (v->v.i < INT32_MIN || v->v.i > INT32_MAX))
			return err_set(
			    e, ERR_INVALID, "an integer beyond 32 bits");
		add_number(out, (uint64_t)v->v.i, type == SQL_INTEGER ? 4 : 8);
		return 0;
	case DB_TIME:
		add_number(out, (uint64_t)time_out(v->v.i), 8);
		return 0;
	case DB_FLOAT:
		memcpy(&bits, &v->v.f, sizeof(bits));
		add_number(out, bits, 8);
		return 0;
	case DB_BOOL:
		add_number(out, v->v.i != 0, 1);
		return 0;
	case DB_UUID:
		add_be(out, sizeof(v->v.u.b), 4);
		buf_add(out, v->v.u.b, sizeof(v->v.u.b));
		return 0;
	case DB_BYTES:
		add_be(out, v->v.s.n, 4);
		buf_addstr(out, v->v.s);
		return 0;
	case DB_TEXT:
		return add_text(out, type == SQL_JSON, v->v.s, e);
	}
	BUG("a value of no type");
}

/* --- in ------------------------------------------------------------------ */

static void
get_int(struct db_value *v, const char *p, int n)
{
	uint64_t raw = get_be(p, n);

	v->type = DB_INT;
	v->v.i = n == 2 ? (int16_t)raw : n == 4 ? (int32_t)raw : (int64_t)raw;
}

static void
get_float(struct db_value *v, const char *p, int n)
{
	uint64_t wide = get_be(p, n);
	uint32_t narrow = (uint32_t)wide;
	float f;

	v->type = DB_FLOAT;
	if (n == (int)sizeof(v->v.f)) {
		memcpy(&v->v.f, &wide, sizeof(wide));
	} else {
		memcpy(&f, &narrow, sizeof(f));
		v->v.f = (double)f;
	}
}

static void
get_string(struct arena *a, struct db_value *v, enum db_type type,
    const char *p, int n)
{
	v->type = type;
	v->v.s.n = (size_t)n;
	v->v.s.p = arena_strndup(a, p, (size_t)n);
}

/* The server sends what its type says; a length that does not fit it would
 * have been libpq's to refuse. */
static bool
get_value(struct arena *a, Oid type, const char *p, int n, struct db_value *v)
{
	switch (type) {
	case OID_INT2:
	case OID_INT4:
	case OID_INT8:
		CHECK(n == 2 || n == 4 || n == 8);
		get_int(v, p, n);
		return true;
	case OID_FLOAT4:
	case OID_FLOAT8:
		CHECK(n == 4 || n == 8);
		get_float(v, p, n);
		return true;
	case OID_BOOL:
		v->type = DB_BOOL;
		v->v.i = p[0] != 0;
		return true;
	case OID_TIMESTAMPTZ:
		v->type = DB_TIME;
		v->v.i = time_in((int64_t)get_be(p, 8));
		return true;
	case OID_UUID:
		v->type = DB_UUID;
		memcpy(v->v.u.b, p, sizeof(v->v.u.b));
		return true;
	case OID_TEXT:
	case OID_VARCHAR:
		get_string(a, v, DB_TEXT, p, n);
		return true;
	case OID_JSONB: /* the first byte is the form's version */
		get_string(a, v, DB_TEXT, p + 1, n - 1);
		return true;
	case OID_BYTEA:
		v->type = DB_BYTES;
		v->v.s = str_make(arena_memdup(a, p, (size_t)n), (size_t)n);
		return true;
	default:
		return false;
	}
}

int
pg_rows_read(struct db_query *q, const PGresult *r, struct err *e)
{
	int rows = PQntuples(r);
	int columns = PQnfields(r);
	struct db_value *v;

	if (rows > DB_MAX_ROWS)
		return db_too_many_rows(q, e);
	q->n_rows = (size_t)rows;
	q->n_columns = (unsigned)columns;
	q->rows =
	    arena_many(q->arena, q->n_rows * q->n_columns, struct db_value);
	v = q->rows;
	for (int row = 0; row < rows; row++) {
		for (int col = 0; col < columns; col++, v++) {
			v->type = DB_NULL;
			if (PQgetisnull(r, row, col) == 0 &&
			    !get_value(q->arena, PQftype(r, col),
				PQgetvalue(r, row, col),
				PQgetlength(r, row, col), v))
				return err_set(e, ERR_INTERNAL,
				    "%s: column %d is of type %u, which is not "
				    "known",
				    sql_queries[q->id].name, col + 1,
				    PQftype(r, col));
		}
	}
	return 0;
}

/* --- the texts of migrations --------------------------------------------- */

char *
pg_expand_script(struct arena *a, const char *sql)
{
	const char *text = db_expand_types(a, sql, pg_types);
	struct buf out = BUF_INIT;
	const char *word;
	char *whole;

	while ((word = strstr(text, " TEXT")) != NULL) {
		size_t n = (size_t)(word - text) + strlen(" TEXT");

		buf_add(&out, text, n);
		text += n;
		if (strchr(" ,\n", *text) != NULL)
			buf_adds(&out, " COLLATE \"C\"");
	}
	buf_adds(&out, text);
	whole = arena_strndup(a, out.p, out.n);
	buf_free(&out);
	return whole;
}
