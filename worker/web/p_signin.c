/* /signin and /signout. */

#include "app.h"
#include "auth/accounts.h"
#include "config/conf.h"
#include "http/cookie.h"
#include "web/session_cookie.h"
#include "web/page.h"
#include "web/web.h"

enum { LOGIN, PASSWORD, FIELDS };

static const struct field fields[FIELDS] = {
	[LOGIN] = { .name = "login",
	    .label = "E-mail address or username",
	    .autocomplete = "username",
	    .required = true,
	    .focus = true },
	[PASSWORD] = { .name = "password",
	    .label = "Password",
	    .type = "password",
	    .autocomplete = "current-password",
	    .max_length = PASSWORD_MAX,
	    .required = true },
};

static void
show_ways_in(struct page *p)
{
	struct html *h = &p->h;

	html_box(h, "p", "faint");
	html_link(h, "/forgot", "Forgot your password?");
	if (strcmp(p->app->conf->registration, "closed") != 0) {
		html_text(h, " · ");
		html_link(h, "/register", "Make an account");
	}
	html_close(h, "p");
}

/* An assistant waits for the answer, which may lead back to it at once. */
static bool
is_for_client(const char *next)
{
	return strncmp(next, "/oauth2/", 8) == 0;
}

static void
show(struct http_req *req, int status, const struct field *f, const char *next,
    const char *wrong)
{
	struct page p;

	page_begin_narrow(&p, req, "Sign in");
	if (is_for_client(next))
		page_notice(&p, TONE_PLAIN,
		    "An assistant asks for access to your data. Sign in to "
		    "see what it asks for.");
	if (wrong != NULL)
		page_notice(&p, TONE_BAD, wrong);
	html_box(&p.h, "section", "card");
	page_form(&p, "wide", "/signin");
	page_hidden(&p, "next", next);
	page_fields(&p, f, FIELDS);
	html_box(&p.h, "div", "buttons");
	page_button(&p, TONE_GOOD, "Sign in");
	html_close(&p.h, "div");
	page_form_end(&p);
	html_close(&p.h, "section");
	show_ways_in(&p);
	page_end(&p, status);
}

void
web_signin(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct str next = STR("");

	if (http_query_get(req, "next", &next, &e) < 0)
		http_reply_error(req, &e);
	else if (http_who(req) != NULL)
		page_redirect(req, page_next(http_arena(req), next), NOTE_NONE);
	else
		show(req, 200, fields, page_next(http_arena(req), next), NULL);
}

/* 1 signed in, 0 wrong (e), -1. */
static int
sign_in(struct http_req *req, const struct field *f, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct owner o;
	struct user u;
	int64_t retry_s = 0;
	int rc;

	rc = accounts_sign_in(app->accounts, http_arena(req), &from,
	    field_str(&f[LOGIN]), field_str(&f[PASSWORD]), &u, &retry_s, e);
	if (retry_s > 0)
		http_add_header(req, "Retry-After",
		    arena_printf(http_arena(req), "%lld", (long long)retry_s));
	if (rc < 0)
		return e->code == ERR_UNAUTHENTICATED || e->code == ERR_LIMITED
			   ? 0
			   : -1;
	o = owner_of(&u.athlete);
	return session_cookie_begin(req, &o, e) < 0 ? -1 : 1;
}

void
web_signin_post(struct http_req *req)
{
	struct field f[FIELDS];
	struct err e = ERR_INIT;
	struct form form;
	const char *next;
	int rc;

	if (page_form_read(req, &form, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	memcpy(f, fields, sizeof(f));
	next = page_next(http_arena(req), form_str(&form, "next"));
	if (fields_read(http_arena(req), f, FIELDS, &form) > 0) {
		show(req, 422, f, next, NULL);
		return;
	}
	rc = sign_in(req, f, &e);
	if (rc < 0)
		http_reply_error(req, &e);
	else if (rc == 0)
		show(req, e.code == ERR_LIMITED ? 429 : 401, f, next,
		    page_sentence(http_arena(req), str_of(e.msg)));
	else if (is_for_client(next))
		page_go_on(req, next);
	else
		page_redirect(req, next, NOTE_NONE);
}

/* --- signing out --------------------------------------------------------- */

void
web_signout(struct http_req *req)
{
	page_redirect(req, "/", NOTE_NONE);
}

void
web_signout_post(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct err e = ERR_INIT;
	struct form form;
	struct owner o;

	if (http_who(req) == NULL) {
		page_redirect(req, "/signin", NOTE_SIGNED_OUT);
		return;
	}
	o = page_owner(req);
	if (page_form_read(req, &form, &e) < 0 ||
	    session_end(app->accounts, http_arena(req), &from, &o,
		&http_who(req)->token_id, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	session_cookie_drop(req);
	page_redirect(req, "/signin", NOTE_SIGNED_OUT);
}
