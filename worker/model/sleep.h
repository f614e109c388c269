#ifndef MODEL_SLEEP_H
#define MODEL_SLEEP_H

/* One sleep: a night, or a nap.  A missing number is NaN, one that its provider
 * withholds is value_restricted() (model/value.h). */

#include "base/arena.h"
#include "base/buf.h"
#include "base/uuid.h"
#include "model/value.h"

#define SLEEP_MAX_S	 86400 /* of one sleep */
#define SLEEP_MAX_STAGES 3000

/* STAGE(id, name, letter in storage) */
#define SLEEP_STAGES(X)                                                        \
	X(AWAKE, "awake", 'a')                                                 \
	X(LIGHT, "light", 'l')                                                 \
	X(DEEP, "deep", 'd')                                                   \
	X(REM, "rem", 'r')                                                     \
	X(ASLEEP, "asleep", 's') /* in no particular stage */

enum sleep_stage_kind {
#define X(id, name, letter) SLEEP_##id,
	SLEEP_STAGES(X)
#undef X
	    SLEEP_STAGE_COUNT
};

struct sleep_stage {
	int32_t start_s; /* since the sleep's start */
	int32_t duration_s;
	enum sleep_stage_kind kind;
};

/* NUMBER(name, low, high, decimals shown): plausible range. */
#define SLEEP_NUMBERS(X)                                                       \
	X(asleep_s, 0, 86400, 0)                                               \
	X(deep_s, 0, 86400, 0)                                                 \
	X(light_s, 0, 86400, 0)                                                \
	X(rem_s, 0, 86400, 0)                                                  \
	X(awake_s, 0, 86400, 0)                                                \
	X(score, 0, 100, 0) /* as the device has it */                         \
	X(hrv_rmssd_ms, 1, 400, 1)                                             \
	X(hrv_sdnn_ms, 1, 400, 1)

enum sleep_number {
#define X(name, low, high, digits) SLEEP_##name,
	SLEEP_NUMBERS(X)
#undef X
	    SLEEP_NUMBER_COUNT
};

struct sleep {
	struct uuid id;
	const char *provider;	 /* "file", "synthetic", ... */
	const char *external_id; /* the provider's id */
	const char *device;
	int64_t start_us; /* instant */
	int64_t end_us;
	int32_t utc_offset_s; /* of the person's clock at the end */
	int32_t local_day;    /* on which it ended */
	double v[SLEEP_NUMBER_COUNT];
	size_t n_stages; /* in order, without overlap; gaps were not measured */
	struct sleep_stage *stages;
};

void sleep_init(struct sleep *s);
const char *sleep_stage_name(enum sleep_stage_kind k);
const char *sleep_number_name(enum sleep_number n);
int sleep_number_digits(enum sleep_number n);

/* Numbers that are implausible are taken out, and those that follow from the
 * stages are added where the source did not say them. */
void sleep_complete(struct sleep *s);
/* Whether two are of the same sleep: they overlap by more than half of the
 * shorter one. */
bool sleep_same(const struct sleep *a, const struct sleep *b);
/* Whether a tells more of the sleep than b; whatever comes first, the same one
 * is kept. */
bool sleep_tells_more(const struct sleep *a, const struct sleep *b);

/* Stages for storage: letters with seconds, "-" for what was not measured, as
 * "l900 d1200 -60 r600". */
void sleep_stages_format(struct buf *out, const struct sleep *s);
/* Back; false when it was not made by sleep_stages_format(). */
NODISCARD bool sleep_stages_parse(
    struct arena *a, struct str text, struct sleep *out);

/* Names of the numbers that are withheld, with blanks between; and back. */
void sleep_format_restricted(struct buf *out, const struct sleep *s);
void sleep_mark_restricted(struct sleep *s, struct str names);

/* The members of a JSON object: local times, the numbers that are there, what
 * is withheld by name, and the stages if wanted. */
struct jsonw;
void sleep_json(struct jsonw *w, const struct sleep *s, bool stages);

#endif
