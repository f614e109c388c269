#ifndef WEB_CONNECTIONS_H
#define WEB_CONNECTIONS_H

/* The assistants that a person lets in: the same to the person, at
 * /account/clients, and to an administrator, at /admin/users/{id}. */

#include "oauth/connected.h"
#include "web/page.h"

/* A section with a button for each, which posts to path. */
void connections_show(struct page *p, const char *path, const char *about,
    const struct connection *list, size_t n);
/* Such a form came in, about the person o.  1 it has ended, 0 there was
 * nothing, -1. */
NODISCARD int connections_end(struct http_req *req, const struct form *form,
    const struct owner *o, struct err *e);

#endif
