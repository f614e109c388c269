/* /admin/clients: all OAuth clients, and whether an administrator stands behind
 * them. */

#include "app.h"
#include "oauth/connected.h"
#include "web/consent.h"
#include "web/web.h"

#define PATH  "/admin/clients"
#define LIMIT 50

static const char *
kind_words(enum client_kind kind)
{
	switch (kind) {
	case CLIENT_REGISTERED:
		return "registered by an administrator";
	case CLIENT_DYNAMIC:
		return "registered by itself";
	case CLIENT_DOCUMENT:
		break;
	}
	return "described by a document";
}

static void
show_buttons(struct page *p, const struct oauth_client *c, const char *name)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&c->id, id);
	html_box(&p->h, "div", "buttons");
	if (c->is_disabled)
		page_action(
		    p, PATH, "enable", id, TONE_PLAIN, "Let in again", name);
	else if (c->is_verified)
		page_action(p, PATH, "doubt", id, TONE_PLAIN,
		    "Take \"known\" back", name);
	else
		page_action(
		    p, PATH, "verify", id, TONE_PLAIN, "Mark as known", name);
	if (!c->is_disabled)
		page_action(p, PATH, "disable", id, TONE_BAD, "Lock out", name);
	page_action(p, PATH, "delete", id, TONE_BAD, "Delete", name);
	html_close(&p->h, "div");
}

static void
show_client(struct page *p, const struct oauth_client *c)
{
	const char *name = consent_name(http_arena(p->req), c->name);
	struct html *h = &p->h;

	html_open(h, "li");
	html_box(h, "div", "what");
	html_line(h, "strong", NULL, name);
	html_text(h, " ");
	if (c->is_disabled)
		page_badge(p, TONE_BAD, "locked out");
	else if (c->is_verified)
		page_badge(p, TONE_GOOD, "known");
	html_open(h, "p");
	html_line(h, "code", NULL, c->client_id);
	html_close(h, "p");
	html_open(h, "p");
	html_textf(h, "%s, ", kind_words(c->kind));
	page_instant(p, c->created_us);
	if (c->used_us != 0) {
		html_text(h, ", last used ");
		page_instant(p, c->used_us);
	} else {
		html_text(h, ", never used");
	}
	html_close(h, "p");
	html_close(h, "div");
	show_buttons(p, c, name);
	html_close(h, "li");
}

static const char *
older_than(struct arena *a, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	return arena_printf(a, PATH "?before=%s", text);
}

void
web_admin_clients(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct err e = ERR_INIT;
	struct oauth_client *list;
	struct str text = STR("");
	struct uuid before;
	struct page p;
	size_t n;
	int rc = http_query_get(req, "before", &text, &e);

	if (rc > 0 && !uuid_parse(text, &before))
		rc = err_set(&e, ERR_INVALID, "before: the id of a client");
	/* One more tells whether there are more. */
	if (rc < 0 ||
	    oauth_clients_page(app->db, http_arena(req),
		rc > 0 ? &before : NULL, LIMIT + 1, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin_admin(&p, req, PATH);
	page_section(&p, "clients", "Assistants and other clients",
	    "Anybody may register one, under any name. Mark as known those "
	    "that you have checked: people see it when they are asked.");
	if (n == 0)
		html_line(&p.h, "p", "empty", "There are none.");
	html_box(&p.h, "ul", "rows");
	for (size_t i = 0; i < MIN(n, (size_t)LIMIT); i++)
		show_client(&p, &list[i]);
	html_close(&p.h, "ul");
	page_pages(&p, "Newest", rc > 0 ? PATH : NULL, "Older",
	    n > LIMIT ? older_than(http_arena(req), &list[LIMIT - 1].id)
		      : NULL);
	page_section_end(&p);
	page_end(&p, 200);
}

/* --- changes ------------------------------------------------------------- */

static int
do_deed(struct client_deed *d, const struct form *form, struct err *e)
{
	static const struct {
		const char *name;
		bool verified, disabled;
	} deeds[] = {
		{ "verify", true, false },
		{ "doubt", false, false },
		{ "enable", false, false },
		{ "disable", false, true },
	};

	for (size_t i = 0; i < ARRAY_LEN(deeds); i++)
		if (uuid_parse(form_str(form, deeds[i].name), &d->client))
			return client_set(
			    d, deeds[i].verified, deeds[i].disabled, e);
	if (uuid_parse(form_str(form, "delete"), &d->client))
		return client_delete(d, e);
	return 0;
}

void
web_admin_clients_post(struct http_req *req)
{
	struct client_deed d = client_deed_of(req);
	struct err e = ERR_INIT;
	struct form form;
	int rc = page_form_read(req, &form, &e);

	if (rc == 0)
		rc = do_deed(&d, &form, &e);
	if (rc < 0)
		http_reply_error(req, &e);
	else
		page_redirect(
		    req, PATH, rc > 0 ? NOTE_CHANGED : NOTE_NOTHING_DONE);
}
