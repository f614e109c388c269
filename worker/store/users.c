/* People and their tenants. */

#include "store/users.h"

#include "base/clock.h"
#include "store/driver.h"
#include "store/dbmeta.h"

struct creation {
	struct arena *arena;
	struct user *user;
	bool own_tenant;
};

const char *
user_status_name(enum user_status s)
{
	static const char *const names[] = { "active", "suspended", "pending" };

	return names[s];
}

const char *
tenant_role_name(enum tenant_role r)
{
	return r == TENANT_OWNER ? "owner" : "member";
}

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
	db_bind_bool(&q, 14, u->status == USER_PENDING);
	db_bind_text(&q, 15, tenant_role_name(u->tenant_role));
	db_bind_bool(&q, 16, u->unverified);
	return db_run(&q, e);
}

static int
create_user(struct db *tx, void *arg, struct err *e)
{
	struct creation *c = arg;

	if (c->own_tenant && insert_tenant(tx, c->arena, c->user, e) < 0)
		return -1;
	return insert_user(tx, c->arena, c->user, e);
}

/* The engines do not tell which index it was. */
static int
name_conflict(
    struct db *db, struct arena *a, const struct athlete *who, struct err *e)
{
	struct user other;

	if (users_by_name(db, a, who->username, &other, NULL) > 0)
		return err_set(
		    e, ERR_CONFLICT, "the username %s is taken", who->username);
	return err_set(
	    e, ERR_CONFLICT, "somebody has the address %s already", who->email);
}

int
users_create(struct db *db, struct arena *a, struct user *u, struct err *e)
{
	struct creation c = { a, u, uuid_is_zero(&u->athlete.tenant_id) };
	struct err mine = ERR_INIT;

	if (c.own_tenant) {
		u->athlete.tenant_id = uuid_new();
		u->tenant_role = TENANT_OWNER;
	}
	if (uuid_is_zero(&u->athlete.user_id))
		u->athlete.user_id = uuid_new();
	u->created_us = clock_wall_us();
	if (db_atomically(db, create_user, &c, &mine) == 0)
		return 0;
	if (mine.code == ERR_CONFLICT && !db->is_tx)
		return name_conflict(db, a, &u->athlete, e);
	/* A transaction that failed answers nothing more. */
	if (e != NULL)
		*e = mine;
	return -1;
}

enum user_status
user_status_of(bool suspended, bool pending)
{
	return suspended ? USER_SUSPENDED
	       : pending ? USER_PENDING
			 : USER_ACTIVE;
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
	u->status = user_status_of(db_get_bool(q, 11), db_get_bool(q, 13));
	u->created_us = db_get_time(q, 12);
	u->tenant_role = strcmp(db_get_text(q, 14), "owner") == 0
			     ? TENANT_OWNER
			     : TENANT_MEMBER;
	u->unverified = db_get_bool(q, 15);
	who->units = units_parse(str_of(db_get_text(q, 16)));
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

/* By bytes, as the indices have it, whatever locale a server is set to. */
static const char *
fold(struct arena *a, const char *text)
{
	char *folded = arena_strdup(a, text);

	for (char *p = folded; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	}
	return folded;
}

int
users_by_name(struct db *db, struct arena *a, const char *username,
    struct user *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_by_name);
	db_bind_text(&q, 1, fold(a, username));
	return read_one(&q, out, e);
}

int
users_by_email(struct db *db, struct arena *a, const char *email,
    struct user *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_by_email);
	db_bind_text(&q, 1, fold(a, email));
	return read_one(&q, out, e);
}

int
users_by_id(struct db *db, struct arena *a, const struct uuid *id,
    struct user *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_by_id);
	db_bind_uuid(&q, 1, id);
	return read_one(&q, out, e);
}

static int
is_any(struct db_query *q, struct err *e)
{
	if (db_run(q, e) < 0)
		return -1;
	return db_next(q);
}

int
users_have_admin(struct db *db, struct arena *a, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_has_admin);
	return is_any(&q, e);
}

int
users_have_other_admin(
    struct db *db, struct arena *a, const struct uuid *than, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_other_admin);
	db_bind_uuid(&q, 1, than);
	return is_any(&q, e);
}

static int
read_all(struct db_query *q, struct user **list_r, size_t *n_r, struct err *e)
{
	if (db_run(q, e) < 0)
		return -1;
	*list_r = arena_many(q->arena, q->n_rows, struct user);
	*n_r = q->n_rows;
	for (size_t i = 0; db_next(q); i++)
		read_user(q, &(*list_r)[i]);
	return 0;
}

int
users_list(struct db *db, struct arena *a, struct user **list_r, size_t *n_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_list);
	return read_all(&q, list_r, n_r, e);
}

int
users_page(struct db *db, struct arena *a, const char *after,
    enum who_waits which, unsigned limit, struct user **list_r, size_t *n_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_page);
	db_bind_text(&q, 1, fold(a, after));
	db_bind_bool(&q, 2, which != WAITS_NOT);
	db_bind_int(&q, 3, limit);
	db_bind_bool(&q, 4, which == WAITS);
	return read_all(&q, list_r, n_r, e);
}

int
users_list_of_tenant(struct db *db, struct arena *a,
    const struct uuid *tenant_id, struct user **list_r, size_t *n_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_list_of_tenant);
	db_bind_uuid(&q, 1, tenant_id);
	return read_all(&q, list_r, n_r, e);
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
	db_bind_text(&q, 10, units_name(who->units));
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

int
users_verify(
    struct db *db, struct arena *a, const struct owner *o, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_verify);
	owner_bind(&q, o);
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

int
users_set_email(struct db *db, struct arena *a, const struct owner *o,
    const char *email, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_user_set_email);
	owner_bind(&q, o);
	db_bind_text(&q, 3, email);
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}

/* --- what somebody may --------------------------------------------------- */

struct standing_change {
	struct arena *arena;
	const struct owner *owner;
	enum query_id query;
	bool value; /* $3, where the query has it */
	bool found;
};

static int
change_standing(struct db *tx, void *arg, struct err *e)
{
	struct standing_change *c = arg;
	struct db_query q;

	db_query_init(&q, tx, c->arena, c->query);
	owner_bind(&q, c->owner);
	if (c->query != Q_user_approve)
		db_bind_bool(&q, 3, c->value);
	if (db_run(&q, e) < 0)
		return -1;
	c->found = q.changed > 0;
	return c->found ? meta_bump_auth_epoch(tx, c->arena, e) : 0;
}

static int
change(struct db *db, struct standing_change c, struct err *e)
{
	if (db_atomically(db, change_standing, &c, e) < 0)
		return -1;
	return c.found;
}

int
users_approve(
    struct db *db, struct arena *a, const struct owner *o, struct err *e)
{
	return change(db,
	    (struct standing_change){ a, o, Q_user_approve, false, false }, e);
}

int
users_set_admin(struct db *db, struct arena *a, const struct owner *o,
    bool is_admin, struct err *e)
{
	return change(db,
	    (struct standing_change){ a, o, Q_user_set_admin, is_admin, false },
	    e);
}

int
users_set_status(struct db *db, struct arena *a, const struct owner *o,
    enum user_status status, struct err *e)
{
	return change(db,
	    (struct standing_change){
		a, o, Q_user_suspend, status == USER_SUSPENDED, false },
	    e);
}
