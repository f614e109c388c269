#ifndef MCP_LOADS_H
#define MCP_LOADS_H

/* The training loads of a person's history.  What is cached is taken;
 * what was never rated, or with other thresholds, is rated now and kept. */

#include "mcp/call.h"
#include "sport/load.h"
#include "sport/pmc.h"
#include "store/activities.h"

struct activity_loads {
	size_t n;
	struct pmc_load *list; /* of each day the sum; NaN: none has one */
	int64_t activities;
	int64_t without_load;		      /* of those up to today */
	int64_t after_today;		      /* dated later */
	int64_t by_method[LOAD_METHOD_COUNT]; /* how many were rated how */
	int32_t first_day;
};

/* Whose loads, for who has no tool's call. */
struct loads_of {
	struct db *db;
	const struct owner *owner;
	enum sex sex;
	const struct threshold *thresholds; /* all, sorted by day */
	size_t n_thresholds;
	/* Called when so many more are rated, and kept, and there are others;
	 * NULL: nobody wants to know.  -1: stop. */
	int (*rated)(void *arg, int64_t key, size_t n, struct err *e);
	void *arg;
};

/* How long a request may work at it. */
#define LOADS_PATIENCE_US INT64_C(20000000)

/* Rate what is stale of the whole history.  1 all is rated; 0 there is more to
 * do than could be done in this time; -1. */
NODISCARD int loads_refresh(
    const struct loads_of *of, int64_t patience_us, struct err *e);

/* The list goes back so far that what is before does not show in a curve of
 * `days`; the counts are of everything.  provider NULL: all.  Waits for the
 * store, and for as long as the rating of stale activities takes; past a bound
 * the call is refused with the request to come again. */
NODISCARD int activity_loads_of(struct mcp_call *call, const char *provider,
    int32_t days, struct activity_loads *out, struct err *e);
/* Rate what is stale of the whole history; same bound. */
NODISCARD int activity_loads_refresh(struct mcp_call *call, struct err *e);
/* Rate what is stale of one page of a listing. */
NODISCARD int activity_loads_fill(struct mcp_call *call,
    struct stored_activity *list, size_t n, struct err *e);

/* Rate an activity that is stale by what was read with it. */
NODISCARD int activity_load_fill(
    struct mcp_call *call, struct whole_activity *whole, struct err *e);

/* The first day whose loads show in a curve of so many days up to today. */
int32_t loads_first_needed(int32_t today, int32_t days);

/* Nothing was found: if that is since no activity at all is of the source that
 * was asked for, say so, and which sources there are. */
NODISCARD int activity_say_sources(struct mcp_call *call, struct err *e);

#endif
