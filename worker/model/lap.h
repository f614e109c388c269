#ifndef MODEL_LAP_H
#define MODEL_LAP_H

/* What a lap was for, beside its numbers: a step of a workout, or a set in a
 * gym.  All of it may be missing, as in a struct of zeros. */

#include "base/str.h"

enum lap_kind {
	LAP_UNKNOWN,
	LAP_ACTIVE,
	LAP_REST,
	LAP_WARMUP,
	LAP_COOLDOWN,
	LAP_RECOVERY,
	LAP_INTERVAL,
	LAP_KIND_COUNT
};

struct lap_what {
	enum lap_kind kind;
	const char *name;   /* of the step or exercise; NULL or "": none */
	const char *target; /* as "250-270 W"; the same */
	int repetitions;    /* 0: not counted */
	double weight_kg;   /* that was moved; 0: none */
};

const char *lap_kind_name(enum lap_kind k); /* "" of the unknown one */
/* LAP_UNKNOWN of a name that is none. */
enum lap_kind lap_kind_parse(struct str name);

struct jsonw;
/* The members of a JSON object; what is missing is left out. */
void lap_what_json(struct jsonw *w, const struct lap_what *what);

#endif
