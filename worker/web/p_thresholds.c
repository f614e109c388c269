/* /account/thresholds: what the person can sustain, from which day on. */

#include "app.h"
#include "auth/accounts.h"
#include "base/date.h"
#include "model/value.h"
#include "store/thresholds.h"
#include "web/number.h"
#include "web/page.h"
#include "web/units.h"
#include "web/web.h"

#define SOURCE_PERSON "user"

/* How each kind is written, and what it is for. */
static const struct kind_about {
	const char *label;
	const char *unit;
	double per_m; /* > 0: a pace over so many metres */
	const char *about;
} kinds[THRESHOLD_KIND_COUNT] = {
	[THRESHOLD_FTP_W] = { "Functional threshold power, cycling", "W", 0,
	    "what you can hold on the bike for about an hour" },
	[THRESHOLD_RUN_FTP_W] = { "Threshold power, running", "W", 0,
	    "the same, by a power meter for runners" },
	[THRESHOLD_LTHR_BPM] = { "Threshold heart rate", "bpm", 0,
	    "your average in a hard hour" },
	[THRESHOLD_MAX_HR_BPM] = { "Maximum heart rate", "bpm", 0,
	    "the highest that you have seen, not a formula's" },
	[THRESHOLD_REST_HR_BPM] = { "Resting heart rate", "bpm", 0,
	    "in the morning, lying down" },
	[THRESHOLD_RUN_PACE_MPS] = { "Threshold pace, running", "min/km", 1000,
	    "what you can run for about an hour" },
	[THRESHOLD_CSS_MPS] = { "Critical swim speed", "min/100 m", 100,
	    "what you can swim for about half an hour" },
};

enum { KIND, VALUE, FROM, FIELDS };

/* The length that a pace is over, and how that is called. */
static double
per_m(enum threshold_kind k, enum units u)
{
	if (u != UNITS_IMPERIAL || kinds[k].per_m <= 0)
		return kinds[k].per_m;
	return k == THRESHOLD_RUN_PACE_MPS ? METRES_A_MILE
					   : 100 * METRES_A_YARD;
}

static const char *
unit_of(enum threshold_kind k, enum units u)
{
	if (u != UNITS_IMPERIAL || kinds[k].per_m <= 0)
		return kinds[k].unit;
	return k == THRESHOLD_RUN_PACE_MPS ? "min/mi" : "min/100 yd";
}

static const char *
value_shown(struct arena *a, enum threshold_kind k, enum units u, double v)
{
	return kinds[k].per_m > 0 ? pace_show(a, v, per_m(k, u))
				  : number_show(a, v, 1);
}

/* --- what is there ------------------------------------------------------- */

static void
show_present(struct page *p, const struct threshold *list, size_t n)
{
	struct arena *a = http_arena(p->req);
	struct html *h = &p->h;
	enum units u = p->user.athlete.units;
	struct thresholds now;
	bool any = false;

	thresholds_on(&now, list, n, page_today(p));
	page_section(p, "present", "In force today", NULL);
	html_box(h, "dl", "figures");
	for (int k = 0; k < THRESHOLD_KIND_COUNT; k++) {
		if (!value_has(now.of[k].value))
			continue;
		any = true;
		html_open(h, "div");
		html_line(h, "dt", NULL, kinds[k].label);
		html_open(h, "dd");
		html_text(h,
		    value_shown(a, (enum threshold_kind)k, u, now.of[k].value));
		html_linef(h, "span", NULL, "%s, since %s",
		    unit_of((enum threshold_kind)k, u),
		    day_words(a, now.of[k].day));
		html_close(h, "dd");
		html_close(h, "div");
	}
	html_close(h, "dl");
	if (!any)
		html_line(h, "p", "empty",
		    "None yet. FIT files bring what your watch or bike "
		    "computer knows, or set them below. Without thresholds "
		    "there is no training load, "
		    "and so neither fitness nor form.");
	page_section_end(p);
}

static void
show_row(struct page *p, const struct threshold *t)
{
	struct arena *a = http_arena(p->req);
	const char *day = day_words(a, t->day);
	enum units u = p->user.athlete.units;
	struct html *h = &p->h;

	html_open(h, "tr");
	html_line(h, "td", "nums", day);
	html_line(h, "td", NULL, kinds[t->kind].label);
	html_linef(h, "td", "nums", "%s %s",
	    value_shown(a, t->kind, u, t->value), unit_of(t->kind, u));
	html_line(h, "td", "faint",
	    strcmp(t->source, SOURCE_PERSON) == 0 ? "you" : t->source);
	html_open(h, "td");
	page_action(p, "/account/thresholds", "remove",
	    arena_printf(
		a, "%s/%s", threshold_name(t->kind), day_show(a, t->day)),
	    TONE_PLAIN, "Remove",
	    arena_printf(a, "%s of %s", kinds[t->kind].label, day));
	html_close(h, "td");
	html_close(h, "tr");
}

static void
show_history(struct page *p, const struct threshold *list, size_t n)
{
	static const char *const heads[] = { "From", "Threshold", "Value",
		"Source", "-Change", NULL };

	if (n == 0)
		return;
	page_section(p, "history", "History",
	    "An activity is rated by what was in force on its day.");
	page_table(p, heads);
	for (size_t i = n; i-- > 0;)
		show_row(p, &list[i]);
	page_table_end(p);
	page_section_end(p);
}

/* --- the form ------------------------------------------------------------ */

static void
make_fields(struct arena *a, enum units u, struct field *f)
{
	struct option *o = arena_many(a, THRESHOLD_KIND_COUNT, struct option);

	for (int k = 0; k < THRESHOLD_KIND_COUNT; k++)
		o[k] = (struct option){ threshold_name((enum threshold_kind)k),
			arena_printf(a, "%s (%s)", kinds[k].label,
			    unit_of((enum threshold_kind)k, u)) };
	f[KIND] = (struct field){ .name = "kind",
		.label = "Threshold",
		.options = o,
		.options_n = THRESHOLD_KIND_COUNT,
		.required = true };
	f[VALUE] = (struct field){ .name = "value",
		.label = "Value",
		.inputmode = "text",
		.hint = "A number; a pace as minutes:seconds.",
		.required = true };
	f[FROM] = (struct field){ .name = "from",
		.label = "From",
		.type = "date",
		.hint = "The day of the test. Today when it is empty." };
}

static void
show_form(struct page *p, const struct field *f)
{
	page_section(p, "set", "Set a threshold",
	    "What you set counts: from then on files are not asked for that "
	    "threshold any more.");
	page_form(p, NULL, "/account/thresholds");
	html_box(&p->h, "div", "row");
	page_fields(p, f, FIELDS);
	html_close(&p->h, "div");
	html_box(&p->h, "div", "buttons");
	page_button(p, TONE_GOOD, "Save");
	html_close(&p->h, "div");
	page_form_end(p);
	html_open(&p->h, "details");
	html_line(&p->h, "summary", NULL, "What each of them is");
	html_open(&p->h, "ul");
	for (int k = 0; k < THRESHOLD_KIND_COUNT; k++)
		html_linef(&p->h, "li", NULL, "%s: %s.", kinds[k].label,
		    kinds[k].about);
	html_close(&p->h, "ul");
	html_close(&p->h, "details");
	page_section_end(p);
}

static void
show(struct http_req *req, int status, const struct field *f)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct threshold *list;
	struct field fresh[FIELDS];
	struct page p;
	size_t n;

	if (thresholds_list(app->db, http_arena(req), &o, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin_account(&p, req, "/account/thresholds");
	if (f == NULL)
		make_fields(http_arena(req), p.user.athlete.units, fresh);
	show_present(&p, list, n);
	show_form(&p, f != NULL ? f : fresh);
	show_history(&p, list, n);
	page_end(&p, status);
}

void
web_thresholds(struct http_req *req)
{
	show(req, 200, NULL);
}

/* --- changes ------------------------------------------------------------- */

static bool
read_value(struct arena *a, enum units u, struct field *f, struct threshold *t)
{
	double low, high;

	if (!threshold_parse(field_str(&f[KIND]), &t->kind))
		return false;
	threshold_bounds(t->kind, &low, &high);
	if (kinds[t->kind].per_m > 0)
		return pace_read(
		    a, &f[VALUE], per_m(t->kind, u), low, high, &t->value);
	return number_read(a, &f[VALUE], low, high, &t->value);
}

static void
set(struct http_req *req, const struct form *form)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct origin from = origin_of(req);
	struct owner o = page_owner(req);
	struct threshold t = { .source = SOURCE_PERSON };
	struct err e = ERR_INIT;
	struct field f[FIELDS];
	struct user u;
	int32_t today;

	if (page_find_user(req, &u, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	today = page_day_of(&u.athlete);
	make_fields(a, u.athlete.units, f);
	if (fields_read(a, f, FIELDS, form) > 0 ||
	    !read_value(a, u.athlete.units, f, &t) ||
	    !day_read(
		a, &f[FROM], today - THRESHOLD_DAYS_BACK, today, today, &t.day))
		show(req, 422, f);
	else if (accounts_set_threshold(app->accounts, a, &from, &o, &t, &e) <
		 0)
		http_reply_error(req, &e);
	else
		page_redirect(req, "/account/thresholds", NOTE_THRESHOLD_SAVED);
}

/* which: "ftp_w/2026-11-28". */
static void
drop(struct http_req *req, struct str which)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct str day_text, name = str_cut(which, '/', &day_text);
	struct threshold t = { .source = "" };
	int rc = 0;

	if (threshold_parse(name, &t.kind) && date_parse_day(day_text, &t.day))
		rc = accounts_drop_threshold(
		    app->accounts, http_arena(req), &from, &o, &t, &e);
	if (rc < 0)
		http_reply_error(req, &e);
	else
		page_redirect(req, "/account/thresholds",
		    rc > 0 ? NOTE_THRESHOLD_GONE : NOTE_NOTHING_DONE);
}

void
web_thresholds_post(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct form form;
	struct str which;

	if (page_form_read(req, &form, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	which = form_str(&form, "remove");
	if (which.n > 0)
		drop(req, which);
	else
		set(req, &form);
}
