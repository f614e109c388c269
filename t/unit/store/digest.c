/* Rows by their description: walked in pages, put, found and removed; and the
 * digest, which is the same for the same rows only. */

#include "store/digest.h"

#include "base/check.h"
#include "base/log.h"
#include "store/rows.h"
#include "store/temp_db.h"
#include "tap.h"

static struct temp_db t;

static const struct sql_table *
table_of(const char *name)
{
	const struct sql_table *table = sql_tables;

	while (strcmp(table->name, name) != 0)
		table++;
	return table;
}

/* --- values -------------------------------------------------------------- */

static const struct sql_column columns[] = {
	{ "id", SQL_INTEGER, COLUMN_KEY },
	{ "text", SQL_TEXT, 0 },
	{ "json", SQL_JSON, 0 },
	{ "number", SQL_FLOAT, 0 },
	{ "id2", SQL_UUID, 0 },
	{ "truth", SQL_BOOL, 0 },
	{ "at", SQL_TIME, 0 },
};
static const struct sql_table made_up = { .name = "made_up",
	.columns = columns,
	.n_columns = ARRAY_LEN(columns),
	.n_key = 1 };

static struct db_value row[ARRAY_LEN(columns)];
static const struct db_query one = {
	.n_columns = ARRAY_LEN(columns), .n_rows = 1, .at = 1, .rows = row
};

static struct db_value
text_value(const char *s)
{
	return (struct db_value){ DB_TEXT, { .s = str_of(s) } };
}

static void
begin_row(void)
{
	row[0] = (struct db_value){ DB_INT, { .i = 1 } };
	row[1] = text_value("");
	row[2] = text_value("{\"a\": [1, true], \"b\": null}");
	row[3] = (struct db_value){ DB_FLOAT, { .f = 0.1 } };
	row[4] = (struct db_value){ DB_UUID, { .u = { { 7 } } } };
	row[5] = (struct db_value){ DB_BOOL, { .i = 1 } };
	row[6] = (struct db_value){ DB_TIME, { .i = 1700000000000000 } };
}

static struct digest
digest_of_row(void)
{
	struct digest d = { 0 };

	t.e = ERR_INIT;
	if (digest_add(&d, &made_up, &one, &t.e) < 0)
		printf("# %s\n", t.e.msg);
	return d;
}

static bool
is_same(const struct digest *as)
{
	struct digest d = digest_of_row();

	begin_row();
	return digest_eq(&d, as);
}

static void
test_values(void)
{
	static const char id[16] = { 7 };
	struct digest first, d;

	begin_row();
	first = digest_of_row();
	row[1].type = DB_NULL;
	ok(!is_same(&first), "NULL is no empty text");
	row[2] = text_value("{\"b\":null,\"a\":[1.0,true]}");
	ok(is_same(&first), "JSON is its value, not its spelling");
	row[2] = text_value("{\"a\": [true, 1], \"b\": null}");
	ok(!is_same(&first), "where order counts in arrays");
	row[3].v.f = 0.10000000000000002;
	ok(!is_same(&first), "a float is all its bits");
	row[4] = (struct db_value){ DB_BYTES, { .s = { id, 16 } } };
	row[5] = (struct db_value){ DB_INT, { .i = 1 } };
	row[6].type = DB_INT;
	ok(is_same(&first), "as SQLite keeps UUIDs, truths and times");
	row[5] = (struct db_value){ DB_INT, { .i = 2 } };
	d = (struct digest){ 0 };
	ok(digest_add(&d, &made_up, &one, &t.e) < 0 &&
		t.e.code == ERR_CORRUPT &&
		strstr(t.e.msg, "made_up.truth") != NULL,
	    "no truth: %s", t.e.msg);
	begin_row();
	row[3].v.f = 0;
	first = digest_of_row();
	row[3].v.f = -0.0;
	ok(is_same(&first), "zero has no sign");
}

static void
test_sum(void)
{
	struct digest ab = { 0 }, ba = { 0 }, empty = { 0 };

	for (int i = 0; i < 300; i++) {
		begin_row();
		row[0].v.i = i;
		CHECK(digest_add(&ab, &made_up, &one, &t.e) == 0);
		row[0].v.i = 299 - i;
		CHECK(digest_add(&ba, &made_up, &one, &t.e) == 0);
	}
	ok(digest_eq(&ab, &ba) && ab.rows == 300, "in whatever order");
	for (int i = 0; i < 300; i++) {
		row[0].v.i = i;
		CHECK(digest_drop(&ab, &made_up, &one, &t.e) == 0);
	}
	ok(digest_eq(&ab, &empty), "taken away again, nothing is left");
}

/* --- rows ---------------------------------------------------------------- */

struct seen {
	int rows, pages, wrong;
	int32_t last_day;
};

static int
see(void *arg, UNUSED const struct sql_table *table, struct db_query *page,
    UNUSED struct err *e)
{
	struct seen *s = arg;

	s->pages++;
	for (; db_next(page); s->rows++) {
		s->wrong += s->rows > 0 && db_get_day(page, 3) <= s->last_day;
		s->last_day = db_get_day(page, 3);
	}
	return 0;
}

static int
insert_days(struct db *tx, void *arg, struct err *e)
{
	const struct user *u = arg;
	struct owner o = owner_of(&u->athlete);
	struct db_query q;

	for (int day = 0; day < 1100; day++) {
		db_query_init(&q, tx, t.arena, Q_rows_dailies_put);
		owner_bind(&q, &o);
		db_bind_text(&q, 3, "x");
		db_bind_day(&q, 4, day - 50);
		db_bind_float(&q, 5, day);
		db_bind_text(&q, 6, "");
		db_bind_bool(&q, 7, false);
		if (db_run(&q, e) < 0)
			return -1;
	}
	return 0;
}

/* Change the first row of a page; remove it; put it back. */
static int
turn_row(UNUSED void *arg, const struct sql_table *table, struct db_query *page,
    struct err *e)
{
	struct db_query found;

	if (page->at != 0 || !db_next(page))
		return 0;
	ok(rows_remove(t.db, table, page, t.arena, e) == 0 &&
		rows_get(t.db, table, page, &found, t.arena, e) == 0,
	    "removed");
	ok(rows_put(t.db, table, page, t.arena, e) == 0 &&
		rows_put(t.db, table, page, t.arena, e) == 0 &&
		rows_get(t.db, table, page, &found, t.arena, e) == 1,
	    "put back, twice: %s", e->msg);
	return err_set(e, ERR_CANCELED, "enough");
}

static void
test_rows(void)
{
	const struct sql_table *dailies = table_of("dailies");
	struct user one_user = temp_user(&t, "one");
	struct user other = temp_user(&t, "other");
	struct owner o = owner_of(&one_user.athlete);
	struct digest before, after;
	struct seen s = { 0 };
	int64_t n;

	ok(db_write(t.db, insert_days, &one_user, &t.e) == 0 &&
		db_write(t.db, insert_days, &other, &t.e) == 0,
	    "rows: %s", t.e.msg);
	ok(rows_walk(t.db, dailies, &o, see, &s, &t.e) == 0, "walked");
	ok(s.rows == 1100 && s.pages == 3 && s.wrong == 0,
	    "%d rows of one in %d pages, in order", s.rows, s.pages);
	s = (struct seen){ 0 };
	ok(rows_walk(t.db, dailies, NULL, see, &s, &t.e) == 0, "and all");
	is_int(s.rows, 2200, "of both");
	ok(digest_table(t.db, dailies, &before, &t.e) == 0 &&
		before.rows == 2200,
	    "their digest");
	t.e = ERR_INIT;
	ok(rows_walk(t.db, dailies, &o, turn_row, NULL, &t.e) < 0 &&
		t.e.code == ERR_CANCELED,
	    "a walk ends when it is told to");
	ok(digest_table(t.db, dailies, &after, &t.e) == 0 &&
		digest_eq(&before, &after),
	    "all is as it was");
	ok(rows_trim(t.db, dailies, &o, 1000, &n, &t.e) == 0 && n == 1000,
	    "as many are trimmed as are asked for");
	ok(rows_trim(t.db, dailies, &o, 1000, &n, &t.e) == 0 && n == 100,
	    "and as there are");
	ok(digest_table(t.db, dailies, &after, &t.e) == 0 && after.rows == 1100,
	    "of one person only");
}

/* --- one moment ---------------------------------------------------------- */

static int
look_twice(struct db *tx, UNUSED void *arg, struct err *e)
{
	struct db *other = store_open_one(&t.conf, NULL, e);
	struct digest before, after;
	struct user u;

	CHECK(other != NULL);
	ok(digest_table(tx, table_of("users"), &before, e) == 0, "a look");
	u = temp_user(
	    &(struct temp_db){ .db = other, .arena = t.arena }, "late");
	ok(digest_table(tx, table_of("users"), &after, e) == 0 &&
		digest_eq(&before, &after),
	    "what comes meanwhile is not seen");
	ok(!uuid_is_zero(&u.athlete.user_id), "but there");
	store_close(&other);
	return err_set(e, ERR_CANCELED, "the function's own word");
}

static void
test_snapshot(void)
{
	ok(db_snapshot(t.db, look_twice, NULL, &t.e) < 0 &&
		t.e.code == ERR_CANCELED,
	    "the function's return value is handed on");
	ok(db_check(t.db, &t.e) == 0, "the database is in order: %s", t.e.msg);
}

int
main(void)
{
	log_configure(LOG_ERROR, LOG_TEXT);
	temp_open(&t);
	test_values();
	test_sum();
	test_rows();
	test_snapshot();
	temp_close(&t);
	return tap_done();
}
