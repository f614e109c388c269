/* /sleep/{id}: one sleep, with its stages. */

#include "app.h"
#include "base/date.h"
#include "model/value.h"
#include "store/dailies.h"
#include "store/sleeps.h"
#include "web/number.h"
#include "web/page.h"
#include "web/sleep_parts.h"
#include "web/web.h"

#define STAGES_SHOWN 300

static int
find(struct http_req *req, struct sleep *s, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct uuid id;
	int rc = 0;

	if (uuid_parse(http_param(req, "id"), &id))
		rc = sleeps_get(app->db, http_arena(req), &o, &id, s, e);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no such sleep");
	return rc < 0 ? -1 : 0;
}

static int
find_resting(
    struct http_req *req, const struct sleep *s, double *out, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct daily *list;
	size_t n;

	if (dailies_range(app->db, http_arena(req), &o, 1u << DAILY_REST_HR,
		s->local_day, s->local_day, &list, &n, e) < 0)
		return -1;
	*out = n > 0 ? list[0].value : VALUE_MISSING;
	return 0;
}

/* Numbers that the provider withholds are not the same as none. */
static const char *
told(struct arena *a, double v, const char *unit)
{
	if (value_is_restricted(v))
		return "withheld";
	return value_has(v) ? arena_printf(a, "%.0f%s", v, unit) : NULL;
}

static void
show_figures(struct page *p, const struct sleep *s, double resting)
{
	struct arena *a = http_arena(p->req);
	double whole_s = (double)(s->end_us - s->start_us) / DATE_US_PER_SECOND;
	double asleep_s = s->v[SLEEP_asleep_s];
	const char *share = NULL;

	if (value_has(asleep_s) && whole_s >= asleep_s)
		share = arena_printf(a, "%.0f %% of %s",
		    100 * asleep_s / whole_s, sleep_span(a, whole_s));
	html_box(&p->h, "dl", "figures many");
	page_figure(p, NULL, "Asleep", sleep_span(a, asleep_s), share);
	page_figure(p, NULL, "Deep", sleep_span(a, s->v[SLEEP_deep_s]), NULL);
	page_figure(p, NULL, "Light", sleep_span(a, s->v[SLEEP_light_s]), NULL);
	page_figure(p, NULL, "REM", sleep_span(a, s->v[SLEEP_rem_s]), NULL);
	page_figure(p, NULL, "Awake", sleep_span(a, s->v[SLEEP_awake_s]), NULL);
	page_figure(p, NULL, "Score", told(a, s->v[SLEEP_score], ""),
	    "of 100, by the device");
	page_figure(p, NULL, "Variability",
	    told(a, s->v[SLEEP_hrv_rmssd_ms], " ms"), "RMSSD");
	page_figure(p, NULL, "Variability",
	    told(a, s->v[SLEEP_hrv_sdnn_ms], " ms"), "SDNN");
	page_figure(
	    p, NULL, "Resting heart rate", told(a, resting, " bpm"), NULL);
	html_close(&p->h, "dl");
}

static void
show_summary(struct page *p, const struct sleep *s, double resting)
{
	struct html *h = &p->h;

	page_section(p, "summary", "In numbers", NULL);
	html_box(h, "p", "about");
	html_instant(h, s->start_us, s->utc_offset_s);
	html_text(h, " to ");
	html_instant(h, s->end_us, s->utc_offset_s);
	if (s->device[0] != '\0')
		html_textf(h, ", %s", s->device);
	html_close(h, "p");
	show_figures(p, s, resting);
	page_section_end(p);
}

static void
show_table(struct page *p, const struct sleep *s)
{
	static const char *const heads[] = { "From", "Stage", "For", NULL };
	size_t n = MIN(s->n_stages, (size_t)STAGES_SHOWN);
	struct arena *a = http_arena(p->req);
	struct html *h = &p->h;

	html_open(h, "details");
	html_line(h, "summary", NULL, "The same as a table");
	page_table_slim(p, heads);
	for (size_t i = 0; i < n; i++) {
		const struct sleep_stage *st = &s->stages[i];

		html_open(h, "tr");
		html_line(h, "td", "nums",
		    sleep_clock(
			a, s, s->start_us + st->start_s * DATE_US_PER_SECOND));
		html_line(h, "td", NULL, sleep_stage_title(st->kind));
		html_line(h, "td", "nums", sleep_span(a, st->duration_s));
		html_close(h, "tr");
	}
	page_table_end(p);
	if (s->n_stages > n)
		html_linef(h, "p", NULL, "and %zu more", s->n_stages - n);
	html_close(h, "details");
}

static void
show_stages(struct page *p, const struct sleep *s)
{
	page_section(p, "stages", "Its course", NULL);
	if (s->n_stages == 0) {
		html_line(
		    &p->h, "p", "empty", "No stages of it were recorded.");
	} else {
		sleep_course(p, s);
		show_table(p, s);
	}
	page_section_end(p);
}

void
web_night(struct http_req *req)
{
	struct arena *a = http_arena(req);
	struct err e = ERR_INIT;
	struct sleep s;
	double resting;
	struct page p;

	if (find(req, &s, &e) < 0 || find_resting(req, &s, &resting, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin(
	    &p, req, arena_printf(a, "Sleep, %s", day_words(a, s.local_day)));
	show_summary(&p, &s, resting);
	show_stages(&p, &s);
	html_open(&p.h, "p");
	html_link(&p.h, "/sleep", "All nights");
	html_close(&p.h, "p");
	page_end(&p, 200);
}
