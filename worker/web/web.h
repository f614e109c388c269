#ifndef WEB_WEB_H
#define WEB_WEB_H

/* Handlers of the pages, a file for each (p_*.c).  A path that takes forms has
 * a page of the same path, so that signing in leads back to something. */

struct http_req;

/* GET /static/{name} */
void web_static(struct http_req *req);
/* /: what this server is; or, signed in, how training goes. */
void web_home(struct http_req *req);

/* /signin?next, /signout */
void web_signin(struct http_req *req);
void web_signin_post(struct http_req *req);
void web_signout(struct http_req *req);
void web_signout_post(struct http_req *req);
/* /register; /setup?token, of the first administrator; /join?token, by
 * invitation. */
void web_register(struct http_req *req);
void web_register_post(struct http_req *req);
/* /forgot; /reset?token; /verify?token */
void web_forgot(struct http_req *req);
void web_forgot_post(struct http_req *req);
void web_verify(struct http_req *req);
void web_verify_post(struct http_req *req);
void web_reset(struct http_req *req);
void web_reset_post(struct http_req *req);

/* /activities, /activities/{id}, /activities/{id}/chart.svg */
void web_activities(struct http_req *req);
void web_activity(struct http_req *req);
void web_activity_post(struct http_req *req);
void web_activity_chart(struct http_req *req);

/* /sleep, /sleep/{id} */
void web_sleep(struct http_req *req);
void web_night(struct http_req *req);
/* /body, /body/{kind} */
void web_body(struct http_req *req);
void web_measurements(struct http_req *req);

/* /import, /import/{id} */
void web_import(struct http_req *req);
void web_import_post(struct http_req *req);
void web_import_job(struct http_req *req);

/* /account and below */
void web_profile(struct http_req *req);
void web_profile_post(struct http_req *req);
void web_thresholds(struct http_req *req);
void web_thresholds_post(struct http_req *req);
void web_clients(struct http_req *req);
void web_clients_post(struct http_req *req);
void web_tokens(struct http_req *req);
void web_tokens_post(struct http_req *req);
void web_security(struct http_req *req);
void web_security_post(struct http_req *req);
void web_data(struct http_req *req);
void web_data_post(struct http_req *req);

/* /members: of a tenant, for its owner */
void web_members(struct http_req *req);
void web_members_post(struct http_req *req);

/* /admin and below */
void web_admin_users(struct http_req *req);
void web_admin_users_post(struct http_req *req);
void web_admin_user(struct http_req *req);
void web_admin_user_post(struct http_req *req);
void web_admin_clients(struct http_req *req);
void web_admin_clients_post(struct http_req *req);
void web_admin_audit(struct http_req *req);
void web_admin_server(struct http_req *req);

/* /oauth2/authorize: GET asks whether a client may, POST is the answer. */
void web_authorize(struct http_req *req);
void web_consent(struct http_req *req);

#endif
