#ifndef FILES_FIT_DEV_H
#define FILES_FIT_DEV_H

/* Developer fields: what applications on a device add to messages.  A field
 * description tells a field's type, and which field of the profile it takes the
 * place of, if any; only those are of use to us. */

#include "base/err.h"

#define FIT_DEV_MAX 256
#define FIT_DEV_ANY UINT16_MAX

struct fit_message;

struct fit_dev_field {
	uint8_t developer;
	uint8_t number;
	uint8_t type;
	uint8_t native;	  /* field of the profile */
	uint16_t message; /* of the profile; FIT_DEV_ANY: where it stands */
	double scale;
	double offset;
};

struct fit_dev {
	size_t n;
	struct fit_dev_field fields[FIT_DEV_MAX];
	uint16_t slots[256][256]; /* by developer and number: index + 1 */
};

void fit_dev_clear(struct fit_dev *dev);
/* Take note of a field description; refuse a developer without identity.
 * Other messages do nothing. */
int fit_dev_learn(
    struct fit_dev *dev, const struct fit_message *m, struct err *e);
/* A developer's field that takes the place of one of the profile, or NULL. */
const struct fit_dev_field *fit_dev_find(
    const struct fit_dev *dev, uint8_t developer, uint8_t number);

#endif
