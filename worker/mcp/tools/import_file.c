/* A file that comes with the call, as far as a request of the protocol has room
 * for one; the page and the REST route take larger ones. */

#include "mcp/call.h"

#include "base/clock.h"
#include "base/enc.h"
#include "config/conf.h"
#include "files/decode.h"
#include "files/unpack.h"
#include "loop/fiber.h"
#include "mcp/cancel.h"
#include "mcp/import_tasks.h"
#include "mcp/offer.h"
#include "mcp/tasks.h"
#include "mcp/tool.h"
#include "app.h"

/* As base64 it fits a body of 1 MiB with all that stands around it. */
#define FILE_MAX     768000
#define DATA_MAX     (FILE_MAX / 3 * 4)
#define NAME_LONGEST 128
#define TOOL_NAME    "import_file"
#define PATIENCE_US  INT64_C(20000000)
#define LOOK_MIN_MS  20
#define LOOK_MAX_MS  250

#define LARGER                                                                 \
	"A larger file is taken in at the page /import, or by POST "           \
	"/api/activities/import."
#define DATA_EXAMPLE "PGdweD48L2dweD4="

static int
refuse_data(struct mcp_call *call, const char *why)
{
	call_text(call,
	    "The argument \"data\" must be base64 (RFC 4648, padded) of a FIT, "
	    "GPX or TCX file, or a ZIP, tar or gzip of such, of 1 to %lld "
	    "bytes; %s. Example: {\"data\": \"" DATA_EXAMPLE "\"} " LARGER,
	    (long long)MIN(
		(int64_t)FILE_MAX, call->rpc->app->conf->import_max_upload),
	    why);
	return call_refuse(call);
}

/* Encoders may break lines. */
static bool
decode(struct buf *out, const char *data)
{
	struct buf packed = BUF_INIT;
	bool good;

	for (const char *s = data; *s != '\0'; s++) {
		if (strchr(" \t\r\n", *s) == NULL)
			buf_addc(&packed, *s);
	}
	good = dec_base64(out, buf_str(&packed));
	buf_free(&packed);
	return good;
}

static int
check_name(struct mcp_call *call)
{
	const char *name = call_str(call, "name");

	for (const char *s = name; *s != '\0'; s++) {
		if ((unsigned char)*s >= 0x20 && *s != 0x7f && *s != '/' &&
		    *s != '\\')
			continue;
		call_text(call,
		    "The argument \"name\" must be a file's name of 1 to %d "
		    "characters, without folders and control characters. "
		    "Example: {\"name\": \"ride.fit\"}",
		    NAME_LONGEST);
		return call_refuse(call);
	}
	return 0;
}

/* What cannot be any of what is read here is the caller's slip; damage further
 * on the import finds. */
static int
check_bytes(struct mcp_call *call, struct str bytes)
{
	const char *foreign = unpack_foreign(bytes);
	char why[80];

	if (bytes.n == 0)
		return refuse_data(call, "nothing was given");
	if ((int64_t)bytes.n > call->rpc->app->conf->import_max_upload ||
	    bytes.n > FILE_MAX) {
		snprintf(why, sizeof(why), "%zu bytes were given", bytes.n);
		return refuse_data(call, why);
	}
	if (foreign != NULL) {
		snprintf(why, sizeof(why), "a %s archive was given", foreign);
		return refuse_data(call, why);
	}
	if (!unpack_is_archive(bytes) && file_format_of(bytes) == FILE_UNKNOWN)
		return refuse_data(
		    call, "what was given begins like none of these");
	return 0;
}

/* Until it has ended, or as long as a request may take. */
static int
await_end(struct mcp_call *call, struct job *j, struct err *e)
{
	int64_t until_us = clock_mono_us() + PATIENCE_US;
	int64_t pause_ms = LOOK_MIN_MS;
	struct uuid id = j->id;
	int rc;

	while (!job_is_finished(j) && clock_mono_us() < until_us) {
		if (fiber_sleep_ms(pause_ms, e) < 0)
			return -1;
		pause_ms = MIN(pause_ms * 2, LOOK_MAX_MS);
		rc = jobs_get(call_db(call), call_arena(call), call_owner(call),
		    &id, j, e);
		if (rc <= 0)
			return rc < 0 ? -1
				      : err_set(e, ERR_NOT_FOUND,
					    "the import is forgotten");
	}
	return job_is_finished(j)
		   ? call_progress(call, 1, 1, "The import has ended.", e)
		   : 0;
}

/* Whoever is told that the call is canceled means its import. */
static int
show_end(struct mcp_call *call, struct job *j, struct err *e)
{
	const struct app *app = call->rpc->app;
	struct uuid id = j->id;
	bool failed = false;

	if (call_progress(call, 0, 1, "The file is taken in.", e) < 0 ||
	    await_end(call, j, e) < 0 ||
	    import_show(call_out(call), &call->text, call_db(call),
		call_arena(call), j, &failed, e) < 0) {
		if (cancel_is_wanted(call->rpc))
			mcp_task_withdraw(app, call_owner(call), &id);
		return -1;
	}
	if (failed)
		call_failed(call);
	return 0;
}

static int
import(struct mcp_call *call, struct str bytes, struct err *e)
{
	struct job j = {
		.owner = *call_owner(call),
		.input = "{\"tool\":\"" TOOL_NAME "\"}",
	};

	if (check_bytes(call, bytes) < 0 ||
	    mcp_import_queue(call->rpc->app, call_arena(call), &j,
		str_of(call_str(call, "name")), bytes, e) < 0)
		return -1;
	if (!mcp_takes_tasks(call->rpc))
		return show_end(call, &j, e);
	mcp_task_answer(call->rpc, &j);
	call->answered = true;
	return -1;
}

static int
import_file_run(struct mcp_call *call, struct err *e)
{
	struct buf bytes = BUF_INIT;
	int rc;

	/* Who runs by himself has nobody who takes up jobs. */
	if (call->rpc->app->jobs == NULL) {
		call_text(call, "There is no server here that imports.");
		offer_import_say(call);
		return call_refuse(call);
	}
	if (check_name(call) < 0)
		return -1;
	rc = decode(&bytes, call_str(call, "data"))
		 ? import(call, buf_str(&bytes), e)
		 : refuse_data(call, "what was given is no base64");
	buf_free(&bytes);
	return rc;
}

const struct mcp_tool tool_import_file = {
	.name = TOOL_NAME,
	.title = "Import a file of activities",
	.about = "Use to store a file of activities that the athlete hands "
		 "over: FIT, GPX or TCX, alone or in a ZIP, tar or gzip, or an "
		 "export of another service, up to 750 KiB. The same bytes are "
		 "imported once. Returns what came of it, with the ids of its "
		 "activities. Cost: 300 bytes; mostly under a second, as a "
		 "task where the client takes tasks.",
	.args = {
		{
			.name = "name",
			.type = MCP_ARG_STR,
			.min = 1,
			.max = NAME_LONGEST,
			.required = true,
			.about = "The file's name, without folders.",
			.example = "\"ride.fit\"",
		},
		{
			.name = "data",
			.type = MCP_ARG_STR,
			.min = 4,
			.max = DATA_MAX,
			.required = true,
			.about = "The file's bytes in base64, padded; a larger file "
				 "is taken in at the page /import.",
			.example = "\"" DATA_EXAMPLE "\"",
			.instead = LARGER,
		},
	},
	.result = {
		HAS("name", "string", NULL),
		HAS("size_bytes", "integer", NULL),
		HAS("status", "string",
		    "imported, known (before, byte for byte), nothing (that is "
		    "kept), failed, canceled, or working: call again."),
		HAS("activities", "array", "Ids of its activities."),
		MAY("format", "string", NULL),
		MAY("kind", "string", "What the file is, such as activity."),
		MAY("joined", "integer",
		    "How many are another recording of one that was there."),
		MAY("measurements", "integer", NULL),
		MAY("sleeps", "integer", NULL),
		MAY("thresholds", "integer", "That its device knew."),
		MAY("files", "object", "Of an archive: how many came to what."),
		MAY("notes", "array", "Oddities that were survived."),
		MAY("failures", "array", "What could not be read, and why."),
		HAS("job_id", "string", "Of the import, in /api/jobs."),
	},
	.set = TOOLSET_ALL,
	.scope = SCOPE_ACTIVITIES_WRITE,
	.writes = true,
	.idempotent = true,
	.reads_person = true,
	.run = import_file_run,
};
