/* Rows as a person reads them. */

#include "provider/export_row.h"

#include "base/enc.h"
#include "model/beats.h"
#include "model/streams.h"
#include "store/rows.h"

static bool
is_day(const struct sql_column *c)
{
	return c->type == SQL_INTEGER &&
	       (strcmp(c->name, "day") == 0 ||
		   str_ends(str_of(c->name), STR("_day")));
}

static void
write_hex(struct jsonw *w, struct str bytes)
{
	struct buf hex = BUF_INIT;

	enc_hex(&hex, (const uint8_t *)bytes.p, bytes.n);
	jsonw_str(w, buf_str(&hex));
	buf_free(&hex);
}

/* {"t_s": [0, 1, ...], "hr_bpm": [61, null, ...], ...} */
static int
write_samples(struct jsonw *w, struct str packed, struct err *e)
{
	struct arena *a = arena_new();
	const struct streams *s = streams_decode(a, packed, e);

	if (s == NULL) {
		arena_free(&a);
		return -1;
	}
	jsonw_object(w);
	jsonw_kv_array(w, "t_s");
	for (size_t i = 0; i < s->n; i++)
		jsonw_int(w, s->t_s[i]);
	jsonw_end_array(w);
	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		if (s->v[k] == NULL)
			continue;
		jsonw_kv_array(w, stream_name(k));
		for (size_t i = 0; i < s->n; i++)
			jsonw_fixed(w, s->v[k][i], 7);
		jsonw_end_array(w);
	}
	jsonw_end_object(w);
	arena_free(&a);
	return 0;
}

/* {"start_s": 0, "ms": [812, 805, ...]} */
static int
write_beats(struct jsonw *w, struct str packed, struct err *e)
{
	struct arena *a = arena_new();
	const struct beats *b = beats_decode(a, packed, e);

	if (b != NULL) {
		jsonw_object(w);
		jsonw_kv_int(w, "start_s", b->start_s);
		jsonw_kv_array(w, "ms");
		for (size_t i = 0; i < b->n; i++)
			jsonw_int(w, b->ms[i]);
		jsonw_end_array(w);
		jsonw_end_object(w);
	}
	arena_free(&a);
	return b != NULL ? 0 : -1;
}

static int
write_value(struct jsonw *w, const struct sql_column *c,
    const struct db_value *v, struct err *e)
{
	switch (c->type) {
	case SQL_TEXT:
		jsonw_str(w, v->v.s);
		return 0;
	case SQL_JSON:
		jsonw_raw(w, v->v.s);
		return 0;
	case SQL_INTEGER:
	case SQL_BIGINT:
		if (is_day(c))
			jsonw_day(w, (int32_t)v->v.i);
		else
			jsonw_int(w, v->v.i);
		return 0;
	case SQL_UUID:
		jsonw_uuid(w, &v->v.u);
		return 0;
	case SQL_TIME:
		jsonw_instant(w, v->v.i);
		return 0;
	case SQL_BOOL:
		jsonw_bool(w, v->v.i != 0);
		return 0;
	case SQL_FLOAT:
		jsonw_double(w, v->v.f);
		return 0;
	case SQL_BYTES:
		break;
	}
	if ((c->flags & COLUMN_SAMPLES) != 0)
		return write_samples(w, v->v.s, e);
	if ((c->flags & COLUMN_BEATS) != 0)
		return write_beats(w, v->v.s, e);
	write_hex(w, v->v.s);
	return 0;
}

int
export_row(struct jsonw *w, const struct sql_table *t,
    const struct db_query *row, struct err *e)
{
	jsonw_object(w);
	for (unsigned i = 0; i < t->n_columns; i++) {
		const struct sql_column *c = &t->columns[i];
		struct db_value v;

		if ((c->flags & (COLUMN_SECRET | COLUMN_FILE)) != 0)
			continue;
		if (rows_value(t, row, i, &v, e) < 0)
			return -1;
		if (v.type == DB_NULL)
			continue;
		jsonw_key(w, c->name);
		if (write_value(w, c, &v, e) < 0)
			return -1;
	}
	jsonw_end_object(w);
	return 0;
}
