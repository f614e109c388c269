/* /body: the newest of each kind of measurement; /body/{kind}: all of one. */

#include "app.h"
#include "base/date.h"
#include "model/value.h"
#include "store/dailies.h"
#include "web/number.h"
#include "web/page.h"
#include "web/plot.h"
#include "web/units.h"
#include "web/web.h"

#define PATH  "/body"
#define LIMIT 30

/* Kinds that are not of sleep, which has its own page. */
static const struct kind {
	enum daily_kind kind;
	const char *title;
	const char *unit; /* NULL: of the person */
	const char *about;
} kinds[] = {
	{ DAILY_WEIGHT, "Weight", NULL, NULL },
	{ DAILY_REST_HR, "Resting heart rate", "bpm", NULL },
	{ DAILY_HRV_RMSSD, "Heart-rate variability, RMSSD", "ms",
	    "RMSSD and SDNN are two measures of their own: a number of one "
	    "says nothing about a number of the other." },
	{ DAILY_HRV_SDNN, "Heart-rate variability, SDNN", "ms",
	    "RMSSD and SDNN are two measures of their own: a number of one "
	    "says nothing about a number of the other." },
	{ DAILY_STEPS, "Steps", "steps", NULL },
	{ DAILY_STRESS, "Stress", "of 100",
	    "As the device judges it, averaged over the day." },
};

/* In the person's unit. */
static double
in_unit(const struct page *p, const struct kind *k, double v)
{
	bool pounds =
	    k->kind == DAILY_WEIGHT && p->user.athlete.units == UNITS_IMPERIAL;

	return pounds ? v / KG_A_POUND : v;
}

static const char *
words_of(const struct page *p, const struct kind *k, double v)
{
	struct arena *a = http_arena(p->req);

	if (value_is_restricted(v))
		return "withheld by its provider";
	if (k->kind == DAILY_WEIGHT)
		return units_weight(a, p->user.athlete.units, v);
	return arena_printf(a, "%.0f %s", v, k->unit);
}

static const char *
source_words(const char *source)
{
	static const char *const words[][2] = {
		{ "file", "from a file" },
		{ "synthetic", "made up, for the demo" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i][0], source) == 0)
			return words[i][1];
	return source;
}

/* --- the newest of each -------------------------------------------------- */

static void
show_newest(struct page *p, const struct kind *k, const struct daily *d)
{
	struct arena *a = http_arena(p->req);
	struct html *h = &p->h;

	html_open(h, "li");
	html_box(h, "div", "what");
	html_open(h, "strong");
	html_link(
	    h, arena_printf(a, PATH "/%s", daily_name(k->kind)), k->title);
	html_close(h, "strong");
	html_linef(h, "p", NULL, "%s, %s", day_words(a, d->day),
	    source_words(d->source));
	html_close(h, "div");
	html_box(h, "div", "measures");
	html_line(h, "strong", NULL, words_of(p, k, d->value));
	html_close(h, "div");
	html_close(h, "li");
}

void
web_body(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct daily of[ARRAY_LEN(kinds)];
	bool has[ARRAY_LEN(kinds)];
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct page p;
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		int rc = dailies_latest(app->db, http_arena(req), &o,
		    kinds[i].kind, INT32_MAX, &of[i], &e);

		if (rc < 0) {
			http_reply_error(req, &e);
			return;
		}
		has[i] = rc > 0;
		n += has[i];
	}
	page_begin(&p, req, "Body");
	page_section(&p, "newest", "The newest of each", NULL);
	if (n == 0)
		html_line(&p.h, "p", "empty", "No measurement is here yet.");
	html_box(&p.h, "ul", "rows");
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (has[i])
			show_newest(&p, &kinds[i], &of[i]);
	html_close(&p.h, "ul");
	page_section_end(&p);
	page_origin(&p,
	    "Measurements are read from the files of watches and scales (FIT), "
	    "from the export of a Garmin account and from that of Apple "
	    "Health. Not every one holds every kind: RMSSD comes from FIT "
	    "files "
	    "and Garmin, SDNN from Apple Health. Times asleep have a page of "
	    "their own.");
	page_end(&p, 200);
}

/* --- all of one ---------------------------------------------------------- */

struct view {
	const struct kind *kind;
	bool later; /* not the first page */
	struct daily *list;
	size_t n; /* one more than is shown tells that there are more */
	size_t shown;
};

static int
read_view(struct http_req *req, struct view *v, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct str cursor = STR("");
	int32_t before = INT32_MAX;

	*v = (struct view){ .kind = NULL };
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_is(http_param(req, "kind"), daily_name(kinds[i].kind)))
			v->kind = &kinds[i];
	if (v->kind == NULL)
		return err_set(
		    e, ERR_NOT_FOUND, "there is no such kind of measurement");
	if (http_query_get(req, "after", &cursor, e) < 0)
		return -1;
	if (cursor.n > 0 && !date_parse_day(cursor, &before))
		return err_set(
		    e, ERR_INVALID, "after: not the end of an earlier page");
	v->later = cursor.n > 0;
	if (dailies_page(app->db, http_arena(req), &o, v->kind->kind, before,
		LIMIT + 1, &v->list, &v->n, e) < 0)
		return -1;
	v->shown = MIN(v->n, (size_t)LIMIT);
	return 0;
}

static void
find_scale(struct plot *plot, const struct page *p, const struct view *v)
{
	double low = INFINITY, high = -INFINITY;

	for (size_t i = 0; i < v->shown; i++) {
		if (!value_has(v->list[i].value))
			continue;
		low = fmin(low, in_unit(p, v->kind, v->list[i].value));
		high = fmax(high, in_unit(p, v->kind, v->list[i].value));
	}
	plot_fit(plot, low, high);
}

/* A line through the values, with a dot for each. */
static void
show_line(const struct plot *plot, const struct page *p, const struct view *v)
{
	struct buf path = BUF_INIT;

	for (size_t i = 0; i < v->shown; i++) {
		double value = in_unit(p, v->kind, v->list[i].value);

		if (!value_has(value))
			continue;
		buf_printf(&path, "%c%.1f %.1f", path.n == 0 ? 'M' : 'L',
		    plot_x(plot, v->list[i].day), plot_y(plot, value));
	}
	plot_path(plot, "line fitness", buf_str(&path));
	buf_free(&path);
	for (size_t i = 0; i < v->shown; i++) {
		double value = in_unit(p, v->kind, v->list[i].value);

		if (value_has(value))
			plot_dot(plot, "dot", v->list[i].day, value);
	}
}

static void
show_chart(struct page *p, const struct view *v)
{
	struct arena *a = http_arena(p->req);
	struct plot plot = { .h = &p->h };
	size_t known = 0;

	for (size_t i = 0; i < v->shown; i++)
		known += value_has(v->list[i].value);
	if (known == 0)
		return;
	plot.first = v->list[v->shown - 1].day - 1;
	plot.last = v->list[0].day + 1;
	find_scale(&plot, p, v);
	plot_begin(&plot,
	    arena_printf(a, "%s, %s to %s: the values of the table below",
		v->kind->title, day_words(a, v->list[v->shown - 1].day),
		day_words(a, v->list[0].day)));
	show_line(&plot, p, v);
	plot_end(&plot);
}

static void
show_table(struct page *p, const struct view *v)
{
	static const char *const heads[] = { "Day", "Value", "Source", NULL };
	struct arena *a = http_arena(p->req);
	struct html *h = &p->h;

	page_table_slim(p, heads);
	for (size_t i = 0; i < v->shown; i++) {
		const struct daily *d = &v->list[i];

		html_open(h, "tr");
		html_line(h, "td", "nums", day_words(a, d->day));
		html_line(h, "td", "nums", words_of(p, v->kind, d->value));
		html_line(h, "td", NULL, source_words(d->source));
		html_close(h, "tr");
	}
	page_table_end(p);
}

static void
show_pages(struct page *p, const struct view *v)
{
	struct arena *a = http_arena(p->req);
	const char *path =
	    arena_printf(a, PATH "/%s", daily_name(v->kind->kind));

	page_pages(p, "Newest", v->later ? path : NULL, "Older",
	    v->n > v->shown ? arena_printf(a, "%s?after=%s", path,
				  day_show(a, v->list[v->shown - 1].day))
			    : NULL);
}

void
web_measurements(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct view v;
	struct page p;

	if (read_view(req, &v, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin(&p, req, v.kind->title);
	page_section(&p, "values", "Newest first", v.kind->about);
	if (v.n == 0) {
		html_line(&p.h, "p", "empty",
		    v.later ? "There are none that are older."
			    : "None is here yet.");
	} else {
		show_chart(&p, &v);
		show_table(&p, &v);
	}
	show_pages(&p, &v);
	page_section_end(&p);
	html_open(&p.h, "p");
	html_link(&p.h, PATH, "All measurements");
	html_close(&p.h, "p");
	page_end(&p, 200);
}
