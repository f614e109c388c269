/* What is handed out to be used once. */

#include "store/oauth_tokens.h"

#include "base/check.h"
#include "base/clock.h"

#define US_PER_DAY INT64_C(86400000000)
/* A code that was used is remembered so long, since its reuse ends a grant. */
#define CODE_KEPT_US US_PER_DAY

static struct str
hash_str(const uint8_t *hash)
{
	return str_make((const char *)hash, OAUTH_HASH_BYTES);
}

/* --- codes --------------------------------------------------------------- */

int
codes_insert(
    struct db *db, struct arena *a, const struct oauth_code *c, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_code_insert);
	db_bind_bytes(&q, 1, hash_str(c->hash));
	db_bind_uuid(&q, 2, &c->grant);
	db_bind_text(&q, 3, c->redirect_uri);
	db_bind_text(&q, 4, c->challenge);
	db_bind_text(&q, 5, c->jkt);
	db_bind_time(&q, 6, c->expires_us);
	return db_run(&q, e);
}

int
codes_find(struct db *db, struct arena *a, const uint8_t hash[OAUTH_HASH_BYTES],
    struct oauth_code *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_code_find);
	db_bind_bytes(&q, 1, hash_str(hash));
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	*out = (struct oauth_code){
		.grant = db_get_uuid(&q, 0),
		.redirect_uri = db_get_text(&q, 1),
		.challenge = db_get_text(&q, 2),
		.jkt = db_get_text(&q, 3),
		.expires_us = db_get_time(&q, 4),
		.used_us = db_get_time(&q, 5),
	};
	memcpy(out->hash, hash, OAUTH_HASH_BYTES);
	return 1;
}

int
codes_use(struct db *db, struct arena *a, const uint8_t hash[OAUTH_HASH_BYTES],
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_code_use);
	db_bind_bytes(&q, 1, hash_str(hash));
	db_bind_time(&q, 2, clock_wall_us());
	return db_run(&q, e) < 0 ? -1 : q.changed > 0;
}

/* --- refresh tokens ------------------------------------------------------ */

int
refresh_insert(struct db *db, struct arena *a, const struct refresh_token *t,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_refresh_insert);
	db_bind_bytes(&q, 1, hash_str(t->hash));
	db_bind_uuid(&q, 2, &t->grant);
	db_bind_int(&q, 3, t->generation);
	db_bind_text(&q, 4, t->jkt);
	db_bind_time(&q, 5, clock_wall_us());
	db_bind_time(&q, 6, t->expires_us);
	return db_run(&q, e);
}

int
refresh_find(struct db *db, struct arena *a,
    const uint8_t hash[OAUTH_HASH_BYTES], struct refresh_token *out,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_refresh_find);
	db_bind_bytes(&q, 1, hash_str(hash));
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	*out = (struct refresh_token){
		.grant = db_get_uuid(&q, 0),
		.generation = (int)db_get_int(&q, 1),
		.jkt = db_get_text(&q, 2),
		.expires_us = db_get_time(&q, 3),
		.rotated_us = db_get_time(&q, 4),
		.answer = db_get_bytes(&q, 5),
		.successor_used = db_get_bool(&q, 6),
	};
	memcpy(out->hash, hash, OAUTH_HASH_BYTES);
	return 1;
}

int
refresh_rotate(struct db *tx, struct arena *a, const struct refresh_token *t,
    struct str answer, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_oauth_refresh_rotate);
	db_bind_bytes(&q, 1, hash_str(t->hash));
	db_bind_time(&q, 2, clock_wall_us());
	db_bind_bytes(&q, 3, answer);
	if (db_run(&q, e) < 0)
		return -1;
	if (q.changed == 0)
		return 0;
	db_query_init(&q, tx, a, Q_oauth_refresh_forget);
	db_bind_uuid(&q, 1, &t->grant);
	db_bind_int(&q, 2, t->generation);
	return db_run(&q, e) < 0 ? -1 : 1;
}

/* --- tickets ------------------------------------------------------------- */

static const char *
kind_name(enum ticket_kind kind)
{
	return kind == TICKET_PUSHED ? "pushed" : "consent";
}

int
tickets_insert(
    struct db *db, struct arena *a, const struct oauth_ticket *t, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_ticket_insert);
	db_bind_bytes(&q, 1, hash_str(t->hash));
	db_bind_text(&q, 2, kind_name(t->kind));
	db_bind_uuid(&q, 3, &t->client);
	db_bind_uuid(&q, 4, uuid_is_zero(&t->session) ? NULL : &t->session);
	db_bind_text(&q, 5, t->params);
	db_bind_time(&q, 6, t->expires_us);
	return db_run(&q, e);
}

int
tickets_take(
    struct db *db, struct arena *a, struct oauth_ticket *t, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_ticket_take);
	db_bind_bytes(&q, 1, hash_str(t->hash));
	db_bind_text(&q, 2, kind_name(t->kind));
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	t->client = db_get_uuid(&q, 0);
	t->session = db_get_uuid(&q, 1);
	t->params = db_get_text(&q, 2);
	t->expires_us = db_get_time(&q, 3);
	return t->expires_us > clock_wall_us();
}

/* --- ids shown once ------------------------------------------------------ */

int
seen_once(struct db *db, struct arena *a, const uint8_t hash[OAUTH_HASH_BYTES],
    int64_t expires_us, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_seen_insert);
	db_bind_bytes(&q, 1, hash_str(hash));
	db_bind_time(&q, 2, expires_us);
	return db_run(&q, e) < 0 ? -1 : q.changed > 0;
}

/* --- the end ------------------------------------------------------------- */

static int
sweep_clients(struct db *db, struct arena *a, int64_t before_us, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_oauth_client_sweep);
	db_bind_text(&q, 1, client_kind_name(CLIENT_DYNAMIC));
	db_bind_time(&q, 2, before_us);
	return db_run(&q, e);
}

int
oauth_sweep(struct db *db, struct arena *a, struct err *e)
{
	int64_t now_us = clock_wall_us();
	const struct {
		enum query_id query;
		int64_t kept_us;
	} what[] = {
		{ Q_oauth_code_sweep, CODE_KEPT_US },
		{ Q_oauth_refresh_sweep, 0 },
		{ Q_oauth_grant_sweep, US_PER_DAY },
		{ Q_oauth_ticket_sweep, 0 },
		{ Q_oauth_seen_sweep, 0 },
	};
	struct db_query q;

	for (size_t i = 0; i < ARRAY_LEN(what); i++) {
		db_query_init(&q, db, a, what[i].query);
		db_bind_time(&q, 1, now_us - what[i].kept_us);
		if (db_run(&q, e) < 0)
			return -1;
	}
	return sweep_clients(db, a, now_us - US_PER_DAY, e);
}
