/* Fields by meaning, from fit_profile.def. */

#include "files/fit_profile.h"

#include "base/check.h"
#include "files/fit_value.h"

#define FIT_SEMICIRCLES (2147483648.0 / 180)

static const struct {
	uint16_t message;
	uint8_t number;
	double scale, offset;
} fields[FIT_FIELD_ID_COUNT] = {
#define FIT_MESSAGE(id, number, name)
#define FIT_FIELD(message, id, number, name, scale, offset)                    \
	[FIT_##message##_##id] = { FIT_##message, number, scale, offset },
#include "files/fit_profile.def"
#undef FIT_MESSAGE
#undef FIT_FIELD
};

const struct fit_field *
fit_get_field(const struct fit_message *m, enum fit_field_id f)
{
	CHECK(f < FIT_FIELD_ID_COUNT && fields[f].message == m->number);
	return fit_find(m, fields[f].number);
}

static double
override_of(const struct fit_message *m, enum fit_field_id f)
{
	uint16_t i = m->def->override[fields[f].number];
	const struct fit_field *field;

	if (i == 0)
		return NAN;
	field = &m->def->fields[i - 1];
	return fit_number(m, field, 0) / field->dev->scale - field->dev->offset;
}

double
fit_get(const struct fit_message *m, enum fit_field_id f)
{
	const struct fit_field *field = fit_get_field(m, f);
	double v = override_of(m, f);

	if (!isnan(v) || field == NULL)
		return v;
	return fit_number(m, field, 0) / fields[f].scale - fields[f].offset;
}

double
fit_get_either(const struct fit_message *m, enum fit_field_id f,
    enum fit_field_id otherwise)
{
	double v = override_of(m, otherwise);

	if (isnan(v))
		v = fit_get(m, f);
	return isnan(v) ? fit_get(m, otherwise) : v;
}

double
fit_get_fraction(const struct fit_message *m, enum fit_field_id whole,
    enum fit_field_id fraction)
{
	double v = override_of(m, whole);
	double part = fit_get(m, fraction);

	/* The fraction is the device's own, not the developer's. */
	if (!isnan(v))
		return v;
	v = fit_get(m, whole);
	return isnan(part) ? v : v + part;
}

uint32_t
fit_get_time(const struct fit_message *m, enum fit_field_id f)
{
	double v = fit_get(m, f);

	return isnan(v) || v < 0 || v >= FIT_TIME_MISSING ? FIT_TIME_MISSING
							  : (uint32_t)v;
}

const char *
fit_get_string(
    struct arena *a, const struct fit_message *m, enum fit_field_id f)
{
	const struct fit_field *field = fit_get_field(m, f);

	return field != NULL ? fit_string(a, m, field) : "";
}
