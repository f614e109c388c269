/* /admin/server: how the service is, and where more is told. */

#include "app.h"
#include "config/conf.h"
#include "web/page.h"
#include "web/web.h"

static void
show_fact(struct html *h, const char *name, const char *value)
{
	html_line(h, "dt", NULL, name);
	html_line(h, "dd", NULL, value);
}

void
web_admin_server(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	const struct conf *conf = app->conf;
	struct page p;
	struct html *h = &p.h;

	page_begin_admin(&p, req, "/admin/server");
	page_section(&p, "server", "Server", NULL);
	html_open(h, "dl");
	show_fact(h, "Version", PIERRE_VERSION);
	show_fact(h, "Address", page_site(req));
	show_fact(h, "Registration", conf->registration);
	html_close(h, "dl");
	html_box(h, "ul", NULL);
	html_open(h, "li");
	html_link(h, "/admin/status", "Processes and what they do");
	html_close(h, "li");
	html_open(h, "li");
	html_link(h, "/admin/health", "Health, as JSON");
	html_close(h, "li");
	html_open(h, "li");
	html_link(h, "/metrics", "Metrics");
	html_close(h, "li");
	html_close(h, "ul");
	page_section_end(&p);
	page_end(&p, 200);
}
