#ifndef STORE_IMPORT_FILES_H
#define STORE_IMPORT_FILES_H

/* Files as they were sent, packed: so that a person has them back as they were,
 * and a better decoder may read them again. */

#include "base/buf.h"
#include "store/owner.h"

/* A packed file; on the heap. */
struct import_file {
	const char *packing; /* "deflate" or "none" */
	struct buf bytes;
};

/* Takes a while: on a thread. */
void import_file_pack(struct import_file *f, struct str bytes);
/* The bytes as they were, of which there are `size`; -1 with ERR_INTERNAL when
 * they are not what was packed. */
NODISCARD int import_file_unpack(struct arena *a, const struct import_file *f,
    int64_t size, struct str *out, struct err *e);
void import_file_free(struct import_file *f);

/* Keep the file of an import; inside the transaction that writes it down. */
NODISCARD int import_files_put(struct db *tx, struct arena *a,
    const struct owner *o, const struct uuid *import_id,
    const struct import_file *f, struct err *e);
/* The file of an import as it was.  1 there, 0 not kept, -1. */
NODISCARD int import_files_get(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *import_id, struct str *out,
    struct err *e);

#endif
