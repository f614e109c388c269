/* One transaction at the target, from the first row to the last; short ones at
 * the source. */

#include "store/move.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "store/driver.h"
#include "store/rows.h"
#include "store/store.h"

/* Changes follow in rounds while the source is written, until a round has so
 * few that the rest may be waited for. */
#define ROUNDS_MAX 20
#define ROUND_FEW  200

struct moving {
	struct db *from;
	struct db *to;
	struct db *to_tx;
	struct arena *arena;
	struct move_report *report;
	struct moved_table *at; /* the table in work */
	int64_t *cleared; /* by table: changes up to this number are done */
	int64_t all;	  /* rows, for the bar */
	int64_t round;	  /* changes of the present round */
	int64_t frozen_us;
	move_tell_fn *tell;
	void *arg;
};

static struct moved_table *
table_at(const struct moving *m, size_t i)
{
	return &m->report->tables[i];
}

/* --- preparing ----------------------------------------------------------- */

/* Run one of the scripts of every table, in the source. */
static int
run_scripts(struct db *tx, size_t offset, struct err *e)
{
	for (const struct sql_table *t = sql_tables; t->name != NULL; t++) {
		const char *const *script = (const char *const *)(const void
			*)((const char *)&t->moving + offset);

		if (tx->ops->script(tx, *script, e) < 0)
			return -1;
	}
	return 0;
}

#define SCRIPT(name) offsetof(struct sql_moving, name)

static int
forget_all(struct db *tx, UNUSED void *arg, struct err *e)
{
	return run_scripts(tx, SCRIPT(forget), e);
}

static int
watch_all(struct db *tx, UNUSED void *arg, struct err *e)
{
	return run_scripts(tx, SCRIPT(forget), e) < 0
		   ? -1
		   : run_scripts(tx, SCRIPT(watch), e);
}

/* The facts about a database come with it; others there must not be. */
static int
refuse_rows(UNUSED void *arg, const struct sql_table *t,
    UNUSED struct db_query *page, struct err *e)
{
	return err_set(e, ERR_CONFLICT,
	    "the target is not new: there are rows in %s", t->name);
}

static int
remove_rows(
    void *arg, const struct sql_table *t, struct db_query *page, struct err *e)
{
	struct moving *m = arg;

	while (db_next(page)) {
		if (rows_remove(m->to_tx, t, page, page->arena, e) < 0)
			return -1;
	}
	return 0;
}

static int
prepare_target(struct moving *m, struct err *e)
{
	for (const struct sql_table *t = sql_tables; t->name != NULL; t++) {
		bool is_meta = strcmp(t->name, "meta") == 0;

		if (rows_walk(m->to_tx, t, NULL,
			is_meta ? remove_rows : refuse_rows, m, e) < 0)
			return -1;
	}
	return 0;
}

/* --- the rows of one moment ---------------------------------------------- */

static int
copy_page(
    void *arg, const struct sql_table *t, struct db_query *page, struct err *e)
{
	struct moving *m = arg;

	while (db_next(page)) {
		if (digest_add(&m->at->source, t, page, e) < 0)
			return -1;
	}
	page->at = 0;
	if (m->to_tx->ops->load(m->to_tx, t, page, e) < 0)
		return -1;
	m->report->rows += (int64_t)page->n_rows;
	m->tell(m->arg, t->name, m->report->rows, 0);
	return 0;
}

static int
copy_tables(struct db *snapshot, void *arg, struct err *e)
{
	struct moving *m = arg;

	for (size_t i = 0; i < m->report->n_tables; i++) {
		m->at = table_at(m, i);
		if (rows_walk(snapshot, m->at->table, NULL, copy_page, m, e) <
		    0)
			return -1;
	}
	return 0;
}

static int
compare(const struct moved_table *t, struct err *e)
{
	return digest_eq(&t->source, &t->target)
		   ? 0
		   : err_set(e, ERR_CORRUPT,
			 "%s has other rows at the target (%lld) than at the "
			 "source (%lld)",
			 t->table->name, (long long)t->target.rows,
			 (long long)t->source.rows);
}

static int
compare_tables(struct moving *m, struct err *e)
{
	for (size_t i = 0; i < m->report->n_tables; i++) {
		struct moved_table *t = table_at(m, i);

		m->tell(m->arg, "comparing", (int64_t)i,
		    (int64_t)m->report->n_tables);
		if (digest_table(m->to_tx, t->table, &t->target, e) < 0 ||
		    compare(t, e) < 0)
			return -1;
	}
	return 0;
}

/* --- what changed since -------------------------------------------------- */

/* How the row was that the target has, it was at the source when it was
 * copied. */
static int
drop_old(struct moving *m, const struct db_query *key, bool *there,
    struct arena *a, struct err *e)
{
	const struct sql_table *t = m->at->table;
	struct db_query old;
	int rc = rows_get(m->to_tx, t, key, &old, a, e);

	*there = rc > 0;
	if (rc <= 0)
		return rc;
	return digest_drop(&m->at->source, t, &old, e) < 0 ||
		       digest_drop(&m->at->target, t, &old, e) < 0
		   ? -1
		   : 0;
}

/* What was written is read again. */
static int
put_new(struct moving *m, const struct db_query *row, struct arena *a,
    struct err *e)
{
	const struct sql_table *t = m->at->table;
	struct db_query now;
	int rc;

	if (digest_add(&m->at->source, t, row, e) < 0 ||
	    rows_put(m->to_tx, t, row, a, e) < 0)
		return -1;
	rc = rows_get(m->to_tx, t, row, &now, a, e);
	return rc <= 0 ? rc : digest_add(&m->at->target, t, &now, e);
}

/* Rows that went go first, children before parents, and what takes its place
 * may come; a row that is there is written over. */
static int
follow_row(struct moving *m, struct db *source, const struct db_query *key,
    bool removing, struct err *e)
{
	struct arena *a = arena_new();
	struct db_query row;
	bool there;
	int rc = rows_get(source, m->at->table, key, &row, a, e);

	if (rc >= 0 && removing == (rc == 0)) {
		bool is_new = rc > 0;

		rc = drop_old(m, key, &there, a, e);
		if (rc == 0 && is_new)
			rc = put_new(m, &row, a, e);
		else if (rc == 0 && there)
			rc = rows_remove(m->to_tx, m->at->table, key, a, e);
	}
	arena_free(&a);
	return rc < 0 ? -1 : 0;
}

static int
follow_table(struct moving *m, struct db *source, bool removing, struct err *e)
{
	struct arena *a = arena_new();
	struct db_query keys;
	int rc;

	db_query_init(&keys, source, a, m->at->table->get);
	rc =
	    source->ops->select(source, m->at->table->moving.changes, &keys, e);
	while (rc == 0 && db_next(&keys)) {
		rc = follow_row(m, source, &keys, removing, e);
		if (!removing)
			m->tell(m->arg, "following", ++m->round, 0);
	}
	arena_free(&a);
	return rc;
}

static int
note_last(struct moving *m, struct db *source, size_t i, struct err *e)
{
	struct arena *a = arena_new();
	struct db_query q;
	int rc;

	db_query_init(&q, source, a, table_at(m, i)->table->get);
	rc = source->ops->select(
	    source, table_at(m, i)->table->moving.last, &q, e);
	if (rc == 0 && db_next(&q))
		m->cleared[i] = db_get_int(&q, 0);
	arena_free(&a);
	return rc;
}

/* All changes that the source shows, whether it is a snapshot or held. */
static int
follow_all(struct db *source, void *arg, struct err *e)
{
	struct moving *m = arg;
	size_t n = m->report->n_tables;

	m->round = 0;
	for (size_t i = n; i-- > 0;) {
		m->at = table_at(m, i);
		if (note_last(m, source, i, e) < 0 ||
		    follow_table(m, source, true, e) < 0)
			return -1;
	}
	for (size_t i = 0; i < n; i++) {
		m->at = table_at(m, i);
		if (follow_table(m, source, false, e) < 0)
			return -1;
	}
	m->report->changed += m->round;
	return 0;
}

static int
clear_followed(struct db *tx, void *arg, struct err *e)
{
	struct moving *m = arg;
	struct arena *a = arena_new();
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < m->report->n_tables; i++)
		rc = tx->ops->script(tx,
		    arena_printf(a, table_at(m, i)->table->moving.clear,
			(long long)m->cleared[i]),
		    e);
	arena_free(&a);
	return rc;
}

static int
follow_in_rounds(struct moving *m, struct err *e)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		if (db_snapshot(m->from, follow_all, m, e) < 0 ||
		    db_write(m->from, clear_followed, m, e) < 0)
			return -1;
		if (m->round <= ROUND_FEW)
			break;
	}
	return 0;
}

/* --- the end ------------------------------------------------------------- */

/* Holding the source: the last changes, and no more. */
static int
freeze(struct db *tx, void *arg, struct err *e)
{
	struct moving *m = arg;

	m->frozen_us = clock_mono_us();
	if (follow_all(tx, m, e) < 0)
		return -1;
	for (size_t i = 0; i < m->report->n_tables; i++) {
		if (compare(table_at(m, i), e) < 0)
			return -1;
	}
	return run_scripts(tx, SCRIPT(forget), e) < 0
		   ? -1
		   : run_scripts(tx, SCRIPT(refuse), e);
}

/* In the target's transaction. */
static int
move_rows(struct db *to_tx, void *arg, struct err *e)
{
	struct moving *m = arg;

	m->to_tx = to_tx;
	if (to_tx->ops->lock_schema(to_tx, e) < 0 || prepare_target(m, e) < 0 ||
	    db_write(m->from, watch_all, m, e) < 0)
		return -1;
	return db_snapshot(m->from, copy_tables, m, e) < 0 ||
		       compare_tables(m, e) < 0 || follow_in_rounds(m, e) < 0
		   ? -1
		   : db_write(m->from, freeze, m, e);
}

static int
check_engines(const struct conf *from, const struct conf *to, struct err *e)
{
	if (conf_uses_postgres(from) || !conf_uses_postgres(to))
		return err_set(e, ERR_INVALID,
		    "only from sqlite: to postgresql: can be moved");
	return 0;
}

/* A new database is laid out first; one that is in use has rows. */
static int
open_both(struct moving *m, const struct conf *from, const struct conf *to,
    struct err *e)
{
	unsigned applied;

	m->from = store_open(from, NULL, e);
	if (m->from == NULL || store_migrate(to, &applied, e) < 0)
		return -1;
	m->to = store_open(to, NULL, e);
	return m->to != NULL ? 0 : -1;
}

static void
begin_report(struct moving *m)
{
	size_t n = 0;

	while (sql_tables[n].name != NULL)
		n++;
	m->report->tables = arena_many(m->arena, n, struct moved_table);
	m->report->n_tables = n;
	m->cleared = arena_zalloc(m->arena, n * sizeof(*m->cleared));
	for (size_t i = 0; i < n; i++)
		m->report->tables[i] =
		    (struct moved_table){ .table = &sql_tables[i] };
}

int
move_database(const struct conf *from, const struct conf *to, struct arena *a,
    move_tell_fn *tell, void *arg, struct move_report *out, struct err *e)
{
	struct moving m = {
		.arena = a, .report = out, .tell = tell, .arg = arg
	};
	int64_t begun_us = clock_mono_us();
	struct err undo = ERR_INIT;
	int rc = check_engines(from, to, e);

	*out = (struct move_report){ .rows = 0 };
	begin_report(&m);
	if (rc == 0)
		rc = open_both(&m, from, to, e);
	if (rc == 0) {
		rc = db_write(m.to, move_rows, &m, e);
		out->pause_us = clock_mono_us() - m.frozen_us;
		/* Nothing is there: who wrote here goes on. */
		if (rc < 0 && e->code != ERR_UNCERTAIN &&
		    db_write(m.from, forget_all, NULL, &undo) < 0)
			err_wrap(e, "%s, after", undo.msg);
	}
	/* The rows are there; without statistics they are but slower. */
	if (rc == 0 && db_settle(m.to, &undo) < 0)
		log_err(LOG_WARN, "store", "statistics", &undo);
	out->took_us = clock_mono_us() - begun_us;
	store_close(&m.to);
	store_close(&m.from);
	return rc;
}

int
move_undo(const struct conf *conf, struct err *e)
{
	struct db *db;
	int rc;

	if (conf_uses_postgres(conf))
		return err_set(e, ERR_INVALID,
		    "only a SQLite database can have been moved away");
	db = store_open(conf, NULL, e);
	if (db == NULL)
		return -1;
	rc = db_write(db, forget_all, NULL, e);
	store_close(&db);
	return rc;
}
