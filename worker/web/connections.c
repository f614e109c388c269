/* The assistants that a person lets in, and their end. */

#include "web/connections.h"

#include "app.h"
#include "auth/accounts.h"
#include "web/consent.h"

static void
show_client(struct page *p, const char *path, const struct connection *c)
{
	const struct connected_client *client = &c->client;
	const char *name = consent_name(http_arena(p->req), client->name);
	char id[UUID_TEXT_LEN + 1];
	struct html *h = &p->h;

	uuid_format(&client->id, id);
	html_open(h, "li");
	html_box(h, "div", "what");
	html_line(h, "strong", NULL, name);
	html_text(h, " ");
	if (client->is_verified)
		page_badge(p, TONE_GOOD, "known to this server");
	else
		page_badge(p, TONE_WARN, "unverified");
	html_open(h, "p");
	if (client->kind == CLIENT_DOCUMENT)
		html_textf(h, "%s, ", client->client_id);
	html_text(h, "since ");
	page_instant(p, client->since_us);
	if (client->used_us != 0) {
		html_text(h, ", last used ");
		page_instant(p, client->used_us);
	}
	html_close(h, "p");
	page_scopes(p, c->scopes);
	html_close(h, "div");
	page_action(p, path, "disconnect", id, TONE_BAD, "Disconnect", name);
	html_close(h, "li");
}

void
connections_show(struct page *p, const char *path, const char *about,
    const struct connection *list, size_t n)
{
	page_section(p, "clients", "Connected assistants", about);
	if (n == 0)
		html_line(&p->h, "p", "empty", "There are none.");
	html_box(&p->h, "ul", "rows");
	for (size_t i = 0; i < n; i++)
		show_client(p, path, &list[i]);
	html_close(&p->h, "ul");
	page_section_end(p);
}

int
connections_end(struct http_req *req, const struct form *form,
    const struct owner *o, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct client_deed d = { .db = app->db,
		.audit = accounts_audit(app->accounts),
		.arena = http_arena(req),
		.from = origin_of(req) };

	if (!uuid_parse(form_str(form, "disconnect"), &d.client))
		return 0;
	return client_disconnect(&d, o, e);
}
