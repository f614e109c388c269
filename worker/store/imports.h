#ifndef STORE_IMPORTS_H
#define STORE_IMPORTS_H

/* The ledger of imported files: the same bytes are imported once a person. */

#include "store/owner.h"

#define IMPORT_DIGEST_BYTES 32 /* SHA-256 */

struct import_entry {
	struct uuid id;
	uint8_t digest[IMPORT_DIGEST_BYTES];
	const char *file_name;
	int64_t size;
	const char *format; /* file_format_name() */
	const char *result; /* "imported", "nothing", ... */
	int64_t created_us;
	size_t n_activities;
	struct uuid *activities; /* those that are still there */
};

/* Write down an import, in place of an earlier one of the same bytes; id and
 * created_us are filled in. */
NODISCARD int imports_put(struct db *db, struct arena *a, const struct owner *o,
    struct import_entry *i, struct err *e);
/* 1 found, 0, -1. */
NODISCARD int imports_find(struct db *db, struct arena *a,
    const struct owner *o, const uint8_t digest[IMPORT_DIGEST_BYTES],
    struct import_entry *out, struct err *e);

#endif
