#include "routes.h"

#include "auth/scope.h"
#include "jobs/jobs.h"
#include "mcp/mcp.h"
#include "oauth/oauth.h"
#include "rest/feeds.h"
#include "rest/rest.h"
#include "web/web.h"

#define LOOP  false
#define FIBER true
const struct http_route app_routes[] = {
#define ROUTE(method, pattern, handler, access, scopes, waits, body, limit)    \
	{ HTTP_##method, pattern, handler, HTTP_##access, scopes, waits, body, \
		HTTP_LIMIT_##limit },
#include "routes.def"
#undef ROUTE
	{ .pattern = NULL },
};
