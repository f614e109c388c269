#ifndef STORE_OAUTH_TOKENS_H
#define STORE_OAUTH_TOKENS_H

/* What is handed out to be used once: authorization codes, refresh tokens,
 * tickets; each known by a keyed hash.  Of any number that use one at the same
 * time, on whichever node, one finds it unused. */

#include "store/grants.h"

/* --- codes --------------------------------------------------------------- */

struct oauth_code {
	uint8_t hash[OAUTH_HASH_BYTES];
	struct uuid grant;
	const char *redirect_uri; /* as it was asked for */
	const char *challenge;	  /* PKCE, S256 */
	const char *jkt;	  /* thumbprint of a DPoP key, or "" */
	int64_t expires_us;
	int64_t used_us; /* 0: not yet */
};

NODISCARD int codes_insert(
    struct db *db, struct arena *a, const struct oauth_code *c, struct err *e);
/* 1, 0, -1. */
NODISCARD int codes_find(struct db *db, struct arena *a,
    const uint8_t hash[OAUTH_HASH_BYTES], struct oauth_code *out,
    struct err *e);
/* 1 it was unused and is no more, 0 it was used, -1. */
NODISCARD int codes_use(struct db *db, struct arena *a,
    const uint8_t hash[OAUTH_HASH_BYTES], struct err *e);

/* --- refresh tokens ------------------------------------------------------ */

struct refresh_token {
	uint8_t hash[OAUTH_HASH_BYTES];
	struct uuid grant;
	int generation;	 /* 0, and one more with each exchange */
	const char *jkt; /* as in oauth_code */
	int64_t expires_us;
	int64_t rotated_us;  /* 0: not yet */
	struct str answer;   /* sealed, while it is kept */
	bool successor_used; /* its successor was exchanged */
};

NODISCARD int refresh_insert(struct db *db, struct arena *a,
    const struct refresh_token *t, struct err *e);
/* 1, 0, -1. */
NODISCARD int refresh_find(struct db *db, struct arena *a,
    const uint8_t hash[OAUTH_HASH_BYTES], struct refresh_token *out,
    struct err *e);
/* Mark it exchanged and keep the answer; the answers of earlier ones are
 * forgotten.  1, 0 it was exchanged before, -1.  Inside a transaction. */
NODISCARD int refresh_rotate(struct db *tx, struct arena *a,
    const struct refresh_token *t, struct str answer, struct err *e);

/* --- tickets ------------------------------------------------------------- */

enum ticket_kind { TICKET_PUSHED, TICKET_CONSENT };

struct oauth_ticket {
	uint8_t hash[OAUTH_HASH_BYTES];
	enum ticket_kind kind;
	struct uuid client;
	struct uuid session; /* zero for what a client pushed */
	const char *params;  /* the request, as a form */
	int64_t expires_us;
};

NODISCARD int tickets_insert(struct db *db, struct arena *a,
    const struct oauth_ticket *t, struct err *e);
/* Take it away: 1 and *out, 0 there is none (any more), -1.  hash and kind say
 * which. */
NODISCARD int tickets_take(
    struct db *db, struct arena *a, struct oauth_ticket *t, struct err *e);

/* --- ids shown once ------------------------------------------------------ */

/* 1 it was not seen before, 0 it was, -1. */
NODISCARD int seen_once(struct db *db, struct arena *a,
    const uint8_t hash[OAUTH_HASH_BYTES], int64_t expires_us, struct err *e);

/* Forget what has expired, and clients that registered themselves a day ago
 * and were never used. */
NODISCARD int oauth_sweep(struct db *db, struct arena *a, struct err *e);

#endif
