/* GET /sse, and the older GET /notifications/sse/{user}: what happens, as it
 * happens. */

#include "app.h"
#include "auth/who.h"
#include "http/http.h"
#include "rest/feeds.h"
#include "rest/rest.h"
#include "shm/shm.h"
#include "store/event_log.h"

/* The number of the last event that the client has had: the header, or the
 * query of one that cannot set headers.  -1 in *n_r: it asks for none. */
static int
read_last_id(struct http_req *req, int64_t *n_r, struct err *e)
{
	struct str text = http_header(req, "Last-Event-ID");
	int rc =
	    text.p != NULL ? 1 : http_query_get(req, "last_event_id", &text, e);

	*n_r = -1;
	if (rc <= 0)
		return rc;
	text = str_trim(text);
	if (text.n == 0)
		return 0;
	if (!str_to_i64(text, n_r) || *n_r < 0)
		return err_set(e, ERR_INVALID,
		    "Last-Event-ID must be the id of an event, a whole number");
	return 0;
}

/* From where on there is something to tell.  Numbers of the future are those of
 * a database that was put back. */
static int
find_start(struct http_req *req, struct feed_start *from, struct err *e)
{
	const struct app *app = http_app_state(req);
	const struct who *who = http_who(req);
	struct owner o = { who->tenant_id, who->user_id };
	int64_t first, last;

	if (read_last_id(req, &from->wanted, e) < 0 ||
	    event_log_bounds(
		app->db, http_arena(req), &o, EVENT_FEED, &first, &last, e) < 0)
		return -1;
	if (from->wanted < 0 || from->wanted > last)
		from->after = last;
	else
		from->after = MAX(from->wanted, first - 1);
	return 0;
}

static void
open_feed(struct http_req *req, enum feed_form form)
{
	const struct app *app = http_app_state(req);
	struct feed_start from = { .form = form,
		.epoch = shm_auth_epoch(app->shm) };
	struct err e = ERR_INIT;

	if (find_start(req, &from, &e) < 0 ||
	    feeds_open(app->feeds, req, &from, &e) < 0)
		http_reply_error(req, &e);
}

void
rest_feed(struct http_req *req)
{
	open_feed(req, FEED_EVENTS);
}

void
rest_feed_of_user(struct http_req *req)
{
	const struct who *who = http_who(req);
	struct err e = ERR_INIT;
	struct uuid user;

	if (uuid_parse(http_param(req, "user"), &user) &&
	    uuid_eq(&user, &who->user_id)) {
		open_feed(req, FEED_NOTIFICATIONS);
		return;
	}
	err_set(&e, ERR_DENIED, "these are another person's notifications");
	http_reply_error(req, &e);
}
