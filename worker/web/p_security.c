/* /account/security: the password, and where the person is signed in. */

#include "app.h"
#include "auth/accounts.h"
#include "store/sessions.h"
#include "web/security.h"
#include "web/session_cookie.h"
#include "web/web.h"

#define PATH "/account/security"

enum { PRESENT, WANTED, FIELDS };

static const struct field fields[FIELDS] = {
	[PRESENT] = { .name = "present",
	    .label = "Present password",
	    .type = "password",
	    .autocomplete = "current-password",
	    .max_length = PASSWORD_MAX,
	    .required = true },
	[WANTED] = { .name = "wanted",
	    .label = "New password",
	    .type = "password",
	    .autocomplete = "new-password",
	    .max_length = PASSWORD_MAX,
	    .required = true },
};

/* --- what is there ------------------------------------------------------- */

/* "Firefox on Linux", as far as a browser tells. */
static const char *
browser_of(struct arena *a, const char *agent)
{
	static const char *const browsers[][2] = { { "Edg/", "Edge" },
		{ "OPR/", "Opera" }, { "Firefox/", "Firefox" },
		{ "Chrome/", "Chrome" }, { "Safari/", "Safari" },
		{ "curl/", "curl" } };
	static const char *const systems[][2] = { { "Android", "Android" },
		{ "iPhone", "iPhone" }, { "iPad", "iPad" },
		{ "Windows", "Windows" }, { "Mac OS", "Mac" },
		{ "Linux", "Linux" } };
	const char *browser = "A browser", *system = NULL;

	for (size_t i = ARRAY_LEN(browsers); i-- > 0;)
		if (strstr(agent, browsers[i][0]) != NULL)
			browser = browsers[i][1];
	for (size_t i = ARRAY_LEN(systems); i-- > 0;)
		if (strstr(agent, systems[i][0]) != NULL)
			system = systems[i][1];
	return system != NULL ? arena_printf(a, "%s on %s", browser, system)
			      : browser;
}

static void
show_session(struct page *p, const struct session *s)
{
	const char *name = browser_of(http_arena(p->req), s->user_agent);
	struct html *h = &p->h;
	char id[UUID_TEXT_LEN + 1];
	bool is_this = uuid_eq(&s->id, &p->who->token_id);

	uuid_format(&s->id, id);
	html_open(h, "li");
	html_box(h, "div", "what");
	html_line(h, "strong", NULL, name);
	html_text(h, " ");
	if (is_this)
		page_badge(p, TONE_GOOD, "this one");
	html_open(h, "p");
	html_text(h, "Since ");
	page_instant(p, s->created_us);
	html_text(h, ", last used ");
	page_instant(p, s->last_used_us);
	html_textf(h, ", from %s", s->address);
	html_close(h, "p");
	html_close(h, "div");
	if (!is_this)
		page_action(p, PATH, "end", id, TONE_BAD, "End",
		    arena_printf(
			http_arena(p->req), "the session of %s", name));
	html_close(h, "li");
}

static void
show_sessions(struct page *p, const struct session *list, size_t n)
{
	page_section(p, "sessions", "Where you are signed in",
	    "Something you do not know? End it, and change your password.");
	html_box(&p->h, "ul", "rows");
	for (size_t i = 0; i < n; i++)
		show_session(p, &list[i]);
	html_close(&p->h, "ul");
	if (n > 1) {
		html_box(&p->h, "div", "buttons");
		page_action(
		    p, PATH, "end", "others", TONE_BAD, "End all others", NULL);
		html_close(&p->h, "div");
	}
	page_section_end(p);
}

static void
show_password(struct page *p, const struct field *f)
{
	page_section(p, "password", "Change your password",
	    "All other sessions end, and connected assistants have to ask "
	    "again.");
	page_form(p, NULL, PATH);
	html_box(&p->h, "div", "pair");
	page_fields(p, f, FIELDS);
	html_close(&p->h, "div");
	html_box(&p->h, "div", "buttons");
	page_button(p, TONE_GOOD, "Change it");
	html_close(&p->h, "div");
	page_form_end(p);
	page_section_end(p);
}

void
security_show(struct http_req *req, int status, const struct field *password,
    const struct field *address)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct session *list;
	struct page p;
	size_t n;

	if (session_list(app->accounts, http_arena(req), &o, &list, &n, &e) <
	    0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin_account(&p, req, PATH);
	show_sessions(&p, list, n);
	show_password(&p, password != NULL ? password : fields);
	security_show_address(&p, address != NULL ? address : address_fields);
	page_end(&p, status);
}

void
web_security(struct http_req *req)
{
	security_show(req, 200, NULL, NULL);
}

/* --- changes ------------------------------------------------------------- */

static void
change_password(struct http_req *req, const struct form *form)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct origin from = origin_of(req);
	struct owner o = page_owner(req);
	struct field f[FIELDS];
	struct err e = ERR_INIT;
	int64_t retry_s = 0;

	memcpy(f, fields, sizeof(f));
	if (fields_read(a, f, FIELDS, form) > 0) {
		security_show(req, 422, f, NULL);
		return;
	}
	if (accounts_change_password(app->accounts, a, &from, &o,
		&http_who(req)->token_id, field_str(&f[PRESENT]),
		field_str(&f[WANTED]), &retry_s, &e) == 0) {
		page_redirect(req, PATH, NOTE_PASSWORD_CHANGED);
		return;
	}
	if (e.code == ERR_DENIED || e.code == ERR_LIMITED)
		f[PRESENT].error = page_sentence(a, str_of(e.msg));
	else if (e.code == ERR_INVALID)
		f[WANTED].error = page_sentence(a, str_of(e.msg));
	if (fields_wrong(f, FIELDS) > 0)
		security_show(req, e.code == ERR_LIMITED ? 429 : 422, f, NULL);
	else
		http_reply_error(req, &e);
}

static void
end_sessions(struct http_req *req, struct str which)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct origin from = origin_of(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	unsigned n = 0;
	struct uuid id;
	int rc = 0;

	if (str_is(which, "others"))
		rc = session_revoke_others(app->accounts, a, &from, &o,
		    &http_who(req)->token_id, &n, &e);
	else if (uuid_parse(which, &id))
		n = (rc = session_revoke(
			 app->accounts, a, &from, &o, &id, &e)) > 0;
	if (rc < 0)
		http_reply_error(req, &e);
	else
		page_redirect(req, PATH,
		    n == 0		      ? NOTE_NOTHING_DONE
		    : str_is(which, "others") ? NOTE_SESSIONS_ENDED
					      : NOTE_SESSION_ENDED);
}

void
web_security_post(struct http_req *req)
{
	struct field address[ADDRESS_FIELDS];
	struct err e = ERR_INIT;
	struct form form;
	struct str which, email;

	if (page_form_read(req, &form, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	which = form_str(&form, "end");
	if (which.n > 0) {
		end_sessions(req, which);
	} else if (form_get(&form, "email", &email, NULL) == 1) {
		memcpy(address, address_fields, sizeof(address));
		security_change_address(req, &form, address);
	} else
		change_password(req, &form);
}
