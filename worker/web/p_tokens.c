/* /account/tokens: personal access tokens for programs of one's own, and API
 * keys for agents, with what they used. */

#include "app.h"
#include "auth/keys.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/xalloc.h"
#include "web/consent.h"
#include "web/web.h"

#define PATH	   "/account/tokens"
#define US_PER_DAY INT64_C(86400000000)

enum { NAME, KIND, DAYS, FIELDS };

static const struct option kinds[] = {
	{ "token", "A personal token" },
	{ "key", "An API key, with a monthly quota" },
};

static const struct option lifetimes[] = {
	{ "30", "30 days" },
	{ "90", "90 days" },
	{ "365", "A year" },
	{ "0", "Until it is revoked" },
};

static const struct field fields[FIELDS] = {
	[NAME] = { .name = "name",
	    .label = "What is it for?",
	    .hint = "Such as: laptop, or the name of a program.",
	    .max_length = 80,
	    .required = true },
	[KIND] = { .name = "kind",
	    .label = "Kind",
	    .options = kinds,
	    .options_n = ARRAY_LEN(kinds),
	    .value = "token",
	    .hint = "A key counts its requests, for an agent that you let "
		    "run by itself.",
	    .required = true },
	[DAYS] = { .name = "days",
	    .label = "How long it works",
	    .options = lifetimes,
	    .options_n = ARRAY_LEN(lifetimes),
	    .value = "90",
	    .required = true },
};

/* What the person may hand on, and what is ticked at first. */
static uint32_t
may_grant(const struct http_req *req)
{
	return http_who(req)->scopes;
}

/* --- what is there ------------------------------------------------------- */

static void
show_state(struct page *p, const struct access_token *t)
{
	if (t->revoked_us != 0)
		page_badge(p, TONE_BAD, "revoked");
	else if (t->expires_us <= clock_wall_us())
		page_badge(p, TONE_WARN, "expired");
}

/* Of this month, by UTC, where there is a quota to hold it against. */
static void
show_usage(struct page *p, const struct access_token *t)
{
	struct date_civil c =
	    date_from_day(date_of_instant(clock_wall_us(), 0));
	struct owner o = page_owner(p->req);
	enum key_tier tier;
	struct token_usage *list;
	int64_t used = 0;
	size_t n;

	if (!tier_parse(str_of(t->tier), &tier) ||
	    tokens_usage(p->app->db, http_arena(p->req), &o, &t->id, &list, &n,
		NULL) < 0)
		return;
	if (n > 0 && list[0].month == c.year * 100 + c.month)
		used = list[0].used;
	if (tier_quota(tier) == 0) {
		html_linef(&p->h, "p", NULL, "%lld requests this month",
		    (long long)used);
		return;
	}
	html_linef(&p->h, "p", NULL, "%lld of %lld requests this month",
	    (long long)used, (long long)tier_quota(tier));
	html_open(&p->h, "progress");
	html_attrf(&p->h, "aria-label", "Used by %s", t->name);
	html_attrf(&p->h, "max", "%lld", (long long)tier_quota(tier));
	html_attrf(
	    &p->h, "value", "%lld", (long long)MIN(used, tier_quota(tier)));
	html_close(&p->h, "progress");
}

static void
show_token(struct page *p, const struct access_token *t)
{
	struct html *h = &p->h;
	char id[UUID_TEXT_LEN + 1];
	uint32_t scopes;

	uuid_format(&t->id, id);
	html_open(h, "li");
	html_box(h, "div", "what");
	html_line(h, "strong", NULL, t->name);
	html_text(h, " ");
	if (t->tier[0] != '\0')
		page_badge(p, TONE_PLAIN, t->tier);
	show_state(p, t);
	html_open(h, "p");
	html_linef(h, "code", NULL, "%s…", t->prefix);
	html_text(h, " made ");
	page_instant(p, t->created_us);
	if (t->last_used_us != 0) {
		html_text(h, ", last used ");
		page_instant(p, t->last_used_us);
	} else {
		html_text(h, ", not used yet");
	}
	if (t->expires_us != INT64_MAX) {
		html_text(h, ", until ");
		page_instant(p, t->expires_us);
	}
	html_close(h, "p");
	if (t->revoked_us == 0 &&
	    scope_parse(str_of(t->scopes), &scopes, NULL) == 0)
		page_scopes(p, scopes);
	if (t->tier[0] != '\0' && t->revoked_us == 0)
		show_usage(p, t);
	html_close(h, "div");
	if (t->revoked_us == 0)
		page_action(p, PATH, "revoke", id, TONE_BAD, "Revoke", t->name);
	html_close(h, "li");
}

static void
show_list(struct page *p, const struct access_token *list, size_t n)
{
	page_rows(p, "list", "Your tokens", NULL, n);
	for (size_t i = 0; i < n; i++)
		show_token(p, &list[i]);
	page_rows_end(p);
}

/* --- the form ------------------------------------------------------------ */

static void
show_form(struct page *p, const struct field *f, uint32_t chosen)
{
	struct html *h = &p->h;

	page_section(p, "make", "Make a token",
	    "For programs and assistants that take an access token. Those that "
	    "open your browser to sign in need none.");
	page_form(p, NULL, PATH);
	html_box(h, "div", "row");
	page_fields(p, f, FIELDS);
	html_close(h, "div");
	html_open(h, "fieldset");
	html_line(h, "legend", NULL, "What it may do");
	for (int i = 0; i < SCOPE_COUNT; i++)
		if (may_grant(p->req) & 1u << i)
			page_checkbox(p, "scope",
			    scope_name((enum scope_index)i),
			    scope_words((enum scope_index)i),
			    (chosen & 1u << i) != 0);
	html_close(h, "fieldset");
	html_box(h, "div", "buttons");
	page_button(p, TONE_GOOD, "Make the token");
	html_close(h, "div");
	page_form_end(p);
	page_section_end(p);
}

static void
show_new(struct page *p, const char *token)
{
	html_box(&p->h, "section", "secret");
	html_attr(&p->h, "aria-label", "Your new token");
	html_attr(&p->h, "role", "status");
	html_open(&p->h, "p");
	html_line(&p->h, "strong", NULL, "Your new token.");
	html_text(&p->h,
	    " Copy it now: it is shown this once, and nobody can look it up.");
	html_close(&p->h, "p");
	page_copyable(p, "new-token", "Token", token);
	html_close(&p->h, "section");
}

static void
show(struct http_req *req, int status, const struct field *f, uint32_t chosen,
    const char *token)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct access_token *list;
	struct page p;
	size_t n;

	if (tokens_list(app->db, http_arena(req), &o, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin_account(&p, req, PATH);
	if (token != NULL)
		show_new(&p, token);
	show_form(&p, f, chosen);
	show_list(&p, list, n);
	page_end(&p, status);
}

void
web_tokens(struct http_req *req)
{
	show(req, 200, fields, SCOPES_DEFAULT, NULL);
}

/* --- changes ------------------------------------------------------------- */

static void
refuse(struct http_req *req, struct field *f, uint32_t scopes, struct err *e)
{
	if (e->code != ERR_INVALID && e->code != ERR_LIMITED) {
		http_reply_error(req, e);
		return;
	}
	f[NAME].error = page_sentence(http_arena(req), str_of(e->msg));
	show(req, e->code == ERR_LIMITED ? 429 : 422, f, scopes, NULL);
}

static void
make(struct http_req *req, const struct form *form)
{
	const struct app *app = http_app_state(req);
	uint32_t scopes = consent_scopes(form, may_grant(req));
	struct key_request r = {
		.scopes = scopes,
		.expires_us = INT64_MAX,
	};
	struct origin from = origin_of(req);
	struct owner o = page_owner(req);
	struct uuid id;
	struct field f[FIELDS];
	struct err e = ERR_INIT;
	char token[OPAQUE_LEN + 1];
	int64_t days = 0;

	memcpy(f, fields, sizeof(f));
	(void)fields_read(http_arena(req), f, FIELDS, form);
	if (scopes == 0 && f[NAME].error == NULL)
		f[NAME].error = "Choose at least one thing that it may do.";
	if (fields_wrong(f, FIELDS) > 0 ||
	    !str_to_i64(field_str(&f[DAYS]), &days)) {
		show(req, 422, f, scopes, NULL);
		return;
	}
	r.name = field_str(&f[NAME]);
	if (str_is(field_str(&f[KIND]), "key"))
		r.tier = keys_own_tier(app->accounts);
	if (days > 0)
		r.expires_us = clock_wall_us() + days * US_PER_DAY;
	if (keys_create(app->accounts, http_arena(req), &from, &o, &r, token,
		&id, &e) < 0) {
		refuse(req, f, scopes, &e);
		return;
	}
	show(req, 200, fields, SCOPES_DEFAULT, token);
	wipe(token, sizeof(token));
}

static void
revoke(struct http_req *req, struct str text)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct uuid id;
	int rc = 0;

	if (uuid_parse(text, &id))
		rc = keys_revoke(
		    app->accounts, http_arena(req), &from, &o, &id, &e);
	if (rc < 0)
		http_reply_error(req, &e);
	else
		page_redirect(
		    req, PATH, rc > 0 ? NOTE_TOKEN_REVOKED : NOTE_NOTHING_DONE);
}

void
web_tokens_post(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct form form;
	struct str id;

	if (page_form_read(req, &form, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	id = form_str(&form, "revoke");
	if (id.n > 0)
		revoke(req, id);
	else
		make(req, &form);
}
