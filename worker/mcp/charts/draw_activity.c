#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "mcp/charts/charts.h"
#include "mcp/charts/panel.h"
#include "sport/pace.h"

#define PANEL_HEIGHT 96
#define PANEL_GAP    38
#define BUCKET	     1.5 /* points: what one place of a curve stands for */

struct style {
	const char *caption;
	const char *name; /* of the mean */
	uint32_t rgb;
	bool from_zero;
	bool filled;
};

static const struct style styles[] = {
	[TRACE_ALTITUDE] = { "Altitude, m", "", 0x7a7a7a, false, true },
	[TRACE_HR] = { "Heart rate, beats a minute", "\u00d8 %s bpm", RGB_RED,
	    false, false },
	[TRACE_POWER] = { "Power, W", "\u00d8 %s W", RGB_BLUE, true, false },
	[TRACE_SPEED] = { "Speed, km/h", "\u00d8 %s km/h", RGB_GREEN, true,
	    false },
	[TRACE_PACE] = { "Pace, minutes a kilometre", "\u00d8 %s /km",
	    RGB_GREEN, false, false },
	[TRACE_CADENCE] = { "Cadence, a minute", "\u00d8 %s", RGB_PURPLE, false,
	    false },
};

struct plot {
	struct canvas *canvas;
	struct arena *arena;
	size_t seconds;
	size_t buckets;
	double *px;
};

/* A curve over the buckets: mean, and how far the samples spread. */
struct curve {
	double *mean, *low, *high;
	double min, max; /* of the means */
	double average;	 /* of the samples; of a pace, that of the mean speed */
};

/* Upwards is faster: a pace is drawn by its negative. */
static double
shown(enum trace_kind kind, double v)
{
	if (kind == TRACE_SPEED)
		return v * 3.6;
	if (kind == TRACE_PACE)
		return v < CHART_STANDING_MPS ? NAN : -pace_s_per_km(v);
	return v;
}

static void
fill_bucket(const struct trace *t, size_t from, size_t to, struct curve *c,
    size_t at, double *sum, size_t *count)
{
	double bucket = 0, low = INFINITY, high = -INFINITY, v;
	size_t n = 0;

	for (size_t i = from; i < to && i < t->n; i++) {
		v = shown(t->kind, t->v[i]);
		if (isnan(v))
			continue;
		bucket += v;
		*sum += t->v[i];
		low = fmin(low, v);
		high = fmax(high, v);
		n++;
	}
	*count += n;
	c->mean[at] = n > 0 ? bucket / (double)n : NAN;
	c->low[at] = n > 0 ? low : NAN;
	c->high[at] = n > 0 ? high : NAN;
	if (n > 0) {
		c->min = fmin(c->min, c->mean[at]);
		c->max = fmax(c->max, c->mean[at]);
	}
}

static void
gather(const struct plot *p, const struct trace *t, struct curve *c)
{
	double sum = 0;
	size_t count = 0;

	*c = (struct curve){
		.mean = arena_many(p->arena, p->buckets, double),
		.low = arena_many(p->arena, p->buckets, double),
		.high = arena_many(p->arena, p->buckets, double),
		.min = INFINITY,
		.max = -INFINITY,
	};
	for (size_t i = 0; i < p->buckets; i++)
		fill_bucket(t, i * p->seconds / p->buckets,
		    (i + 1) * p->seconds / p->buckets, c, i, &sum, &count);
	c->average = count > 0 ? shown(t->kind, sum / (double)count) : NAN;
}

/* --- drawing ------------------------------------------------------------- */

static void
name_mean(const struct trace *t, const struct curve *c, char out[48])
{
	char number[32];

	if (t->kind == TRACE_PACE)
		chart_minutes(number, c->average);
	else
		snprintf(number, sizeof(number),
		    t->kind == TRACE_SPEED ? "%.1f" : "%.0f", c->average);
	snprintf(out, 48, styles[t->kind].name, number);
}

static void
to_places(const struct axis *y, double *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!isnan(v[i]))
			v[i] = fmin(fmax(axis_place(y, v[i]), y->end), y->at);
	}
}

static void
draw_trace(const struct plot *p, const struct trace *t, double top)
{
	const struct style *s = &styles[t->kind];
	struct panel panel = {
		.canvas = p->canvas, .top = top, .bottom = top + PANEL_HEIGHT
	};
	struct curve_name name = { NAN, INK(s->rgb), "" };
	struct curve c;

	gather(p, t, &c);
	if (isnan(c.average))
		c.min = c.max = 0;
	panel_begin(&panel,
	    t->kind == TRACE_PACE ? ROUND_SECONDS : ROUND_NUMBERS,
	    s->from_zero ? fmin(c.min, 0) : c.min, c.max, 3, s->caption);
	name.y = axis_place(&panel.y, c.average);
	if (s->name[0] != '\0' && !isnan(c.average))
		name_mean(t, &c, name.text);
	to_places(&panel.y, c.mean, p->buckets);
	if (s->filled) {
		canvas_area(p->canvas, p->px, c.mean, p->buckets, panel.bottom,
		    INK_THIN(s->rgb, 0.25));
	} else {
		to_places(&panel.y, c.low, p->buckets);
		to_places(&panel.y, c.high, p->buckets);
		canvas_band(p->canvas, p->px, c.low, c.high, p->buckets,
		    INK_THIN(s->rgb, 0.18));
		if (!isnan(name.y))
			canvas_dashes(p->canvas, CHART_LEFT, name.y,
			    CHART_RIGHT, name.y, 1, INK_THIN(s->rgb, 0.8));
	}
	canvas_curve(p->canvas, p->px, c.mean, p->buckets, 1.5, INK(s->rgb));
	if (s->name[0] != '\0')
		panel_names(&panel, &name, 1);
}

static void
draw_times(const struct plot *p, double bottom)
{
	struct panel panel = { .canvas = p->canvas, .bottom = bottom };
	struct axis x = { 0, (double)p->seconds, CHART_LEFT, CHART_RIGHT };
	double step = axis_step(ROUND_SECONDS, 0, (double)p->seconds, 9);
	char text[32];

	for (double at = 0; at <= (double)p->seconds; at += step) {
		chart_minutes(text, at);
		panel_tick(&panel, axis_place(&x, at), text);
	}
}

static void
draw(struct plot *p, const struct trace *traces, size_t n)
{
	double top = CHART_TOP + 18;
	double wide = CHART_RIGHT - CHART_LEFT;

	p->buckets = MAX(MIN((size_t)(wide / BUCKET), p->seconds), 1);
	p->px = arena_many(p->arena, p->buckets, double);
	for (size_t i = 0; i < p->buckets; i++)
		p->px[i] =
		    CHART_LEFT + ((double)i + 0.5) / (double)p->buckets * wide;
	for (size_t i = 0; i < n; i++) {
		draw_trace(p, &traces[i], top);
		top += PANEL_HEIGHT + PANEL_GAP;
	}
	draw_times(p, top - PANEL_GAP);
}

int
chart_activity(enum picture kind, const char *title, const char *subtitle,
    const struct trace *traces, size_t n, struct buf *out, struct err *e)
{
	double height = CHART_TOP + 18 +
			(double)n * (PANEL_HEIGHT + PANEL_GAP) - PANEL_GAP + 40;
	struct plot p = { .seconds = 0 };
	int rc;

	for (size_t i = 0; i < n; i++)
		p.seconds = MAX(p.seconds, traces[i].n);
	if (p.seconds == 0 || n > CHART_MAX_TRACES)
		return err_set(e, ERR_INVALID, "there are no samples to draw");
	p.canvas = canvas_new(kind, CHART_WIDTH, height, e);
	if (p.canvas == NULL)
		return -1;
	p.arena = arena_new();
	chart_title(p.canvas, title, subtitle);
	draw(&p, traces, n);
	rc = canvas_finish(p.canvas, out, e);
	arena_free(&p.arena);
	canvas_free(&p.canvas);
	return rc;
}
