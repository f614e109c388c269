#ifndef MCP_ACTIVITY_TRACES_H
#define MCP_ACTIVITY_TRACES_H

/* What there is to draw of an activity: altitude, heart rate, power, speed or
 * pace, cadence, the first that it has. */

#include "mcp/charts/charts.h"
#include "model/activity.h"

struct activity_traces {
	struct trace traces[CHART_MAX_TRACES];
	size_t n;
	size_t seconds;	   /* length of the longest, a value each */
	size_t duration_s; /* from the first of them to the last */
	const char *title;
	const char *about; /* sport, day, duration, distance */
};

/* Of an activity whose streams were read, which change by it.  Pure.
 * ERR_NOT_FOUND when there is nothing to draw. */
NODISCARD int activity_traces_gather(struct arena *a, struct activity *act,
    struct activity_traces *out, struct err *e);
/* As chart_activity(). */
NODISCARD int activity_traces_draw(const struct activity_traces *t,
    enum picture kind, struct buf *out, struct err *e);

#endif
