#ifndef BASE_ERR_H
#define BASE_ERR_H

/* One error convention.  A function that can fail returns 0 or -1 (or 1, 0
 * and -1 when "no" is an ordinary answer) and fills the caller's struct err.
 * The message is composed once, where the facts are, and names what and where;
 * whoever handles the error logs it, once.  errors.def maps codes to HTTP
 * and JSON-RPC. */

#include "base/str.h"

enum err_code {
#define ERR(name, http, rpc, text) ERR_##name,
#include "base/errors.def"
#undef ERR
	ERR_CODE_COUNT
};

struct err {
	enum err_code code;
	int sys; /* errno when a system call failed, else 0 */
	char msg[240];
};

#define ERR_INIT ((struct err){ ERR_NONE, 0, "" })

/* Both return -1, so that `return err_set(e, ...)` reads well.  A NULL e is
 * fine.  Control bytes and invalid UTF-8 in the message are replaced. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* As err_set, and adds strerror(errno) to the message. */
int err_sys(struct err *e, enum err_code code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* Put "context: " before the message that is there.  Returns -1. */
int err_wrap(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

const char *err_name(enum err_code code);
int err_http_status(enum err_code code);
int err_rpc_code(enum err_code code);
const char *err_public_text(enum err_code code);
/* True when the message tells of the caller's mistake (status below 500) and
 * may be shown to him. */
bool err_is_public(const struct err *e);
/* The same may go well later, without anybody changing what was asked. */
bool err_may_pass(const struct err *e);

#endif
