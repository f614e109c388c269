#ifndef FILES_FIT_DECODE_H
#define FILES_FIT_DECODE_H

/* FIT files, chained ones too. */

#include "files/result.h"

int fit_decode(struct result *r, struct str bytes, struct err *e);

#endif
