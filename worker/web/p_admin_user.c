/* /admin/users/{id}: one person, and the assistants that they let in. */

#include "app.h"
#include "web/connections.h"
#include "web/people.h"
#include "web/web.h"

/* The person that the path names. */
static int
find(struct http_req *req, struct user *out, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct uuid id;
	int rc = 0;

	if (uuid_parse(http_param(req, "id"), &id))
		rc = users_by_id(app->db, http_arena(req), &id, out, e);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no such person");
	return rc < 0 ? -1 : 0;
}

static const char *
path_of(struct http_req *req)
{
	struct str path = http_path(req);

	return arena_strndup(http_arena(req), path.p, path.n);
}

static void
show_fact(struct html *h, const char *name, const char *value)
{
	html_line(h, "dt", NULL, name);
	html_line(h, "dd", NULL, value);
}

static void
show_person(struct page *p, const struct user *u)
{
	const struct athlete *who = &u->athlete;
	struct html *h = &p->h;

	page_section(p, "person", people_name(u), NULL);
	html_open(h, "dl");
	html_line(h, "dt", NULL, "Standing");
	html_open(h, "dd");
	if (!people_badges(p, u))
		html_text(h, "active");
	html_close(h, "dd");
	show_fact(h, "Username", who->username);
	if (who->email[0] != '\0' && strcmp(who->email, who->username) != 0)
		show_fact(h, "E-mail address", who->email);
	show_fact(h, "In the tenant", tenant_role_name(u->tenant_role));
	html_line(h, "dt", NULL, "Since");
	html_open(h, "dd");
	page_instant(p, u->created_us);
	html_close(h, "dd");
	html_close(h, "dl");
	page_section_end(p);
}

void
web_admin_user(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct err e = ERR_INIT;
	struct connection *list;
	struct owner o;
	struct user u;
	struct page p;
	size_t n;

	if (find(req, &u, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	o = owner_of(&u.athlete);
	if (connections_list(app->db, http_arena(req), &o, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin_admin(&p, req, "/admin");
	show_person(&p, &u);
	connections_show(&p, path_of(req),
	    "What this person lets them do. Disconnected, they have to ask "
	    "the person again.",
	    list, n);
	html_open(&p.h, "p");
	html_link(&p.h, "/admin", "All people");
	html_close(&p.h, "p");
	page_end(&p, 200);
}

void
web_admin_user_post(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct form form;
	struct owner o;
	struct user u;
	int rc = page_form_read(req, &form, &e);

	if (rc == 0)
		rc = find(req, &u, &e);
	if (rc == 0) {
		o = owner_of(&u.athlete);
		rc = connections_end(req, &form, &o, &e);
	}
	if (rc < 0)
		http_reply_error(req, &e);
	else
		page_redirect(req, path_of(req),
		    rc > 0 ? NOTE_CLIENT_GONE : NOTE_NOTHING_DONE);
}
