#ifndef AUTH_JWT_H
#define AUTH_JWT_H

/* The keys that this server signs its tokens with (ES256), and the tokens.
 *
 * A key is published before it signs, and goes on being accepted for as long as
 * a token that it signed may live: so keys change while clients and other nodes
 * know both.  Which key signs follows from the rows alone: the newest whose
 * time has come. */

#include "auth/audit.h"
#include "auth/jws.h"
#include "base/uuid.h"

struct conf;
struct db;
struct jwt_keys;
struct keyring;
struct shm;

/* How long others may keep the published keys, and so how long a new one waits
 * before it signs. */
#define JWT_KEYS_MAX_AGE_S 300
/* And how long at least: until then every process of every node has heard of
 * it. */
#define JWT_KEYS_HEARD_S 2

/* How long a token lives, by auth.access_token_lifetime and the bound that
 * auth.jwt_expiry_hours sets. */
int64_t jwt_lifetime_us(const struct conf *conf);

/* One a process; makes the first key for a database that has none.  shm NULL:
 * for commands. */
struct jwt_keys *jwt_keys_open(const struct conf *conf, struct db *db,
    struct keyring *keyring, struct shm *shm, struct err *e);
void jwt_keys_free(struct jwt_keys **k);

/* Append a signed token; claims is JSON, typ such as "at+jwt".  May wait; turns
 * the keys when the newest has signed for auth.signing_key_lifetime. */
NODISCARD int jwt_sign(struct jwt_keys *k, const char *typ, struct str claims,
    struct buf *out, struct err *e);
/* Prove that a token is of this server and type, and not out of its times; a
 * minute's difference of clocks is forgiven.  1 and *out, 0 the store has to be
 * asked and wait is false, -1 with ERR_UNAUTHENTICATED or a store error. */
NODISCARD int jwt_verify(struct jwt_keys *k, struct arena *a, const char *typ,
    struct str token, bool wait, struct jws *out, struct err *e);
/* The JWK set (RFC 7517).  May wait. */
NODISCARD int jwt_keys_write(
    struct jwt_keys *k, struct buf *out, struct err *e);
/* Make a new key, which signs after so many seconds.  Every turn of the keys is
 * noted in the audit trail, the server's own too. */
NODISCARD int jwt_keys_rotate(struct jwt_keys *k, const struct origin *from,
    int64_t after_s, struct uuid *id_r, struct err *e);

#endif
