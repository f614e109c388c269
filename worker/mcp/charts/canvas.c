#include "mcp/charts/canvas.h"

#include <math.h>
#include <stdlib.h>

#include <cairo-ft.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <ft2build.h>
#include FT_FREETYPE_H

#include "base/check.h"
#include "base/xalloc.h"

#define FONT "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

struct canvas {
	enum picture kind;
	cairo_surface_t *surface;
	cairo_t *cr;
	cairo_font_face_t *font;
	FT_Library library;
	FT_Face face;
	struct buf bytes; /* of an SVG, as it is written */
};

static cairo_status_t
keep(void *arg, const unsigned char *p, unsigned n)
{
	buf_add(arg, p, n);
	return CAIRO_STATUS_SUCCESS;
}

static int
load_font(struct canvas *c, struct err *e)
{
	cairo_font_options_t *options;

	if (FT_Init_FreeType(&c->library) != 0)
		return err_set(e, ERR_INTERNAL, "FreeType did not start");
	if (FT_New_Face(c->library, FONT, 0, &c->face) != 0)
		return err_set(e, ERR_UNAVAILABLE,
		    "charts need the font " FONT
		    " (the package fonts-dejavu-core)");
	/* Hinting would draw composed glyphs at the size of another. */
	c->font =
	    cairo_ft_font_face_create_for_ft_face(c->face, FT_LOAD_NO_HINTING);
	options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_set_font_face(c->cr, c->font);
	cairo_set_font_options(c->cr, options);
	cairo_font_options_destroy(options);
	return 0;
}

static void
make_surface(struct canvas *c, double width, double height)
{
	if (c->kind == PICTURE_SVG) {
		c->surface = cairo_svg_surface_create_for_stream(
		    keep, &c->bytes, width, height);
		c->cr = cairo_create(c->surface);
		return;
	}
	c->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
	    (int)(width * CANVAS_PIXELS), (int)(height * CANVAS_PIXELS));
	c->cr = cairo_create(c->surface);
	cairo_scale(c->cr, CANVAS_PIXELS, CANVAS_PIXELS);
}

struct canvas *
canvas_new(enum picture kind, double width, double height, struct err *e)
{
	struct canvas *c = xcalloc(1, sizeof(*c));

	c->kind = kind;
	make_surface(c, width, height);
	if (load_font(c, e) < 0) {
		canvas_free(&c);
		return NULL;
	}
	cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_cap(c->cr, CAIRO_LINE_CAP_ROUND);
	canvas_rect(c, 0, 0, width, height, INK(0xffffff));
	return c;
}

int
canvas_finish(struct canvas *c, struct buf *out, struct err *e)
{
	cairo_status_t status = cairo_status(c->cr);

	if (status == CAIRO_STATUS_SUCCESS && c->kind == PICTURE_PNG) {
		status =
		    cairo_surface_write_to_png_stream(c->surface, keep, out);
	} else if (status == CAIRO_STATUS_SUCCESS) {
		cairo_surface_finish(c->surface);
		status = cairo_surface_status(c->surface);
		buf_addstr(out, buf_str(&c->bytes));
	}
	if (status != CAIRO_STATUS_SUCCESS)
		return err_set(e, ERR_INTERNAL, "cairo: %s",
		    cairo_status_to_string(status));
	return 0;
}

/* What drew with the font has to go before it. */
void
canvas_free(struct canvas **cp)
{
	struct canvas *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	cairo_destroy(c->cr);
	cairo_surface_destroy(c->surface);
	if (c->font != NULL)
		cairo_font_face_destroy(c->font);
	if (c->face != NULL)
		FT_Done_Face(c->face);
	if (c->library != NULL)
		FT_Done_FreeType(c->library);
	buf_free(&c->bytes);
	free(c);
}

static void
set_ink(struct canvas *c, struct ink ink)
{
	cairo_set_source_rgba(c->cr, (ink.rgb >> 16 & 0xff) / 255.0,
	    (ink.rgb >> 8 & 0xff) / 255.0, (ink.rgb & 0xff) / 255.0, ink.alpha);
}

double
canvas_text_width(struct canvas *c, double size, const char *text)
{
	cairo_text_extents_t t;

	cairo_set_font_size(c->cr, size);
	cairo_text_extents(c->cr, text, &t);
	return t.x_advance;
}

void
canvas_text(struct canvas *c, double x, double y, double size, enum align align,
    struct ink ink, const char *text)
{
	double width = canvas_text_width(c, size, text);

	if (align == ALIGN_CENTER)
		x -= width / 2;
	else if (align == ALIGN_RIGHT)
		x -= width;
	set_ink(c, ink);
	cairo_move_to(c->cr, x, y);
	cairo_show_text(c->cr, text);
}

void
canvas_rect(
    struct canvas *c, double x, double y, double w, double h, struct ink ink)
{
	set_ink(c, ink);
	cairo_rectangle(c->cr, x, y, w, h);
	cairo_fill(c->cr);
}

void
canvas_line(struct canvas *c, double x0, double y0, double x1, double y1,
    double width, struct ink ink)
{
	set_ink(c, ink);
	cairo_set_line_width(c->cr, width);
	cairo_move_to(c->cr, x0, y0);
	cairo_line_to(c->cr, x1, y1);
	cairo_stroke(c->cr);
}

void
canvas_dashes(struct canvas *c, double x0, double y0, double x1, double y1,
    double width, struct ink ink)
{
	static const double dash[] = { 4, 4 };

	cairo_set_dash(c->cr, dash, ARRAY_LEN(dash), 0);
	canvas_line(c, x0, y0, x1, y1, width, ink);
	cairo_set_dash(c->cr, NULL, 0, 0);
}

/* From *at on, the next run of points that are all there; false: none. */
static bool
next_run(const double *y, size_t n, size_t *at, size_t *end)
{
	while (*at < n && isnan(y[*at]))
		(*at)++;
	*end = *at;
	while (*end < n && !isnan(y[*end]))
		(*end)++;
	return *at < n;
}

static void
trace(
    struct canvas *c, const double *x, const double *y, size_t from, size_t end)
{
	cairo_move_to(c->cr, x[from], y[from]);
	for (size_t i = from + 1; i < end; i++)
		cairo_line_to(c->cr, x[i], y[i]);
	/* A single point is seen as a dot. */
	if (end == from + 1)
		cairo_line_to(c->cr, x[from], y[from]);
}

void
canvas_curve(struct canvas *c, const double *x, const double *y, size_t n,
    double width, struct ink ink)
{
	set_ink(c, ink);
	cairo_set_line_width(c->cr, width);
	for (size_t at = 0, end; next_run(y, n, &at, &end); at = end)
		trace(c, x, y, at, end);
	cairo_stroke(c->cr);
}

void
canvas_area(struct canvas *c, const double *x, const double *y, size_t n,
    double base, struct ink ink)
{
	set_ink(c, ink);
	for (size_t at = 0, end; next_run(y, n, &at, &end); at = end) {
		trace(c, x, y, at, end);
		cairo_line_to(c->cr, x[end - 1], base);
		cairo_line_to(c->cr, x[at], base);
		cairo_close_path(c->cr);
	}
	cairo_fill(c->cr);
}

void
canvas_band(struct canvas *c, const double *x, const double *low,
    const double *high, size_t n, struct ink ink)
{
	set_ink(c, ink);
	for (size_t at = 0, end; next_run(low, n, &at, &end); at = end) {
		trace(c, x, low, at, end);
		for (size_t i = end; i-- > at;)
			cairo_line_to(c->cr, x[i], high[i]);
		cairo_close_path(c->cr);
	}
	cairo_fill(c->cr);
}
