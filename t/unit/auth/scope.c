/* Names of scopes. */

#include "auth/scope.h"

#include "tap.h"

int
main(void)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	uint32_t set = 99;

	scope_format(&b, SCOPES_DEFAULT);
	is_str(buf_cstr(&b),
	    "profile:read activities:read activities:write sleep:read "
	    "measurements:read",
	    "written");
	is_int(scope_parse(buf_str(&b), &set, &e), 0, "read");
	is_int(set, SCOPES_DEFAULT, "as written");
	is_int(scope_parse(STR(" admin,,location:read "), &set, &e), 0,
	    "commas and blanks");
	is_int(set, SCOPE_ADMIN | SCOPE_LOCATION_READ, "both");
	is_int(scope_parse(STR(""), &set, &e), 0, "nothing");
	is_int(set, 0, "is no scope");
	set = 99;
	ok(scope_parse(STR("admin sleep"), &set, &e) < 0 &&
		e.code == ERR_INVALID && strstr(e.msg, "'sleep'") != NULL,
	    "unknown: %s", e.msg);
	is_int(set, 99, "leaves the result alone");
	for (unsigned i = 0; i < SCOPE_COUNT; i++)
		ok(scope_words(i)[0] != '\0', "%s has words", scope_name(i));
	buf_free(&b);
	return tap_done();
}
