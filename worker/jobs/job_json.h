#ifndef JOBS_JOB_JSON_H
#define JOBS_JOB_JSON_H

/* A job as clients see it. */

#include "base/jsonw.h"
#include "store/jobs.h"

/* items NULL: without them. */
void job_json(struct jsonw *w, const struct job *j,
    const struct job_item *items, size_t n);

#endif
