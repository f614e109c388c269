/* Forgetting a person: from what refers to what is referred to. */

#include "store/user_delete.h"

#include "base/log.h"
#include "store/dbmeta.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/users.h"

/* Rows of one transaction. */
#define PORTION 500

static int
empty_table(struct db *db, const struct sql_table *t, const struct owner *o,
    struct err *e)
{
	int64_t n = PORTION;

	while (n == PORTION) {
		if (rows_trim(db, t, o, PORTION, &n, e) < 0)
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
	int rc = rows_trim(tx, users_table(), o, 1, &n, e);

	db_query_init(&q, tx, a, Q_tenant_delete_empty);
	db_bind_uuid(&q, 1, &o->tenant_id);
	if (rc == 0)
		rc = db_run(&q, e);
	if (rc == 0)
		rc = meta_bump_auth_epoch(tx, a, e);
	if (rc == 0)
		rc = meta_want_scrub(tx, a, e);
	arena_free(&a);
	return rc;
}

int
user_delete_finish(struct db *db, struct err *e)
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
delete_rows(struct db *db, const struct owner *o, struct err *e)
{
	size_t n = 0;

	while (sql_tables[n].name != NULL)
		n++;
	while (n-- > 0) {
		const struct sql_table *t = &sql_tables[n];

		if (t->is_personal && !t->outlives && t != users_table() &&
		    empty_table(db, t, o, e) < 0)
			return -1;
	}
	return 0;
}

int
user_delete(struct db *db, const struct owner *o, struct err *e)
{
	struct owner who = *o;
	struct err scrub = ERR_INIT;
	struct arena *a = arena_new();
	int found = users_set_status(db, a, o, USER_SUSPENDED, e);

	arena_free(&a);
	if (found <= 0)
		return found;
	if (delete_rows(db, o, e) < 0 || db_write(db, delete_user, &who, e) < 0)
		return -1;
	/* The rows are gone; for traces of them there is a next time. */
	if (user_delete_finish(db, &scrub) < 0)
		log_err(
		    LOG_WARN, "store", "overwriting what was deleted", &scrub);
	return 1;
}
