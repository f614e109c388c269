#include "web/pmc_chart.h"

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

struct frame {
	const struct pmc_day *day;
	size_t n;
	double low, high; /* of the scale */
};

static double
x_of(const struct frame *f, size_t i)
{
	double span = f->n > 1 ? (double)(f->n - 1) : 1;

	return LEFT + (WIDTH - LEFT - RIGHT) * (double)i / span;
}

static double
y_of(const struct frame *f, double v)
{
	return TOP +
	       (HEIGHT - TOP - BOTTOM) * (f->high - v) / (f->high - f->low);
}

/* Multiples of a step that a reader likes. */
static double
step_of(double span)
{
	double raw = span / LINES;
	double tens = pow(10, floor(log10(raw)));
	double times = raw / tens;

	return tens * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
}

static double
find_scale(struct frame *f)
{
	double low = 0, high = 10, step;

	for (size_t i = 0; i < f->n; i++) {
		const struct pmc_day *d = &f->day[i];

		high = fmax(high, fmax(d->ctl, d->atl));
		if (!isnan(d->tsb)) {
			low = fmin(low, d->tsb);
			high = fmax(high, d->tsb);
		}
	}
	step = step_of(high - low);
	f->low = floor(low / step) * step;
	f->high = ceil(high / step) * step;
	return step;
}

static void
show_grid(struct html *h, const struct frame *f, double step)
{
	for (double v = f->low; v <= f->high + step / 2; v += step) {
		html_box(h, "line", "grid");
		html_attrf(h, "x1", "%.0f", LEFT);
		html_attrf(h, "x2", "%.0f", WIDTH - RIGHT);
		html_attrf(h, "y1", "%.1f", y_of(f, v));
		html_attrf(h, "y2", "%.1f", y_of(f, v));
		html_close(h, "line");
	}
}

/* Over the lines, with a rim. */
static void
show_scale(struct html *h, const struct frame *f, double step)
{
	for (double v = f->low; v <= f->high + step / 2; v += step) {
		html_open(h, "text");
		html_attrf(h, "x", "%.0f", LEFT);
		html_attrf(h, "y", "%.1f", y_of(f, v) - 5);
		html_textf(h, "%.0f", v + 0.0);
		html_close(h, "text");
	}
}

/* The first of each month, where there is room for its name. */
static void
show_months(struct html *h, const struct frame *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct date_civil c = date_from_day(f->day[i].day);

		if (c.day != 1 || x_of(f, i) > WIDTH - RIGHT - 60)
			continue;
		html_open(h, "text");
		html_attrf(h, "x", "%.1f", x_of(f, i));
		html_attrf(h, "y", "%.0f", HEIGHT - 8);
		html_text(h, date_month_name(c.month));
		html_close(h, "text");
	}
}

static void
add_points(struct buf *path, const struct frame *f, bool fatigue)
{
	for (size_t i = 0; i < f->n; i++)
		buf_printf(path, "%c%.1f %.1f", i == 0 ? 'M' : 'L', x_of(f, i),
		    y_of(f, fatigue ? f->day[i].atl : f->day[i].ctl));
}

static void
show_path(struct html *h, const char *class, const struct buf *path)
{
	html_box(h, "path", class);
	html_attr_str(h, "d", buf_str(path));
	html_close(h, "path");
}

static void
show_lines(struct html *h, const struct frame *f)
{
	struct buf path = BUF_INIT;

	add_points(&path, f, false);
	buf_printf(&path, "L%.1f %.1fL%.1f %.1fZ", x_of(f, f->n - 1),
	    y_of(f, 0), x_of(f, 0), y_of(f, 0));
	show_path(h, "fitness-area", &path);
	buf_clear(&path);
	add_points(&path, f, true);
	show_path(h, "line fatigue", &path);
	buf_clear(&path);
	add_points(&path, f, false);
	show_path(h, "line fitness", &path);
	buf_free(&path);
}

/* Form hangs and stands on the zero line. */
static void
show_form(struct html *h, const struct frame *f)
{
	double width = (WIDTH - LEFT - RIGHT) / (double)f->n * 0.7;
	double zero = y_of(f, 0);

	for (size_t i = 0; i < f->n; i++) {
		double y = y_of(f, f->day[i].tsb);

		if (isnan(f->day[i].tsb))
			continue;
		html_box(h, "rect", "form-bar");
		html_attrf(h, "x", "%.1f", x_of(f, i) - width / 2);
		html_attrf(h, "y", "%.1f", fmin(y, zero));
		html_attrf(h, "width", "%.1f", width);
		html_attrf(h, "height", "%.1f", fabs(y - zero));
		html_close(h, "rect");
	}
}

void
pmc_chart(struct html *h, const struct pmc *pmc, size_t days)
{
	struct frame f = { .n = MIN(pmc->n, days) };
	double step;

	f.day = pmc->day + (pmc->n - f.n);
	step = find_scale(&f);
	html_box(h, "svg", "chart");
	html_attrf(h, "viewBox", "0 0 %.0f %.0f", WIDTH, HEIGHT);
	html_attr(h, "role", "img");
	html_attrf(h, "aria-label",
	    "Fitness, fatigue and form over the last %zu days", f.n);
	show_grid(h, &f, step);
	show_months(h, &f);
	show_form(h, &f);
	show_lines(h, &f);
	show_scale(h, &f, step);
	html_close(h, "svg");
}
