#include "web/plot.h"

#include <math.h>
#include <stdio.h>

#include "base/date.h"

#define WIDTH  900.0
#define HEIGHT 300.0
#define LEFT   4.0
#define RIGHT  4.0
#define TOP    34.0
#define BOTTOM 36.0
#define LINES  4
/* Days below: each some days of a few weeks; of more, some months or years. */
#define DAYS_NAMED   45
#define DAYS_FEW     8
#define NAMES_MOST   12
#define NAME_WIDE    60
#define DAY_WIDE     110
#define BAR_LEAST    2.0
#define DOT	     4.0
#define DAYS_A_MONTH 30.4

double
plot_x(const struct plot *p, double day)
{
	double span = p->last > p->first ? p->last - p->first : 1;

	return LEFT + (WIDTH - LEFT - RIGHT) * (day - p->first) / span;
}

double
plot_y(const struct plot *p, double v)
{
	return TOP +
	       (HEIGHT - TOP - BOTTOM) * (p->high - v) / (p->high - p->low);
}

static double
step_of(double span)
{
	double raw = span / LINES;
	double tens = pow(10, floor(log10(raw)));
	double times = raw / tens;

	return tens * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

void
plot_fit(struct plot *p, double low, double high)
{
	if (high - low < 1e-6) {
		low -= 1;
		high += 1;
	}
	p->step = step_of(high - low);
	p->low = floor(low / p->step) * p->step;
	p->high = ceil(high / p->step) * p->step;
}

static void
show_grid(const struct plot *p)
{
	struct html *h = p->h;

	for (double v = p->low; v <= p->high + p->step / 2; v += p->step) {
		html_box(h, "line", "grid");
		html_attrf(h, "x1", "%.0f", LEFT);
		html_attrf(h, "x2", "%.0f", WIDTH - RIGHT);
		html_attrf(h, "y1", "%.1f", plot_y(p, v));
		html_attrf(h, "y2", "%.1f", plot_y(p, v));
		html_close(h, "line");
	}
}

/* Over what is drawn, with a rim. */
static void
show_scale(const struct plot *p)
{
	struct html *h = p->h;

	for (double v = p->low; v <= p->high + p->step / 2; v += p->step) {
		html_open(h, "text");
		html_attrf(h, "x", "%.0f", LEFT);
		html_attrf(h, "y", "%.1f", plot_y(p, v) - 5);
		html_textf(h, "%.6g", v + 0.0);
		html_close(h, "text");
	}
}

/* --- days ---------------------------------------------------------------- */

static void
name_day(const struct plot *p, int32_t day, const char *name, int wide)
{
	struct html *h = p->h;

	if (plot_x(p, day) > WIDTH - RIGHT - wide)
		return;
	html_open(h, "text");
	html_attrf(h, "x", "%.1f", plot_x(p, day));
	html_attrf(h, "y", "%.0f", HEIGHT - 8);
	html_text(h, name);
	html_close(h, "text");
}

/* The first that is drawn, and some behind it. */
static void
show_weeks(const struct plot *p)
{
	int every = p->last - p->first <= DAYS_FEW ? 2 : 7;
	char name[32];

	for (int32_t day = p->first + 1; day <= p->last; day += every) {
		struct date_civil c = date_from_day(day);

		snprintf(name, sizeof(name), "%d %s", c.day,
		    date_month_name(c.month));
		name_day(p, day, name, DAY_WIDE);
	}
}

/* The first of each month, or of every so many. */
static void
show_months(const struct plot *p)
{
	static const int steps[] = { 1, 2, 3, 6, 12 };
	double months = (p->last - p->first) / DAYS_A_MONTH;
	int years = (int)ceil(months / 12 / NAMES_MOST);
	char name[16];
	int every = 12;

	for (size_t i = ARRAY_LEN(steps); i > 0; i--)
		if (months / steps[i - 1] <= NAMES_MOST)
			every = steps[i - 1];
	for (int32_t day = p->first; day <= p->last; day++) {
		struct date_civil c = date_from_day(day);

		if (c.day != 1 || (c.month - 1) % every != 0 ||
		    (every == 12 && c.year % years != 0))
			continue;
		snprintf(name, sizeof(name), "%d", c.year);
		name_day(p, day, every == 12 ? name : date_month_name(c.month),
		    NAME_WIDE);
	}
}

/* --- the drawing --------------------------------------------------------- */

void
plot_begin(struct plot *p, const char *label)
{
	struct html *h = p->h;

	html_box(h, "svg", "chart");
	html_attrf(h, "viewBox", "0 0 %.0f %.0f", WIDTH, HEIGHT);
	html_attr(h, "role", "img");
	html_attr(h, "aria-label", label);
	show_grid(p);
	if (p->last - p->first <= DAYS_NAMED)
		show_weeks(p);
	else
		show_months(p);
}

void
plot_end(struct plot *p)
{
	show_scale(p);
	html_close(p->h, "svg");
}

void
plot_bar(const struct plot *p, const char *class, double day, double share,
    double from, double to)
{
	double width = share * (plot_x(p, day + 1) - plot_x(p, day));
	double top = fmin(plot_y(p, from), plot_y(p, to));
	struct html *h = p->h;

	width = fmax(width, BAR_LEAST);
	html_box(h, "rect", class);
	html_attrf(h, "x", "%.1f", plot_x(p, day) - width / 2);
	html_attrf(h, "y", "%.1f", top);
	html_attrf(h, "width", "%.1f", width);
	html_attrf(h, "height", "%.1f", fabs(plot_y(p, from) - plot_y(p, to)));
	html_close(h, "rect");
}

void
plot_dot(const struct plot *p, const char *class, double day, double value)
{
	struct html *h = p->h;

	html_box(h, "circle", class);
	html_attrf(h, "cx", "%.1f", plot_x(p, day));
	html_attrf(h, "cy", "%.1f", plot_y(p, value));
	html_attrf(h, "r", "%.0f", DOT);
	html_close(h, "circle");
}

void
plot_path(const struct plot *p, const char *class, struct str path)
{
	html_box(p->h, "path", class);
	html_attr_str(p->h, "d", path);
	html_close(p->h, "path");
}
