#ifndef AUTH_MASTERKEY_H
#define AUTH_MASTERKEY_H

/* The key that every other key comes from (HKDF-SHA256, RFC 5869).  It is in
 * security.master_key, or in a file that is made beside the database. */

#include "base/buf.h"
#include "base/err.h"

#define MASTERKEY_BYTES 32
#define MASTERKEY_FILE	"master.key"

struct conf;
struct db;
struct masterkey;

/* Read it and prove that the database was set up with it.  A database without
 * a proof gets one; for it alone, when there is neither a configured key nor a
 * file, a key is made (mode 0600) and the log says so.  While the key is being
 * changed (`pierrectl keys rekey`), security.former_master_key and the file
 * that waits to take the other's place are tried too.  NULL and ERR_CONFIG when
 * there is no key, others may read it, or it is another than the database's. */
struct masterkey *masterkey_open(
    const struct conf *conf, struct db *db, struct err *e);
/* Only whether the one there is fits, whatever schema the database has; there
 * may be no database yet.  Writes nothing. */
NODISCARD int masterkey_check(const struct conf *conf, struct err *e);
/* Whether the key there is has this proof, which a database had.  ERR_CONFIG.
 */
NODISCARD int masterkey_check_proof(
    const struct conf *conf, struct str proof, struct err *e);
/* From a file that only its owner may read, in base64 or as exported; "file:"
 * before the path is left out. */
struct masterkey *masterkey_read(const char *path, struct err *e);
/* The one that the configuration says, or its file holds, whether or not it is
 * the database's.  Writes nothing. */
struct masterkey *masterkey_configured(const struct conf *conf, struct err *e);
struct masterkey *masterkey_random(void);
/* Wiped. */
void masterkey_free(struct masterkey **k);
NODISCARD bool masterkey_equal(
    const struct masterkey *a, const struct masterkey *b);
/* Whether the database was set up with it: 1, 0, -1. */
NODISCARD int masterkey_fits(
    const struct masterkey *k, struct db *db, struct err *e);

/* A key for one purpose, which the label names. */
void masterkey_derive(
    const struct masterkey *k, const char *label, uint8_t out[MASTERKEY_BYTES]);
/* What the database keeps, by which a wrong key is noticed. */
void masterkey_proof(const struct masterkey *k, uint8_t out[MASTERKEY_BYTES]);

/* As a line with a checksum, which masterkey_read() tests. */
void masterkey_format(const struct masterkey *k, struct buf *out);
/* Put it beside the file of the present one, on disk; masterkey_settle() then
 * puts it in that one's place.  In between, masterkey_open() takes the one that
 * fits. */
NODISCARD int masterkey_stage(
    const struct conf *conf, const struct masterkey *k, struct err *e);
NODISCARD int masterkey_settle(const struct conf *conf, struct err *e);

#endif
