#include "rest/rest.h"

/* One parameter of a media range; false: the range is not for us. */
static bool
read_parameter(struct str text, struct str version, double *q)
{
	struct str value, name = str_trim(str_cut(text, '=', &value));

	value = str_trim(value);
	if (str_ieq(name, STR("q")))
		return str_to_f64(value, q);
	if (version.p != NULL && str_ieq(name, STR("version")))
		return str_eq(value, version);
	return true;
}

double
rest_media_weight(struct str accept, struct str type, struct str version)
{
	struct str rest = accept, item;
	double best = 0;

	while (rest.p != NULL) {
		bool meant = true;
		double q = 1;

		item = str_cut(rest, ',', &rest);
		if (!str_ieq(str_trim(str_cut(item, ';', &item)), type))
			continue;
		while (item.p != NULL && meant)
			meant = read_parameter(
			    str_trim(str_cut(item, ';', &item)), version, &q);
		if (meant)
			best = MAX(best, q);
	}
	return best;
}
