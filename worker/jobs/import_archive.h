#ifndef JOBS_IMPORT_ARCHIVE_H
#define JOBS_IMPORT_ARCHIVE_H

/* An archive among the files of an import: member by member, each in a
 * transaction of its own, so that the job may go on where it was. */

#include "jobs/jobs.h"

struct tz;

struct archive_in {
	struct job_run *run;
	const struct tz *zone;
	struct str bytes;
	int64_t done;	    /* items of the job */
	const int64_t *sum; /* what came of them, COUNT_KINDS numbers */
};

/* "imported", "known", "nothing", or "failed" when every member did, and what
 * came of it as JSON.  -1 the archive cannot be read at all, or the job cannot
 * go on. */
NODISCARD int import_archive(const struct archive_in *in, struct arena *a,
    const char **state_r, const char **result_r, struct err *e);

#endif
