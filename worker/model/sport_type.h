#ifndef MODEL_SPORT_TYPE_H
#define MODEL_SPORT_TYPE_H

/* What kind of activity it was, from sports.def.  The family decides which
 * formulas apply. */

#include "base/str.h"

enum sport_type {
#define SPORT(id, name, family, title) SPORT_##id,
#include "model/sports.def"
#undef SPORT
	SPORT_TYPE_COUNT
};

enum sport_family {
	FAMILY_OTHER,
	FAMILY_RUN,
	FAMILY_RIDE,
	FAMILY_SWIM,
	FAMILY_WALK,
	FAMILY_STRENGTH,
};

const char *sport_type_name(enum sport_type t);
const char *sport_type_title(enum sport_type t);
enum sport_family sport_type_family(enum sport_type t);
/* Whether it says no more than its family: a run, a ride, and the like. */
bool sport_type_is_plain(enum sport_type t);
NODISCARD bool sport_type_parse(struct str name, enum sport_type *out);

#endif
