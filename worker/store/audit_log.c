/* The rows of the audit trail. */

#include "store/audit_log.h"

static const char *const action_names[] = {
#define AUDIT(id, name) name,
#include "store/audit_actions.def"
#undef AUDIT
};

const char *
audit_action_name(enum audit_action a)
{
	return action_names[a];
}

bool
audit_action_parse(struct str name, enum audit_action *out)
{
	for (size_t i = 0; i < AUDIT_ACTION_COUNT; i++) {
		if (str_is(name, action_names[i])) {
			*out = (enum audit_action)i;
			return true;
		}
	}
	return false;
}

static void
read_chain(
    const struct db_query *q, unsigned col, uint8_t chain_r[AUDIT_CHAIN_BYTES])
{
	struct str s = db_get_bytes(q, col);

	memset(chain_r, 0, AUDIT_CHAIN_BYTES);
	if (s.n == AUDIT_CHAIN_BYTES)
		memcpy(chain_r, s.p, AUDIT_CHAIN_BYTES);
}

static int
read_head(struct db_query *q, int64_t *seq_r,
    uint8_t chain_r[AUDIT_CHAIN_BYTES], struct err *e)
{
	if (db_run(q, e) < 0)
		return -1;
	if (!db_next(q))
		return err_set(e, ERR_INTERNAL,
		    "the database has lost the head of its audit trail");
	*seq_r = db_get_int(q, 0);
	read_chain(q, 1, chain_r);
	return 0;
}

int
audit_take_number(struct db *tx, struct arena *a, int64_t *seq_r,
    uint8_t chain_r[AUDIT_CHAIN_BYTES], struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_audit_next);
	return read_head(&q, seq_r, chain_r, e);
}

int
audit_last(struct db *db, struct arena *a, int64_t *seq_r,
    uint8_t chain_r[AUDIT_CHAIN_BYTES], struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_audit_last);
	return read_head(&q, seq_r, chain_r, e);
}

static void
bind_uuid_or_null(struct db_query *q, unsigned n, const struct uuid *u)
{
	if (uuid_is_zero(u))
		db_bind_null(q, n);
	else
		db_bind_uuid(q, n, u);
}

int
audit_insert(
    struct db *tx, struct arena *a, const struct audit_row *r, struct err *e)
{
	struct str chain = str_make((const char *)r->chain, AUDIT_CHAIN_BYTES);
	struct db_query q;

	db_query_init(&q, tx, a, Q_audit_insert);
	bind_uuid_or_null(&q, 1, &r->subject.tenant_id);
	bind_uuid_or_null(&q, 2, &r->subject.user_id);
	db_bind_int(&q, 3, r->seq);
	db_bind_time(&q, 4, r->noted_us);
	bind_uuid_or_null(&q, 5, &r->actor_id);
	db_bind_text(&q, 6, r->actor);
	db_bind_text(&q, 7, r->action);
	db_bind_text(&q, 8, r->result);
	db_bind_text(&q, 9, r->object);
	db_bind_text(&q, 10, r->detail);
	db_bind_text(&q, 11, r->address);
	db_bind_text(&q, 12, r->user_agent);
	db_bind_text(&q, 13, r->request_id);
	db_bind_bytes(&q, 14, chain);
	if (db_run(&q, e) < 0)
		return -1;
	db_query_init(&q, tx, a, Q_audit_link);
	db_bind_bytes(&q, 1, chain);
	return db_run(&q, e);
}

static void
read_row(const struct db_query *q, struct audit_row *r)
{
	r->seq = db_get_int(q, 0);
	r->noted_us = db_get_time(q, 1);
	r->subject.tenant_id = db_get_uuid(q, 2);
	r->subject.user_id = db_get_uuid(q, 3);
	r->actor_id = db_get_uuid(q, 4);
	r->actor = db_get_text(q, 5);
	r->action = db_get_text(q, 6);
	r->result = db_get_text(q, 7);
	r->object = db_get_text(q, 8);
	r->detail = db_get_text(q, 9);
	r->address = db_get_text(q, 10);
	r->user_agent = db_get_text(q, 11);
	r->request_id = db_get_text(q, 12);
	read_chain(q, 13, r->chain);
}

static int
read_rows(
    struct db_query *q, struct audit_row **list_r, size_t *n_r, struct err *e)
{
	if (db_run(q, e) < 0)
		return -1;
	*list_r = arena_many(q->arena, q->n_rows, struct audit_row);
	*n_r = q->n_rows;
	for (size_t i = 0; db_next(q); i++)
		read_row(q, &(*list_r)[i]);
	return 0;
}

int
audit_list(struct db *db, struct arena *a, const struct audit_filter *f,
    struct audit_row **list_r, size_t *n_r, struct err *e)
{
	int64_t before = f->before > 0 ? f->before : INT64_MAX;
	struct db_query q;

	if (f->subject != NULL) {
		db_query_init(&q, db, a, Q_audit_list_of_user);
		owner_bind(&q, f->subject);
		db_bind_int(&q, 3, before);
		db_bind_int(&q, 4, f->limit);
		return read_rows(&q, list_r, n_r, e);
	}
	db_query_init(&q, db, a,
	    f->action != NULL ? Q_audit_list_of_action : Q_audit_list);
	db_bind_int(&q, 1, before);
	db_bind_int(&q, 2, f->limit);
	if (f->action != NULL)
		db_bind_text(&q, 3, audit_action_name(*f->action));
	return read_rows(&q, list_r, n_r, e);
}

int
audit_walk(struct db *db, struct arena *a, int64_t from, unsigned limit,
    struct audit_row **list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_audit_walk);
	db_bind_int(&q, 1, from);
	db_bind_int(&q, 2, limit);
	return read_rows(&q, list_r, n_r, e);
}
