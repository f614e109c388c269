/* Activities, newest first, a page at a time. */

#include "mcp/loads.h"
#include "mcp/offer.h"
#include "mcp/show.h"
#include "store/event_log.h"

#define RECENT	   20
#define PAGE_BYTES (48 * 1024)
#define LINES	   20 /* at most, in the short text */

static const char *const modes[] = { "summary", "detailed", NULL };

struct page {
	struct stored_activity *list;
	size_t n;
	int64_t total;
	bool has_more;
};

/* --- reading ------------------------------------------------------------- */

static int
read_filter(struct mcp_call *call, struct activity_filter *f, struct err *e)
{
	const char *cursor = call_str(call, "cursor");

	activity_filter_init(f);
	f->from_day = call_day(call, "from", INT32_MIN);
	f->to_day = call_day(call, "to", INT32_MAX);
	f->sport = call_word(call, "sport_type");
	f->provider = call_str(call, "provider");
	f->limit = (unsigned)call_int(call, "limit");
	if (call_given(call, "after"))
		f->from_us = call_int(call, "after") * 1000000;
	if (call_given(call, "before"))
		f->to_us = call_int(call, "before") * 1000000;
	if (f->from_day > f->to_day || f->from_us > f->to_us)
		return err_set(e, ERR_INVALID,
		    "the range is empty: its beginning is after its end");
	return cursor != NULL ? activities_cursor_read(str_of(cursor), f, e)
			      : 0;
}

static int
count_matches(struct mcp_call *call, const struct activity_filter *f,
    struct page *p, struct err *e)
{
	return activities_count(
	    call_db(call), call_arena(call), call_owner(call), f, &p->total, e);
}

/* One more than asked for tells whether there are more. */
static int
read_page(struct mcp_call *call, struct activity_filter *f, struct page *p,
    struct err *e)
{
	unsigned limit = f->limit;

	f->limit = limit + 1;
	if (activities_list(call_db(call), call_arena(call), call_owner(call),
		f, &p->list, &p->n, e) < 0)
		return -1;
	p->has_more = p->n > limit;
	p->n = MIN(p->n, limit);
	return activity_loads_fill(call, p->list, p->n, e);
}

/* --- answers ------------------------------------------------------------- */

static void
show_page(struct mcp_call *call, struct page *p, enum show how)
{
	struct jsonw *w = call_out(call);

	jsonw_object(w);
	jsonw_kv_array(w, "activities");
	for (size_t i = 0; i < p->n; i++) {
		show_activity(call, w, &p->list[i], how);
		if (w->out->n < PAGE_BYTES || i + 1 == p->n)
			continue;
		p->n = i + 1;
		p->has_more = true;
	}
	jsonw_end_array(w);
	jsonw_kv_int(w, "count", (int64_t)p->n);
	jsonw_kv_int(w, "total", p->total);
	jsonw_kv_bool(w, "has_more", p->has_more);
	if (p->has_more && p->n > 0)
		jsonw_kv_cstr(w, "next_cursor",
		    activities_cursor(
			call_arena(call), &p->list[p->n - 1].activity));
	jsonw_end_object(w);
}

static void
say_page(struct mcp_call *call, const struct page *p)
{
	call_text(call, "%zu of %lld activities, newest first.", p->n,
	    (long long)p->total);
	for (size_t i = 0; i < MIN(p->n, (size_t)LINES); i++) {
		call_text(call, "\n");
		show_activity_line(&call->text, &p->list[i]);
	}
	if (p->n > LINES)
		call_text(call, "\nand %zu more", p->n - LINES);
}

/* What narrows the list, so that others may be there. */
static bool
is_filtered(const struct mcp_call *call)
{
	static const char *const narrow[] = { "cursor", "from", "to", "after",
		"before", "sport_type", "provider" };

	for (size_t i = 0; i < ARRAY_LEN(narrow); i++) {
		if (call_given(call, narrow[i]))
			return true;
	}
	return false;
}

static int
say_none(struct mcp_call *call, struct err *e)
{
	return is_filtered(call) ? activity_say_sources(call, e)
				 : offer_import(call, e);
}

static int
get_activities_run(struct mcp_call *call, struct err *e)
{
	struct activity_filter f;
	struct page p;

	if (read_filter(call, &f, e) < 0 ||
	    count_matches(call, &f, &p, e) < 0 ||
	    activities_each(call_db(call), call_owner(call), &f,
		call_int(call, "offset"), NULL, NULL, e) < 0 ||
	    read_page(call, &f, &p, e) < 0)
		return -1;
	show_page(call, &p, (enum show)call_word(call, "mode"));
	say_page(call, &p);
	return p.total == 0 ? say_none(call, e) : 0;
}

const struct mcp_tool tool_get_activities = {
	.name = "get_activities",
	.title = "List activities",
	.about = "Use to find activities by local date, sport and source. "
		 "Returns them newest first with their training load; page "
		 "with limit and cursor. For sums use get_stats, for one "
		 "get_activity. Cost: 400 bytes each, 1500 when detailed; less "
		 "with fields.",
	.list = "activities",
	.pages = true,
	.args = {
		ARG_INT("limit", 1, 200, "20", "How many."),
		ARG_STR("cursor", 1, 100, NULL,
		    "next_cursor of the page before, with its filters."),
		{ .name = "offset", .type = MCP_ARG_INT, .max = 100000,
		    .fallback = "0", .old = true,
		    .about = "Leave out this many; cursor is better." },
		ARG_DATE("from", "First local day, as 2026-11-01."),
		ARG_DATE("to", "Last local day, included."),
		{ .name = "after", .type = MCP_ARG_INT, .max = 4102444800,
		    .old = true,
		    .about = "Only activities that began at or after this Unix "
			     "time in seconds." },
		{ .name = "before", .type = MCP_ARG_INT, .max = 4102444800,
		    .old = true,
		    .about = "Only activities that began before this Unix time "
			     "in seconds." },
		ARG_SPORT,
		ARG_PROVIDER,
		ARG_ENUM("mode", modes, "summary",
		    "summary, or detailed with every number of each."),
		ARG_FIELDS("id,name,start_local,distance_m"),
		ARG_FORMAT,
	},
	.result = {
		HAS("activities", "array", "Newest first."),
		HAS("count", "integer", "How many are here."),
		HAS("total", "integer", "How many match the filters."),
		HAS("has_more", "boolean", NULL),
		MAY("next_cursor", "string", "Pass it as cursor to go on."),
	},
	.scope = SCOPE_ACTIVITIES_READ,
	.run = get_activities_run,
};

static int
recent_run(struct mcp_call *call, struct err *e)
{
	struct activity_filter f;
	struct page p;

	activity_filter_init(&f);
	f.limit = RECENT;
	if (count_matches(call, &f, &p, e) < 0 ||
	    read_page(call, &f, &p, e) < 0)
		return -1;
	show_page(call, &p, SHOW_SUMMARY);
	return 0;
}

const struct mcp_resource resource_recent_activities = {
	.uri = "pierre://activities/recent",
	.changes = 1 << EVENT_NEW_ACTIVITY | 1 << EVENT_ACTIVITY_UPDATED |
		   1 << EVENT_ACTIVITY_DELETED,
	.name = "recent_activities",
	.title = "Recent activities",
	.about = "The athlete's 20 newest activities.",
	.mime = "application/json",
	.scope = SCOPE_ACTIVITIES_READ,
	.run = recent_run,
};
