#include "admin.h"

#include <stdlib.h>

#include "app.h"
#include "auth/who.h"
#include "base/xalloc.h"
#include "http/http.h"
#include "proc/heritage.h"
#include "rest/rest.h"
#include "routes.h"

struct admin {
	struct app app;
	struct http_app http_app;
	struct http_server *server;
};

static http_handler *const served[] = { rest_livez, rest_readyz, rest_startupz,
	rest_health, rest_status, rest_metrics };

/* The other routes need what only workers have. */
static int
check_route(
    UNUSED struct http_req *req, const struct http_route *route, struct err *e)
{
	for (size_t i = 0; route != NULL && i < ARRAY_LEN(served); i++)
		if (route->handler == served[i])
			return 0;
	return err_set(
	    e, ERR_NOT_FOUND, "the admin socket does not serve this path");
}

static int
admit(struct http_req *req, UNUSED const struct http_route *route,
    UNUSED struct err *e)
{
	static const struct who operator= { .role = ROLE_ADMIN,
		.scopes = SCOPE_ADMIN,
		.expires_us = INT64_MAX };

	http_set_who(req, &operator);
	return 0;
}

struct admin *
admin_new(
    const struct heritage *h, struct loop *l, struct db *db, struct err *e)
{
	struct admin *a = xcalloc(1, sizeof(*a));

	a->app =
	    (struct app){ .conf = h->conf, .shm = h->shm, .loop = l, .db = db };
	a->http_app = (struct http_app){ .routes = app_routes,
		.guard = admit,
		.limit = check_route,
		.state = &a->app };
	a->server = http_server_new(l, h->conf, &a->http_app);
	for (unsigned i = 0; i < h->n_listen; i++)
		if (http_server_listen(a->server, &h->listen[i], e) < 0) {
			admin_free(&a);
			return NULL;
		}
	return a;
}

void
admin_free(struct admin **a)
{
	if (*a == NULL)
		return;
	http_server_free(&(*a)->server);
	free(*a);
	*a = NULL;
}

void
admin_drain(struct admin *a, void (*done)(void *arg), void *arg)
{
	http_server_drain(a->server, done, arg);
}

void
admin_abort(struct admin *a)
{
	http_server_abort(a->server);
}
