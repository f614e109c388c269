#ifndef AUTH_KEYS_H
#define AUTH_KEYS_H

/* Personal access tokens and API keys: made, revoked, and counted.  A key has a
 * tier (tiers.def), and with it a number of requests a month of UTC; keys that
 * a person makes are of auth.key_tier, administrators choose.  Whatever is
 * counted is so in shared memory first (shm/usage.h) and carried to the
 * database every second. */

#include "auth/accounts.h"
#include "store/tokens.h"

struct shm;

enum key_tier {
	TIER_NONE, /* a personal token */
#define TIER(id, name, quota, days) TIER_##id,
#include "auth/tiers.def"
#undef TIER
	TIER_COUNT
};
/* "" for TIER_NONE. */
const char *tier_name(enum key_tier t);
/* false: there is no such tier. */
NODISCARD bool tier_parse(struct str name, enum key_tier *out);
/* Requests a month; 0: no limit. */
int64_t tier_quota(enum key_tier t);
/* How long a key of the tier lives at most; 0: no limit. */
int64_t tier_lives_us(enum key_tier t);

struct key_request {
	enum key_tier tier; /* TIER_NONE: a personal access token */
	struct str name;
	struct str description;
	const char *toolset; /* NULL: as mcp.toolset says */
	uint32_t scopes;
	int64_t expires_us;  /* INT64_MAX: never */
	bool is_provisioned; /* by an administrator: of any tier, any number */
};

/* 0, and it is shown this once; the caller wipes it.  ERR_INVALID: the name;
 * ERR_LIMITED: the person has made too many keys this month. */
NODISCARD int keys_create(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *o,
    const struct key_request *r, char token_r[OPAQUE_LEN + 1],
    struct uuid *id_r, struct err *e);
/* The tier of keys that people make for themselves. */
enum key_tier keys_own_tier(const struct accounts *a);
/* 1, 0 no such token in force, -1. */
NODISCARD int keys_revoke(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *o, const struct uuid *id,
    struct err *e);

/* Carry what was counted on this node to the database; by the keeper, and by a
 * worker that leaves.  From a fiber. */
NODISCARD int keys_carry_usage(struct db *db, struct shm *shm, struct err *e);

#endif
