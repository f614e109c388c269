/* Developer fields that take the place of fields of the profile. */

#include "files/fit_dev.h"

#include "files/fit_profile.h"
#include "files/fit_value.h"

void
fit_dev_clear(struct fit_dev *dev)
{
	for (size_t i = 0; i < dev->n; i++)
		dev->slots[dev->fields[i].developer][dev->fields[i].number] = 0;
	dev->n = 0;
}

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
	    "FIT, byte %zu: developer data without an application id",
	    m->offset);
}

/* A whole number up to max, which NaN is not. */
static bool
get_uint(const struct fit_message *m, enum fit_field_id f, uint32_t max,
    uint32_t *out)
{
	double v = fit_get(m, f);

	if (!(v >= 0 && v <= max))
		return false;
	*out = (uint32_t)v;
	return true;
}

static void
learn_field(struct fit_dev *dev, const struct fit_message *m)
{
	double scale = fit_get(m, FIT_FIELD_DESCRIPTION_SCALE);
	double offset = fit_get(m, FIT_FIELD_DESCRIPTION_OFFSET);
	uint32_t developer, number, type, message, native;
	uint16_t *slot;

	if (!get_uint(
		m, FIT_FIELD_DESCRIPTION_DEVELOPER, UINT8_MAX, &developer) ||
	    !get_uint(m, FIT_FIELD_DESCRIPTION_NUMBER, UINT8_MAX, &number) ||
	    !get_uint(m, FIT_FIELD_DESCRIPTION_BASE_TYPE, UINT8_MAX, &type) ||
	    !get_uint(
		m, FIT_FIELD_DESCRIPTION_NATIVE_FIELD, UINT8_MAX, &native))
		return;
	/* Some leave the message out: it is the one that has the field. */
	if (!get_uint(
		m, FIT_FIELD_DESCRIPTION_NATIVE_MESSAGE, UINT16_MAX, &message))
		message = FIT_DEV_ANY;
	slot = &dev->slots[developer][number];
	/* The first description holds; definitions point to it. */
	if (*slot != 0 || dev->n == FIT_DEV_MAX)
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
	*slot = (uint16_t)dev->n;
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

const struct fit_dev_field *
fit_dev_find(const struct fit_dev *dev, uint8_t developer, uint8_t number)
{
	uint16_t slot = dev->slots[developer][number];

	return slot > 0 ? &dev->fields[slot - 1] : NULL;
}
