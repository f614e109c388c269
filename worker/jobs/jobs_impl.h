#ifndef JOBS_JOBS_IMPL_H
#define JOBS_JOBS_IMPL_H

/* What the files of the runner share. */

#include "jobs/jobs.h"

/* A line of JOB_KINDS. */
struct job_kind {
	const char *name;
	int (*run)(struct job_run *r, struct err *e);
	int (*tell)(const struct app *app, struct db *tx, struct arena *a,
	    const struct job *j, struct err *e);
	void (*forget)(const struct conf *conf, const struct uuid *job);
};

/* Never NULL: what is not known is a kind as well, whose jobs fail. */
const struct job_kind *job_kind_find(const char *name);

/* Take up a job that is due, as the limits allow, and see it to its end in a
 * fiber of its own.  1; 0 when there is none; -1. */
NODISCARD int job_run_begin(
    struct jobs *j, const struct app *app, struct err *e);

/* Whether a run has to give its job back; whole: it would begin anew. */
bool jobs_has_to_leave(const struct jobs *j, bool whole);
/* A run has ended, so another job may be taken up. */
void jobs_place_is_free(struct jobs *j);

#endif
