#ifndef PROVIDER_PERSON_EXPORT_H
#define PROVIDER_PERSON_EXPORT_H

/* Everything that is kept of one person, as a ZIP archive: data/TABLE.json for
 * each table with rows of theirs, in the units of its column names, and
 * files/IMPORT/NAME, the files that they sent, as they were.  What would only
 * help to pretend to be them is left out: hashes and sealed values. */

#include "store/owner.h"

/* Write the archive to fd, from its position on.  From a fiber it waits: rows
 * are read in pages, and written on a thread; memory holds a page, or a file.
 * -1: ERR_IO, ERR_CANCELED, or what the store says; what was written is
 * worthless then. */
NODISCARD int person_export(
    struct db *db, const struct owner *o, int fd, struct err *e);

#endif
