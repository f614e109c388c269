#include "mcp/charts/panel.h"

#include <math.h>
#include <stdio.h>

#include "base/date.h"

#define TITLE_SIZE   20
#define TEXT_SIZE    13
#define SMALL_SIZE   12
#define NAME_SPACING 17

void
chart_title(struct canvas *c, const char *title, const char *subtitle)
{
	canvas_text(c, 24, 38, TITLE_SIZE, ALIGN_LEFT, INK_TEXT, title);
	canvas_text(c, 24, 61, TEXT_SIZE, ALIGN_LEFT, INK_FAINT, subtitle);
}

void
chart_number(char out[32], double value)
{
	/* No minus before a zero. */
	bool below = value < -1e-9;

	snprintf(out, 32, "%s%.6g", below ? "\u2212" : "",
	    fabs(value) < 1e-9 ? 0 : fabs(value));
}

void
chart_minutes(char out[32], double seconds)
{
	struct buf b = BUF_INIT;

	date_format_duration(&b, fabs(seconds));
	snprintf(out, 32, "%s", buf_cstr(&b));
	buf_free(&b);
}

void
panel_begin(struct panel *p, enum roundness r, double low, double high,
    int most, const char *caption)
{
	double step, y;
	char text[32];

	p->y.at = p->bottom;
	p->y.end = p->top;
	step = axis_fit(&p->y, r, low, high, most);
	for (double v = p->y.from; v <= p->y.to + step / 2; v += step) {
		y = axis_place(&p->y, v);
		canvas_line(p->canvas, CHART_LEFT, y, CHART_RIGHT, y, 1,
		    fabs(v) < step / 1e6 ? INK_ZERO : INK_GRID);
		(r == ROUND_SECONDS ? chart_minutes : chart_number)(text, v);
		canvas_text(p->canvas, CHART_LEFT - 8, y + 4, SMALL_SIZE,
		    ALIGN_RIGHT, INK_FAINT, text);
	}
	canvas_text(p->canvas, CHART_LEFT, p->top - 9, SMALL_SIZE, ALIGN_LEFT,
	    INK_FAINT, caption);
}

void
panel_tick(const struct panel *p, double x, const char *label)
{
	canvas_line(p->canvas, x, p->bottom, x, p->bottom + 5, 1, INK_ZERO);
	canvas_text(p->canvas, x, p->bottom + 20, SMALL_SIZE, ALIGN_CENTER,
	    INK_FAINT, label);
}

static void
sort_by_place(struct curve_name *list, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct curve_name item = list[i];
		size_t k = i;

		for (; k > 0 && list[k - 1].y > item.y; k--)
			list[k] = list[k - 1];
		list[k] = item;
	}
}

void
panel_names(const struct panel *p, struct curve_name *list, size_t n)
{
	size_t kept = 0;
	double y;

	for (size_t i = 0; i < n; i++) {
		if (!isnan(list[i].y))
			list[kept++] = list[i];
	}
	sort_by_place(list, kept);
	/* Push apart downwards, then back up over the lower end. */
	for (size_t i = 1; i < kept; i++)
		list[i].y = fmax(list[i].y, list[i - 1].y + NAME_SPACING);
	y = p->bottom + 4;
	for (size_t i = kept; i-- > 0;) {
		list[i].y = fmin(list[i].y, y);
		y = list[i].y - NAME_SPACING;
	}
	for (size_t i = 0; i < kept; i++)
		canvas_text(p->canvas, CHART_RIGHT + 10, list[i].y + 4,
		    TEXT_SIZE, ALIGN_LEFT, list[i].ink, list[i].text);
}
