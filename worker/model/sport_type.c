/* Sports by name, from sports.def. */

#include "model/sport_type.h"

#include "base/check.h"

static const struct {
	const char *name;
	enum sport_family family;
	const char *title;
} sports[SPORT_TYPE_COUNT] = {
#define SPORT(id, name, family, title)                                         \
	[SPORT_##id] = { name, FAMILY_##family, title },
#include "model/sports.def"
#undef SPORT
};

const char *
sport_type_name(enum sport_type t)
{
	CHECK(t < SPORT_TYPE_COUNT);
	return sports[t].name;
}

const char *
sport_type_title(enum sport_type t)
{
	CHECK(t < SPORT_TYPE_COUNT);
	return sports[t].title;
}

enum sport_family
sport_type_family(enum sport_type t)
{
	CHECK(t < SPORT_TYPE_COUNT);
	return sports[t].family;
}

/* The first of a family is the plain one. */
bool
sport_type_is_plain(enum sport_type t)
{
	CHECK(t < SPORT_TYPE_COUNT);
	for (int before = 0; before < (int)t; before++) {
		if (sports[before].family == sports[t].family)
			return false;
	}
	return true;
}

bool
sport_type_parse(struct str name, enum sport_type *out)
{
	for (int t = 0; t < SPORT_TYPE_COUNT; t++) {
		if (str_is(name, sports[t].name)) {
			*out = (enum sport_type)t;
			return true;
		}
	}
	return false;
}
