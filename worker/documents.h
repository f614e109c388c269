#ifndef WORKER_DOCUMENTS_H
#define WORKER_DOCUMENTS_H

/* Fetches the documents by which OAuth clients are known: what oauth/ may ask
 * for and httpc/ can do. */

#include "base/arena.h"
#include "base/err.h"

struct app;

/* An oauth_fetch (oauth/oauth.h); arg: the struct app. */
int documents_fetch(void *arg, struct arena *a, const char *url, size_t max,
    struct str *body_r, int64_t *fresh_s_r, struct err *e);

#endif
