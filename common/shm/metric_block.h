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

#define METRIC_NAME_BYTES 96

/* What the values of a label are called. */
struct label_names {
	_Atomic uint32_t n;
	char text[][METRIC_NAME_BYTES];
};

/* Those of all labels, one label_names after the other: for who renders them
 * without counting them himself. */
#define LABEL_NAMES(field, n)                                                  \
	struct {                                                               \
		_Atomic uint32_t n_##field;                                    \
		char text_##field[n][METRIC_NAME_BYTES];                       \
	} field;
struct metric_names {
#define COUNTER(name, help, label1, n1, label2, n2)                            \
	LABEL_NAMES(name##_1, n1) LABEL_NAMES(name##_2, n2)
#define HISTOGRAM(name, help, label, n) LABEL_NAMES(name##_1, n)
#define GAUGE(name, help)
#include "shm/metrics.def"
#undef COUNTER
#undef HISTOGRAM
#undef GAUGE
};
#undef LABEL_NAMES

void metric_block_clear_gauges(struct metric_block *b);

#endif
