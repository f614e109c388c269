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

/* Read it and prove that the database was set up with it.  A database without
 * a proof gets one; for it alone, when there is neither a configured key nor a
 * file, a key is made (mode 0600) and the log says so.  NULL and ERR_CONFIG
 * when there is no key, others may read it, or it is another than the
 * database's. */
struct masterkey *masterkey_open(
    const struct conf *conf, struct db *db, struct err *e);
/* Wiped. */
void masterkey_free(struct masterkey **k);

/* A key for one purpose, which the label names. */
void masterkey_derive(
    const struct masterkey *k, const char *label, uint8_t out[MASTERKEY_BYTES]);

#endif
