/* The assistants that a person lets in, and their end. */

#include "web/connections.h"

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
	page_rows(p, "clients", "Connected assistants", about, n);
	for (size_t i = 0; i < n; i++)
		show_client(p, path, &list[i]);
	page_rows_end(p);
}

int
connections_end(struct http_req *req, const struct form *form,
    const struct owner *o, struct err *e)
{
	struct client_deed d = client_deed_of(req);

	if (!uuid_parse(form_str(form, "disconnect"), &d.client))
		return 0;
	return client_disconnect(&d, o, e);
}
