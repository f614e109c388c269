#include "base/err.h"
#include "tap.h"

#include <errno.h>

static void
test_composing(void)
{
	struct err e = ERR_INIT;

	is_int(
	    err_set(&e, ERR_NOT_FOUND, "no activity %d", 7), -1, "returns -1");
	is_int(e.code, ERR_NOT_FOUND, "code");
	is_int(e.sys, 0, "no errno");
	is_str(e.msg, "no activity 7", "message");
	is_int(
	    err_wrap(&e, "import of %s", "a.fit"), -1, "wrapping returns -1");
	is_str(e.msg, "import of a.fit: no activity 7", "wrapped");
	is_int(e.code, ERR_NOT_FOUND, "wrapping keeps the code");
	errno = ENOENT;
	is_int(err_sys(&e, ERR_IO, "cannot open %s", "x"), -1, "system call");
	is_str(
	    e.msg, "cannot open x: No such file or directory", "its message");
	is_int(e.sys, ENOENT, "its errno");
	is_int(err_set(NULL, ERR_IO, "x"), -1, "nobody listens");
	is_int(err_sys(NULL, ERR_IO, "x"), -1, "nor here");
	is_int(err_wrap(NULL, "x"), -1, "nor here");
}

static void
test_cleaning(void)
{
	struct err e = ERR_INIT;
	char wide[400];

	err_set(&e, ERR_INVALID, "a\nb\tc\x1b[1m\x7f");
	is_str(e.msg, "a?b?c?[1m?", "control bytes are replaced");
	err_set(&e, ERR_INVALID, "Z\xc3\xbcrich");
	is_str(e.msg, "Z\xc3\xbcrich", "UTF-8 stays");
	err_set(&e, ERR_INVALID,
	    "a\xff"
	    "b\xc3\xbc");
	is_str(e.msg, "a?b??", "what is no UTF-8 does not");
	memset(wide, 'x', sizeof(wide));
	wide[sizeof(wide) - 1] = '\0';
	err_set(&e, ERR_INVALID, "%s", wide);
	is_int(strlen(e.msg), sizeof(e.msg) - 1, "long messages are cut");
	errno = EIO;
	err_sys(&e, ERR_IO, "%s", wide);
	is_int(strlen(e.msg), sizeof(e.msg) - 1, "with errno too");
	err_wrap(&e, "%s", wide);
	is_int(strlen(e.msg), sizeof(e.msg) - 1, "and wrapped");
}

/* A sequence cut by the end of the field goes; what is before it stays. */
static void
test_cut_sequence(void)
{
	struct err e = ERR_INIT;
	char text[300];
	int wrong = 0;

	for (size_t n = 230; n < 245; n++) {
		memset(text, 'x', n);
		memcpy(text + n,
		    "\xf0\x9f\x9a\xb4"
		    "end",
		    8);
		err_set(&e, ERR_INVALID, "%s", text);
		wrong +=
		    !str_is_utf8(str_of(e.msg)) || strchr(e.msg, '?') != NULL;
	}
	is_int(wrong, 0, "cut between characters");
}

static void
test_table(void)
{
	struct err e = ERR_INIT;

	is_str(err_name(ERR_NOT_FOUND), "NOT_FOUND", "name");
	is_int(err_http_status(ERR_INVALID), 400, "HTTP");
	is_int(err_http_status(ERR_UNAVAILABLE), 503, "HTTP again");
	is_int(err_rpc_code(ERR_INVALID), -32602, "JSON-RPC");
	is_str(
	    err_public_text(ERR_IO), "input or output failed", "public text");
	err_set(&e, ERR_DENIED, "x");
	ok(err_is_public(&e), "a caller's mistake is told");
	err_set(&e, ERR_IO, "/var/lib/x");
	ok(!err_is_public(&e), "ours is not");
	for (unsigned c = 1; c < ERR_CODE_COUNT; c++) {
		int status = err_http_status(c);

		ok(status >= 400 && status < 600 && err_rpc_code(c) < -31999 &&
			err_public_text(c)[0] != '\0',
		    "%s is whole", err_name(c));
	}
}

int
main(void)
{
	test_composing();
	test_cleaning();
	test_cut_sequence();
	test_table();
	return tap_done();
}
