#ifndef JOBS_IMPORT_TOLD_H
#define JOBS_IMPORT_TOLD_H

/* What came of the files of an import, as the notes of its items say. */

#include "store/jobs.h"

/* COUNTED(id, name): how a file ended, and its key in results. */
#define IMPORT_COUNTED(X)                                                      \
	X(IMPORTED, "imported")                                                \
	X(KNOWN, "known")                                                      \
	X(NOTHING, "nothing")                                                  \
	X(FAILED, "failed")                                                    \
	X(PASSED_OVER, "passed_over") /* in an archive, and no file of ours */

enum import_count {
#define X(id, name) COUNT_##id,
	IMPORT_COUNTED(X)
#undef X
	    COUNT_KINDS
};

struct import_failure {
	const char *file; /* its path in the archive; "": the archive itself */
	const char *code; /* the error's name; "": not said */
	const char *message;
};

/* Of an archive the files in it are counted, of anything else the file. */
struct import_told {
	bool is_archive;
	int64_t n[COUNT_KINDS];
	const char *code;    /* of the error that the item failed by, or "" */
	const char *message; /* why, or "" */
	size_t n_failures;   /* that are listed; n[COUNT_FAILED] may be more */
	struct import_failure *failures;
};

const char *import_count_name(enum import_count c);
/* Read the note of an item.  One that waits has counts of 0. */
void import_told(
    struct arena *a, const struct job_item *item, struct import_told *out);
/* Add an item's counts to others. */
void import_count(
    struct arena *a, const struct job_item *item, int64_t n[COUNT_KINDS]);
/* Counts as an object of JSON. */
const char *import_sum(struct arena *a, const int64_t n[COUNT_KINDS]);
/* Read the counts of a whole import, import_sum(); "" has counts of 0. */
void import_told_sum(struct arena *a, const char *json, int64_t n[COUNT_KINDS]);

#endif
