#include "store/profile_event.h"

#include "store/event_log.h"

int
profile_event_put(
    struct db *db, struct arena *a, const struct owner *o, struct err *e)
{
	return event_log_put(
	    db, a, o, EVENT_FEED, EVENT_PROFILE_UPDATED, STR("{}"), NULL, e);
}
