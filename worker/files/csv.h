#ifndef FILES_CSV_H
#define FILES_CSV_H

/* Tables as text: rows of fields with commas between, quoted where need be
 * (RFC 4180), with a byte order mark or without. */

#include "base/arena.h"
#include "base/err.h"

#define CSV_MAX_FIELDS 256

struct csv {
	struct str rest;
	size_t line;
};

struct csv_row {
	size_t n;
	struct str fields[CSV_MAX_FIELDS]; /* in the arena, or in the input */
};

void csv_init(struct csv *c, struct str bytes);
/* 1 and a row, 0 at the end, -1 with ERR_CORRUPT or ERR_TOO_LARGE and a message
 * that begins "CSV, line N:". */
NODISCARD int csv_next(
    struct csv *c, struct arena *a, struct csv_row *row, struct err *e);
/* A field, empty when the row has not as many. */
struct str csv_field(const struct csv_row *row, size_t at);

#endif
