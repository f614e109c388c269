#include "mcp/analysis.h"
#include "mcp/call.h"
#include "mcp/loads.h"
#include "mcp/show.h"
#include "store/event_log.h"

/* pierre://activities/{activity_id}: one activity, as get_activity gives it
 * without samples. */

#define SUGGESTED 20

static int
activity_run(struct mcp_call *call, struct err *e)
{
	struct jsonw *w = call_out(call);
	struct stored_activity sa;

	if (call_activity(call, &sa, e) < 0 ||
	    activity_loads_fill(call, &sa, 1, e) < 0)
		return -1;
	jsonw_object(w);
	jsonw_key(w, "activity");
	show_activity(call, w, &sa, SHOW_DETAILED);
	jsonw_end_object(w);
	return 0;
}

/* Of the newest activities. */
static int
suggest_ids(struct mcp_call *call, struct str begin, struct err *e)
{
	char id[UUID_TEXT_LEN + 1];
	struct activity_filter f;
	struct stored_activity *list;
	size_t n;

	activity_filter_init(&f);
	f.limit = SUGGESTED;
	if (activities_list(call_db(call), call_arena(call), call_owner(call),
		&f, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		uuid_format(&list[i].activity.id, id);
		if (str_starts(str_of(id), begin))
			jsonw_cstr(call_out(call), id);
	}
	return 0;
}

const struct mcp_resource resource_activity = {
	.uri = "pierre://activities/{activity_id}",
	.changes = 1 << EVENT_ACTIVITY_UPDATED | 1 << EVENT_ACTIVITY_DELETED,
	.args = { { .name = "activity_id",
	    .type = MCP_ARG_STR,
	    .min = 36,
	    .max = 36,
	    .required = true,
	    .about = "The activity's id, as get_activities gives it.",
	    .suggest = suggest_ids } },
	.name = "activity",
	.title = "Activity",
	.about = "One activity with all its numbers.",
	.mime = "application/json",
	.scope = SCOPE_ACTIVITIES_READ,
	.run = activity_run,
};
