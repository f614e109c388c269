/* Forgetting a person: from what refers to what is referred to. */

#include "store/user_delete.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/dbmeta.h"
#include "store/rows.h"
#include "store/store.h"

/* Rows of one transaction. */
#define PORTION 500

/* Who deletes says so now and then; whoever has not for LEFT_US has died. */
#define SAY_US	(INT64_C(10) * 1000000)
#define LEFT_US (INT64_C(60) * 1000000)
#define FEW	10

struct leaving {
	struct db *db;
	struct arena *arena;
	const struct owner *who;
	db_tx_fn *also;
	void *also_arg;
	int64_t said_us;
};

/* Say by one of the queries user_leave... that somebody is at it: 1 said, 0 it
 * holds for nobody, -1. */
static int
say_by(struct leaving *l, enum query_id query, int64_t before_us, struct err *e)
{
	struct db_query q;

	db_query_init(&q, l->db, l->arena, query);
	owner_bind(&q, l->who);
	db_bind_time(&q, 3, clock_wall_us());
	if (query == Q_user_leave_on)
		db_bind_time(&q, 4, before_us);
	if (db_run(&q, e) < 0)
		return -1;
	l->said_us = clock_mono_us();
	return q.changed > 0;
}

static int
say(struct leaving *l, struct err *e)
{
	return say_by(l, Q_user_leave, 0, e);
}

static int
empty_table(struct leaving *l, const struct sql_table *t, struct err *e)
{
	int64_t n = PORTION;

	while (n == PORTION) {
		if (rows_trim(l->db, t, l->who, PORTION, &n, e) < 0)
			return -1;
		if (clock_mono_us() - l->said_us > SAY_US && say(l, e) < 0)
			return -1;
	}
	return 0;
}

static const struct sql_table *
users_table(void)
{
	const struct sql_table *t = sql_tables;

	while (strcmp(t->name, "users") != 0)
		t++;
	return t;
}

/* What was made for a person while the rest went, goes with him. */
static int
delete_user(struct db *tx, void *arg, struct err *e)
{
	const struct owner *o = arg;
	struct arena *a = arena_new();
	struct db_query q;
	int64_t n;
	/* First, as do all who change what a person may. */
	int rc = meta_bump_auth_epoch(tx, a, e);

	if (rc == 0)
		rc = rows_trim(tx, users_table(), o, 1, &n, e);
	db_query_init(&q, tx, a, Q_tenant_delete_empty);
	db_bind_uuid(&q, 1, &o->tenant_id);
	if (rc == 0)
		rc = db_run(&q, e);
	if (rc == 0)
		rc = meta_want_scrub(tx, a, e);
	arena_free(&a);
	return rc;
}

static int
scrub(struct db *db, struct err *e)
{
	struct arena *a = arena_new();
	int64_t mark;
	int rc = meta_scrub_wanted(db, a, &mark, e);

	if (rc == 0 && mark != 0)
		rc = db_scrub(db, e);
	if (rc == 0 && mark != 0)
		rc = meta_scrubbed(db, a, mark, e);
	arena_free(&a);
	return rc;
}

static int
delete_rows(struct leaving *l, struct err *e)
{
	struct owner who = *l->who;
	size_t n = 0;

	while (sql_tables[n].name != NULL)
		n++;
	while (n-- > 0) {
		const struct sql_table *t = &sql_tables[n];

		if (t->is_personal && !t->outlives && t != users_table() &&
		    empty_table(l, t, e) < 0)
			return -1;
	}
	return db_write(l->db, delete_user, &who, e);
}

/* Refuse the person's tokens, and say that he is to go; of one who was to go
 * already all else was done then. */
static int
begin(struct db *tx, void *arg, struct err *e)
{
	struct leaving l = *(const struct leaving *)arg;
	int rc;

	l.db = tx;
	if (meta_bump_auth_epoch(tx, l.arena, e) < 0)
		return -1;
	rc = say_by(&l, Q_user_leave_first, 0, e);
	if (rc != 0)
		return rc < 0 ? -1 : l.also(tx, l.also_arg, e);
	rc = say(&l, e);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "no such user");
	return rc < 0 ? -1 : 0;
}

int
user_delete(struct db *db, const struct owner *o, db_tx_fn *also,
    void *also_arg, struct err *e)
{
	struct err late = ERR_INIT;
	struct leaving l = { .db = db,
		.arena = arena_new(),
		.who = o,
		.also = also,
		.also_arg = also_arg,
		.said_us = clock_mono_us() };
	int rc = db_write(db, begin, &l, e);

	if (rc == 0)
		rc = delete_rows(&l, e);
	else if (e->code == ERR_NOT_FOUND)
		rc = 1;
	arena_free(&l.arena);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	/* The rows are gone; for traces of them there is a next time. */
	if (scrub(db, &late) < 0)
		log_err(
		    LOG_WARN, "store", "overwriting what was deleted", &late);
	return 1;
}

/* --- what others were stopped at ----------------------------------------- */

static int
go_on(struct leaving *l, int64_t before_us, struct err *e)
{
	int rc = say_by(l, Q_user_leave_on, before_us, e);

	if (rc <= 0)
		return rc;
	if (delete_rows(l, e) < 0)
		return -1;
	log_msg(LOG_NOTICE, "store",
	    "deleted a person whose deletion had been broken off");
	return 0;
}

static int
go_on_all(struct db *db, struct arena *a, struct err *e)
{
	int64_t before_us = clock_wall_us() - LEFT_US;
	struct owner *list;
	struct db_query q;
	size_t n = 0;

	db_query_init(&q, db, a, Q_user_list_leaving);
	db_bind_time(&q, 1, before_us);
	db_bind_int(&q, 2, FEW);
	if (db_run(&q, e) < 0)
		return -1;
	list = arena_many(a, q.n_rows + 1, struct owner);
	while (db_next(&q))
		list[n++] =
		    (struct owner){ db_get_uuid(&q, 0), db_get_uuid(&q, 1) };
	for (size_t i = 0; i < n; i++) {
		struct leaving l = { .db = db, .arena = a, .who = &list[i] };

		if (go_on(&l, before_us, e) < 0)
			return -1;
	}
	return 0;
}

int
user_delete_finish(struct db *db, struct err *e)
{
	struct arena *a = arena_new();
	int rc = go_on_all(db, a, e);

	arena_free(&a);
	return rc < 0 ? -1 : scrub(db, e);
}
