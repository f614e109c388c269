#include "web/session_cookie.h"

#include "app.h"
#include "auth/accounts.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "http/cookie.h"

#define NAME "session"

int
session_cookie_begin(struct http_req *req, const struct owner *o, struct err *e)
{
	const struct app *app = http_app_state(req);
	const struct who *who = http_who(req);
	struct origin from = origin_of(req);
	char token[OPAQUE_LEN + 1];
	struct uuid id;

	if (session_start(app->accounts, http_arena(req), &from, o,
		who != NULL ? &who->token_id : NULL, token, &id, e) < 0)
		return -1;
	http_set_cookie(
	    req, NAME, str_of(token), app->conf->session_lifetime_us / 1000000);
	wipe(token, sizeof(token));
	return 0;
}

void
session_cookie_drop(struct http_req *req)
{
	http_drop_cookie(req, NAME);
}
