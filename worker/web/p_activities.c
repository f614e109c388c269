/* /activities: all of a person's, newest first, a page at a time. */

#include "app.h"
#include "web/activity_parts.h"
#include "web/page.h"
#include "web/web.h"

#define PATH  "/activities"
#define LIMIT 30

struct wish {
	struct str sport;
	struct str cursor;
	struct activity_filter filter;
};

static int
read_wish(struct http_req *req, struct wish *w, struct err *e)
{
	enum sport_type sport;

	activity_filter_init(&w->filter);
	w->sport = w->cursor = STR("");
	/* One more tells whether there are more. */
	w->filter.limit = LIMIT + 1;
	if (http_query_get(req, "sport", &w->sport, e) < 0 ||
	    http_query_get(req, "after", &w->cursor, e) < 0)
		return -1;
	if (w->sport.n > 0) {
		if (!sport_type_parse(w->sport, &sport))
			return err_set(
			    e, ERR_INVALID, "sport: there is no such sport");
		w->filter.sport = (int)sport;
	}
	return w->cursor.n == 0
		   ? 0
		   : activities_cursor_read(w->cursor, &w->filter, e);
}

static void
show_filter(struct page *p, const struct wish *w)
{
	struct arena *a = http_arena(p->req);
	struct option *o = arena_many(a, SPORT_TYPE_COUNT + 1, struct option);
	struct field f = { .name = "sport",
		.label = "Sport",
		.options = o,
		.options_n = SPORT_TYPE_COUNT + 1,
		.value = arena_strndup(a, w->sport.p, w->sport.n) };

	o[0] = (struct option){ "", "All" };
	for (int i = 0; i < SPORT_TYPE_COUNT; i++)
		o[i + 1] = (struct option){ sport_type_name((enum sport_type)i),
			sport_type_title((enum sport_type)i) };
	html_box(&p->h, "form", "filter");
	html_attr(&p->h, "method", "get");
	html_attr(&p->h, "action", PATH);
	page_field(p, &f);
	page_button(p, TONE_PLAIN, "Show");
	html_close(&p->h, "form");
}

static void
show_pages(struct page *p, const struct wish *w, const struct activity *last)
{
	struct arena *a = http_arena(p->req);
	const char *path =
	    arena_printf(a, PATH "?sport=%.*s", STR_ARG(w->sport));

	page_pages(p, "Newest", w->cursor.n > 0 ? path : NULL, "Older",
	    last != NULL ? arena_printf(a, "%s&after=%s", path,
			       activities_cursor(a, last))
			 : NULL);
}

static void
show(struct http_req *req, const struct wish *w,
    const struct stored_activity *list, size_t n)
{
	size_t shown = MIN(n, (size_t)LIMIT);
	struct page p;

	page_begin(&p, req, "Activities");
	page_section(&p, "activities", "Newest first", NULL);
	show_filter(&p, w);
	if (n == 0)
		html_line(&p.h, "p", "empty", "There are none.");
	activity_rows(&p, list, shown);
	if (n > LIMIT || w->cursor.n > 0)
		show_pages(&p, w, n > LIMIT ? &list[LIMIT - 1].activity : NULL);
	page_section_end(&p);
	page_end(&p, 200);
}

void
web_activities(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct stored_activity *list;
	struct err e = ERR_INIT;
	struct wish w;
	size_t n;

	if (read_wish(req, &w, &e) < 0 ||
	    activities_list(
		app->db, http_arena(req), &o, &w.filter, &list, &n, &e) < 0)
		http_reply_error(req, &e);
	else
		show(req, &w, list, n);
}
