/* Personal access tokens and API keys. */

#include "auth/keys.h"

#include "auth/accounts_impl.h"
#include "auth/toolset.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "shm/shm.h"
#include "shm/usage.h"

#define NAME_MAX_BYTES	100
#define DESCRIPTION_MAX 500
#define KEYS_A_MONTH	10
#define MONTH_US	(30 * DATE_US_PER_DAY)

static const struct {
	const char *name;
	int64_t quota;
	int64_t days;
} tiers[TIER_COUNT] = {
	{ "", 0, 0 },
#define TIER(id, name, quota, days) { name, quota, days },
#include "auth/tiers.def"
#undef TIER
};

const char *
tier_name(enum key_tier t)
{
	return tiers[t].name;
}

bool
tier_parse(struct str name, enum key_tier *out)
{
	for (int i = TIER_NONE + 1; i < TIER_COUNT; i++) {
		if (str_is(name, tiers[i].name)) {
			*out = (enum key_tier)i;
			return true;
		}
	}
	return false;
}

int64_t
tier_quota(enum key_tier t)
{
	return tiers[t].quota;
}

int64_t
tier_lives_us(enum key_tier t)
{
	return tiers[t].days * DATE_US_PER_DAY;
}

enum key_tier
keys_own_tier(const struct accounts *a)
{
	enum key_tier t;

	return tier_parse(str_of(a->conf->key_tier), &t) ? t : TIER_STARTER;
}

/* --- making -------------------------------------------------------------- */

struct making {
	struct deed deed;
	struct access_token token;
};

static int
insert(struct db *tx, void *arg, struct err *e)
{
	struct making *m = arg;

	if (tokens_insert(tx, m->deed.arena, &m->token, e) < 0)
		return -1;
	return deed_note(&m->deed, tx, e);
}

static bool
is_line(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return false;
	}
	return str_is_utf8(s);
}

static int
check_request(const struct key_request *r, struct err *e)
{
	if (r->name.n == 0 || r->name.n > NAME_MAX_BYTES || !is_line(r->name))
		return err_set(e, ERR_INVALID, "name: a line of 1 to %d bytes",
		    NAME_MAX_BYTES);
	if (r->description.n > DESCRIPTION_MAX || !is_line(r->description))
		return err_set(e, ERR_INVALID,
		    "description: a line of at most %d bytes", DESCRIPTION_MAX);
	if (r->expires_us <= clock_wall_us())
		return err_set(e, ERR_INVALID, "it would have expired already");
	return r->toolset != NULL ? toolset_check(r->toolset, e) : 0;
}

/* A revoked key takes its quota along, so that making another gives no more. */
static int
check_number(struct accounts *a, struct arena *arena, const struct owner *o,
    const struct key_request *r, struct err *e)
{
	int64_t n = 0;

	if (r->tier == TIER_NONE || r->is_provisioned)
		return 0;
	if (tokens_count_keys(
		a->db, arena, o, clock_wall_us() - MONTH_US, &n, e) < 0)
		return -1;
	return n < KEYS_A_MONTH
		   ? 0
		   : err_set(e, ERR_LIMITED,
			 "%d keys were made within 30 days; revoked ones "
			 "count too",
			 KEYS_A_MONTH);
}

static void
fill(struct making *m, const struct key_request *r)
{
	struct arena *arena = m->deed.arena;
	struct buf scopes = BUF_INIT;
	int64_t lives_us = tier_lives_us(r->tier);

	scope_format(&scopes, r->scopes);
	m->token.id = uuid_new();
	m->token.name = arena_strndup(arena, r->name.p, r->name.n);
	m->token.description = arena_strndup(arena,
	    r->description.p != NULL ? r->description.p : "", r->description.n);
	m->token.scopes = arena_strndup(arena, scopes.p, scopes.n);
	m->token.toolset = r->toolset;
	m->token.tier = tier_name(r->tier);
	m->token.expires_us = r->expires_us;
	if (lives_us > 0)
		m->token.expires_us =
		    MIN(r->expires_us, clock_wall_us() + lives_us);
	buf_free(&scopes);
}

int
keys_create(struct accounts *a, struct arena *arena, const struct origin *from,
    const struct owner *o, const struct key_request *r,
    char token_r[OPAQUE_LEN + 1], struct uuid *id_r, struct err *e)
{
	bool is_key = r->tier != TIER_NONE;
	char id[UUID_TEXT_LEN + 1];
	struct making m = {
		.deed = { a, arena, from,
		    { is_key ? AUDIT_KEY_CREATE : AUDIT_TOKEN_CREATE,
			.subject = *o, .object = id,
			.detail = is_key ? tier_name(r->tier) : NULL } },
		.token = { .owner = *o },
	};

	if (check_request(r, e) < 0 || check_number(a, arena, o, r, e) < 0)
		return -1;
	fill(&m, r);
	uuid_format(&m.token.id, id);
	opaque_make(is_key ? OPAQUE_KEY : OPAQUE_PAT, token_r);
	opaque_hash(a->key, str_of(token_r), m.token.hash);
	m.token.prefix = arena_strndup(arena, token_r, OPAQUE_SHOWN_LEN);
	if (db_write(a->db, insert, &m, e) < 0) {
		wipe(token_r, OPAQUE_LEN + 1);
		return -1;
	}
	*id_r = m.token.id;
	return 0;
}

/* --- revoking ------------------------------------------------------------ */

struct revoking {
	struct deed deed;
	const struct uuid *id;
	int revoked;
};

static int
revoke(struct db *tx, void *arg, struct err *e)
{
	struct revoking *r = arg;

	r->revoked =
	    tokens_revoke(tx, r->deed.arena, &r->deed.note.subject, r->id, e);
	return r->revoked > 0 ? deed_note(&r->deed, tx, e) : r->revoked;
}

int
keys_revoke(struct accounts *a, struct arena *arena, const struct origin *from,
    const struct owner *o, const struct uuid *id, struct err *e)
{
	char text[UUID_TEXT_LEN + 1];
	struct revoking r = {
		.deed = { a, arena, from,
		    { AUDIT_TOKEN_REVOKE, .subject = *o, .object = text } },
		.id = id
	};

	uuid_format(id, text);
	return db_write(a->db, revoke, &r, e) < 0 ? -1 : r.revoked;
}

/* --- carrying what was counted ------------------------------------------- */

static int
carry(
    struct db *db, struct arena *a, struct usage *u, unsigned i, struct err *e)
{
	int64_t total = 0, n;
	struct uuid id;
	int32_t month;
	int rc;

	n = usage_carry(u, i, &id, &month);
	if (n == 0)
		return 0;
	rc = tokens_add_usage(db, a, &id, month, n, &total, e);
	if (rc > 0)
		usage_arrived(u, i, total);
	else if (rc < 0 && (e == NULL || e->code != ERR_UNCERTAIN))
		usage_return(u, i, n);
	return rc < 0 ? -1 : 0;
}

int
keys_carry_usage(struct db *db, struct shm *shm, struct err *e)
{
	struct usage *u = shm_usage(shm);
	struct arena *a = arena_new();
	int rc = 0;

	for (unsigned i = 0; i < usage_capacity() && rc == 0; i++) {
		rc = carry(db, a, u, i, e);
		arena_reset(a);
	}
	arena_free(&a);
	return rc;
}
