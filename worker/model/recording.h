#ifndef MODEL_RECORDING_H
#define MODEL_RECORDING_H

/* An activity without its samples as JSON, for storage: everything that can
 * not be had from elsewhere, to the last bit. */

#include "base/err.h"
#include "model/activity.h"

struct buf;

/* All but id, provider, external_id and streams. */
void recording_write(struct buf *out, const struct activity *act);
/* Back.  -1 with ERR_CORRUPT when it was not made by recording_write(). */
NODISCARD int recording_read(
    struct arena *a, struct str text, struct activity *out, struct err *e);

#endif
