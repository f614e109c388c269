#ifndef AUTH_MASTERKEY_H
#define AUTH_MASTERKEY_H

/* The key that every other key comes from (HKDF-SHA256, RFC 5869).  It is in
 * security.master_key, or in a file that is made beside the database. */

#include "base/err.h"

#define MASTERKEY_BYTES 32
#define MASTERKEY_FILE	"master.key"

struct conf;
struct db;
struct masterkey;

/* Read it; without one in the configuration and with no file, make the file
 * (mode 0600) and say so in the log.  NULL and ERR_CONFIG when what is there
 * is no key, or others may read it. */
struct masterkey *masterkey_load(const struct conf *conf, struct err *e);
/* Wiped. */
void masterkey_free(struct masterkey **k);

/* A key for one purpose, which the label names. */
void masterkey_derive(
    const struct masterkey *k, const char *label, uint8_t out[MASTERKEY_BYTES]);

/* Prove that the database was set up with this key; a database without a
 * proof gets one.  ERR_CONFIG when the key is another. */
NODISCARD int masterkey_check(
    const struct masterkey *k, struct db *db, struct err *e);

#endif
