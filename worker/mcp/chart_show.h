#ifndef MCP_CHART_SHOW_H
#define MCP_CHART_SHOW_H

/* What the tools that draw have in common: a picture in the answer for clients
 * that cannot show the chart's page, and curves as lists of numbers. */

#include "mcp/call.h"

#define ARG_IMAGE                                                              \
	{                                                                      \
		.name = "image", .type = MCP_ARG_BOOL,                         \
		.about = "Whether to add a picture (PNG). Default: unless "    \
			 "the client shows the chart itself."                  \
	}

/* Draw on a thread and add the picture to the answer, when one is wanted. */
typedef int chart_draw(void *arg, struct buf *png, struct err *e);
NODISCARD int chart_add_picture(
    struct mcp_call *call, chart_draw *draw, void *arg, struct err *e);

/* "key": [1,null,2.5]: NaN is null. */
void chart_numbers(
    struct jsonw *w, const char *key, const double *v, size_t n, int digits);

#endif
