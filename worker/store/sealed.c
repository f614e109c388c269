/* Going through sealed values: a column's record says which columns find them,
 * and the queries made for it do the rest. */

#include "store/sealed.h"

#include "base/check.h"

static const struct {
	const char *name;
	enum query_id walk, swap, count;
	bool has_tenant, has_user, has_row, row_is_uuid;
} columns[] = {
#define SEALED_COLUMN(table, column, tenant, user, row, by_uuid)               \
	{ #table "." #column, Q_sealed_##table##_##column##_walk,              \
		Q_sealed_##table##_##column##_swap,                            \
		Q_sealed_##table##_##column##_count, tenant, user, row,        \
		by_uuid },
#include "sql_names.h"
#undef SEALED_COLUMN
};

const char *
sealed_name(enum sealed_column c)
{
	return columns[c].name;
}

/* The primary key from $1 on; returns the number after it.  A row's text that
 * is no UUID reads as the lowest. */
static unsigned
bind_place(struct db_query *q, const struct sealed_place *p)
{
	unsigned n = 1;
	struct uuid id = { { 0 } };

	if (columns[p->column].has_tenant)
		db_bind_uuid(q, n++, &p->tenant_id);
	if (columns[p->column].has_user)
		db_bind_uuid(q, n++, &p->user_id);
	if (!columns[p->column].has_row)
		return n;
	if (!columns[p->column].row_is_uuid)
		db_bind_text(q, n++, p->row);
	else if (uuid_parse(str_of(p->row), &id) || p->row[0] == '\0')
		db_bind_uuid(q, n++, &id);
	else
		BUG("a sealed value's row is no UUID");
	return n;
}

static void
read_place(
    const struct db_query *q, enum sealed_column c, struct sealed_value *v)
{
	unsigned n = 0;

	*v = (struct sealed_value){ .place = { .column = c, .row = "" } };
	if (columns[c].has_tenant)
		v->place.tenant_id = db_get_uuid(q, n++);
	if (columns[c].has_user)
		v->place.user_id = db_get_uuid(q, n++);
	if (columns[c].row_is_uuid) {
		struct uuid id = db_get_uuid(q, n++);
		char *text = arena_many(q->arena, UUID_TEXT_LEN + 1, char);

		uuid_format(&id, text);
		v->place.row = text;
	} else if (columns[c].has_row) {
		v->place.row = db_get_text(q, n++);
	}
	v->bytes = db_get_bytes(q, n);
}

int
sealed_walk(struct db *db, struct arena *a, enum sealed_column c,
    const struct sealed_place *after, struct sealed_value **list_r, size_t *n_r,
    struct err *e)
{
	const struct sealed_place first = { .column = c, .row = "" };
	struct db_query q;

	db_query_init(&q, db, a, columns[c].walk);
	db_bind_int(
	    &q, bind_place(&q, after != NULL ? after : &first), SEALED_PAGE);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct sealed_value);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		read_place(&q, c, &(*list_r)[i]);
	return 0;
}

int
sealed_swap(struct db *db, struct arena *a, const struct sealed_value *old,
    struct str bytes, struct err *e)
{
	struct db_query q;
	unsigned n;

	db_query_init(&q, db, a, columns[old->place.column].swap);
	n = bind_place(&q, &old->place);
	db_bind_bytes(&q, n, bytes);
	db_bind_bytes(&q, n + 1, old->bytes);
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

int
sealed_count(struct db *db, struct arena *a, enum sealed_column c,
    struct sealed_count **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, columns[c].count);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct sealed_count);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		(*list_r)[i] = (struct sealed_count){ db_get_uuid(&q, 0),
			db_get_int(&q, 1) };
	return 0;
}
