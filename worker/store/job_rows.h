#ifndef STORE_JOB_ROWS_H
#define STORE_JOB_ROWS_H

/* Columns of sql/queries/jobs.sql, for the files of this room. */

#include "store/jobs.h"

/* A row of job_get or job_list. */
void job_read(const struct db_query *q, struct job *j);

#endif
