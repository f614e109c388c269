/* /: for a stranger what this server is and how to connect to it; for who is
 * signed in, how training goes. */

#include "app.h"
#include "web/page.h"
#include "web/web.h"

static void
show_step(struct html *h, const char *title, const char *text)
{
	html_open(h, "li");
	html_line(h, "strong", NULL, title);
	html_open(h, "br");
	html_text(h, text);
	html_close(h, "li");
}

static void
show_connecting(struct page *p)
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

static void
show_welcome(struct http_req *req)
{
	struct page p;
	struct html *h = &p.h;

	page_begin(&p, req, "Your training, in words");
	html_box(h, "p", "message");
	html_text(h,
	    "Pierre gives AI assistants your fitness data, and sports science "
	    "over it that is correct. Ask how fit you are, whether you are "
	    "ready for a race, or what last week did to you.");
	html_close(h, "p");
	html_box(h, "div", "buttons");
	html_box(h, "a", "button");
	html_attr(h, "href", "/signin");
	html_text(h, "Sign in");
	html_close(h, "a");
	html_close(h, "div");
	html_open(h, "br");
	show_connecting(&p);
	page_end(&p, 200);
}

void
web_home(struct http_req *req)
{
	show_welcome(req);
}
