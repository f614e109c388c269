#ifndef STATUS_H
#define STATUS_H

/* What -s status and -s status-json print. */

#include "base/base.h"

struct buf;
struct master;

void status_write(struct master *m, bool json, struct buf *out);

#endif
