#include "mcp/call.h"

#include "auth/who.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/tz.h"
#include "store/activities.h"
#include "store/thresholds.h"
#include "store/users.h"
#include "app.h"

/* The day it is for the athlete; an unknown zone counts as UTC. */
static int32_t
local_today(const struct athlete *a)
{
	struct err e = ERR_INIT;
	const struct tz *zone = tz_find(str_of(a->timezone), &e);

	if (zone == NULL)
		zone = tz_find(STR("UTC"), &e);
	return tz_day_at(zone, clock_wall_us());
}

static int
find_athlete(struct mcp_call *call, struct err *e)
{
	struct arena *a = call->rpc->arena;
	struct user *user = arena_one(a, struct user);
	int rc = users_get(call->rpc->app->db, a, &call->owner, user, e);

	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "the account of this token is no longer there");
	if (rc < 0)
		return -1;
	call->athlete = &user->athlete;
	call->today = local_today(call->athlete);
	return 0;
}

int
call_begin(struct mcp_call *call, struct rpc *rpc, const char *name,
    enum call_person person, struct err *e)
{
	call->rpc = rpc;
	call->name = name;
	call->owner = (struct owner){ rpc->who->tenant_id, rpc->who->user_id };
	jsonw_init(&call->w, &call->structured);
	call->progress = -1;
	call->person = person;
	return person == CALL_PERSON ? find_athlete(call, e) : 0;
}

void
call_end(struct mcp_call *call)
{
	buf_free(&call->text);
	buf_free(&call->structured);
	buf_free(&call->encoded);
	buf_free(&call->content);
}

/* --- arguments ----------------------------------------------------------- */

static const struct mcp_value *
value_of(const struct mcp_call *call, const char *name, enum mcp_arg_type type)
{
	int i = args_find(call->args, name);

	CHECK(i >= 0);
	CHECK(call->args[i].type == type ||
	      (type == MCP_ARG_STR && call->args[i].type == MCP_ARG_ENUM));
	return &call->values[i];
}

int64_t
call_int(const struct mcp_call *call, const char *name)
{
	return value_of(call, name, MCP_ARG_INT)->i;
}

bool
call_bool(const struct mcp_call *call, const char *name)
{
	return value_of(call, name, MCP_ARG_BOOL)->i != 0;
}

const char *
call_str(const struct mcp_call *call, const char *name)
{
	return value_of(call, name, MCP_ARG_STR)->s;
}

int
call_word(const struct mcp_call *call, const char *name)
{
	const struct mcp_value *v = value_of(call, name, MCP_ARG_ENUM);

	return v->present ? (int)v->i : -1;
}

int32_t
call_day(const struct mcp_call *call, const char *name, int32_t otherwise)
{
	const struct mcp_value *v = value_of(call, name, MCP_ARG_DATE);

	return v->present ? (int32_t)v->i : otherwise;
}

uint64_t
call_set(const struct mcp_call *call, const char *name)
{
	return value_of(call, name, MCP_ARG_LIST)->set;
}

bool
call_given(const struct mcp_call *call, const char *name)
{
	int i = args_find(call->args, name);

	CHECK(i >= 0);
	return call->values[i].given;
}

/* --- the person ---------------------------------------------------------- */

const struct athlete *
call_athlete(const struct mcp_call *call)
{
	CHECK(call->athlete != NULL);
	return call->athlete;
}

int32_t
call_today(const struct mcp_call *call)
{
	CHECK(call->athlete != NULL);
	return call->today;
}

const struct owner *
call_owner(const struct mcp_call *call)
{
	return &call->owner;
}

struct arena *
call_arena(const struct mcp_call *call)
{
	return call->rpc->arena;
}

struct db *
call_db(const struct mcp_call *call)
{
	CHECK(call->person != CALL_PURE);
	return call->rpc->app->db;
}

bool
call_may(const struct mcp_call *call, uint32_t scopes)
{
	return (call->rpc->who->scopes & scopes) == scopes;
}

static int
read_activity_id(const struct mcp_call *call, struct uuid *id, struct err *e)
{
	if (uuid_parse(str_of(call_str(call, "activity_id")), id))
		return 0;
	return err_set(e, ERR_INVALID,
	    "activity_id must be an id as the listing gives it, such as "
	    "0198c2d4-7b1e-7c3a-9f00-3c1f2a4b5d6e");
}

static int
no_such_activity(const struct mcp_call *call, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND,
	    "there is no activity %s; get_activities lists them",
	    call_str(call, "activity_id"));
}

int
call_activity(
    const struct mcp_call *call, struct stored_activity *out, struct err *e)
{
	struct uuid id;
	int rc;

	if (read_activity_id(call, &id, e) < 0)
		return -1;
	rc = activities_get(
	    call_db(call), call_arena(call), call_owner(call), &id, out, e);
	if (rc == 0)
		return no_such_activity(call, e);
	return rc < 0 ? -1 : 0;
}

int
call_whole_activity(
    struct mcp_call *call, struct whole_activity *out, struct err *e)
{
	struct uuid id;
	int rc;

	if (read_activity_id(call, &id, e) < 0)
		return -1;
	rc = activities_get_whole(
	    call_db(call), call_arena(call), call_owner(call), &id, out, e);
	/* It may be the person that is gone. */
	if (rc == 0)
		return find_athlete(call, e) < 0 ? -1
						 : no_such_activity(call, e);
	return rc < 0 ? -1 : 0;
}

int
call_thresholds(const struct mcp_call *call, struct threshold **list_r,
    size_t *n_r, struct err *e)
{
	return thresholds_list(
	    call_db(call), call_arena(call), call_owner(call), list_r, n_r, e);
}

/* --- the answer ---------------------------------------------------------- */

struct jsonw *
call_out(struct mcp_call *call)
{
	return &call->w;
}

void
call_text(struct mcp_call *call, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&call->text, fmt, ap);
	va_end(ap);
}

int
call_refuse(struct mcp_call *call)
{
	call->refused = true;
	return -1;
}

const void *
call_prepared(const struct mcp_call *call)
{
	return call->prepared;
}

void
call_ready(struct mcp_call *call, struct str members)
{
	call->ready = members;
}

void
call_content(struct mcp_call *call, struct str json)
{
	buf_addc(&call->content, ',');
	buf_addstr(&call->content, json);
}

void
call_image(struct mcp_call *call, const char *mime, struct str bytes)
{
	buf_printf(&call->content,
	    ",{\"type\":\"image\",\"mimeType\":\"%s\",\"data\":\"", mime);
	enc_base64(&call->content, bytes.p, bytes.n);
	buf_adds(&call->content, "\"}");
}

void
call_blob(struct mcp_call *call, struct str base64)
{
	call->blob = base64;
}

void
call_failed(struct mcp_call *call)
{
	call->is_error = true;
}

static void
add_text(struct buf *out, struct str text)
{
	buf_adds(out, "{\"type\":\"text\",\"text\":\"");
	jsonw_escape(out, text);
	buf_adds(out, "\"}");
}

void
call_result_members(struct buf *out, struct str text, struct str encoded,
    struct str structured, struct str content)
{
	struct str data = encoded.n > 0 ? encoded : structured;

	buf_adds(out, "\"content\":[");
	if (text.n > 0)
		add_text(out, text);
	if (text.n > 0 && data.n > 0)
		buf_addc(out, ',');
	if (data.n > 0)
		add_text(out, data);
	/* Each block of content brings the comma before it. */
	if (content.n > 0 && text.n + data.n == 0)
		content = str_make(content.p + 1, content.n - 1);
	buf_addstr(out, content);
	buf_addc(out, ']');
	if (structured.n > 0) {
		buf_adds(out, ",\"structuredContent\":");
		buf_addstr(out, structured);
	}
}
