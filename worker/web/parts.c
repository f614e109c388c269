/* What pages consist of. */

#include "web/page.h"

static const char *
tone_name(enum tone t)
{
	static const char *const names[] = { "plain", "good", "warn", "bad" };

	return names[t];
}

/* `Words between these` are what one types. */
void
page_prose(struct page *p, const char *class, const char *text)
{
	struct str rest = str_of(text), part;
	bool is_code = false;

	html_box(&p->h, "p", class);
	for (; rest.p != NULL; is_code = !is_code) {
		part = str_cut(rest, '`', &rest);
		if (is_code)
			html_open(&p->h, "code");
		html_text_str(&p->h, part);
		if (is_code)
			html_close(&p->h, "code");
	}
	html_close(&p->h, "p");
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
		page_prose(p, "about", about);
}

void
page_section_end(struct page *p)
{
	html_close(&p->h, "section");
}

void
page_rows(struct page *p, const char *id, const char *title, const char *about,
    size_t n)
{
	page_section(p, id, title, about);
	if (n == 0)
		html_line(&p->h, "p", "empty", "There are none.");
	html_box(&p->h, "ul", "rows");
}

void
page_rows_end(struct page *p)
{
	html_close(&p->h, "ul");
	page_section_end(p);
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

static void
show_head(struct html *h, const char *head)
{
	html_open(h, "th");
	html_attr(h, "scope", "col");
	if (head[0] == '-')
		html_line(h, "span", "unseen", head + 1);
	else
		html_text(h, head);
	html_close(h, "th");
}

static void
begin_table(struct page *p, const char *class, const char *const *heads)
{
	struct html *h = &p->h;

	html_box(h, "div", "table");
	html_box(h, "table", class);
	html_open(h, "thead");
	html_open(h, "tr");
	for (; *heads != NULL; heads++)
		show_head(h, *heads);
	html_close(h, "tr");
	html_close(h, "thead");
	html_open(h, "tbody");
}

void
page_table(struct page *p, const char *const *heads)
{
	begin_table(p, "stack", heads);
}

void
page_table_slim(struct page *p, const char *const *heads)
{
	begin_table(p, NULL, heads);
}

void
page_table_end(struct page *p)
{
	html_close(&p->h, "tbody");
	html_close(&p->h, "table");
	html_close(&p->h, "div");
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

static void
show_step(struct html *h, const char *title, const char *text)
{
	html_open(h, "li");
	html_line(h, "strong", NULL, title);
	html_open(h, "br");
	html_text(h, text);
	html_close(h, "li");
}

void
page_connecting(struct page *p)
{
	struct html *h = &p->h;
	const char *url =
	    arena_printf(http_arena(p->req), "%s/mcp", page_site(p->req));

	page_section(p, "connect", "Connect an assistant", NULL);
	html_box(h, "ol", "steps");
	show_step(h, "Copy the address below.",
	    "It is where this server speaks the Model Context Protocol.");
	show_step(h, "Add it to your assistant",
	    "as a remote MCP server, or custom connector.");
	show_step(h, "Sign in when your browser opens",
	    "and agree to what the assistant may see. You can take it back at "
	    "any time.");
	html_close(h, "ol");
	page_copyable(p, "mcp-url", "Address", url);
	page_section_end(p);
}

void
page_pages(struct page *p, const char *first_label, const char *first,
    const char *next_label, const char *next)
{
	if (first == NULL && next == NULL)
		return;
	html_box(&p->h, "nav", "pages");
	html_attr(&p->h, "aria-label", "Pages");
	if (first != NULL)
		html_link(&p->h, first, first_label);
	if (next != NULL)
		html_link(&p->h, next, next_label);
	html_close(&p->h, "nav");
}

void
page_figure(struct page *p, const char *class, const char *name,
    const char *value, const char *about)
{
	struct html *h = &p->h;

	if (value == NULL)
		return;
	html_box(h, "div", class);
	html_line(h, "dt", NULL, name);
	html_open(h, "dd");
	html_text(h, value);
	if (about != NULL)
		html_line(h, "span", NULL, about);
	html_close(h, "dd");
	html_close(h, "div");
}

void
page_leading(struct page *p, const char *path, const char *label)
{
	html_box(&p->h, "a", "button second");
	html_attr(&p->h, "href", path);
	html_text(&p->h, label);
	html_close(&p->h, "a");
}

void
page_origin(struct page *p, const char *text)
{
	page_section(p, "origin", "Where it comes from", NULL);
	html_line(&p->h, "p", NULL, text);
	html_box(&p->h, "div", "buttons");
	page_leading(p, "/import", "Import files");
	html_close(&p->h, "div");
	page_section_end(p);
}
