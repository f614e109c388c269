/* /account/clients: the assistants that may read the person's data. */

#include "app.h"
#include "auth/accounts.h"
#include "oauth/connected.h"
#include "store/grants.h"
#include "web/consent.h"
#include "web/web.h"

#define PATH "/account/clients"

/* --- what is there ------------------------------------------------------- */

/* What all grants of a client give it together; they stand side by side. */
static uint32_t
scopes_of(const struct connected_client *list, size_t n)
{
	uint32_t one, all = 0;

	for (size_t i = 0; i < n; i++)
		if (scope_parse(str_of(list[i].scopes), &one, NULL) == 0)
			all |= one;
	return all;
}

static int64_t
last_use(const struct connected_client *list, size_t n)
{
	int64_t us = 0;

	for (size_t i = 0; i < n; i++)
		us = MAX(us, list[i].used_us);
	return us;
}

static void
show_client(struct page *p, const struct connected_client *list, size_t n)
{
	const char *name = consent_name(http_arena(p->req), list->name);
	char id[UUID_TEXT_LEN + 1];
	struct html *h = &p->h;

	uuid_format(&list->id, id);
	html_open(h, "li");
	html_box(h, "div", "what");
	html_line(h, "strong", NULL, name);
	html_text(h, " ");
	if (list->is_verified)
		page_badge(p, TONE_GOOD, "known to this server");
	else
		page_badge(p, TONE_WARN, "unverified");
	html_open(h, "p");
	if (list->kind == CLIENT_DOCUMENT)
		html_textf(h, "%s, ", list->client_id);
	html_text(h, "since ");
	page_instant(p, list->since_us);
	if (last_use(list, n) != 0) {
		html_text(h, ", last used ");
		page_instant(p, last_use(list, n));
	}
	html_close(h, "p");
	page_scopes(p, scopes_of(list, n));
	html_close(h, "div");
	page_action(p, PATH, "disconnect", id, TONE_BAD, "Disconnect", name);
	html_close(h, "li");
}

static void
show_clients(struct page *p, const struct connected_client *list, size_t n)
{
	size_t same;

	page_section(p, "clients", "Connected assistants",
	    "They may do what stands below each, until you disconnect them.");
	if (n == 0)
		html_line(&p->h, "p", "empty", "There are none.");
	html_box(&p->h, "ul", "rows");
	for (size_t i = 0; i < n; i += same) {
		for (same = 1;
		     i + same < n && uuid_eq(&list[i].id, &list[i + same].id);
		     same++)
			;
		show_client(p, &list[i], same);
	}
	html_close(&p->h, "ul");
	page_section_end(p);
}

void
web_clients(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct connected_client *list;
	struct page p;
	size_t n;

	if (grants_connected(app->db, http_arena(req), &o, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin_account(&p, req, PATH);
	show_clients(&p, list, n);
	page_connecting(&p);
	page_end(&p, 200);
}

/* --- changes ------------------------------------------------------------- */

void
web_clients_post(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct client_deed d = { .db = app->db,
		.audit = accounts_audit(app->accounts),
		.arena = http_arena(req),
		.from = origin_of(req) };
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct form form;
	int rc = page_form_read(req, &form, &e);

	if (rc == 0 && uuid_parse(form_str(&form, "disconnect"), &d.client))
		rc = client_disconnect(&d, &o, &e);
	if (rc < 0)
		http_reply_error(req, &e);
	else
		page_redirect(
		    req, PATH, rc > 0 ? NOTE_CLIENT_GONE : NOTE_NOTHING_DONE);
}
