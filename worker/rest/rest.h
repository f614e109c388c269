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
void rest_sleep(struct http_req *req);
void rest_measurements(struct http_req *req);
void rest_activity_get(struct http_req *req);
void rest_activity_patch(struct http_req *req);
void rest_activity_delete(struct http_req *req);
/* What an activity is made of; make each recording an activity again; put
 * another activity ({"activity_id"}) into this one. */
void rest_activity_sources(struct http_req *req);
void rest_activity_split(struct http_req *req);
void rest_activity_merge(struct http_req *req);

/* Whether a first administrator is wanted, and to become it: {"setup_token",
 * "email", "password", "display_name"?, "timezone"?}. */
void rest_setup_status(struct http_req *req);
void rest_setup(struct http_req *req);
/* Accounts.  POST /api/auth/login: {"username" or "email", "password"} for an
 * access token that does not live long, as first-party scripts have it.
 * POST .../register: {"email", "password", "display_name"?, "timezone"?,
 * "invitation"?}.  POST .../complete-reset: {"reset_token", "new_password"}. */
void rest_login(struct http_req *req);
void rest_register(struct http_req *req);
void rest_complete_reset(struct http_req *req);
/* By mail.  {"email"}: a link for a new password goes to whoever has the
 * address; the answer is the same when nobody does.  {"token"} of such a link:
 * the address is confirmed. */
void rest_forgot_password(struct http_req *req);
void rest_verify_email(struct http_req *req);
/* Who asks, by what; and the end of it. */
void rest_session(struct http_req *req);
void rest_logout(struct http_req *req);
/* The browsers that are signed in; end one, or all others. */
void rest_sessions(struct http_req *req);
void rest_session_revoke(struct http_req *req);
void rest_sessions_revoke(struct http_req *req);
/* {"current_password", "new_password"} */
void rest_change_password(struct http_req *req);

/* Who else belongs to the person's tenant; for its owner: end a membership,
 * invite ({"email"?}), the invitations that hold, take one back. */
void rest_members(struct http_req *req);
void rest_member_remove(struct http_req *req);
void rest_invite(struct http_req *req);
void rest_invitations(struct http_req *req);
void rest_withdraw(struct http_req *req);

/* The OAuth clients that a person lets in; end all that one of them was
 * granted. */
void rest_grants(struct http_req *req);
void rest_grant_revoke(struct http_req *req);

/* For administrators: people (?status), those who wait; what becomes of one;
 * {"role": "admin" or "user"}; a link for a new password. */
void rest_admin_users(struct http_req *req);
void rest_admin_pending(struct http_req *req);
void rest_admin_approve(struct http_req *req);
void rest_admin_suspend(struct http_req *req);
void rest_admin_restore(struct http_req *req);
void rest_admin_role(struct http_req *req);
void rest_admin_reset(struct http_req *req);
void rest_admin_delete(struct http_req *req);
/* The audit trail, newest first (?before, ?limit, ?action or ?user_id). */
void rest_admin_audit(struct http_req *req);

/* Personal tokens and API keys: {"name", "description"?, "scope"?,
 * "expires_in_days"?}, for administrators with "tier"; and the requests of each
 * month. */
void rest_tokens(struct http_req *req);
void rest_token_create(struct http_req *req);
void rest_token_revoke(struct http_req *req);
void rest_token_usage(struct http_req *req);
void rest_keys(struct http_req *req);
void rest_key_create(struct http_req *req);
void rest_admin_key_create(struct http_req *req);

/* The weight that an Accept header gives to a type by name; 0 when it does not
 * name it, or only in another version than this one (STR_NULL: any). */
double rest_media_weight(
    struct str accept, struct str type, struct str version);

#endif
