#ifndef PROVIDER_FILE_IMPORT_H
#define PROVIDER_FILE_IMPORT_H

/* Files that a person brings: from bytes to rows, all of a file or nothing of
 * it.  The same bytes are imported once a person. */

#include "files/decode.h"
#include "store/owner.h"

struct tz;

#define FILE_PROVIDER "file"

enum import_result {
	IMPORT_DONE,	/* something was stored */
	IMPORT_KNOWN,	/* these bytes were imported before */
	IMPORT_NOTHING, /* a good file that holds nothing we keep */
};

struct import_report {
	enum import_result result;
	struct decoded decoded; /* empty when known */
	size_t n_new;		/* activities that were not there yet */
};

/* Import one file of a person whose clock is in `zone`.  -1 when it cannot be
 * decoded or stored; nothing of it is kept then.  What the report points to
 * belongs to the arena. */
NODISCARD int file_import(struct db *db, struct arena *a, const struct owner *o,
    const struct tz *zone, struct str bytes, const char *file_name,
    struct import_report *out, struct err *e);

#endif
