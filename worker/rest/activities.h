#ifndef REST_ACTIVITIES_H
#define REST_ACTIVITIES_H

/* What the routes about a person's data share. */

#include "store/activities.h"

struct http_req;

#define REST_JSON "application/json"

struct owner rest_owner(const struct http_req *req);
/* A local day of the query: 1 given, 0, -1. */
NODISCARD int rest_query_day(
    struct http_req *req, const char *name, int32_t *day, struct err *e);
/* How much of an activity the token may see: bits of enum activity_detail. */
unsigned rest_activity_detail(const struct http_req *req);
/* The id that the path names, and the activity itself; -1 with ERR_NOT_FOUND
 * when the person has no such activity. */
NODISCARD int rest_activity_id(
    struct http_req *req, struct uuid *id, struct err *e);
NODISCARD int rest_activity(
    struct http_req *req, struct stored_activity *sa, struct err *e);
/* -1 with ERR_NOT_FOUND for the id that the path names. */
int rest_no_activity(struct http_req *req, struct err *e);

#endif
