#ifndef STORE_TOKENS_H
#define STORE_TOKENS_H

/* Personal access tokens and API keys: only a keyed hash of each is stored. */

#include "store/users.h"

#define TOKEN_HASH_BYTES 32
/* What a token is called that a login gives out; queries name it. */
#define TOKEN_LOGIN "login"

struct access_token {
	struct uuid id;
	struct owner owner;
	const char *name;   /* the person's words for it */
	const char *prefix; /* its first characters, to recognise it by */
	uint8_t hash[TOKEN_HASH_BYTES];
	const char *scopes; /* names with single spaces between */
	const char *tier;   /* of a key; "": a personal token */
	const char *description;
	int64_t created_us;
	int64_t expires_us;   /* INT64_MAX: never */
	int64_t last_used_us; /* 0: not yet; exact to about an hour */
	int64_t revoked_us;   /* 0: not revoked */
	const char *toolset;  /* of MCP; "" or NULL: what the server lists */
};

/* A token and what holds for whoever shows it. */
struct token_holder {
	struct access_token token;
	bool is_admin;
	enum user_status status; /* of the user or his tenant, the worse */
};

/* id is made when it is zero; created_us is filled in. */
NODISCARD int tokens_insert(
    struct db *db, struct arena *a, struct access_token *t, struct err *e);

/* 1 found (perhaps expired, revoked or suspended: the caller judges), 0, -1. */
NODISCARD int tokens_find(struct db *db, struct arena *a,
    const uint8_t hash[TOKEN_HASH_BYTES], struct token_holder *out,
    struct err *e);

/* Newest first; hashes are not read. */
NODISCARD int tokens_list(struct db *db, struct arena *a, const struct owner *o,
    struct access_token **list_r, size_t *n_r, struct err *e);

/* Revoke, and move the revocation epoch.  1 done, 0 no such token that still
 * holds, -1. */
NODISCARD int tokens_revoke(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);

/* Note the use; writes only when the last note is older than an hour. */
#define TOKEN_TOUCH_US (INT64_C(3600) * 1000000)
NODISCARD int tokens_touch(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, int64_t now_us,
    struct err *e);

/* How many keys, whatever became of them, the person made after an instant. */
NODISCARD int tokens_count_keys(struct db *db, struct arena *a,
    const struct owner *o, int64_t since_us, int64_t *n_r, struct err *e);

/* --- usage --------------------------------------------------------------- */

struct token_usage {
	int32_t month; /* 202611, by UTC */
	int64_t used;
};

/* So many more uses: 1 and *total_r of the month, 0 the token is gone, -1. */
NODISCARD int tokens_add_usage(struct db *db, struct arena *a,
    const struct uuid *id, int32_t month, int64_t n, int64_t *total_r,
    struct err *e);
/* Whether a token, revoked or not, is a person's: 1, 0, -1. */
NODISCARD int tokens_owned(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);
/* Of the last two years, newest first; none as well of what is no token. */
NODISCARD int tokens_usage(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct token_usage **list_r,
    size_t *n_r, struct err *e);

#endif
