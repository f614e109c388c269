#include <math.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/date.h"
#include "mcp/charts/charts.h"
#include "mcp/charts/panel.h"

#define HEIGHT	     620
#define MONTH_DAYS   75 /* from here on months are named, not weeks */
#define MONTHS_NAMED 14
#define CURVES	     3

#define PLACE(member) offsetof(struct pmc_day, member)

struct plot {
	struct canvas *canvas;
	const struct pmc_day *day;
	size_t n;
	struct axis x;
	double *px; /* place of each day */
	struct arena *arena;
};

static void
widen(const struct plot *p, size_t place, double *low, double *high)
{
	for (size_t i = 0; i < p->n; i++) {
		*low = fmin(*low, pmc_value(&p->day[i], place));
		*high = fmax(*high, pmc_value(&p->day[i], place));
	}
}

static double *
places(const struct plot *p, const struct panel *panel, size_t place)
{
	double *y = arena_many(p->arena, p->n, double);

	for (size_t i = 0; i < p->n; i++)
		y[i] = axis_place(&panel->y, pmc_value(&p->day[i], place));
	return y;
}

/* --- panels -------------------------------------------------------------- */

static void
draw_fitness(const struct plot *p)
{
	struct panel panel = {
		.canvas = p->canvas, .top = CHART_TOP + 18, .bottom = 350
	};
	struct curve_name names[2];
	const struct pmc_day *last = &p->day[p->n - 1];
	double low = 0, high = 10, *ctl, *atl;

	widen(p, PLACE(ctl), &low, &high);
	widen(p, PLACE(atl), &low, &high);
	panel_begin(&panel, ROUND_NUMBERS, low, high, 5,
	    "Fitness and fatigue, load a day");
	ctl = places(p, &panel, PLACE(ctl));
	atl = places(p, &panel, PLACE(atl));
	canvas_area(p->canvas, p->px, ctl, p->n, panel.bottom,
	    INK_THIN(RGB_BLUE, 0.12));
	canvas_curve(p->canvas, p->px, atl, p->n, 1.6, INK(RGB_RED));
	canvas_curve(p->canvas, p->px, ctl, p->n, 2.8, INK(RGB_BLUE));
	names[0] = (struct curve_name){ ctl[p->n - 1], INK(RGB_BLUE), "" };
	names[1] = (struct curve_name){ atl[p->n - 1], INK(RGB_RED), "" };
	snprintf(
	    names[0].text, sizeof(names[0].text), "Fitness %.0f", last->ctl);
	snprintf(
	    names[1].text, sizeof(names[1].text), "Fatigue %.0f", last->atl);
	panel_names(&panel, names, 2);
}

/* Above zero and below it in two inks. */
static void
draw_form_area(const struct plot *p, const struct panel *panel, double *tsb)
{
	double zero = axis_place(&panel->y, 0);
	double *up = arena_many(p->arena, p->n, double);
	double *down = arena_many(p->arena, p->n, double);

	for (size_t i = 0; i < p->n; i++) {
		up[i] = isnan(tsb[i]) ? NAN : fmin(tsb[i], zero);
		down[i] = isnan(tsb[i]) ? NAN : fmax(tsb[i], zero);
	}
	canvas_area(
	    p->canvas, p->px, up, p->n, zero, INK_THIN(RGB_GREEN, 0.30));
	canvas_area(
	    p->canvas, p->px, down, p->n, zero, INK_THIN(RGB_PURPLE, 0.30));
	canvas_curve(p->canvas, p->px, tsb, p->n, 1.4, INK(0x444444));
}

static void
draw_form(const struct plot *p)
{
	struct panel panel = { .canvas = p->canvas, .top = 392, .bottom = 482 };
	double tsb = p->day[p->n - 1].tsb;
	struct curve_name name = { NAN, INK_TEXT, "" };
	double low = -10, high = 10, *y;
	char number[32];

	widen(p, PLACE(tsb), &low, &high);
	panel_begin(&panel, ROUND_NUMBERS, low, high, 4,
	    "Form: fitness less fatigue; green rested, purple strained");
	y = places(p, &panel, PLACE(tsb));
	draw_form_area(p, &panel, y);
	name.y = y[p->n - 1];
	chart_number(number, isnan(tsb) ? 0 : round(tsb));
	snprintf(name.text, sizeof(name.text), "Form %s%s",
	    tsb >= 0.5 ? "+" : "", number);
	panel_names(&panel, &name, 1);
}

/* "2 Nov" each Monday, or "Nov" where a month begins. */
static void
draw_days(const struct plot *p, const struct panel *panel)
{
	bool by_month = p->n > MONTH_DAYS;
	int every = by_month ? (int)(p->n / 30 / MONTHS_NAMED) + 1
			     : (int)(p->n / 7 / 11) + 1;
	char text[24];

	for (size_t i = 0; i < p->n; i++) {
		int32_t day = p->day[i].day;
		struct date_civil c = date_from_day(day);

		if (by_month
			? c.day != 1 || (c.month - 1) % every != 0
			: date_weekday(day) != 1 || (day + 3) / 7 % every != 0)
			continue;
		if (by_month && c.month == 1)
			snprintf(text, sizeof(text), "Jan %d", c.year);
		else if (by_month)
			snprintf(
			    text, sizeof(text), "%s", date_month_name(c.month));
		else
			snprintf(text, sizeof(text), "%d %s", c.day,
			    date_month_name(c.month));
		panel_tick(panel, p->px[i], text);
	}
}

static void
draw_loads(const struct plot *p)
{
	struct panel panel = { .canvas = p->canvas, .top = 522, .bottom = 580 };
	double width = (CHART_RIGHT - CHART_LEFT) / (double)p->n;
	double low = 0, high = 10, y;

	widen(p, PLACE(load), &low, &high);
	panel_begin(
	    &panel, ROUND_NUMBERS, low, high, 2, "Training load of each day");
	width = fmin(fmax(width * 0.7, 1), 14);
	for (size_t i = 0; i < p->n; i++) {
		y = axis_place(&panel.y, p->day[i].load);
		if (p->day[i].load > 0)
			canvas_rect(p->canvas, p->px[i] - width / 2, y, width,
			    panel.bottom - y, INK(RGB_GREY));
	}
	draw_days(p, &panel);
}

/* --- the whole ----------------------------------------------------------- */

static void
draw_title(const struct plot *p)
{
	char from[DATE_TEXT_LEN + 1], to[DATE_TEXT_LEN + 1], text[120];

	date_format_day(p->day[0].day, from);
	date_format_day(p->day[p->n - 1].day, to);
	snprintf(text, sizeof(text), "%s to %s", from, to);
	chart_title(p->canvas, "Training load", text);
}

static void
draw(struct plot *p)
{
	p->x = (struct axis){ p->day[0].day - 0.5, p->day[p->n - 1].day + 0.5,
		CHART_LEFT, CHART_RIGHT };
	p->px = arena_many(p->arena, p->n, double);
	for (size_t i = 0; i < p->n; i++)
		p->px[i] = axis_place(&p->x, p->day[i].day);
	draw_title(p);
	draw_fitness(p);
	draw_form(p);
	draw_loads(p);
}

int
chart_training_load(enum picture kind, const struct pmc *pmc, size_t days,
    struct buf *out, struct err *e)
{
	struct plot p = { .n = MIN(days, pmc->n) };
	int rc;

	if (p.n == 0)
		return err_set(e, ERR_INVALID, "there is no day to draw");
	p.day = pmc->day + pmc->n - p.n;
	p.canvas = canvas_new(kind, CHART_WIDTH, HEIGHT, e);
	if (p.canvas == NULL)
		return -1;
	p.arena = arena_new();
	draw(&p);
	rc = canvas_finish(p.canvas, out, e);
	arena_free(&p.arena);
	canvas_free(&p.canvas);
	return rc;
}
