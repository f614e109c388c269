#ifndef FILES_FIT_RECORD_H
#define FILES_FIT_RECORD_H

/* Record messages as samples in SI units. */

#include "files/fit_proto.h"
#include "model/streams.h"

struct fit_sample {
	uint32_t time; /* FIT_TIME_MISSING when unknown */
	double v[STREAM_KIND_COUNT];
};

/* What carries over from record to record of one file. */
struct fit_accumulator {
	uint32_t distance; /* sixteenths of a metre */
};

void fit_sample_of(struct fit_sample *s, struct fit_accumulator *acc,
    const struct fit_message *m);

#endif
