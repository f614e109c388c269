/* Drawings of sleep. */

#include "base/date.h"
#include "model/value.h"
#include "web/number.h"
#include "web/plot.h"
#include "web/sleep_parts.h"

#define HOUR_S	  3600.0
#define BAR_SHARE 0.72

/* In hours; naught where there is no value. */
static double
known(double v)
{
	return value_has(v) ? v / HOUR_S : 0;
}

/* --- one line of blocks -------------------------------------------------- */

#define STRIP_WIDE 1000.0
#define STRIP_HIGH 12.0

static void
show_block(struct html *h, enum sleep_stage_kind kind, double x, double y,
    double wide, double high)
{
	html_box(h, "rect", sleep_stage_class(kind));
	html_attrf(h, "x", "%.1f", x);
	html_attrf(h, "y", "%.1f", y);
	html_attrf(h, "width", "%.1f", wide);
	html_attrf(h, "height", "%.1f", high);
	html_close(h, "rect");
}

static double
length_s(const struct sleep *s)
{
	double whole = (double)(s->end_us - s->start_us) / DATE_US_PER_SECOND;

	for (size_t i = 0; i < s->n_stages; i++)
		whole =
		    fmax(whole, s->stages[i].start_s + s->stages[i].duration_s);
	return fmax(whole, 1);
}

static void
show_sequence(struct html *h, const struct sleep *s)
{
	double scale = STRIP_WIDE / length_s(s);

	for (size_t i = 0; i < s->n_stages; i++)
		show_block(h, s->stages[i].kind, s->stages[i].start_s * scale,
		    0, s->stages[i].duration_s * scale, STRIP_HIGH);
}

static void
show_sums(struct html *h, const struct sleep *s)
{
	double at = 0, whole = 0;

	for (size_t i = 0; i < SLEEP_STAGES_TOLD; i++)
		whole += known(sleep_stage_sum(s, sleep_stages_told[i]));
	for (size_t i = 0; i < SLEEP_STAGES_TOLD; i++) {
		double part = known(sleep_stage_sum(s, sleep_stages_told[i]));

		if (part > 0)
			show_block(h, sleep_stages_told[i],
			    at / whole * STRIP_WIDE, 0,
			    part / whole * STRIP_WIDE, STRIP_HIGH);
		at += part;
	}
}

void
sleep_strip(struct html *h, const struct sleep *s)
{
	html_box(h, "svg", "strip");
	html_attrf(h, "viewBox", "0 0 %.0f %.0f", STRIP_WIDE, STRIP_HIGH);
	html_attr(h, "preserveAspectRatio", "none");
	html_attr(h, "aria-hidden", "true");
	if (s->n_stages > 0)
		show_sequence(h, s);
	else
		show_sums(h, s);
	html_close(h, "svg");
}

/* --- many nights --------------------------------------------------------- */

struct slept {
	int32_t day;
	double of[SLEEP_STAGE_COUNT]; /* hours */
};

static double
hours_of(const struct slept *d)
{
	return d->of[SLEEP_DEEP] + d->of[SLEEP_LIGHT] + d->of[SLEEP_REM] +
	       d->of[SLEEP_ASLEEP];
}

/* What is not known to be of a stage counts as asleep. */
static void
add_sleep(struct slept *d, const struct sleep *s)
{
	double deep = known(s->v[SLEEP_deep_s]);
	double light = known(s->v[SLEEP_light_s]);
	double rem = known(s->v[SLEEP_rem_s]);

	d->day = s->local_day;
	d->of[SLEEP_DEEP] += deep;
	d->of[SLEEP_LIGHT] += light;
	d->of[SLEEP_REM] += rem;
	d->of[SLEEP_ASLEEP] +=
	    fmax(known(s->v[SLEEP_asleep_s]) - deep - light - rem, 0);
}

static size_t
sum_days(
    struct arena *a, const struct sleep *list, size_t n, struct slept **days_r)
{
	struct slept *days = arena_many(a, n + 1, struct slept);
	size_t k = 0;

	memset(days, 0, (n + 1) * sizeof(*days));
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && list[i].local_day != list[i - 1].local_day)
			k++;
		add_sleep(&days[k], &list[i]);
	}
	*days_r = days;
	return n > 0 ? k + 1 : 0;
}

static void
show_day(const struct plot *plot, const struct slept *d)
{
	static const enum sleep_stage_kind up[] = { SLEEP_DEEP, SLEEP_LIGHT,
		SLEEP_REM, SLEEP_ASLEEP };
	double from = 0;

	for (size_t i = 0; i < ARRAY_LEN(up); i++) {
		double to = from + d->of[up[i]];

		if (to > from)
			plot_bar(plot, sleep_stage_class(up[i]), d->day,
			    BAR_SHARE, from, to);
		from = to;
	}
}

void
sleep_chart(struct page *p, const struct sleep *list, size_t n)
{
	struct arena *a = http_arena(p->req);
	struct plot plot = { .h = &p->h };
	struct slept *days;
	double most = 8;
	size_t k = sum_days(a, list, n, &days);

	if (k == 0)
		return;
	for (size_t i = 0; i < k; i++)
		most = fmax(most, hours_of(&days[i]));
	/* Newest first; half a bar stands beside its day. */
	plot.first = days[k - 1].day - 1;
	plot.last = days[0].day + 1;
	plot_fit(&plot, 0, most);
	plot_begin(&plot,
	    arena_printf(a, "Hours asleep by day, %s to %s",
		day_words(a, days[k - 1].day), day_words(a, days[0].day)));
	for (size_t i = 0; i < k; i++)
		show_day(&plot, &days[i]);
	plot_end(&plot);
}

/* --- one night ----------------------------------------------------------- */

#define WIDE	  900.0
#define NAMES	  100.0 /* of the lanes, at the left */
#define LANE_HIGH 46.0
#define LANE_GAP  10.0
#define FOOT_HIGH 40.0
#define HOUR_WIDE 70

static const enum sleep_stage_kind lanes[] = { SLEEP_AWAKE, SLEEP_REM,
	SLEEP_LIGHT, SLEEP_DEEP };

static double
top_of(size_t lane)
{
	return (double)lane * (LANE_HIGH + LANE_GAP);
}

/* Asleep in no particular stage is as high as light sleep. */
static size_t
lane_of(enum sleep_stage_kind kind)
{
	size_t i = 0;

	if (kind == SLEEP_ASLEEP)
		kind = SLEEP_LIGHT;
	while (lanes[i] != kind)
		i++;
	return i;
}

static void
show_hours(struct html *h, struct arena *a, const struct sleep *s, double scale)
{
	int64_t hour_us = INT64_C(3600) * DATE_US_PER_SECOND;
	int64_t local_us = s->start_us + s->utc_offset_s * DATE_US_PER_SECOND;
	int64_t past_us = ((local_us % hour_us) + hour_us) % hour_us;
	int every = length_s(s) > 6 * HOUR_S ? 2 : 1;
	double bottom = top_of(ARRAY_LEN(lanes));

	for (int i = 1; i * HOUR_S <= length_s(s) + HOUR_S; i++) {
		int64_t at_us = s->start_us - past_us + i * hour_us;
		double x = NAMES + (double)(at_us - s->start_us) /
				       DATE_US_PER_SECOND * scale;
		const char *name = sleep_clock(a, s, at_us);

		if (x > WIDE - HOUR_WIDE || (i - 1) % every != 0)
			continue;
		html_box(h, "line", "grid");
		html_attrf(h, "x1", "%.1f", x);
		html_attrf(h, "x2", "%.1f", x);
		html_attr(h, "y1", "0");
		html_attrf(h, "y2", "%.0f", bottom);
		html_close(h, "line");
		html_open(h, "text");
		html_attrf(h, "x", "%.1f", x);
		html_attrf(h, "y", "%.0f", bottom + FOOT_HIGH - 10);
		html_text(h, name);
		html_close(h, "text");
	}
}

static void
name_lanes(struct html *h)
{
	for (size_t i = 0; i < ARRAY_LEN(lanes); i++) {
		html_open(h, "text");
		html_attr(h, "x", "4");
		html_attrf(h, "y", "%.0f", top_of(i) + LANE_HIGH * 0.7);
		html_text(h, sleep_stage_title(lanes[i]));
		html_close(h, "text");
	}
}

void
sleep_course(struct page *p, const struct sleep *s)
{
	struct arena *a = http_arena(p->req);
	double scale = (WIDE - NAMES) / length_s(s);
	struct html *h = &p->h;

	html_box(h, "svg", "chart");
	html_attrf(h, "viewBox", "0 0 %.0f %.0f", WIDE,
	    top_of(ARRAY_LEN(lanes)) + FOOT_HIGH);
	html_attr(h, "role", "img");
	html_attr(h, "aria-label", "Stages of sleep along the hours");
	show_hours(h, a, s, scale);
	for (size_t i = 0; i < s->n_stages; i++) {
		const struct sleep_stage *st = &s->stages[i];

		show_block(h, st->kind, NAMES + st->start_s * scale,
		    top_of(lane_of(st->kind)), st->duration_s * scale,
		    LANE_HIGH);
	}
	name_lanes(h);
	html_close(h, "svg");
}
