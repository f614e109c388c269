#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

/* From method and path to a record of the table of routes.  Compiled once;
 * fixed paths are found by hash, patterns with {name} are tried in the order
 * of the table. */

#include "http/http.h"

#define ROUTER_PARAMS_MAX 4

struct router;

struct router_match {
	const struct http_route *route; /* NULL: none for this method */
	size_t index;			/* of route in the table */
	const char *allow; /* "GET, HEAD, OPTIONS"; NULL: no path */
	size_t params_n;
	struct router_param {
		struct str name;
		struct str value;
	} param[ROUTER_PARAMS_MAX];
};

/* Patterns that are malformed or stand twice with one method are a CHECK. */
struct router *router_new(const struct http_route *routes);
void router_free(struct router **r);
/* path is decoded.  HEAD finds the route of GET when there is none of its
 * own. */
void router_find(const struct router *r, enum http_method method,
    struct str path, struct router_match *m);
enum http_method router_method(struct str name);

#endif
