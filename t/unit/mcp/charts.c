/* Charts: what the pictures are, where their inks stand, and what cannot be
 * drawn. */

#include <cairo.h>
#include <math.h>
#include <stdlib.h>

#include "mcp/charts/axis.h"
#include "mcp/charts/charts.h"
#include "tap.h"

#define DAYS	400
#define SECONDS 5400

static struct pmc_day days[DAYS];

/* Three weeks of work and one of rest, rising. */
static void
fill_days(void)
{
	double ctl = 0, atl = 0;

	for (int i = 0; i < DAYS; i++) {
		struct pmc_day *d = &days[i];

		d->day = 20400 + i;
		d->tsb = i == 0 ? NAN : ctl - atl;
		d->load = i % 7 == 4	   ? 0
			  : i / 7 % 4 == 3 ? 30 + i % 5 * 8
					   : 55 + i % 7 * 16;
		ctl += (d->load - ctl) * (1 - exp(-1 / 42.0));
		atl += (d->load - atl) * (1 - exp(-1 / 7.0));
		d->ctl = ctl;
		d->atl = atl;
	}
}

struct reading {
	const struct buf *b;
	size_t at;
};

static cairo_status_t
read_png(void *arg, unsigned char *p, unsigned n)
{
	struct reading *r = arg;

	if (r->b->n - r->at < n)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(p, r->b->p + r->at, n);
	r->at += n;
	return CAIRO_STATUS_SUCCESS;
}

/* How many pixels of the picture have this colour, within a few steps. */
static int
count_ink(cairo_surface_t *s, uint32_t rgb, int from_y, int to_y)
{
	const unsigned char *p = cairo_image_surface_get_data(s);
	int stride = cairo_image_surface_get_stride(s), n = 0;

	for (int y = from_y; y < to_y; y++) {
		const uint32_t *row =
		    (const uint32_t *)(const void *)(p + y * stride);

		for (int x = 0; x < cairo_image_surface_get_width(s); x++) {
			int r = (int)(row[x] >> 16 & 255) - (int)(rgb >> 16);
			int g =
			    (int)(row[x] >> 8 & 255) - (int)(rgb >> 8 & 255);
			int b = (int)(row[x] & 255) - (int)(rgb & 255);

			n += abs(r) + abs(g) + abs(b) < 12;
		}
	}
	return n;
}

static cairo_surface_t *
decode(const struct buf *b)
{
	struct reading r = { b, 0 };
	cairo_surface_t *s =
	    cairo_image_surface_create_from_png_stream(read_png, &r);

	ok(b->n > 8 && memcmp(b->p, "\x89PNG\r\n\x1a\n", 8) == 0,
	    "it is a PNG");
	ok(cairo_surface_status(s) == CAIRO_STATUS_SUCCESS && r.at == b->n,
	    "that can be read, and has nothing behind it");
	return s;
}

static void
test_training_load(void)
{
	struct pmc pmc = { .n = DAYS, .day = days, .settled = true };
	struct buf png = BUF_INIT, again = BUF_INIT, svg = BUF_INIT;
	struct err e = ERR_INIT;
	cairo_surface_t *s;

	ok(chart_training_load(PICTURE_PNG, &pmc, 180, &png, &e) == 0,
	    "the training load is drawn: %s", e.msg);
	s = decode(&png);
	is_int(cairo_image_surface_get_width(s), 1440, "in pixels");
	is_int(cairo_image_surface_get_height(s), 930, "in both directions");
	ok(count_ink(s, 0x0072b2, 150, 540) > 1200,
	    "fitness in blue, in the first panel");
	ok(count_ink(s, 0xd55e00, 150, 540) > 500, "fatigue in red");
	is_int(count_ink(s, 0xd55e00, 570, 930), 0, "and not in the others");
	ok(count_ink(s, 0x8c8c8c, 780, 878) > 5000,
	    "loads in grey, in the last");
	ok(count_ink(s, 0xffffff, 0, 930) > 1440 * 930 / 2,
	    "most of it is white");
	cairo_surface_destroy(s);
	ok((int64_t)png.n < 300000, "it is small");
	ok(chart_training_load(PICTURE_PNG, &pmc, 180, &again, &e) == 0 &&
		str_eq(buf_str(&png), buf_str(&again)),
	    "the same numbers give the same bytes");
	ok(chart_training_load(PICTURE_SVG, &pmc, 180, &svg, &e) == 0 &&
		str_starts(buf_str(&svg), STR("<?xml")) &&
		strstr(buf_cstr(&svg), "</svg>") != NULL,
	    "as SVG too");
	ok(strstr(buf_cstr(&svg), "href=\"http") == NULL,
	    "which asks for nothing from elsewhere");
	buf_clear(&png);
	ok(chart_training_load(PICTURE_PNG, &pmc, 7, &png, &e) == 0,
	    "a week is drawn");
	buf_clear(&png);
	pmc.n = 1;
	ok(chart_training_load(PICTURE_PNG, &pmc, 7, &png, &e) == 0,
	    "a single day is drawn");
	pmc.n = 0;
	ok(chart_training_load(PICTURE_PNG, &pmc, 7, &png, &e) < 0 &&
		e.code == ERR_INVALID,
	    "no day is not");
	buf_free(&png);
	buf_free(&again);
	buf_free(&svg);
}

static void
test_activity(void)
{
	static double hr[SECONDS], power[SECONDS], none[SECONDS];
	struct trace traces[] = {
		{ TRACE_HR, hr, SECONDS },
		{ TRACE_POWER, power, SECONDS },
		{ TRACE_PACE, none, SECONDS },
	};
	struct buf png = BUF_INIT;
	struct err e = ERR_INIT;
	cairo_surface_t *s;

	for (int i = 0; i < SECONDS; i++) {
		hr[i] = i > 1200 && i < 2600 ? NAN : 140 + 20 * sin(i / 300.0);
		power[i] = i / 300 % 2 != 0 ? 280 : 150;
		none[i] = NAN;
	}
	ok(chart_activity(PICTURE_PNG, "Ride", "today", traces, 3, &png, &e) ==
		0,
	    "an activity is drawn, a channel without values too: %s", e.msg);
	s = decode(&png);
	ok(count_ink(s, 0xd55e00, 165, 315) > 500, "heart rate");
	ok(count_ink(s, 0x0072b2, 360, 518) > 500, "power");
	cairo_surface_destroy(s);
	traces[0].n = traces[1].n = traces[2].n = 1;
	buf_clear(&png);
	ok(chart_activity(PICTURE_PNG, "", "", traces, 3, &png, &e) == 0,
	    "a single second is drawn");
	ok(chart_activity(PICTURE_PNG, "", "", traces, 0, &png, &e) < 0,
	    "no channel is not");
	buf_free(&png);
}

static void
test_axis(void)
{
	struct axis a = { .at = 100, .end = 0 };

	is_near(
	    axis_step(ROUND_NUMBERS, 0, 100, 5), 20, 0, "steps are 1, 2 or 5");
	is_near(axis_step(ROUND_NUMBERS, 0, 0.3, 3), 0.1, 1e-12,
	    "of any power of ten");
	axis_fit(&a, ROUND_NUMBERS, 3, 97, 5);
	ok(a.from == 0 && a.to == 100, "a range is whole steps");
	is_near(axis_place(&a, 25), 75, 1e-9, "a place in it");
	axis_fit(&a, ROUND_NUMBERS, 5, 5, 5);
	ok(a.from < 5 && a.to > 5, "a range of one value has room around it");
	is_near(axis_step(ROUND_SECONDS, 0, 3600, 9), 600, 0,
	    "an hour by ten minutes");
	is_near(axis_step(ROUND_SECONDS, 0, 5, 9), 1, 0, "seconds by one");
	is_near(axis_step(ROUND_SECONDS, 0, 86400 * 30, 9), 4 * 86400, 0,
	    "a month by days");
}

int
main(void)
{
	fill_days();
	test_training_load();
	test_activity();
	test_axis();
	return tap_done();
}
