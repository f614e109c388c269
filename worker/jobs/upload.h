#ifndef JOBS_UPLOAD_H
#define JOBS_UPLOAD_H

/* From the body of a request to files in the spool, as it comes: a form with
 * any number of files, or the bytes of one.  Pure but for the spool, and on a
 * thread. */

#include "base/arena.h"
#include "base/buf.h"
#include "http/multipart.h"
#include "jobs/spool.h"
#include "store/jobs.h"

struct http_req;

/* Asked once before the first file, with what the form said in the field
 * "csrf" until then. */
typedef int upload_admit(struct http_req *req, struct str said, struct err *e);

#define UPLOAD_SAID_MAX 64

struct upload {
	struct arena *arena;
	upload_admit *admit; /* NULL: whoever sends it may */
	struct http_req *req;
	bool in_said;
	struct buf said;
	struct spool spool;
	bool is_form;
	struct multipart form;
	int64_t max_files;
	struct buf items; /* of struct job_item */
};

/* content_type says whether it is a form: ERR_UNSUPPORTED for what is neither
 * that nor a file, ERR_INVALID for a form without boundary. */
NODISCARD int upload_init(struct upload *u, struct arena *a,
    struct str content_type, int64_t max_files, struct err *e);
/* Name the one file that the body is. */
NODISCARD int upload_name(struct upload *u, struct str name, struct err *e);
/* More of the body; the spool is open. */
NODISCARD int upload_feed(struct upload *u, struct str bytes, struct err *e);
/* It has ended: ERR_INVALID when it was not whole, or held no file. */
NODISCARD int upload_end(struct upload *u, struct err *e);
const struct job_item *upload_items(const struct upload *u, size_t *n_r);
void upload_free(struct upload *u);

#endif
