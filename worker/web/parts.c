/* What pages consist of. */

#include "web/page.h"

static const char *
tone_name(enum tone t)
{
	static const char *const names[] = { "plain", "good", "warn", "bad" };

	return names[t];
}

void
page_section(
    struct page *p, const char *id, const char *title, const char *about)
{
	struct html *h = &p->h;

	html_box(h, "section", "card");
	html_attrf(h, "aria-labelledby", "%s-title", id);
	html_attr(h, "id", id);
	html_open(h, "h2");
	html_attrf(h, "id", "%s-title", id);
	html_text(h, title);
	html_close(h, "h2");
	if (about != NULL)
		html_line(h, "p", "about", about);
}

void
page_section_end(struct page *p)
{
	html_close(&p->h, "section");
}

void
page_notice(struct page *p, enum tone tone, const char *text)
{
	html_open(&p->h, "p");
	html_attrf(&p->h, "class", "notice %s", tone_name(tone));
	html_attr(&p->h, "role", tone == TONE_BAD ? "alert" : "status");
	html_text(&p->h, text);
	html_close(&p->h, "p");
}

void
page_badge(struct page *p, enum tone tone, const char *text)
{
	html_open(&p->h, "span");
	html_attrf(&p->h, "class", "badge %s", tone_name(tone));
	html_text(&p->h, text);
	html_close(&p->h, "span");
}

void
page_copyable(
    struct page *p, const char *id, const char *label, const char *text)
{
	struct html *h = &p->h;

	html_box(h, "div", "field");
	html_open(h, "label");
	html_attr(h, "for", id);
	html_text(h, label);
	html_close(h, "label");
	html_box(h, "div", "copy");
	html_box(h, "input", "mono");
	html_attr(h, "id", id);
	html_attr(h, "type", "text");
	html_flag(h, "readonly", true);
	html_attr(h, "value", text);
	html_attr(h, "autocomplete", "off");
	html_attr(h, "spellcheck", "false");
	html_open(h, "button");
	html_attr(h, "type", "button");
	html_attr(h, "class", "second");
	html_attr(h, "data-copy", id);
	html_flag(h, "hidden", true);
	html_text(h, "Copy");
	html_close(h, "button");
	html_close(h, "div");
	html_close(h, "div");
}

void
page_tabs(struct page *p, const char *label, const struct tab *list, size_t n,
    const char *here)
{
	struct html *h = &p->h;

	html_box(h, "nav", "tabs");
	html_attr(h, "aria-label", label);
	html_open(h, "ul");
	for (size_t i = 0; i < n; i++) {
		html_open(h, "li");
		html_open(h, "a");
		html_attr(h, "href", list[i].path);
		html_attr(h, "aria-current",
		    strcmp(list[i].path, here) == 0 ? "page" : NULL);
		html_text(h, list[i].label);
		html_close(h, "a");
		html_close(h, "li");
	}
	html_close(h, "ul");
	html_close(h, "nav");
}

void
page_account_tabs(struct page *p, const char *here)
{
	static const struct tab tabs[] = {
		{ "/account", "Profile" },
		{ "/account/thresholds", "Thresholds" },
		{ "/account/clients", "Assistants" },
		{ "/account/tokens", "Tokens" },
		{ "/account/security", "Security" },
		{ "/account/data", "Your data" },
	};

	page_tabs(p, "Account", tabs, ARRAY_LEN(tabs), here);
}

void
page_admin_tabs(struct page *p, const char *here)
{
	static const struct tab tabs[] = {
		{ "/admin", "People" },
		{ "/admin/clients", "Assistants" },
		{ "/admin/audit", "Audit trail" },
		{ "/admin/server", "Server" },
	};

	page_tabs(p, "Administration", tabs, ARRAY_LEN(tabs), here);
}

void
page_scopes(struct page *p, uint32_t scopes)
{
	html_box(&p->h, "ul", "scopes");
	for (int i = 0; i < SCOPE_COUNT; i++)
		if (scopes & 1u << i)
			html_line(&p->h, "li", NULL, scope_words(i));
	html_close(&p->h, "ul");
}
