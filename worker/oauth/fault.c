/* Refusals. */

#include "oauth/fault.h"

#include <stdio.h>

#include "base/check.h"
#include "base/log.h"

static const struct {
	const char *name;
	int status;
} faults[FAULT_COUNT] = {
#define FAULT(id, code, status) [FAULT_##id] = { code, status },
#include "oauth/faults.def"
#undef FAULT
};

const char *
fault_name(enum fault_code code)
{
	CHECK(code < FAULT_COUNT);
	return faults[code].name;
}

/* What RFC 6749 allows in error_description. */
static void
make_printable(char *text)
{
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
			*text = '?';
	}
}

int
fault_set(struct fault *f, enum fault_code code, const char *fmt, ...)
{
	va_list ap;

	f->code = code;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	make_printable(f->text);
	return -1;
}

int
fault_err(struct fault *f, enum fault_code code, const struct err *e)
{
	bool busy = err_may_pass(e) || e->code == ERR_CANCELED;

	if (err_is_public(e) && e->code != ERR_CANCELED)
		return fault_set(f, code, "%s", e->msg);
	if (e->code != ERR_CANCELED)
		log_err(busy ? LOG_WARN : LOG_ERROR, "oauth", "request", e);
	return fault_set(f, busy ? FAULT_UNAVAILABLE : FAULT_SERVER_ERROR, "%s",
	    err_public_text(e->code));
}

int
fault_wait(
    struct http_req *req, struct fault *f, int64_t wait_us, const char *why)
{
	char text[24];

	snprintf(
	    text, sizeof(text), "%lld", (long long)(wait_us / 1000000 + 1));
	http_add_header(req, "Retry-After", text);
	return fault_set(f, FAULT_SLOW_DOWN, "%s", why);
}

void
fault_reply(struct http_req *req, const struct fault *f)
{
	struct jsonw w;

	buf_clear(http_out(req));
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "error", fault_name(f->code));
	jsonw_kv_cstr_opt(&w, "error_description", f->text);
	jsonw_end_object(&w);
	jsonw_done(&w);
	if (f->code == FAULT_INVALID_CLIENT)
		http_add_header(req, "WWW-Authenticate",
		    "Basic realm=\"pierre\", charset=\"UTF-8\"");
	if (f->code == FAULT_UNAVAILABLE)
		http_add_header(req, "Retry-After", "1");
	http_reply(req, faults[f->code].status, "application/json");
}
