/* Errors: composing messages and the tables of errors.def. */

#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static const struct {
	const char *name;
	int http;
	int rpc;
	const char *text;
} table[] = {
#define ERR(name, http, rpc, text) { #name, http, rpc, text },
#include "base/errors.def"
#undef ERR
};

/* A message is one printable line of UTF-8; a sequence that was cut at the end
 * of the field goes too. */
static void
clean(char *msg)
{
	struct str s = str_of(msg);
	bool utf8;

	for (int cut = 0; cut < 3 && s.n > 0 && !str_is_utf8(s); cut++)
		if (str_is_utf8(str_make(s.p, s.n - 1)))
			msg[--s.n] = '\0';
		else
			s.n--;
	s = str_of(msg);
	utf8 = str_is_utf8(s);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)msg[i];

		if (c < 0x20 || c == 0x7f || (c >= 0x80 && !utf8))
			msg[i] = '?';
	}
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return -1;
	e->code = code;
	e->sys = 0;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	clean(e->msg);
	return -1;
}

int
err_sys(struct err *e, enum err_code code, const char *fmt, ...)
{
	int sys = errno;
	size_t n;
	va_list ap;

	if (e == NULL)
		return -1;
	e->code = code;
	e->sys = sys;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", strerror(sys));
	clean(e->msg);
	return -1;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	char was[sizeof(e->msg)];
	size_t n;
	va_list ap;

	if (e == NULL)
		return -1;
	memcpy(was, e->msg, sizeof(was));
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof(e->msg), fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	snprintf(e->msg + n, sizeof(e->msg) - n, ": %s", was);
	clean(e->msg);
	return -1;
}

const char *
err_name(enum err_code code)
{
	return table[code].name;
}

int
err_http_status(enum err_code code)
{
	return table[code].http;
}

int
err_rpc_code(enum err_code code)
{
	return table[code].rpc;
}

const char *
err_public_text(enum err_code code)
{
	return table[code].text;
}

bool
err_is_public(const struct err *e)
{
	return table[e->code].http < 500;
}

bool
err_may_pass(const struct err *e)
{
	return e->code == ERR_UNAVAILABLE || e->code == ERR_READ_ONLY ||
	       e->code == ERR_TIMEOUT;
}
