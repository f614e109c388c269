#ifndef MCP_CHARTS_CANVAS_H
#define MCP_CHARTS_CANVAS_H

/* A picture to draw on, over cairo: lengths are points from the upper left
 * corner; text is set in DejaVu Sans, read from its file, so that a picture
 * looks the same everywhere and no font server or cache is asked. */

#include "base/buf.h"
#include "base/err.h"

enum picture { PICTURE_PNG, PICTURE_SVG };

/* Of a PNG, for each point: models look at about 1500 pixels. */
#define CANVAS_PIXELS 1.5

/* 0xRRGGBB; alpha from 0, not seen, to 1. */
struct ink {
	uint32_t rgb;
	double alpha;
};
#define INK(rgb)	  ((struct ink){ rgb, 1 })
#define INK_THIN(rgb, of) ((struct ink){ rgb, of })

enum align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT };

struct canvas;

/* ERR_UNAVAILABLE when the font is not installed. */
struct canvas *canvas_new(
    enum picture kind, double width, double height, struct err *e);
/* Append the finished picture. */
NODISCARD int canvas_finish(struct canvas *c, struct buf *out, struct err *e);
void canvas_free(struct canvas **c);

/* y is the base line. */
void canvas_text(struct canvas *c, double x, double y, double size,
    enum align align, struct ink ink, const char *text);
double canvas_text_width(struct canvas *c, double size, const char *text);
void canvas_rect(
    struct canvas *c, double x, double y, double w, double h, struct ink ink);
void canvas_line(struct canvas *c, double x0, double y0, double x1, double y1,
    double width, struct ink ink);
void canvas_dashes(struct canvas *c, double x0, double y0, double x1, double y1,
    double width, struct ink ink);

/* A curve through points; where y is NaN it is interrupted. */
void canvas_curve(struct canvas *c, const double *x, const double *y, size_t n,
    double width, struct ink ink);
/* The area between such a curve and a base line. */
void canvas_area(struct canvas *c, const double *x, const double *y, size_t n,
    double base, struct ink ink);
/* The area between two curves over the same places. */
void canvas_band(struct canvas *c, const double *x, const double *low,
    const double *high, size_t n, struct ink ink);

#endif
