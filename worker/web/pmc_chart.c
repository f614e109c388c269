#include "web/pmc_chart.h"

#include <math.h>
#include <stdio.h>

#include "web/plot.h"

#define BAR_SHARE 0.7

struct frame {
	struct plot plot;
	const struct pmc_day *day;
	size_t n;
};

static void
find_scale(struct frame *f)
{
	double low = 0, high = 10;

	for (size_t i = 0; i < f->n; i++) {
		const struct pmc_day *d = &f->day[i];

		high = fmax(high, fmax(d->ctl, d->atl));
		if (!isnan(d->tsb)) {
			low = fmin(low, d->tsb);
			high = fmax(high, d->tsb);
		}
	}
	plot_fit(&f->plot, low, high);
}

static void
add_points(struct buf *path, const struct frame *f, bool fatigue)
{
	for (size_t i = 0; i < f->n; i++)
		buf_printf(path, "%c%.1f %.1f", i == 0 ? 'M' : 'L',
		    plot_x(&f->plot, f->day[i].day),
		    plot_y(&f->plot, fatigue ? f->day[i].atl : f->day[i].ctl));
}

static void
show_lines(const struct frame *f)
{
	const struct plot *p = &f->plot;
	struct buf path = BUF_INIT;

	add_points(&path, f, false);
	buf_printf(&path, "L%.1f %.1fL%.1f %.1fZ", plot_x(p, p->last),
	    plot_y(p, 0), plot_x(p, p->first), plot_y(p, 0));
	plot_path(p, "fitness-area", buf_str(&path));
	buf_clear(&path);
	add_points(&path, f, true);
	plot_path(p, "line fatigue", buf_str(&path));
	buf_clear(&path);
	add_points(&path, f, false);
	plot_path(p, "line fitness", buf_str(&path));
	buf_free(&path);
}

/* Form hangs and stands on the zero line. */
static void
show_form(const struct frame *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (!isnan(f->day[i].tsb))
			plot_bar(&f->plot, "form-bar", f->day[i].day, BAR_SHARE,
			    0, f->day[i].tsb);
}

void
pmc_chart(struct html *h, const struct pmc *pmc, size_t days)
{
	struct frame f = { .plot = { .h = h }, .n = MIN(pmc->n, days) };
	char label[96];

	f.day = pmc->day + (pmc->n - f.n);
	f.plot.first = f.day[0].day;
	f.plot.last = f.day[f.n - 1].day;
	find_scale(&f);
	snprintf(label, sizeof(label),
	    "Fitness, fatigue and form over the last %zu days", f.n);
	plot_begin(&f.plot, label);
	show_form(&f);
	show_lines(&f);
	plot_end(&f.plot);
}
