#ifndef MCP_CHARTS_CHARTS_H
#define MCP_CHARTS_CHARTS_H

/* The charts, as pictures.  Pure: from numbers to bytes, a few dozen
 * milliseconds, so that they belong on a thread. */

#include "mcp/charts/canvas.h"
#include "sport/pmc.h"

/* Fitness, fatigue, form and load of the last `days` days. */
NODISCARD int chart_training_load(enum picture kind, const struct pmc *pmc,
    size_t days, struct buf *out, struct err *e);

enum trace_kind {
	TRACE_ALTITUDE, /* m */
	TRACE_HR,	/* bpm */
	TRACE_POWER,	/* W */
	TRACE_SPEED,	/* m/s, shown as km/h */
	TRACE_PACE,	/* m/s, shown as minutes a kilometre */
	TRACE_CADENCE,	/* steps or turns a minute */
	TRACE_KIND_COUNT
};

struct trace {
	enum trace_kind kind;
	const double *v; /* one a second; NaN: not known */
	size_t n;
};

#define CHART_MAX_TRACES 4
/* Below this speed there is no pace: somebody stands. */
#define CHART_STANDING_MPS 0.6

/* One activity by the second; traces one below the other. */
NODISCARD int chart_activity(enum picture kind, const char *title,
    const char *subtitle, const struct trace *traces, size_t n, struct buf *out,
    struct err *e);

#endif
