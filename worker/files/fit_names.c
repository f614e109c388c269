/* Names for the FIT profile's numbers, from fit_names.def. */

#include "files/fit_names.h"

#include <math.h>

#define ANY (-1)

struct number_name {
	int number;
	const char *name;
};

static const struct number_name file_kinds[] = {
#define FIT_FILE(number, name) { number, name },
#define FIT_MAKER(number, name)
#define FIT_SPORT_TYPE(sport, sub_sport, type)
#include "files/fit_names.def"
#undef FIT_FILE
#undef FIT_MAKER
#undef FIT_SPORT_TYPE
};

static const struct number_name makers[] = {
#define FIT_FILE(number, name)
#define FIT_MAKER(number, name) { number, name },
#define FIT_SPORT_TYPE(sport, sub_sport, type)
#include "files/fit_names.def"
#undef FIT_FILE
#undef FIT_MAKER
#undef FIT_SPORT_TYPE
};

static const struct {
	int sport, sub_sport;
	enum sport_type type;
} sports[] = {
#define FIT_FILE(number, name)
#define FIT_MAKER(number, name)
#define FIT_SPORT_TYPE(sport, sub_sport, type)                                 \
	{ sport, sub_sport, SPORT_##type },
#include "files/fit_names.def"
#undef FIT_FILE
#undef FIT_MAKER
#undef FIT_SPORT_TYPE
};

static const char *
find_name(const struct number_name *list, size_t n, double number)
{
	for (size_t i = 0; i < n; i++)
		if (number == list[i].number)
			return list[i].name;
	return NULL;
}

const char *
fit_file_kind(double type)
{
	const char *name = find_name(file_kinds, ARRAY_LEN(file_kinds), type);

	return name != NULL ? name : "other";
}

enum sport_type
fit_sport(double sport, double sub_sport)
{
	for (size_t i = 0; i < ARRAY_LEN(sports); i++)
		if (sport == sports[i].sport &&
		    (sports[i].sub_sport == ANY ||
			sub_sport == sports[i].sub_sport))
			return sports[i].type;
	return SPORT_OTHER;
}

const char *
fit_device_name(struct arena *a, double manufacturer, double product,
    const char *product_name)
{
	const char *maker = find_name(makers, ARRAY_LEN(makers), manufacturer);

	if (isnan(manufacturer) && product_name[0] == '\0')
		return "";
	if (maker == NULL)
		maker = isnan(manufacturer)
			    ? ""
			    : arena_printf(a, "maker %.0f", manufacturer);
	if (product_name[0] != '\0') {
		/* Most names begin with the maker's. */
		if (str_starts(str_of(product_name), str_of(maker)))
			return product_name;
		return arena_printf(a, "%s %s", maker, product_name);
	}
	return isnan(product) ? maker
			      : arena_printf(a, "%s %.0f", maker, product);
}
