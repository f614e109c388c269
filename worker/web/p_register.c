/* /register, /setup and /join: accounts that people make themselves. */

#include "app.h"
#include "auth/accounts.h"
#include "config/conf.h"
#include "web/page.h"
#include "web/session_cookie.h"
#include "web/web.h"

enum { EMAIL, NAME, PASSWORD, TIMEZONE, FIELDS };

/* The time zone comes from the browser, where it can tell. */
static const struct field fields[FIELDS] = {
	[EMAIL] = { .name = "email",
	    .label = "E-mail address",
	    .type = "email",
	    .autocomplete = "email",
	    .hint = "You sign in with it.",
	    .required = true,
	    .focus = true },
	[NAME] = { .name = "name",
	    .label = "Your name",
	    .autocomplete = "name",
	    .hint = "What assistants call you.",
	    .max_length = ACCOUNT_DISPLAY_MAX },
	[PASSWORD] = { .name = "password",
	    .label = "Password",
	    .type = "password",
	    .autocomplete = "new-password",
	    .max_length = PASSWORD_MAX,
	    .hint = "A few words that only you would put together are good.",
	    .required = true },
	[TIMEZONE] = { .name = "timezone",
	    .label = "Time zone",
	    .hint = "Such as Europe/Berlin. It decides on which day an "
		    "activity counts." },
};

/* Who may come by a page: by a token, or by what the configuration says. */
struct entrance {
	const char *path;
	const char *title;
	const char *about;
	bool by_token;
	const char *then; /* where it leads */
	enum note note;
};

static const struct entrance entrances[] = {
	{ "/register", "Make an account", NULL, false, "/signin",
	    NOTE_REGISTERED },
	{ "/setup", "Set up this server",
	    "You make the first account here, and it administers the server.",
	    true, "/", NOTE_WELCOME },
	{ "/join", "Join", "You were invited to this server.", true, "/signin",
	    NOTE_JOINED },
};

static const struct entrance *
entrance_of(const struct http_req *req)
{
	for (size_t i = 1; i < ARRAY_LEN(entrances); i++)
		if (str_is(http_path(req), entrances[i].path))
			return &entrances[i];
	return &entrances[0];
}

static bool
is_closed(const struct http_req *req)
{
	const struct app *app = http_app_state(req);

	return !entrance_of(req)->by_token &&
	       strcmp(app->conf->registration, "closed") == 0;
}

static void
refuse_closed(struct http_req *req)
{
	struct err e = ERR_INIT;

	err_set(&e, ERR_DENIED,
	    "this server takes no registrations; ask whoever runs it for an "
	    "account");
	http_reply_error(req, &e);
}

static void
show(struct http_req *req, int status, const struct field *f, struct str token,
    const char *wrong)
{
	const struct entrance *in = entrance_of(req);
	struct page p;

	page_begin_narrow(&p, req, in->title);
	if (wrong != NULL)
		page_notice(&p, TONE_BAD, wrong);
	if (in->about != NULL)
		html_line(&p.h, "p", "message", in->about);
	if (!in->by_token && strcmp(p.app->conf->registration, "approval") == 0)
		html_line(&p.h, "p", "message",
		    "An administrator approves each account before it can "
		    "sign in.");
	html_box(&p.h, "section", "card");
	page_form(&p, "wide", in->path);
	if (in->by_token)
		page_hidden(&p, "token",
		    arena_strndup(http_arena(req), token.p, token.n));
	page_fields(&p, f, FIELDS);
	html_box(&p.h, "div", "buttons");
	page_button(&p, TONE_GOOD, "Make the account");
	html_close(&p.h, "div");
	page_form_end(&p);
	html_close(&p.h, "section");
	html_box(&p.h, "p", "faint");
	html_text(&p.h, "You have an account? ");
	html_link(&p.h, "/signin", "Sign in");
	html_close(&p.h, "p");
	page_end(&p, status);
}

/* Nobody fills in a form that can lead nowhere. */
static int
check_way_in(struct http_req *req, struct str token, struct err *e)
{
	const struct app *app = http_app_state(req);
	const char *path = entrance_of(req)->path;
	int rc = 0;

	if (strcmp(path, "/setup") == 0) {
		rc = users_have_admin(app->db, http_arena(req), e);
		if (rc > 0)
			return err_set(e, ERR_DENIED,
			    "this server has an administrator already; sign "
			    "in, or ask them for an account");
	} else if (strcmp(path, "/join") == 0) {
		rc = accounts_peek_invitation(
		    app->accounts, http_arena(req), token, e);
		if (rc == 0)
			return err_set(e, ERR_DENIED,
			    "this invitation was used, or is too old; ask for "
			    "another one");
	}
	return rc < 0 ? -1 : 0;
}

void
web_register(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct str token = STR("");

	if (is_closed(req))
		refuse_closed(req);
	else if (http_query_get(req, "token", &token, &e) < 0 ||
		 check_way_in(req, token, &e) < 0)
		http_reply_error(req, &e);
	else
		show(req, 200, fields, token, NULL);
}

/* The first administrator signs in at once.  Whoever else could would learn by
 * it that an address is free; they read what happens next. */
static int
make_account(struct http_req *req, struct str token, const struct field *f,
    bool *enters_r, struct err *e)
{
	const struct app *app = http_app_state(req);
	const struct entrance *in = entrance_of(req);
	struct origin from = origin_of(req);
	struct registration r = {
		.email = field_str(&f[EMAIL]),
		.password = field_str(&f[PASSWORD]),
		.display_name = field_str(&f[NAME]),
		.timezone = field_str(&f[TIMEZONE]),
	};
	struct arena *a = http_arena(req);
	struct owner o;
	struct user u;
	bool pending = false;

	*enters_r = false;
	if (!in->by_token)
		return accounts_register(
		    app->accounts, a, &from, &r, &u, &pending, e);
	if (strcmp(in->path, "/setup") != 0)
		return accounts_join(app->accounts, a, &from, token, &r, &u, e);
	if (accounts_setup(app->accounts, a, &from, token, &r, &u, e) < 0)
		return -1;
	*enters_r = true;
	o = owner_of(&u.athlete);
	return session_cookie_begin(req, &o, e);
}

/* Who does not enter confirms the address first, where there is mail. */
static void
lead_on(struct http_req *req, bool enters)
{
	const struct app *app = http_app_state(req);
	const struct entrance *in = entrance_of(req);

	if (!enters && mail_is_on(app->conf))
		page_redirect(req, "/signin", NOTE_CONFIRM);
	else
		page_redirect(req, in->then, in->note);
}

static bool
is_persons_mistake(const struct err *e)
{
	return e->code == ERR_INVALID || e->code == ERR_DENIED ||
	       e->code == ERR_CONFLICT || e->code == ERR_LIMITED;
}

void
web_register_post(struct http_req *req)
{
	struct field f[FIELDS];
	struct err e = ERR_INIT;
	struct form form;
	struct str token;
	bool enters;

	if (is_closed(req)) {
		refuse_closed(req);
		return;
	}
	if (page_form_read(req, &form, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	memcpy(f, fields, sizeof(f));
	token = form_str(&form, "token");
	if (fields_read(http_arena(req), f, FIELDS, &form) > 0)
		show(req, 422, f, token, NULL);
	else if (make_account(req, token, f, &enters, &e) == 0)
		lead_on(req, enters);
	else if (is_persons_mistake(&e))
		show(req,
		    err_http_status(e.code) == 400 ? 422
						   : err_http_status(e.code),
		    f, token, page_sentence(http_arena(req), str_of(e.msg)));
	else
		http_reply_error(req, &e);
}
