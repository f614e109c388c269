/* Files pass by the client and its model: the person takes them to a page of
 * ours, and signs in there, so that they become their own whoever asked. */

#include "mcp/offer.h"

#include "auth/site.h"
#include "config/conf.h"
#include "mcp/client.h"
#include "app.h"

#define PAGE "/import"

/* NULL where no page is served, as on stdio. */
static const char *
find_page(const struct mcp_call *call)
{
	const struct rpc *r = call->rpc;

	return r->http == NULL ? NULL
			       : arena_printf(r->arena, "%s" PAGE,
				     site_of(r->http, r->app->conf));
}

void
offer_import_say(struct mcp_call *call)
{
	const char *page = find_page(call);

	if (page != NULL)
		call_text(call,
		    " Files of activities, and exports of other services, are "
		    "taken in at %s.",
		    page);
	else
		call_text(call, " Files of activities, and exports of other "
				"services, are taken in by: pierrectl import "
				"FILE --user NAME.");
}

/* 1 they mean to open it; 0 they do not, or there was no answer; -1. */
static int
ask(struct mcp_call *call, struct err *e)
{
	const char *page = find_page(call);
	struct err mine = ERR_INIT;
	int rc;

	if (page == NULL || (call->rpc->client & CLIENT_ELICIT_URL) == 0)
		return 0;
	rc = call_ask_to_open(call, "import", page,
	    "There are no activities yet. Open the page that takes files of "
	    "activities and exports of other services?",
	    &mine);
	if (rc >= 0)
		return rc;
	*e = mine;
	return call->rpc->era == ERA_LEGACY && mine.code != ERR_CANCELED ? 0
									 : -1;
}

int
offer_import(struct mcp_call *call, struct err *e)
{
	int rc = ask(call, e);

	if (rc < 0)
		return -1;
	if (rc > 0)
		call_text(call, " The athlete opens the page that takes them "
				"in: ask again when they have.");
	else
		offer_import_say(call);
	return 0;
}
