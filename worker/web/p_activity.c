/* /activities/{id}: one activity, and what can be done with it. */

#include "app.h"
#include "base/date.h"
#include "mcp/activity_traces.h"
#include "model/value.h"
#include "provider/change.h"
#include "store/recordings.h"
#include "web/activity_parts.h"
#include "web/page.h"
#include "web/units.h"
#include "web/web.h"

/* Recordings of one activity begin within some hours of each other. */
#define NEAR_US	   (INT64_C(6) * 3600 * 1000000)
#define NEAR_LIMIT 20

struct view {
	struct stored_activity sa;
	struct recording *recordings;
	size_t recordings_n;
	struct stored_activity *near;
	size_t near_n;
	bool has_samples;
};

static int
find(struct http_req *req, struct stored_activity *sa, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct uuid id;
	int rc = 0;

	if (uuid_parse(http_param(req, "id"), &id))
		rc = activities_get(app->db, http_arena(req), &o, &id, sa, e);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no such activity");
	return rc < 0 ? -1 : 0;
}

static int
read_view(struct http_req *req, struct view *v, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct arena *a = http_arena(req);
	struct activity *act = &v->sa.activity;
	struct activity_filter f;
	int rc;

	if (find(req, &v->sa, e) < 0)
		return -1;
	activity_filter_init(&f);
	f.from_us = act->start_us - NEAR_US;
	f.to_us = act->start_us + NEAR_US;
	f.limit = NEAR_LIMIT;
	if (activities_read_laps(app->db, a, &o, act, e) < 0 ||
	    recordings_list(app->db, a, &o, &act->id, &v->recordings,
		&v->recordings_n, e) < 0 ||
	    (rc = activities_have_streams(app->db, a, &o, &act->id, e)) < 0)
		return -1;
	v->has_samples = rc > 0;
	return activities_list(app->db, a, &o, &f, &v->near, &v->near_n, e);
}

/* --- numbers ------------------------------------------------------------- */

static const char *
rounded(struct arena *a, const char *fmt, double v)
{
	return value_has(v) ? arena_printf(a, fmt, v) : NULL;
}

static void
show_figures(struct page *p, const struct stored_activity *sa)
{
	const struct activity *act = &sa->activity;
	const struct summary *s = &act->sum;
	enum units u = p->user.athlete.units;
	struct arena *a = http_arena(p->req);
	bool paused = value_has(s->elapsed_s) && s->elapsed_s > s->moving_s + 1;

	html_box(&p->h, "dl", "figures many");
	page_figure(
	    p, NULL, "Distance", units_distance(a, u, s->distance_m), NULL);
	page_figure(p, NULL, "Moving", activity_duration(a, s->moving_s),
	    paused ? arena_printf(
			 a, "%s in all", activity_duration(a, s->elapsed_s))
		   : NULL);
	page_figure(p, NULL, "Average",
	    activity_speed(a, u, act, s->average_speed_mps), NULL);
	page_figure(
	    p, NULL, "Climbed", units_height(a, u, s->elevation_gain_m), NULL);
	page_figure(p, NULL, "Heart rate",
	    rounded(a, "%.0f bpm", s->average_hr_bpm),
	    rounded(a, "up to %.0f", s->max_hr_bpm));
	page_figure(p, NULL, "Power", rounded(a, "%.0f W", s->average_power_w),
	    rounded(a, "up to %.0f", s->max_power_w));
	page_figure(p, NULL, "Cadence",
	    rounded(a, "%.0f /min", s->average_cadence_rpm), NULL);
	page_figure(
	    p, NULL, "Energy", rounded(a, "%.0f kcal", s->calories_kcal), NULL);
	page_figure(p, NULL, "Temperature",
	    units_temperature(a, u, s->average_temperature_c), NULL);
	page_figure(p, NULL, "Effort", rounded(a, "%.0f", act->rpe), "of 10");
	page_figure(p, NULL, "Load", rounded(a, "%.0f", sa->load.value), NULL);
	html_close(&p->h, "dl");
}

static void
show_summary(struct page *p, const struct stored_activity *sa)
{
	const struct activity *act = &sa->activity;
	struct html *h = &p->h;

	page_section(p, "summary", sport_type_title(act->sport), NULL);
	html_box(h, "p", "about");
	html_instant(h, act->start_us, act->utc_offset_s);
	if (act->device[0] != '\0')
		html_textf(h, ", %s", act->device);
	if (act->gear != NULL && act->gear[0] != '\0')
		html_textf(h, ", %s", act->gear);
	html_close(h, "p");
	show_figures(p, sa);
	page_section_end(p);
}

static void
show_chart(struct page *p, const struct activity *act)
{
	struct html *h = &p->h;

	page_section(p, "course", "Its course", NULL);
	html_box(h, "div", "picture");
	html_attr(h, "role", "group");
	html_attr(h, "aria-label", "Chart");
	html_attr(h, "tabindex", "0");
	html_open(h, "img");
	html_attr(h, "src",
	    arena_printf(http_arena(p->req), "%s/chart.svg",
		activity_path(http_arena(p->req), &act->id)));
	html_attr(h, "alt",
	    "What was recorded, over time, as curves one below the other.");
	html_attr(h, "width", "960");
	html_attr(h, "height", "620");
	html_close(h, "div");
	if (p->user.athlete.units == UNITS_IMPERIAL)
		html_line(h, "p", "faint", "The picture is in metric units.");
	page_section_end(p);
}

/* --- what can be done ---------------------------------------------------- */

static void
show_recording(struct page *p, const struct recording *r)
{
	const struct activity *act = &r->activity;
	struct html *h = &p->h;

	html_open(h, "li");
	html_box(h, "div", "what");
	html_line(h, "strong", NULL,
	    act->device[0] != '\0' ? act->device : act->provider);
	html_open(h, "p");
	html_instant(h, act->start_us, act->utc_offset_s);
	html_close(h, "p");
	html_close(h, "div");
	html_close(h, "li");
}

static void
show_recordings(struct page *p, const struct view *v, const char *path)
{
	if (v->recordings_n == 0)
		return;
	page_section(p, "recordings", "Recorded more than once",
	    "Of each recording is here what it has best. Taken apart, each is "
	    "an activity again.");
	html_box(&p->h, "ul", "rows");
	for (size_t i = 0; i < v->recordings_n; i++)
		show_recording(p, &v->recordings[i]);
	html_close(&p->h, "ul");
	html_box(&p->h, "div", "buttons");
	page_action(p, path, "do", "split", TONE_PLAIN, "Take apart", NULL);
	html_close(&p->h, "div");
	page_section_end(p);
}

static void
offer_near(struct page *p, const struct activity *other, const char *path)
{
	struct arena *a = http_arena(p->req);
	char id[UUID_TEXT_LEN + 1];
	struct html *h = &p->h;

	uuid_format(&other->id, id);
	html_open(h, "li");
	html_box(h, "div", "what");
	html_open(h, "strong");
	html_link(h, activity_path(a, &other->id), activity_called(other));
	html_close(h, "strong");
	html_open(h, "p");
	html_instant(h, other->start_us, other->utc_offset_s);
	html_close(h, "p");
	html_close(h, "div");
	page_action(p, path, "join", id, TONE_PLAIN, "Put together",
	    arena_printf(a, "with %s", activity_called(other)));
	html_close(h, "li");
}

static void
show_near(struct page *p, const struct view *v, const char *path)
{
	if (v->near_n < 2)
		return;
	page_section(p, "near", "The same, recorded again?",
	    "If one of these is another recording of this activity, put them "
	    "together: then it counts once.");
	html_box(&p->h, "ul", "rows");
	for (size_t i = 0; i < v->near_n; i++)
		if (!uuid_eq(&v->near[i].activity.id, &v->sa.activity.id))
			offer_near(p, &v->near[i].activity, path);
	html_close(&p->h, "ul");
	page_section_end(p);
}

static void
show_end(struct page *p, const char *path)
{
	page_section(p, "delete", "Delete it",
	    "With its samples and its file. Fitness and form are computed "
	    "without it from then on.");
	page_form(p, NULL, path);
	page_checkbox(p, "sure", "yes", "Yes, for good", false);
	html_box(&p->h, "div", "buttons");
	page_button_saying(p, TONE_BAD, "Delete this activity", "do", "delete");
	html_close(&p->h, "div");
	page_form_end(p);
	page_section_end(p);
}

static void
show(struct http_req *req, int status, const char *wrong)
{
	struct err e = ERR_INIT;
	const char *path;
	struct view v;
	struct page p;

	if (read_view(req, &v, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	path = activity_path(http_arena(req), &v.sa.activity.id);
	page_begin(&p, req, activity_called(&v.sa.activity));
	if (wrong != NULL)
		page_notice(&p, TONE_BAD, wrong);
	show_summary(&p, &v.sa);
	if (v.has_samples)
		show_chart(&p, &v.sa.activity);
	activity_laps(&p, &v.sa.activity);
	show_recordings(&p, &v, path);
	show_near(&p, &v, path);
	show_end(&p, path);
	page_end(&p, status);
}

void
web_activity(struct http_req *req)
{
	show(req, 200, NULL);
}

/* --- doing it ------------------------------------------------------------ */

static int
take_apart(struct http_req *req, const struct uuid *id, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct uuid *ids;
	size_t n;

	return change_split(app->db, http_arena(req), &o, id, &ids, &n, e);
}

static void
do_deed(struct http_req *req, const struct form *form, const struct uuid *id)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct owner o = page_owner(req);
	struct str what = form_str(form, "do");
	bool deletes = str_is(what, "delete");
	struct err e = ERR_INIT;
	struct uuid other;
	int rc = 0;

	if (deletes)
		rc = change_delete(app->db, a, &o, id, &e);
	else if (str_is(what, "split"))
		rc = take_apart(req, id, &e);
	else if (uuid_parse(form_str(form, "join"), &other))
		rc = change_join(app->db, a, &o, id, &other, &e);
	if (rc < 0 && e.code != ERR_CONFLICT)
		http_reply_error(req, &e);
	else
		page_redirect(req,
		    deletes && rc > 0 ? "/activities" : activity_path(a, id),
		    rc <= 0   ? NOTE_NOTHING_DONE
		    : deletes ? NOTE_ACTIVITY_GONE
			      : NOTE_CHANGED);
}

void
web_activity_post(struct http_req *req)
{
	struct stored_activity sa;
	struct err e = ERR_INIT;
	struct form form;

	if (page_form_read(req, &form, &e) < 0 || find(req, &sa, &e) < 0)
		http_reply_error(req, &e);
	else if (str_is(form_str(&form, "do"), "delete") &&
		 !str_is(form_str(&form, "sure"), "yes"))
		show(req, 422, "Say that you are sure, below.");
	else
		do_deed(req, &form, &sa.activity.id);
}

/* --- the picture --------------------------------------------------------- */

struct drawing {
	struct arena *arena;
	struct activity *act;
	struct buf *out;
	struct err *e;
	int rc;
};

static void
draw_in_thread(void *arg)
{
	struct drawing *d = arg;
	struct activity_traces t;

	d->rc = activity_traces_gather(d->arena, d->act, &t, d->e);
	if (d->rc == 0)
		d->rc = activity_traces_draw(&t, PICTURE_SVG, d->out, d->e);
}

void
web_activity_chart(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct stored_activity sa;
	struct drawing d = { .arena = http_arena(req),
		.act = &sa.activity,
		.out = http_out(req),
		.e = &e };

	if (find(req, &sa, &e) < 0 ||
	    activities_read_streams(app->db, d.arena, &o, &sa.activity, &e) <
		0 ||
	    fiber_offload(draw_in_thread, &d, &e) < 0 || d.rc < 0) {
		http_reply_error(req, &e);
		return;
	}
	http_add_header(req, "Content-Security-Policy",
	    "default-src 'none'; style-src 'unsafe-inline'");
	http_add_header(req, "Cache-Control", "private, max-age=60");
	http_reply(req, 200, "image/svg+xml");
}
