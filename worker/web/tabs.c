/* The pages below /account and /admin, side by side. */

#include "web/page.h"

struct tab {
	const char *path;
	const char *label;
	bool owner; /* for who owns a tenant */
};

static const struct tab account_tabs[] = {
	{ "/account", "Profile", false },
	{ "/account/thresholds", "Thresholds", false },
	{ "/account/clients", "Assistants", false },
	{ "/account/tokens", "Tokens", false },
	{ "/account/security", "Security", false },
	{ "/account/data", "Your data", false },
	{ "/members", "Members", true },
	{ NULL, NULL, false },
};

static const struct tab admin_tabs[] = {
	{ "/admin", "People", false },
	{ "/admin/clients", "Assistants", false },
	{ "/admin/audit", "Audit trail", false },
	{ "/admin/server", "Server", false },
	{ NULL, NULL, false },
};

static void
show_tabs(
    struct page *p, const char *title, const struct tab *list, const char *here)
{
	struct html *h = &p->h;

	html_box(h, "nav", "tabs");
	html_attr(h, "aria-label", title);
	html_open(h, "ul");
	for (const struct tab *t = list; t->path != NULL; t++) {
		if (t->owner && p->user.tenant_role != TENANT_OWNER)
			continue;
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
	p->place = list[0].path;
	page_body(p, title);
	show_tabs(p, title, list, here);
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
