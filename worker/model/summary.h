#ifndef MODEL_SUMMARY_H
#define MODEL_SUMMARY_H

/* The numbers of struct summary by index, and the parts that an activity
 * consists of, for all who go through them: rows, JSON, merging. */

#include "base/buf.h"
#include "model/activity.h"

struct jsonw;

enum activity_part {
#define PART(id, name, channels) PART_##id,
#include "model/parts.def"
#undef PART
	PART_COUNT
};

enum {
#define SUMMARY(name, digits, basic, part, low, high) SUMMARY_##name,
#include "model/summary.def"
#undef SUMMARY
	SUMMARY_COUNT
};

struct summary_field {
	const char *name;
	int digits; /* decimals worth showing */
	bool basic; /* shown in listings too */
	enum activity_part part;
	double low, high; /* plausible range */
};

extern const struct summary_field summary_fields[SUMMARY_COUNT];
double summary_get(const struct summary *s, size_t i);
void summary_set(struct summary *s, size_t i, double v);

/* Take out what nobody measured, as 1e300 m; how many numbers it were. */
unsigned summary_clean(struct summary *s);

const char *part_name(enum activity_part p);
/* Channels of samples that belong to it, bit per stream_kind. */
uint32_t part_channels(enum activity_part p);
/* Bit sets of parts as names with blanks between, and back; unknown names are
 * passed over. */
void parts_format(struct buf *out, uint32_t parts);
uint32_t parts_parse(struct str names);

/* Names of the numbers that are withheld, with blanks between; and back, which
 * marks them so. */
void summary_format_restricted(struct buf *out, const struct summary *s);
void summary_mark_restricted(struct summary *s, struct str names);

/* The members of a JSON object: what is missing is left out, what is withheld
 * is named in "restricted".  The basic numbers, or all. */
void summary_json(struct jsonw *w, const struct summary *s, bool all);

#endif
