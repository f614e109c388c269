#ifndef AUTH_SEAL_H
#define AUTH_SEAL_H

/* The key tree.  The master key seals data keys, which are rows of the
 * database; a data key seals what must not be read there: AES-256-GCM with a
 * random nonce, bound to the place where the value is kept, so that it opens
 * nowhere else.  `pierrectl keys rotate` makes a new data key: a process has
 * it within a second, and what older ones sealed opens all the same.
 *
 * A column that holds sealed values is a line of sql/columns.def, from which
 * its name SEALED_table_column comes:
 *
 *	struct sealed_place at = { SEALED_provider_tokens_access_token,
 *		owner.tenant_id, owner.user_id, "strava" };
 *
 *	if (seal(app->keyring, &at, token, &sealed, e) < 0)
 *		return -1;
 */

#include "base/buf.h"
#include "store/sealed.h"

struct conf;
struct shm;
struct keyring;

/* A sealed value is this much longer than what it holds. */
#define SEAL_OVERHEAD 45
#define SEAL_MAX      (1 << 20)

/* Load the data keys, making the first one for a database that has none.  The
 * master key is opened for that and wiped at once.  shm NULL: for commands,
 * which look for new data keys only when they meet one.  Blocks outside
 * fibers.  NULL: as masterkey_open. */
struct keyring *keyring_open(
    const struct conf *conf, struct db *db, struct shm *shm, struct err *e);
/* Wiped. */
void keyring_free(struct keyring **k);

/* Both may ask the database: call them outside db_write().  Any thread of the
 * process may.  Appended to out; plain is at most SEAL_MAX bytes.  The fields
 * of `at` that its column has no use for are zero and "". */
NODISCARD int seal(struct keyring *k, const struct sealed_place *at,
    struct str plain, struct buf *out, struct err *e);
/* The caller wipes with buf_wipe().  ERR_INTERNAL: the value was changed, is of
 * another place, or of a data key that is not there; the message says which,
 * and shows nothing of it. */
NODISCARD int unseal(struct keyring *k, const struct sealed_place *at,
    struct str sealed, struct buf *out, struct err *e);

/* A key of the whole server, by its name: derived from the master key and
 * sealed when it is first asked for, and the same from then on, whatever keys
 * change.  The caller wipes it. */
#define SECRET_BYTES 32
NODISCARD int keyring_secret(struct keyring *k, const char *name,
    uint8_t out[SECRET_BYTES], struct err *e);

#endif
