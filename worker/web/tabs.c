/* The pages below /account and /admin, side by side. */

#include "web/page.h"

struct tab {
	const char *path;
	const char *label;
};

static const struct tab account_tabs[] = {
	{ "/account", "Profile" },
	{ "/account/thresholds", "Thresholds" },
	{ "/account/clients", "Assistants" },
	{ "/account/tokens", "Tokens" },
	{ "/account/security", "Security" },
	{ "/account/data", "Your data" },
	{ NULL, NULL },
};

static const struct tab admin_tabs[] = {
	{ "/admin", "People" },
	{ "/admin/clients", "Assistants" },
	{ "/admin/audit", "Audit trail" },
	{ "/admin/server", "Server" },
	{ NULL, NULL },
};

static void
show_tabs(
    struct html *h, const char *title, const struct tab *list, const char *here)
{
	html_box(h, "nav", "tabs");
	html_attr(h, "aria-label", title);
	html_open(h, "ul");
	for (const struct tab *t = list; t->path != NULL; t++) {
		html_open(h, "li");
		html_open(h, "a");
		html_attr(h, "href", t->path);
		html_attr(h, "aria-current",
		    strcmp(t->path, here) == 0 ? "page" : NULL);
		html_text(h, t->label);
		html_close(h, "a");
		html_close(h, "li");
	}
	html_close(h, "ul");
	html_close(h, "nav");
}

static void
begin(struct page *p, struct http_req *req, const char *title,
    const struct tab *list, const char *here)
{
	const char *label = title;

	for (const struct tab *t = list; t->path != NULL; t++)
		if (strcmp(t->path, here) == 0)
			label = t->label;
	page_head(
	    p, req, arena_printf(http_arena(req), "%s · %s", label, title));
	page_body(p, title);
	show_tabs(&p->h, title, list, here);
}

void
page_begin_account(struct page *p, struct http_req *req, const char *here)
{
	begin(p, req, "Account", account_tabs, here);
}

void
page_begin_admin(struct page *p, struct http_req *req, const char *here)
{
	begin(p, req, "Administration", admin_tabs, here);
}
