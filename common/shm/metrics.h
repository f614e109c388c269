#ifndef SHM_METRICS_H
#define SHM_METRICS_H

/* Counters, gauges and histograms of metrics.def.  A process writes to its own
 * slot; a scrape adds the slots up, so that a counter never goes back when a
 * process is replaced. */

#include <stdio.h>

#include "base/buf.h"
#include "shm/shm.h"

enum metric {
#define COUNTER(name, help, label1, n1, label2, n2) M_##name,
#define HISTOGRAM(name, help, label, n)		    M_##name,
#define GAUGE(name, help)			    M_##name,
#include "shm/metrics.def"
#undef COUNTER
#undef HISTOGRAM
#undef GAUGE
	METRIC_COUNT
};

/* Write to this slot from now on; before that all writing is ignored.  Lines
 * that the log drops are counted there too. */
void metrics_attach(struct shm *s, unsigned slot);
/* Before the segment goes. */
void metrics_detach(void);

/* Label values by index; d1 or d2 is 0 where there is no label, and what is
 * beyond the table counts as its last. */
void metric_add(enum metric m, unsigned d1, unsigned d2, uint64_t n);
/* A duration in microseconds. */
void metric_observe(enum metric m, unsigned d1, int64_t us);
void metric_gauge(enum metric m, int64_t v);
void metric_gauge_add(enum metric m, int64_t delta);

/* What a slot has in one word of a counter or gauge. */
int64_t metric_read(
    struct shm *s, unsigned slot, enum metric m, unsigned d1, unsigned d2);

/* What the values of label 0 or 1 are called, in fewer than METRIC_NAME_BYTES
 * each; told to all processes.  Unnamed values are not shown.  Ignored before
 * metrics_attach(). */
void metrics_label(
    enum metric m, unsigned label, const char *const *names, size_t n);

/* Prometheus text 0.0.4, or OpenMetrics 1.0, whose families are called without
 * the "_total" and "_info" of their samples and whose last line is "# EOF". */
enum metrics_format { METRICS_TEXT, METRICS_OPEN };

/* All metrics, each name after "pierre_". */
void metrics_render(struct buf *out, enum metrics_format format, struct shm *s);
/* The head of one more family; kind is "gauge", "counter" or "info". */
void metrics_render_head(struct buf *out, enum metrics_format format,
    const char *name, const char *help, const char *kind);
/* One more family with a single value. */
void metrics_render_one(struct buf *out, enum metrics_format format,
    const char *name, const char *help, const char *kind, double value);
/* After the last family. */
void metrics_render_end(struct buf *out, enum metrics_format format);

/* The rows of the table in the manual. */
void metrics_print_mdoc(FILE *out);

#endif
