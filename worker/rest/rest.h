#ifndef REST_REST_H
#define REST_REST_H

/* Handlers of the HTTP routes that are not MCP. */

#include "base/str.h"

struct http_req;

/* Probes.  Live: the master and a worker turn.  Ready: not leaving, and the
 * keeper finds the database well.  Started: the first generation was ready. */
void rest_livez(struct http_req *req);
void rest_readyz(struct http_req *req);
void rest_startupz(struct http_req *req);
/* The state of the service for people: the status for everybody, details for
 * administrators. */
void rest_health(struct http_req *req);
/* Processes and what they do, for administrators: JSON, or a page for who asks
 * for text/html; ?refresh=N has a browser ask again. */
void rest_status(struct http_req *req);
/* Prometheus text format, or OpenMetrics for who asks for it. */
void rest_metrics(struct http_req *req);

/* GET /sse: the person's events from Last-Event-ID on, or from now on.
 * GET /notifications/sse/{user}: the same in an older form. */
void rest_feed(struct http_req *req);
void rest_feed_of_user(struct http_req *req);
/* POST /admin/notices: {"message", "level", "user_id"}: tell a person, or
 * everybody, by an event of their feeds. */
void rest_notices(struct http_req *req);

/* Activities of the person: a page of them (?limit, ?cursor, ?from, ?to,
 * ?sport_type, ?provider); one with laps and recordings; a merge patch of name,
 * rpe and sport_type; and deleting. */
void rest_activities(struct http_req *req);
void rest_activity_get(struct http_req *req);
void rest_activity_patch(struct http_req *req);
void rest_activity_delete(struct http_req *req);
/* What an activity is made of; make each recording an activity again; put
 * another activity ({"activity_id"}) into this one. */
void rest_activity_sources(struct http_req *req);
void rest_activity_split(struct http_req *req);
void rest_activity_merge(struct http_req *req);

/* The weight that an Accept header gives to a type by name; 0 when it does not
 * name it, or only in another version than this one (STR_NULL: any). */
double rest_media_weight(
    struct str accept, struct str type, struct str version);

#endif
