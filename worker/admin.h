#ifndef WORKER_ADMIN_H
#define WORKER_ADMIN_H

/* HTTP on the admin socket, served by the keeper, which takes no user traffic:
 * probes, health, status and metrics answer there when no worker does.  Who may
 * open the socket is the administrator. */

#include "base/err.h"

struct admin;
struct db;
struct heritage;
struct loop;

struct admin *admin_new(
    const struct heritage *h, struct loop *l, struct db *db, struct err *e);
void admin_free(struct admin **a);
/* Answer what is under way, then done(arg); within server.drain_timeout. */
void admin_drain(struct admin *a, void (*done)(void *arg), void *arg);
/* Close everything, and that at once. */
void admin_abort(struct admin *a);

#endif
