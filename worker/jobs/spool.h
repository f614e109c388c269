#ifndef JOBS_SPOOL_H
#define JOBS_SPOOL_H

/* Where uploads wait for the job that imports them: a directory a job below
 * data_dir/spool, named by the job's id, with the files 0, 1, 2... in it.
 * Whoever fills one holds a lock on it, which the kernel drops when the process
 * dies; what has neither a lock nor an unfinished job is swept away.  All of
 * this blocks, and belongs on a thread. */

#include "base/err.h"
#include "base/uuid.h"

#define SPOOL_PATH_MAX 1200

struct spool {
	char path[SPOOL_PATH_MAX];
	int dir_fd; /* locked; -1: closed */
	int fd;	    /* of the file that is being written; -1: none */
	int n;	    /* files begun */
};

/* This node's name, made once for a data directory. */
NODISCARD int spool_node(
    const char *data_dir, char out[UUID_TEXT_LEN + 1], struct err *e);

NODISCARD int spool_open(struct spool *s, const char *data_dir,
    const struct uuid *job, struct err *e);
NODISCARD int spool_begin(struct spool *s, struct err *e);
NODISCARD int spool_write(struct spool *s, struct str bytes, struct err *e);
/* The file is whole, and on the disk. */
NODISCARD int spool_end(struct spool *s, struct err *e);
/* So are all; the job may be told to begin.  The lock is kept. */
NODISCARD int spool_sync(struct spool *s, struct err *e);
/* Let go; keep says whether the files stay. */
void spool_close(struct spool *s, bool keep);

/* Map file n of a job.  ERR_NOT_FOUND when it is gone; an empty one has no
 * bytes. */
NODISCARD int spool_map(const char *data_dir, const struct uuid *job, int n,
    struct str *out, struct err *e);
void spool_unmap(struct str bytes);
void spool_remove(const char *data_dir, const struct uuid *job);

/* Up to max jobs that have a directory which nobody fills; returns how many. */
size_t spool_idle(const char *data_dir, struct uuid *list, size_t max);

#endif
