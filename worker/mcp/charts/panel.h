#ifndef MCP_CHARTS_PANEL_H
#define MCP_CHARTS_PANEL_H

/* What the charts share: a frame with title and panels one below the other
 * over a common horizontal axis, and their inks.  The colours are those of
 * Okabe and Ito (2008), told apart by all kinds of colour vision; each curve
 * has its name beside it as well. */

#include "mcp/charts/axis.h"
#include "mcp/charts/canvas.h"

#define CHART_WIDTH 960
#define CHART_LEFT  70
#define CHART_RIGHT 826 /* to its right the curves are named */
#define CHART_TOP   92

#define INK_TEXT   INK(0x222222)
#define INK_FAINT  INK(0x606060)
#define INK_GRID   INK(0xe3e3e3)
#define INK_ZERO   INK(0x9a9a9a)
#define RGB_BLUE   0x0072b2
#define RGB_RED	   0xd55e00
#define RGB_GREEN  0x009e73
#define RGB_SKY	   0x56b4e9
#define RGB_PURPLE 0xa5528a
#define RGB_GREY   0x8c8c8c

struct panel {
	struct canvas *canvas;
	struct axis x, y;
	double top, bottom;
};

void chart_title(struct canvas *c, const char *title, const char *subtitle);

/* Set the range of y that holds low and high, and draw grid and caption, which
 * says unit and meaning.  Seconds are called by minutes, without their sign. */
void panel_begin(struct panel *p, enum roundness r, double low, double high,
    int most, const char *caption);
/* "-12", with a true minus; "4:30" of seconds. */
void chart_number(char out[32], double value);
void chart_minutes(char out[32], double seconds);

/* Places of the x axis, under the panel. */
void panel_tick(const struct panel *p, double x, const char *label);

/* Names at the right of curves' ends: apart from each other, and each as near
 * to its end as that allows. */
struct curve_name {
	double y; /* of the curve's end; NaN: it has none, and no name */
	struct ink ink;
	char text[48];
};
void panel_names(const struct panel *p, struct curve_name *list, size_t n);

#endif
