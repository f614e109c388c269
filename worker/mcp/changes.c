#include "mcp/changes.h"

#include "store/event_log.h"

int
changes_publish(struct db *db, struct arena *a, const struct owner *o,
    const char *method, const char *params, struct err *e)
{
	const char *text =
	    params == NULL
		? arena_printf(a, "{\"method\":\"%s\"}", method)
		: arena_printf(
		      a, "{\"method\":\"%s\",\"params\":%s}", method, params);

	return event_log_put(
	    db, a, o, EVENT_CHANGES, EVENT_MESSAGE, str_of(text), NULL, e);
}
