/* /admin/audit: what was done to identities. */

#include "app.h"
#include "auth/audit.h"
#include "web/page.h"
#include "web/web.h"

#define PATH  "/admin/audit"
#define LIMIT 50

struct wish {
	struct str action;
	int64_t before;
};

static int
read_wish(struct http_req *req, struct wish *w, struct err *e)
{
	struct str text;
	int rc;

	*w = (struct wish){ .action = STR("") };
	if (http_query_get(req, "action", &w->action, e) < 0 ||
	    (rc = http_query_get(req, "before", &text, e)) < 0)
		return -1;
	if (rc > 0 && (!str_to_i64(text, &w->before) || w->before < 1))
		return err_set(e, ERR_INVALID, "before: a number above 0");
	return 0;
}

static const struct option *
action_options(struct arena *a)
{
	struct option *o = arena_many(a, AUDIT_ACTION_COUNT + 1, struct option);

	o[0] = (struct option){ "", "Everything" };
	for (int i = 0; i < AUDIT_ACTION_COUNT; i++) {
		o[i + 1].value = audit_action_name((enum audit_action)i);
		o[i + 1].label = o[i + 1].value;
	}
	return o;
}

static void
show_filter(struct page *p, const struct wish *w)
{
	struct arena *a = http_arena(p->req);
	struct field f = { .name = "action",
		.label = "What was done",
		.options = action_options(a),
		.options_n = AUDIT_ACTION_COUNT + 1,
		.value = arena_strndup(a, w->action.p, w->action.n) };

	html_box(&p->h, "form", "filter");
	html_attr(&p->h, "method", "get");
	html_attr(&p->h, "action", PATH);
	page_field(p, &f);
	page_button(p, TONE_PLAIN, "Show");
	html_close(&p->h, "form");
}

/* By their names, as far as they are there. */
static const char *
name_of(struct page *p, const struct owner *o)
{
	char id[UUID_TEXT_LEN + 1];
	struct user u;

	if (uuid_is_zero(&o->user_id))
		return "";
	if (users_get(p->app->db, http_arena(p->req), o, &u, NULL) > 0)
		return u.athlete.username;
	uuid_format(&o->user_id, id);
	return arena_strdup(http_arena(p->req), id);
}

static void
show_actor(struct page *p, const struct audit_row *r)
{
	char id[UUID_TEXT_LEN + 1];

	if (!uuid_is_zero(&r->actor_id) &&
	    uuid_eq(&r->actor_id, &r->subject.user_id)) {
		html_text(&p->h, "themselves");
	} else if (!uuid_is_zero(&r->actor_id)) {
		uuid_format(&r->actor_id, id);
		html_line(&p->h, "code", NULL, id);
	}
	if (r->actor[0] != '\0')
		html_line(&p->h, "div", "faint", r->actor);
}

static void
show_row(struct page *p, const struct audit_row *r)
{
	struct html *h = &p->h;

	html_open(h, "tr");
	html_box(h, "td", "nums");
	page_instant(p, r->noted_us);
	html_close(h, "td");
	html_open(h, "td");
	html_line(h, "strong", NULL, r->action);
	html_text(h, " ");
	if (strcmp(r->result, "ok") != 0)
		page_badge(p, TONE_BAD, r->result);
	if (r->detail[0] != '\0')
		html_line(h, "div", "faint", r->detail);
	html_close(h, "td");
	html_line(h, "td", NULL, name_of(p, &r->subject));
	html_open(h, "td");
	show_actor(p, r);
	html_close(h, "td");
	html_line(h, "td", "nums", r->address);
	html_close(h, "tr");
}

static void
show_table(struct page *p, const struct audit_row *list, size_t n)
{
	static const char *const heads[] = { "When", "What", "Account", "By",
		"From", NULL };

	page_table(p, heads);
	for (size_t i = 0; i < n; i++)
		show_row(p, &list[i]);
	page_table_end(p);
}

static void
show_pages(struct page *p, const struct wish *w, const struct audit_row *last)
{
	struct arena *a = http_arena(p->req);
	const char *path =
	    arena_printf(a, PATH "?action=%.*s", STR_ARG(w->action));

	page_pages(p, "Newest", w->before != 0 ? path : NULL, "Older",
	    last != NULL
		? arena_printf(a, "%s&before=%lld", path, (long long)last->seq)
		: NULL);
}

void
web_admin_audit(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct audit_filter f = { .limit = LIMIT };
	struct err e = ERR_INIT;
	enum audit_action action;
	struct audit_row *list;
	struct page p;
	struct wish w;
	size_t n;

	if (read_wish(req, &w, &e) == 0 && w.action.n > 0 &&
	    !audit_action_parse(w.action, &action))
		err_set(&e, ERR_INVALID, "action: there is no such action");
	if (w.action.n > 0)
		f.action = &action;
	f.before = w.before;
	if (e.code != ERR_NONE ||
	    audit_list(app->db, http_arena(req), &f, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin_admin(&p, req, PATH);
	page_section(&p, "trail", "Audit trail",
	    "Everything that touched an identity. Rows are only ever added; "
	    "`pierrectl audit verify` proves that none was changed.");
	show_filter(&p, &w);
	if (n == 0)
		html_line(&p.h, "p", "empty", "There is nothing.");
	else
		show_table(&p, list, n);
	show_pages(&p, &w, n == LIMIT ? &list[n - 1] : NULL);
	page_section_end(&p);
	page_end(&p, 200);
}
