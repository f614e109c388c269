#ifndef PROVIDER_FILE_IMPORT_H
#define PROVIDER_FILE_IMPORT_H

/* Files that a person brings: from bytes to rows, all of a file or nothing of
 * it.  The same bytes are imported once a person.  Only an export with more
 * than PIECE_* of something goes into the database in several transactions;
 * broken off, it goes on where it was when it is imported again. */

#include "files/decode.h"
#include "store/owner.h"

struct conf;
struct export_hint;
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
	size_t n_joined;	/* another recording of one that was there */
	size_t n_thresholds;	/* that were not known, see thresholds_take() */
};

struct import_file_in {
	struct str bytes;
	struct decoded *ready; /* instead of bytes; NULL: not decoded yet */
	const char *name;
	const struct tz *zone;		/* of the person's clock */
	const struct export_hint *hint; /* what stood beside it, or NULL */
};

/* Run in the transaction that stores the file, when everything else of it is
 * stored; the report is complete then. */
struct import_also {
	db_tx_fn *fn; /* NULL: nothing */
	void *arg;
};

/* Import one file of a person, as the import.* keys say.  -1 when it cannot be
 * decoded or stored; nothing of it is kept then.  What the report points to
 * belongs to the arena.  From a fiber the work is done on threads. */
NODISCARD int file_import(const struct conf *conf, struct db *db,
    struct arena *a, const struct owner *o, const struct import_file_in *in,
    const struct import_also *also, struct import_report *out, struct err *e);

#endif
