#ifndef SHM_METRIC_BLOCK_H
#define SHM_METRIC_BLOCK_H

/* The words of one slot's metrics, laid out by metrics.def. */

#include <stdatomic.h>

#include "base/base.h"

#define METRIC_BUCKETS 13
/* Buckets, the one without a bound, and the sum in microseconds. */
#define METRIC_HISTOGRAM_WORDS (METRIC_BUCKETS + 2)

struct metric_block {
#define COUNTER(name, help, label1, n1, label2, n2)                            \
	_Atomic uint64_t name[(n1) * (n2)];
#define HISTOGRAM(name, help, label, n)                                        \
	_Atomic uint64_t name[(n)*METRIC_HISTOGRAM_WORDS];
#define GAUGE(name, help) _Atomic uint64_t name[1];
#include "shm/metrics.def"
#undef COUNTER
#undef HISTOGRAM
#undef GAUGE
};

void metric_block_clear_gauges(struct metric_block *b);

#endif
