#ifndef WEB_WEB_H
#define WEB_WEB_H

/* Handlers of the pages, one file each (p_*.c).  A path that takes forms has a
 * page of the same path, so that signing in leads back to something. */

struct http_req;

/* GET /static/{name} */
void web_static(struct http_req *req);
/* GET /: what this server is; or, signed in, how training goes. */
void web_home(struct http_req *req);

#endif
