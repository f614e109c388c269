/* /sleep: nights and naps, newest first, a page at a time. */

#include "app.h"
#include "model/value.h"
#include "store/dailies.h"
#include "store/sleeps.h"
#include "web/number.h"
#include "web/page.h"
#include "web/sleep_parts.h"
#include "web/web.h"

#define PATH  "/sleep"
#define LIMIT 30
/* The end of the year 9999, which both engines have. */
#define LAST_US INT64_C(253402300799999999)

struct view {
	bool later; /* not the first page */
	struct sleep *list;
	size_t n; /* one more than is shown tells that there are more */
	size_t shown;
	struct daily *resting; /* heart rate, oldest first */
	size_t resting_n;
};

static int
read_cursor(struct http_req *req, int64_t *before_us, struct err *e)
{
	struct str cursor = STR("");

	*before_us = INT64_MAX;
	if (http_query_get(req, "after", &cursor, e) < 0)
		return -1;
	if (cursor.n > 0 && (!str_to_i64(cursor, before_us) || *before_us < 0 ||
				*before_us > LAST_US))
		return err_set(
		    e, ERR_INVALID, "after: not the end of an earlier page");
	return 0;
}

static int
read_view(struct http_req *req, struct view *v, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct owner o = page_owner(req);
	int64_t before_us;

	*v = (struct view){ .later = false };
	if (read_cursor(req, &before_us, e) < 0 ||
	    sleeps_page(
		app->db, a, &o, before_us, LIMIT + 1, &v->list, &v->n, e) < 0)
		return -1;
	v->later = before_us != INT64_MAX;
	v->shown = MIN(v->n, (size_t)LIMIT);
	if (v->n == 0)
		return 0;
	return dailies_range(app->db, a, &o, 1u << DAILY_REST_HR,
	    v->list[v->shown - 1].local_day, v->list[0].local_day, &v->resting,
	    &v->resting_n, e);
}

static double
resting_on(const struct view *v, int32_t day)
{
	for (size_t i = 0; i < v->resting_n; i++)
		if (v->resting[i].day == day)
			return v->resting[i].value;
	return VALUE_MISSING;
}

/* --- the list ------------------------------------------------------------ */

static void
show_what(struct page *p, const struct sleep *s)
{
	struct arena *a = http_arena(p->req);
	const char *words = sleep_stages_words(a, s);
	struct html *h = &p->h;

	html_box(h, "div", "what");
	html_open(h, "strong");
	if (s->n_stages > 0)
		html_link(h, sleep_path(a, &s->id), day_words(a, s->local_day));
	else
		html_text(h, day_words(a, s->local_day));
	html_close(h, "strong");
	html_linef(h, "p", NULL, "%s to %s%s%s", sleep_clock(a, s, s->start_us),
	    sleep_clock(a, s, s->end_us), s->device[0] != '\0' ? ", " : "",
	    s->device);
	if (words[0] != '\0') {
		sleep_strip(h, s);
		html_line(h, "p", NULL, words);
	}
	html_close(h, "div");
}

static void
show_measures(struct page *p, const struct sleep *s, double resting)
{
	struct arena *a = http_arena(p->req);
	const char *asleep = sleep_span(a, s->v[SLEEP_asleep_s]);
	const char *hrv = sleep_variability(a, s);
	struct html *h = &p->h;

	html_box(h, "div", "measures");
	if (asleep != NULL)
		html_linef(h, "strong", NULL, "%s asleep", asleep);
	if (value_has(s->v[SLEEP_score]))
		html_linef(h, "span", NULL, "score %.0f", s->v[SLEEP_score]);
	if (hrv != NULL)
		html_linef(h, "span", NULL, "HRV %s", hrv);
	if (value_has(resting))
		html_linef(h, "span", NULL, "%.0f bpm at rest", resting);
	html_close(h, "div");
}

static void
show_list(struct page *p, const struct view *v)
{
	struct arena *a = http_arena(p->req);
	const struct sleep *last = &v->list[v->shown - 1];

	page_section(p, "nights", "Newest first", NULL);
	html_box(&p->h, "ul", "rows");
	for (size_t i = 0; i < v->shown; i++) {
		html_open(&p->h, "li");
		show_what(p, &v->list[i]);
		show_measures(
		    p, &v->list[i], resting_on(v, v->list[i].local_day));
		html_close(&p->h, "li");
	}
	html_close(&p->h, "ul");
	page_pages(p, "Newest", v->later ? PATH : NULL, "Older",
	    v->n > v->shown
		? arena_printf(a, PATH "?after=%lld", (long long)last->start_us)
		: NULL);
	page_section_end(p);
}

static void
show_chart(struct page *p, const struct view *v)
{
	page_section(p, "hours", "Hours asleep",
	    "Each bar is a day of the list below, naps with the day on which "
	    "they ended.");
	sleep_chart(p, v->list, v->shown);
	sleep_legend(p);
	page_section_end(p);
}

void
web_sleep(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct view v;
	struct page p;

	if (read_view(req, &v, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin(&p, req, "Sleep");
	if (v.n == 0) {
		page_section(&p, "nights", "Newest first", NULL);
		html_line(&p.h, "p", "empty",
		    v.later ? "There are none that are older."
			    : "No sleep is here yet.");
		page_pages(&p, "Newest", v.later ? PATH : NULL, NULL, NULL);
		page_section_end(&p);
	} else {
		show_chart(&p, &v);
		show_list(&p, &v);
	}
	page_origin(&p,
	    "Sleep is read from the sleep files of watches (FIT), from the "
	    "export of a Garmin account and from that of Apple Health. GPX and "
	    "TCX files and the export of Strava hold none. Of one sleep that "
	    "several devices recorded, the one is kept that tells the most.");
	page_end(&p, 200);
}
