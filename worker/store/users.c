/* People and their tenants. */

#include "store/users.h"

#include "base/clock.h"
#include "store/driver.h"
#include "store/dbmeta.h"

struct creation {
	struct arena *arena;
	struct user *user;
};

static void
bind_day_or_null(struct db_query *q, unsigned n, int32_t day)
{
	if (day == INT32_MIN)
		db_bind_null(q, n);
	else
		db_bind_day(q, n, day);
}

static int
insert_tenant(
    struct db *tx, struct arena *a, const struct user *u, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_tenant_insert);
	db_bind_uuid(&q, 1, &u->athlete.tenant_id);
	db_bind_text(&q, 2, u->athlete.username);
	db_bind_time(&q, 3, u->created_us);
	return db_run(&q, e);
}

static int
insert_user(struct db *tx, struct arena *a, const struct user *u, struct err *e)
{
	const struct athlete *who = &u->athlete;
	struct owner o = owner_of(who);
	struct db_query q;

	db_query_init(&q, tx, a, Q_user_insert);
	owner_bind(&q, &o);
	db_bind_text(&q, 3, who->username);
	db_bind_text(&q, 4, who->display_name);
	db_bind_text(&q, 5, who->email);
	db_bind_text(&q, 6, who->timezone);
	db_bind_text(&q, 7, sex_name(who->sex));
	bind_day_or_null(&q, 8, who->birth_day);
	db_bind_float(&q, 9, who->height_m);
	db_bind_float(&q, 10, who->weight_kg);
	db_bind_bool(&q, 11, u->is_admin);
	db_bind_bool(&q, 12, u->status == USER_SUSPENDED);
	db_bind_time(&q, 13, u->created_us);
	if (db_run(&q, e) == 0)
		return 0;
	if (e != NULL && e->code == ERR_CONFLICT)
		err_set(
		    e, ERR_CONFLICT, "the username %s is taken", who->username);
	return -1;
}

static int
create_user(struct db *tx, void *arg, struct err *e)
{
	struct creation *c = arg;

	if (insert_tenant(tx, c->arena, c->user, e) < 0)
		return -1;
	return insert_user(tx, c->arena, c->user, e);
}

int
users_create(struct db *db, struct arena *a, struct user *u, struct err *e)
{
	struct creation c = { a, u };

	if (uuid_is_zero(&u->athlete.tenant_id))
		u->athlete.tenant_id = uuid_new();
	if (uuid_is_zero(&u->athlete.user_id))
		u->athlete.user_id = uuid_new();
	u->status = USER_ACTIVE;
	u->created_us = clock_wall_us();
	return db_atomically(db, create_user, &c, e);
}

static void
read_user(const struct db_query *q, struct user *u)
{
	struct athlete *who = &u->athlete;

	who->tenant_id = db_get_uuid(q, 0);
	who->user_id = db_get_uuid(q, 1);
	who->username = db_get_text(q, 2);
	who->display_name = db_get_text(q, 3);
	who->email = db_get_text(q, 4);
	who->timezone = db_get_text(q, 5);
	if (!sex_parse(str_of(db_get_text(q, 6)), &who->sex))
		who->sex = SEX_UNKNOWN;
	who->birth_day = db_is_null(q, 7) ? INT32_MIN : db_get_day(q, 7);
	who->height_m = db_get_float(q, 8);
	who->weight_kg = db_get_float(q, 9);
	u->is_admin = db_get_bool(q, 10);
	u->status = db_get_bool(q, 11) ? USER_SUSPENDED : USER_ACTIVE;
	u->created_us = db_get_time(q, 12);
}

static int
read_one(struct db_query *q, struct user *out, struct err *e)
{
	if (db_run(q, e) < 0)
		return -1;
	if (!db_next(q))
		return 0;
	read_user(q, out);
	return 1;
}

int
users_get(struct db *db, struct arena *a, const struct owner *o,
    struct user *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_get);
	owner_bind(&q, o);
	return read_one(&q, out, e);
}

int
users_by_name(struct db *db, struct arena *a, const char *username,
    struct user *out, struct err *e)
{
	struct db_query q;
	char *folded = arena_strdup(a, username);

	/* By bytes, as the index has it, whatever locale a server is set to. */
	for (char *p = folded; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	db_query_init(&q, db, a, Q_user_by_name);
	db_bind_text(&q, 1, folded);
	return read_one(&q, out, e);
}

int
users_list(struct db *db, struct arena *a, struct user **list_r, size_t *n_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_list);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct user);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		read_user(&q, &(*list_r)[i]);
	return 0;
}

int
users_update(
    struct db *db, struct arena *a, const struct athlete *who, struct err *e)
{
	struct owner o = owner_of(who);
	struct db_query q;

	db_query_init(&q, db, a, Q_user_update);
	owner_bind(&q, &o);
	db_bind_text(&q, 3, who->display_name);
	db_bind_text(&q, 4, who->email);
	db_bind_text(&q, 5, who->timezone);
	db_bind_text(&q, 6, sex_name(who->sex));
	bind_day_or_null(&q, 7, who->birth_day);
	db_bind_float(&q, 8, who->height_m);
	db_bind_float(&q, 9, who->weight_kg);
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

struct status_change {
	struct arena *arena;
	const struct owner *owner;
	enum user_status status;
	bool found;
};

static int
change_status(struct db *tx, void *arg, struct err *e)
{
	struct status_change *c = arg;
	struct db_query q;

	db_query_init(&q, tx, c->arena, Q_user_suspend);
	owner_bind(&q, c->owner);
	db_bind_bool(&q, 3, c->status == USER_SUSPENDED);
	if (db_run(&q, e) < 0)
		return -1;
	c->found = q.changed > 0;
	return meta_bump_auth_epoch(tx, c->arena, e);
}

int
users_set_status(struct db *db, struct arena *a, const struct owner *o,
    enum user_status status, struct err *e)
{
	struct status_change c = { a, o, status, false };

	if (db_atomically(db, change_status, &c, e) < 0)
		return -1;
	return c.found;
}
