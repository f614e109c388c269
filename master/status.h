#ifndef STATUS_H
#define STATUS_H

/* What -s status prints. */

struct buf;
struct master;

void status_write(struct master *m, struct buf *out);

#endif
