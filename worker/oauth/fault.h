#ifndef OAUTH_FAULT_H
#define OAUTH_FAULT_H

/* Why an OAuth request is refused: one line of faults.def and some words. */

#include "http/http.h"

enum fault_code {
#define FAULT(id, code, status) FAULT_##id,
#include "oauth/faults.def"
#undef FAULT
	FAULT_COUNT
};

struct fault {
	enum fault_code code;
	char text[200];
};

const char *fault_name(enum fault_code code);
/* Return -1.  The text is for the client's developer: printable ASCII without
 * quotes and backslashes; other bytes become '?'. */
int fault_set(struct fault *f, enum fault_code code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* Of an error of ours: logged, and nothing of it is told, unless it is the
 * caller's. */
int fault_err(struct fault *f, enum fault_code code, const struct err *e);
/* FAULT_SLOW_DOWN, with Retry-After. */
int fault_wait(
    struct http_req *req, struct fault *f, int64_t wait_us, const char *why);
/* {"error","error_description"} with the code's status. */
void fault_reply(struct http_req *req, const struct fault *f);

#endif
