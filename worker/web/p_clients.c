/* /account/clients: the assistants that may read the person's data. */

#include "app.h"
#include "web/connections.h"
#include "web/web.h"

#define PATH "/account/clients"

void
web_clients(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct connection *list;
	struct page p;
	size_t n;

	if (connections_list(app->db, http_arena(req), &o, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin_account(&p, req, PATH);
	connections_show(&p, PATH,
	    "They may do what stands below each, until you disconnect them.",
	    list, n);
	page_connecting(&p);
	page_end(&p, 200);
}

/* --- changes ------------------------------------------------------------- */

void
web_clients_post(struct http_req *req)
{
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct form form;
	int rc = page_form_read(req, &form, &e);

	if (rc == 0)
		rc = connections_end(req, &form, &o, &e);
	if (rc < 0)
		http_reply_error(req, &e);
	else
		page_redirect(
		    req, PATH, rc > 0 ? NOTE_CLIENT_GONE : NOTE_NOTHING_DONE);
}
