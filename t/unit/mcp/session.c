/* Whole conversations over stdio, with a small database behind: frames, both
 * eras, every list, and every tool against its own record. */

#include <sys/mman.h>

#include "mcp/mcp.h"

#include "app.h"
#include "auth/who.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/json.h"
#include "base/log.h"
#include "loop/loop.h"
#include "mcp/mcp_impl.h"
#include "store/activities.h"
#include "store/temp_db.h"
#include "store/thresholds.h"
#include "tap.h"

#define META                                                                   \
	"\"_meta\":{\"" META_VERSION "\":\"2026-07-28\","                      \
	"\"" META_CAPABILITIES "\":{}}"

static struct temp_db t;
static struct app app;
static struct who who;
static struct owner me;
static char ride_id[UUID_TEXT_LEN + 1];
static char bare_id[UUID_TEXT_LEN + 1];

/* --- talking ------------------------------------------------------------- */

/* What the server answers to these bytes, all of it. */
static const char *
talk(const char *bytes, size_t n)
{
	int in = memfd_create("in", 0), out = memfd_create("out", 0);
	struct buf b = BUF_INIT;
	ssize_t got;
	char *text;

	if (write(in, bytes, n) != (ssize_t)n || lseek(in, 0, SEEK_SET) != 0)
		return "";
	ok(mcp_stdio(&app, &who, in, out, &t.e) == 0, "served: %s", t.e.msg);
	(void)!lseek(out, 0, SEEK_SET);
	while ((got = read(out, buf_reserve(&b, 65536), 65536)) > 0)
		b.n += (size_t)got;
	text = arena_strdup(t.arena, buf_cstr(&b));
	buf_free(&b);
	close(in);
	close(out);
	return text;
}

static const char *
say(const char *line)
{
	return talk(line, strlen(line));
}

static const cJSON *
parse(const char *text)
{
	struct err e = ERR_INIT;
	struct str s = str_of(text);
	const cJSON *tree;

	if (s.n > 0 && s.p[s.n - 1] == '\n')
		s.n--;
	tree = json_parse(t.arena, s, &e);
	if (tree == NULL)
		printf("# %s in %.200s\n", e.msg, text);
	return tree;
}

static const cJSON *
ask(const char *method, const char *params)
{
	return parse(say(arena_printf(t.arena,
	    "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"%s\","
	    "\"params\":{%s}}\n",
	    method, params)));
}

static const cJSON *
result(const char *method, const char *params)
{
	return json_get(ask(method, params), "result");
}

static int
code(const cJSON *answer)
{
	const cJSON *c = json_get(json_get(answer, "error"), "code");

	return c != NULL ? (int)c->valuedouble : 0;
}

static const cJSON *
call(const char *tool, const char *arguments)
{
	return result("tools/call",
	    arena_printf(t.arena, "\"name\":\"%s\",\"arguments\":{%s}", tool,
		arguments));
}

/* The structured answer; NULL, and a note, when the tool refused. */
static const cJSON *
reply(const char *tool, const char *arguments)
{
	const cJSON *r = call(tool, arguments);
	const cJSON *s = json_get(r, "structuredContent");

	if (s == NULL)
		printf("# %s: %s\n", tool, cJSON_PrintUnformatted(r));
	return s;
}

static const char *
refusal(const char *tool, const char *arguments)
{
	const cJSON *r = call(tool, arguments);

	if (!cJSON_IsTrue(json_get(r, "isError")))
		return "";
	return json_get(cJSON_GetArrayItem(json_get(r, "content"), 0), "text")
	    ->valuestring;
}

static double
number(const cJSON *obj, const char *name)
{
	const cJSON *item = json_get(obj, name);

	return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static const char *
text(const cJSON *obj, const char *name)
{
	const cJSON *item = json_get(obj, name);

	return cJSON_IsString(item) ? item->valuestring : "(none)";
}

/* --- frames -------------------------------------------------------------- */

static void
test_frames(void)
{
	char *long_line = malloc(5 << 20);

	is_str(say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n", "ping");
	is_str(say("{\"jsonrpc\":\"2.0\",\"id\":90071992547409931,"
		   "\"method\":\"ping\"}\r\n"),
	    "{\"jsonrpc\":\"2.0\",\"id\":90071992547409931,\"result\":{}}\n",
	    "an id keeps digits that a double would lose");
	is_str(say("{\"id\":\"a\\u0062\\\"\",\"jsonrpc\":\"2.0\","
		   "\"method\":\"ping\"}"),
	    "{\"jsonrpc\":\"2.0\",\"id\":\"a\\u0062\\\"\",\"result\":{}}\n",
	    "and its spelling; the last line needs no line feed");
	is_str(say("\n  \n"), "", "empty lines are nothing");
	is_str(say("{\"jsonrpc\":\"2.0\","
		   "\"method\":\"notifications/initialized\"}\n"),
	    "", "a notification is not answered");
	is_int(code(parse(say("{\"jsonrpc\"\n"))), -32700, "no JSON");
	is_int(code(parse(say("{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,"
			      "\"method\":\"ping\"}\n"))),
	    -32700, "two ids");
	is_int(code(parse(say("[]\n"))), -32600, "a batch");
	is_int(code(ask("no/such", "")), -32601, "an unknown method");
	ok(strstr(say("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n"
		      "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n"),
	       "}\n{\"jsonrpc\":\"2.0\",\"id\":2") != NULL,
	    "two lines, two answers");

	memset(long_line, ' ', 5 << 20);
	memcpy(long_line + (5 << 20) - 50,
	    "\n{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}\n", 42);
	is_str(talk(long_line, (5 << 20) - 8),
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"
	    "\"message\":\"a message may not be longer than 4194304 bytes\"}}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n",
	    "a line without end is refused once, the next is served");
	free(long_line);
}

static void
test_eras(void)
{
	const cJSON *r = result("initialize",
	    "\"protocolVersion\":\"2025-06-18\",\"capabilities\":{},"
	    "\"clientInfo\":{\"name\":\"c\",\"version\":\"1\"}");

	is_str(text(r, "protocolVersion"), "2025-06-18", "initialize agrees");
	is_str(text(json_get(r, "serverInfo"), "name"), "pierre-mcp-server",
	    "and says who we are");
	ok(json_get(r, "resultType") == NULL && json_get(r, "_meta") == NULL,
	    "nothing modern in a legacy answer");
	ok(cJSON_IsTrue(json_get(
	       json_get(json_get(r, "capabilities"), "tools"), "listChanged")),
	    "what changes is told");
	is_int(code(ask("initialize", "")), -32602, "no version asked for");

	r = result("server/discover", META);
	is_str(text(r, "resultType"), "complete", "discover");
	is_str(json_get(r, "supportedVersions")->child->valuestring,
	    "2026-07-28", "names the modern version first");
	ok(json_get(json_get(r, "_meta"), META_SERVER) != NULL,
	    "who we are is in _meta");
	ok(number(r, "ttlMs") >= 0 &&
		strcmp(text(r, "cacheScope"), "public") == 0,
	    "with caching hints");
	r = json_get(ask("tools/list",
			 "\"_meta\":{\"" META_VERSION
			 "\":\"2099-01-01\",\"" META_CAPABILITIES "\":{}}"),
	    "error");
	is_int(number(r, "code"), -32022, "an unknown version");
	is_str(text(json_get(r, "data"), "requested"), "2099-01-01",
	    "is told back");
	is_int(cJSON_GetArraySize(json_get(json_get(r, "data"), "supported")),
	    5, "with those we serve");
}

/* --- lists --------------------------------------------------------------- */

static void
test_lists(void)
{
	static const char *const methods[][2] = { { "tools/list", "tools" },
		{ "resources/list", "resources" },
		{ "resources/templates/list", "resourceTemplates" },
		{ "prompts/list", "prompts" } };

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		const cJSON *old = result(methods[i][0], "");
		const cJSON *new = result(methods[i][0], META);

		ok(cJSON_IsArray(json_get(old, methods[i][1])) &&
			json_get(old, "ttlMs") == NULL,
		    "legacy %s", methods[i][0]);
		ok(cJSON_IsArray(json_get(new, methods[i][1])) &&
			json_get(new, "ttlMs") != NULL &&
			json_get(new, "cacheScope") != NULL,
		    "modern %s", methods[i][0]);
		is_int(code(ask(methods[i][0], "\"cursor\":\"x\"")), -32602,
		    "%s: no cursor is ours", methods[i][0]);
	}
}

static bool
name_is_good(const char *name)
{
	size_t n = strlen(name);

	return n > 0 && n <= 64 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

static void
test_records(void)
{
	for (size_t i = 0; app.mcp->tools[i] != NULL; i++) {
		const struct mcp_tool *tool = app.mcp->tools[i];
		bool good = name_is_good(tool->name) && tool->title != NULL &&
			    tool->about != NULL && tool->run != NULL &&
			    (tool->pure || tool->scope != 0);

		for (const struct mcp_arg *a = tool->args;
		     a->type != MCP_ARG_END; a++)
			good = good && name_is_good(a->name) &&
			       a->about != NULL &&
			       (a->type == MCP_ARG_INT || a->type == MCP_ARG_NUM
				       ? a->min < a->max
				       : true) &&
			       !(a->required && a->fallback != NULL);
		ok(good, "the record of %s", tool->name);
		is_int(
		    mcp_tool_find(app.mcp, str_of(tool->name)), i, "is found");
	}
}

/* --- tools --------------------------------------------------------------- */

static bool
type_agrees(const cJSON *item, const char *type)
{
	if (strcmp(type, "integer") == 0)
		return cJSON_IsNumber(item) &&
		       item->valuedouble == trunc(item->valuedouble);
	if (strcmp(type, "number") == 0)
		return cJSON_IsNumber(item);
	if (strcmp(type, "string") == 0)
		return cJSON_IsString(item);
	if (strcmp(type, "boolean") == 0)
		return cJSON_IsBool(item);
	if (strcmp(type, "array") == 0)
		return cJSON_IsArray(item);
	return strcmp(type, "object") == 0 && cJSON_IsObject(item);
}

/* The answer is what the tool's output schema promises, and no more. */
static void
check_against_record(const char *name, const cJSON *answer)
{
	const struct mcp_tool *tool =
	    mcp_tools[mcp_tool_find(app.mcp, str_of(name))];
	const cJSON *item;
	size_t declared = 0;

	for (const struct mcp_field *f = tool->result; f->name != NULL; f++) {
		item = json_get(answer, f->name);
		declared += item != NULL;
		if (item == NULL ? f->always : !type_agrees(item, f->type))
			ok(false, "%s: %s", name, f->name);
	}
	is_int(cJSON_GetArraySize(answer), declared,
	    "%s answers what its schema says", name);
}

static void
test_tool_frames(void)
{
	const cJSON *r = call("get_athlete", "");
	const cJSON *texts = json_get(r, "content");

	is_int(cJSON_GetArraySize(texts), 2, "two texts");
	ok(cJSON_Compare(parse(text(cJSON_GetArrayItem(texts, 1), "text")),
	       json_get(r, "structuredContent"), true),
	    "the second is the structured answer");
	ok(json_get(r, "isError") == NULL, "and no error");
	is_int(code(ask("tools/call", "\"name\":\"get_activites\"")), -32602,
	    "an unknown tool");
	is_int(code(ask("tools/call", "")), -32602, "no name");
	is_int(code(ask("tools/call", "\"name\":\"get_stats\","
				      "\"arguments\":[]")),
	    -32602, "arguments is an array");
	ok(strstr(refusal("get_stats", "\"perid\":\"week\""),
	       "Did you mean \"period\"?") != NULL,
	    "an unknown argument names the nearest");
	who.scopes = SCOPE_PROFILE_READ;
	ok(strstr(refusal("get_stats", ""), "activities:read") != NULL,
	    "a scope that is missing is named");
	who.scopes = SCOPES_DEFAULT;
}

static void
test_import(void)
{
	ok(strstr(refusal("import_file", "\"name\":\"a.gpx\",\"data\":"
					 "\"PGdweD48L2dweD4=\""),
	       "pierrectl import") != NULL,
	    "where nobody runs jobs, it says what imports");
}

static void
test_explain(void)
{
	const cJSON *r = reply("explain_metric", "\"metric\":\"TSB\"");

	check_against_record("explain_metric", r);
	is_str(text(r, "metric"), "tsb", "found in either case");
	ok(strstr(refusal("explain_metric", "\"metric\":\"tsss\""),
	       "Did you mean \"tss\"?") != NULL,
	    "a near one is suggested");
	ok(strstr(refusal("explain_metric", "\"metric\":\"zzzzzzz\""),
	       "Metrics: np,") != NULL,
	    "else all are named");
}

static void
test_activities(void)
{
	const cJSON *r = reply("get_activities", "\"limit\":1"), *a;
	const char *cursor = text(r, "next_cursor");

	check_against_record("get_activities", r);
	ok(number(r, "count") == 1 && number(r, "total") == 2 &&
		cJSON_IsTrue(json_get(r, "has_more")),
	    "one of two");
	a = cJSON_GetArrayItem(json_get(r, "activities"), 0);
	is_str(text(a, "local_date"), "2026-11-22", "the newest first");
	is_str(text(a, "sport_type"), "run", "a run");
	ok(json_get(a, "average_power_w") == NULL,
	    "what is not known is not there");
	r = reply("get_activities",
	    arena_printf(t.arena,
		"\"limit\":1,\"cursor\":\"%s\",\"mode\":\"detailed\"", cursor));
	ok(cJSON_IsFalse(json_get(r, "has_more")) &&
		json_get(r, "next_cursor") == NULL,
	    "the last page");
	a = cJSON_GetArrayItem(json_get(r, "activities"), 0);
	is_str(text(a, "id"), ride_id, "the ride");
	is_near(number(a, "training_load"), 64, 0.01, "one hour at 0.8 is 64");
	is_str(text(a, "load_method"), "tss", "by power");
	ok(json_get(a, "start_latitude_deg") == NULL, "no place");
	r = reply("get_activities", "\"sport_type\":\"ride\"");
	is_int(number(r, "total"), 1, "by sport");
	r = reply("get_activities", "\"from\":\"2026-11-22\"");
	is_int(number(r, "total"), 1, "by day");
	r = reply("get_activities", "\"to\":\"2026-11-21\"");
	is_int(number(r, "total"), 1, "to a day");
	r = reply("get_activities", "\"offset\":1");
	ok(number(r, "count") == 1 && number(r, "total") == 2, "by offset");
	r = reply("get_activities", "\"provider\":\"strava\"");
	is_int(number(r, "total"), 0, "by source");
	ok(strstr(refusal("get_activities", "\"cursor\":\"abc\""),
	       "next_cursor") != NULL,
	    "a cursor that is not ours");
	ok(strstr(refusal("get_activities", "\"from\":\"2026-12-01\","
					    "\"to\":\"2026-11-01\""),
	       "empty") != NULL,
	    "a range that is empty");
}

static void
test_activity(void)
{
	const cJSON *r = reply("get_activity",
	    arena_printf(t.arena,
		"\"activity_id\":\"%s\",\"points\":10,\"streams\":"
		"[\"power_w\",\"latitude_deg\",\"hr_bpm\",\"temperature_c\"]",
		ride_id));
	const cJSON *info = json_get(r, "streams_info");

	check_against_record("get_activity", r);
	is_int(cJSON_GetArraySize(json_get(json_get(r, "streams"), "power_w")),
	    10, "ten points");
	is_str(json_get(info, "needs_scope_location_read")->child->valuestring,
	    "latitude_deg", "places are withheld");
	is_str(json_get(info, "not_recorded")->child->valuestring,
	    "temperature_c", "what was not recorded is said");
	r = reply("get_activity",
	    arena_printf(t.arena,
		"\"activity_id\":\"%s\",\"points\":2000,\"max_bytes\":1000,"
		"\"streams\":[\"power_w\"]",
		ride_id));
	ok(number(json_get(r, "streams_info"), "points") <= 1000 / 18.0,
	    "the budget of bytes holds");
	who.scopes |= SCOPE_LOCATION_READ;
	r = reply("get_activity",
	    arena_printf(t.arena,
		"\"activity_id\":\"%s\",\"streams\":[\"latitude_deg\"]",
		ride_id));
	ok(json_get(json_get(r, "activity"), "start_latitude_deg") != NULL &&
		json_get(json_get(r, "streams"), "latitude_deg") != NULL,
	    "places, for those who may");
	who.scopes = SCOPES_DEFAULT;
	ok(strstr(
	       refusal("get_activity",
		   "\"activity_id\":\"0198c2d4-7b1e-7c3a-9f00-3c1f2a4b5d6e\""),
	       "there is no activity") != NULL,
	    "an activity that is not there");
}

static void
test_analysis(void)
{
	const cJSON *r = reply("analyze_activity",
	    arena_printf(t.arena, "\"activity_id\":\"%s\"", ride_id));
	const cJSON *p = json_get(r, "power");

	check_against_record("analyze_activity", r);
	is_near(number(p, "normalized_w"), 200, 0.01, "NP of 200 W is 200 W");
	is_near(number(p, "intensity_factor"), 0.8, 1e-9, "IF");
	is_near(number(p, "variability_index"), 1, 1e-9, "VI");
	is_near(number(p, "work_kj"), 720.2, 0.3, "work");
	is_near(number(json_get(r, "load"), "training_load"), 64, 0.05, "TSS");
	is_near(number(json_get(r, "efficiency"), "decoupling_percent"), 0,
	    0.01, "no drift");
	is_near(number(json_get(r, "heart_rate"), "average_hr_bpm"), 140, 0.01,
	    "heart rate");
	is_int(number(json_get(r, "data_quality"), "pauses"), 0, "no pause");
	ok(strstr(json_get(r, "hints")->child->valuestring, "lthr_bpm") != NULL,
	    "the threshold to set is named");
	r = reply("analyze_activity",
	    arena_printf(t.arena, "\"activity_id\":\"%s\"", bare_id));
	check_against_record("analyze_activity", r);
	is_str(text(json_get(r, "load"), "method"), "none",
	    "without data there is no load");
	ok(json_get(r, "power") == NULL && json_get(r, "heart_rate") == NULL,
	    "and nothing is made up");
	ok(cJSON_GetArraySize(json_get(json_get(r, "data_quality"), "notes")) >
		0,
	    "which is said");
}

static void
test_training_load(void)
{
	const cJSON *r = reply("analyze_training_load", "\"days\":7");
	const cJSON *now = json_get(r, "training_load");

	check_against_record("analyze_training_load", r);
	is_str(text(r, "today"), "2026-11-24", "up to the athlete's today");
	is_str(text(now, "date"), "2026-11-24", "though nothing was done");
	ok(cJSON_IsFalse(json_get(r, "settled")), "not settled");
	is_near(number(now, "ctl"), 64 * (1 - exp(-1 / 42.0)) * exp(-3 / 42.0),
	    0.06, "CTL decays to today");
	is_int(number(json_get(json_get(r, "loads"), "by_method"), "tss"), 1,
	    "by method");
	is_int(number(json_get(r, "loads"), "without_load"), 1, "without any");
	is_int(cJSON_GetArraySize(json_get(r, "curve")), 4,
	    "no more days than there are");
	r = reply("analyze_training_load", "\"provider\":\"strava\"");
	check_against_record("analyze_training_load", r);
	ok(json_get(r, "training_load") == NULL, "of a source without any");
}

static void
test_stats(void)
{
	const cJSON *r = reply("get_stats", "\"period\":\"week\""), *week;

	check_against_record("get_stats", r);
	is_int(number(json_get(r, "all_time"), "activities"), 2, "all");
	is_near(
	    number(json_get(r, "all_time"), "distance_m"), 35000, 1, "metres");
	week = cJSON_GetArrayItem(json_get(r, "periods"), 0);
	is_str(text(week, "from"), "2026-11-23", "a week begins on Monday");
	is_int(number(week, "activities"), 0, "nothing yet");
	week = cJSON_GetArrayItem(json_get(r, "periods"), 1);
	is_int(number(week, "activities"), 2, "both the week before");
	is_str(text(week, "to"), "2026-11-22", "which ends on Sunday");
	r = reply("get_stats", "\"provider\":\"file\",\"sport_type\":\"ride\","
			       "\"from\":\"2026-11-01\"");
	check_against_record("get_stats", r);
	is_int(number(json_get(r, "range"), "activities"), 1,
	    "of one source, sport and range");
}

static void
test_athlete(void)
{
	const cJSON *r = reply("get_athlete", ""), *first;

	check_against_record("get_athlete", r);
	first = json_get(r, "thresholds")->child;
	is_str(text(first, "kind"), "ftp_w", "a threshold");
	is_str(text(first, "valid_from"), "2026-01-01", "with its day");
	is_str(text(first, "source"), "test", "and origin");
	is_str(text(json_get(json_get(r, "zones"), "power_ride"), "scheme"),
	    "coggan_power", "zones follow");
	is_int(number(r, "age_years"), 43, "age");
}

/* --- resources and prompts ----------------------------------------------- */

static void
test_resources(void)
{
	const cJSON *r;

	for (size_t i = 0; mcp_resources[i] != NULL; i++) {
		r = result("resources/read",
		    arena_printf(t.arena, "\"uri\":\"%s\"," META,
			mcp_resources[i]->uri));
		ok(number(r, "ttlMs") >= 0 &&
			strlen(text(json_get(r, "contents")->child, "text")) >
			    20,
		    "%s", mcp_resources[i]->uri);
	}
	r = json_get(
	    ask("resources/read", "\"uri\":\"pierre://x\"," META), "error");
	is_int(number(r, "code"), -32602, "a resource that is not there");
	is_str(text(json_get(r, "data"), "uri"), "pierre://x", "is named");
	is_int(code(ask("resources/read", "\"uri\":\"pierre://x\"")), -32002,
	    "in the legacy way too");
}

static void
test_prompts(void)
{
	const cJSON *r = result("prompts/get",
	    "\"name\":\"race_build_check\",\"arguments\":{"
	    "\"race_date\":\"2027-04-18\",\"distance_km\":\"42.2\","
	    "\"goal\":\"under \\\"3:30\\\"\"}");
	const char *said =
	    text(json_get(json_get(r, "messages")->child, "content"), "text");

	ok(strstr(said,
	       "2027-04-18: 42.2 km, sport run, aim: under \"3:30\"") != NULL,
	    "arguments are filled in: %.80s", said);
	is_int(code(ask("prompts/get", "\"name\":\"race_build_check\"")),
	    -32602, "a required one is missing");
	is_int(code(ask("prompts/get", "\"name\":\"weekly_review\","
				       "\"arguments\":{\"x\":\"y\"}")),
	    -32602, "an unknown one");
	is_int(code(ask("prompts/get", "\"name\":\"nope\"")), -32602,
	    "an unknown prompt");
	r = result("prompts/get", "\"name\":\"weekly_review\"");
	ok(json_get(r, "messages") != NULL, "all are optional");
}

/* --- the data ------------------------------------------------------------ */

static int32_t
day(const char *text_of_day)
{
	int32_t d = 0;

	return date_parse_day(str_of(text_of_day), &d) ? d : 0;
}

/* An hour at 200 W and 140 bpm. */
static void
add_ride(void)
{
	struct activity a;
	struct streams *s = streams_new(t.arena, 3601);
	double *watts = streams_add(t.arena, s, STREAM_POWER);
	double *hr = streams_add(t.arena, s, STREAM_HR);
	double *lat = streams_add(t.arena, s, STREAM_LAT);

	for (int i = 0; i < 3601; i++) {
		s->t_s[i] = i;
		watts[i] = 200;
		hr[i] = 140;
		lat[i] = 59.9;
	}
	activity_init(&a);
	a.provider = "file";
	a.external_id = "ride";
	a.sport = SPORT_RIDE;
	a.local_day = day("2026-11-21");
	a.start_us = a.local_day * DATE_US_PER_DAY + DATE_US_PER_DAY / 2;
	a.start_latitude_deg = 59.9;
	a.streams = s;
	a.sum.distance_m = 30000;
	activity_complete(&a);
	a.sum.elapsed_s = a.sum.moving_s = 3600;
	is_int(
	    activities_insert(t.db, t.arena, &me, &a, NULL, &t.e), 1, "ride");
	uuid_format(&a.id, ride_id);
}

static void
add_bare_run(void)
{
	struct activity a;

	activity_init(&a);
	a.provider = "file";
	a.external_id = "run";
	a.name = "Sunday";
	a.sport = SPORT_RUN;
	a.local_day = day("2026-11-22");
	a.start_us = a.local_day * DATE_US_PER_DAY + DATE_US_PER_DAY / 2;
	a.sum.distance_m = 5000;
	a.sum.elapsed_s = 1500;
	is_int(activities_insert(t.db, t.arena, &me, &a, NULL, &t.e), 1, "run");
	uuid_format(&a.id, bare_id);
}

static void
set_up(void)
{
	struct threshold ftp = { THRESHOLD_FTP_W, day("2026-01-01"), 250,
		"test" };
	struct user u;

	temp_open(&t);
	/* Half past midnight in Oslo: already the 24th. */
	clock_freeze(
	    day("2026-11-23") * DATE_US_PER_DAY + INT64_C(84600) * 1000000);
	u = temp_user(&t, "ada");
	me = owner_of(&u.athlete);
	who = (struct who){ .proof = WHO_STDIO,
		.scopes = SCOPES_DEFAULT,
		.tenant_id = me.tenant_id,
		.user_id = me.user_id,
		.expires_us = INT64_MAX };
	is_int(thresholds_set(t.db, t.arena, &me, &ftp, &t.e), 0, "ftp");
	add_ride();
	add_bare_run();
	t.conf.mcp_toolset = "all";
	t.conf.mcp_page_size = 100;
	t.conf.mcp_answer_timeout_us = 1000000;
	app = (struct app){ .conf = &t.conf, .db = t.db, .loop = loop_new(3) };
	app.mcp = mcp_new(&app, &t.e);
	log_configure(LOG_ALERT, LOG_TEXT);
}

int
main(void)
{
	set_up();
	test_frames();
	test_eras();
	test_lists();
	test_records();
	test_tool_frames();
	test_import();
	test_explain();
	test_activities();
	test_activity();
	test_analysis();
	test_training_load();
	test_stats();
	test_athlete();
	test_resources();
	test_prompts();
	mcp_free(&app.mcp);
	ok(loop_settle(app.loop, 5000), "nothing runs on");
	loop_free(&app.loop);
	temp_close(&t);
	return tap_done();
}
