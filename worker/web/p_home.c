/* /: for a stranger what this server is and how to connect to it; for who is
 * signed in, how training goes. */

#include <math.h>

#include "app.h"
#include "mcp/loads.h"
#include "model/value.h"
#include "store/activity_days.h"
#include "store/thresholds.h"
#include "web/activity_parts.h"
#include "web/page.h"
#include "web/pmc_chart.h"
#include "web/web.h"

#define ACTIVITIES_SHOWN 8
#define CHART_DAYS	 120
/* Who opens the page waits no longer for ratings; there is a next time. */
#define PATIENCE_US INT64_C(2000000)

static void
show_welcome(struct http_req *req)
{
	struct page p;
	struct html *h = &p.h;

	page_begin(&p, req, "Your training, in words");
	html_box(h, "p", "message");
	html_text(h,
	    "Pierre gives AI assistants your fitness data, and sports science "
	    "over it that is correct. Ask how fit you are, whether you are "
	    "ready for a race, or what last week did to you.");
	html_close(h, "p");
	html_box(h, "div", "buttons");
	html_box(h, "a", "button");
	html_attr(h, "href", "/signin");
	html_text(h, "Sign in");
	html_close(h, "a");
	html_close(h, "div");
	html_open(h, "br");
	page_connecting(&p);
	page_end(&p, 200);
}

/* --- how training goes --------------------------------------------------- */

struct training {
	struct stored_activity *list;
	size_t n;
	struct pmc pmc;
	bool all_rated;
};

/* What an athlete did before the day `first` has faded, which is not nothing: a
 * load of naught on that day.  1, 0 when there is no activity at all, -1. */
static int
faded_load(struct db *db, struct arena *a, const struct owner *o, int32_t first,
    struct pmc_load *out, struct err *e)
{
	int32_t oldest;
	int rc = activity_days_first(db, a, o, NULL, &oldest, e);

	*out = (struct pmc_load){ first, 0 };
	return rc > 0 ? oldest < first : rc;
}

static int
read_pmc(struct http_req *req, const struct athlete *who, struct training *t,
    struct err *e)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct owner o = owner_of(who);
	struct pmc_settings settings = PMC_DEFAULTS;
	struct loads_of of = { .db = app->db, .owner = &o, .sex = who->sex };
	struct threshold *thresholds;
	struct day_loads *days;
	struct pmc_load *list;
	int32_t first;
	size_t n;
	int rc;

	if (thresholds_list(app->db, a, &o, &thresholds, &of.n_thresholds, e) <
	    0)
		return -1;
	of.thresholds = thresholds;
	first = loads_first_needed(page_day_of(who), CHART_DAYS);
	rc = loads_refresh(&of, PATIENCE_US, e);
	if (rc < 0 ||
	    activity_days_loads(app->db, a, &o, first, NULL, &days, &n, e) < 0)
		return -1;
	t->all_rated = rc > 0;
	list = arena_many(a, n + 1, struct pmc_load);
	for (size_t i = 0; i < n; i++)
		list[i] = (struct pmc_load){ days[i].day,
			days[i].loads > 0 ? days[i].load : VALUE_MISSING };
	if (n == 0 && (rc = faded_load(app->db, a, &o, first, list, e)) > 0)
		n = 1;
	pmc_compute(a, &t->pmc, &settings, list, n, page_day_of(who));
	return rc < 0 ? -1 : 0;
}

static int
read_training(struct http_req *req, struct training *t, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	struct activity_filter f;
	struct user u;

	activity_filter_init(&f);
	f.limit = ACTIVITIES_SHOWN;
	if (page_find_user(req, &u, e) < 0 ||
	    read_pmc(req, &u.athlete, t, e) < 0)
		return -1;
	return activities_list(
	    app->db, http_arena(req), &o, &f, &t->list, &t->n, e);
}

static const char *
rounded(struct page *p, double v)
{
	return arena_printf(http_arena(p->req), "%.0f", v + 0.0);
}

static void
show_form_words(struct page *p, const struct pmc_day *today)
{
	const char *ramp = NULL;

	if (!isnan(today->ramp_rate))
		ramp = arena_printf(
		    http_arena(p->req), "%+.1f in 7 days", today->ramp_rate);
	html_box(&p->h, "dl", "figures");
	page_figure(p, "fitness", "Fitness", rounded(p, today->ctl),
	    ramp != NULL ? ramp : "over six weeks");
	page_figure(
	    p, "fatigue", "Fatigue", rounded(p, today->atl), "over seven days");
	if (!isnan(today->tsb))
		page_figure(p, "form", "Form", rounded(p, today->tsb),
		    "yesterday's fitness less fatigue");
	html_close(&p->h, "dl");
	if (!isnan(today->tsb))
		html_line(
		    &p->h, "p", NULL, pmc_form_meaning(pmc_form(today->tsb)));
}

static void
show_pmc(struct page *p, const struct training *t)
{
	struct html *h = &p->h;

	page_section(p, "fitness", "Fitness and form", NULL);
	if (t->pmc.n == 0) {
		html_box(h, "p", "empty");
		html_text(h, "Nothing to show yet. ");
		html_link(h, "/import", "Import your activities");
		html_text(h, " and ");
		html_link(h, "/account/thresholds", "set your thresholds");
		html_text(h, ": load is rated against them.");
		html_close(h, "p");
	} else {
		show_form_words(p, &t->pmc.day[t->pmc.n - 1]);
		pmc_chart(h, &t->pmc, CHART_DAYS);
	}
	if (!t->all_rated)
		html_line(h, "p", "faint",
		    "More activities are being rated. Load the page again in "
		    "a moment.");
	else if (t->pmc.n > 0 && !t->pmc.settled)
		html_line(h, "p", "faint",
		    "Fitness can be read after about three months of history; "
		    "until then it is too low.");
	page_section_end(p);
}

/* --- activities ---------------------------------------------------------- */

static void
show_activities(struct page *p, const struct training *t)
{
	page_section(p, "activities", "Last activities", NULL);
	if (t->n == 0)
		html_line(&p->h, "p", "empty", "None yet.");
	activity_rows(p, t->list, t->n);
	html_box(&p->h, "div", "buttons");
	if (t->n > 0)
		page_leading(p, "/activities", "All activities");
	page_leading(p, "/import", "Import more");
	html_close(&p->h, "div");
	page_section_end(p);
}

static void
show_training(struct http_req *req)
{
	struct training t = { .n = 0 };
	struct err e = ERR_INIT;
	struct page p;

	if (read_training(req, &t, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin(&p, req, "Your training");
	show_pmc(&p, &t);
	show_activities(&p, &t);
	page_connecting(&p);
	page_end(&p, 200);
}

void
web_home(struct http_req *req)
{
	if (http_who(req) != NULL)
		show_training(req);
	else
		show_welcome(req);
}
