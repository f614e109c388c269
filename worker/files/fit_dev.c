/* Developer fields that take the place of fields of the profile. */

#include "files/fit_dev.h"

#include "files/fit_profile.h"
#include "files/fit_value.h"

/* A developer is known by an application, a developer id or a maker.  Without
 * any of them nobody can say what the fields mean. */
static int
check_identity(const struct fit_message *m, struct err *e)
{
	if (fit_get_field(m, FIT_DEVELOPER_DATA_APPLICATION_ID) != NULL ||
	    fit_get_field(m, FIT_DEVELOPER_DATA_DEVELOPER_ID) != NULL ||
	    fit_get_field(m, FIT_DEVELOPER_DATA_MANUFACTURER) != NULL)
		return 0;
	return err_set(e, ERR_UNSUPPORTED,
	    "FIT, byte %zu: developer data "
	    "without an application id",
	    m->offset);
}

static void
learn_field(struct fit_dev *dev, const struct fit_message *m)
{
	double developer = fit_get(m, FIT_FIELD_DESCRIPTION_DEVELOPER);
	double number = fit_get(m, FIT_FIELD_DESCRIPTION_NUMBER);
	double type = fit_get(m, FIT_FIELD_DESCRIPTION_BASE_TYPE);
	double message = fit_get(m, FIT_FIELD_DESCRIPTION_NATIVE_MESSAGE);
	double native = fit_get(m, FIT_FIELD_DESCRIPTION_NATIVE_FIELD);
	double scale = fit_get(m, FIT_FIELD_DESCRIPTION_SCALE);
	double offset = fit_get(m, FIT_FIELD_DESCRIPTION_OFFSET);

	/* One comparison tells a number of the right size from NaN too. */
	if (!(developer >= 0 && developer <= UINT8_MAX && number >= 0 &&
		number <= UINT8_MAX && type >= 0 && type <= UINT8_MAX &&
		message >= 0 && message <= UINT16_MAX && native >= 0 &&
		native <= UINT8_MAX) ||
	    dev->n == FIT_DEV_MAX)
		return;
	dev->fields[dev->n++] = (struct fit_dev_field){
		.developer = (uint8_t)developer,
		.number = (uint8_t)number,
		.type = (uint8_t)type,
		.native = (uint8_t)native,
		.message = (uint16_t)message,
		.scale = isnan(scale) || scale == 0 ? 1 : scale,
		.offset = isnan(offset) ? 0 : offset,
	};
}

int
fit_dev_learn(struct fit_dev *dev, const struct fit_message *m, struct err *e)
{
	if (m->number == FIT_DEVELOPER_DATA)
		return check_identity(m, e);
	if (m->number == FIT_FIELD_DESCRIPTION)
		learn_field(dev, m);
	return 0;
}

static const struct fit_field *
find_developer_field(
    const struct fit_message *m, const struct fit_dev_field *wanted)
{
	for (size_t i = 0; i < m->def->n_fields; i++) {
		const struct fit_field *f = &m->def->fields[i];

		if (f->is_developer && f->developer == wanted->developer &&
		    f->number == wanted->number)
			return f;
	}
	return NULL;
}

double
fit_dev_override(
    const struct fit_dev *dev, const struct fit_message *m, uint8_t native)
{
	const struct fit_field *f;

	/* The latest description holds. */
	for (size_t i = dev->n; i-- > 0;) {
		const struct fit_dev_field *d = &dev->fields[i];

		if (d->native != native || d->message != m->number ||
		    (f = find_developer_field(m, d)) == NULL)
			continue;
		return fit_number(m,
			   &(struct fit_field){ .offset = f->offset,
			       .size = f->size,
			       .type = d->type },
			   0) /
			   d->scale -
		       d->offset;
	}
	return NAN;
}
