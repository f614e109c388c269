#ifndef WORKER_ROUTES_H
#define WORKER_ROUTES_H

/* The routes of routes.def, for whichever process serves some of them. */

#include "http/http.h"

/* Ends with pattern NULL. */
extern const struct http_route app_routes[];

#endif
