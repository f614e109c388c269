#ifndef WEB_PLOT_H
#define WEB_PLOT_H

/* Days along, a scale of round numbers up: what drawings in a page stand on, in
 * its colours.  A drawing has beside it in words what it shows. */

#include "web/html.h"

struct plot {
	struct html *h;
	int32_t first, last;	/* days, at the edges */
	double low, high, step; /* of the scale */
};

/* The scale around low..high, in steps that a reader likes. */
void plot_fit(struct plot *p, double low, double high);
double plot_x(const struct plot *p, double day);
double plot_y(const struct plot *p, double v);
/* Opens the drawing, which is called `label` to who does not see it, with lines
 * across and the days below; then draw in it.  The scale comes over that. */
void plot_begin(struct plot *p, const char *label);
void plot_end(struct plot *p);

/* An upright bar between two values, around a day; share of a day's room. */
void plot_bar(const struct plot *p, const char *class, double day, double share,
    double from, double to);
/* A dot at a value. */
void plot_dot(
    const struct plot *p, const char *class, double day, double value);
/* A line of "M1 2L3 4" along coordinates of the drawing. */
void plot_path(const struct plot *p, const char *class, struct str path);

#endif
