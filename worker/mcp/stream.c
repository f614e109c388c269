#include "mcp/stream.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "config/conf.h"
#include "events/events.h"
#include "events/places.h"
#include "http/http.h"
#include "mcp/mcp_impl.h"
#include "app.h"

/* Clients of earlier revisions trip over an event without data. */
#define PRIMED_SINCE "2025-11-25"
#define RETRY_MS     500

static bool
accepts_streams(struct rpc *r)
{
	struct str rest = http_header(r->http, "accept"), type, parameters;

	while (rest.p != NULL) {
		type = str_cut(rest, ',', &rest);
		type = str_trim(str_cut(type, ';', &parameters));
		if (str_ieq(type, STR("text/event-stream")) ||
		    str_is(type, "*/*"))
			return true;
	}
	return false;
}

static void
write_event_id(const struct mcp_stream *s, int64_t seq, struct buf *out)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&s->id, id);
	buf_printf(out, "%s/%lld", id, (long long)seq);
}

static void
on_client_gone(UNUSED struct sse *sse, void *arg)
{
	struct mcp_stream *s = arg;

	s->sse = NULL;
}

/* 0, or -1 when the client is gone. */
static int
send_event(struct mcp_stream *s, int64_t seq, struct str message, struct err *e)
{
	struct buf id = BUF_INIT;
	int rc;

	if (s->sse == NULL)
		return 0;
	if (s->logged)
		write_event_id(s, seq, &id);
	rc = sse_send(
	    s->sse, STR_NULL, s->logged ? buf_str(&id) : STR_NULL, message, e);
	buf_free(&id);
	return rc;
}

static void
begin_log(struct rpc *r, struct mcp_stream *s)
{
	char id[UUID_TEXT_LEN + 1];
	struct err e = ERR_INIT, gone = ERR_INIT;

	s->id = uuid_new();
	if (debt_take(&s->debt, r, &s->id, &e) < 0) {
		log_err(LOG_WARN, "mcp", "a stream to come back to", &e);
		return;
	}
	s->logged = true;
	uuid_format(&s->id, id);
	mcp_session_topic(r->session, "", id, s->topic);
	if (strcmp(r->session->version, PRIMED_SINCE) >= 0 &&
	    send_event(s, 0, STR(""), &gone) == 0)
		sse_retry(s->sse, RETRY_MS);
	/* From here on the call does not end with the connection. */
	sse_detach(s->sse, on_client_gone, s);
}

static bool
open_stream(struct rpc *r, struct mcp_stream *s)
{
	if (s->opened)
		return true;
	if (!accepts_streams(r))
		return false;
	s->opened = true;
	s->sse = sse_open(r->http);
	if (r->era == ERA_LEGACY && r->session != NULL)
		begin_log(r, s);
	return true;
}

static int
keep_event(struct rpc *r, struct mcp_stream *s, struct str message,
    int64_t *seq_r, struct err *e)
{
	struct owner o = rpc_owner(r);
	struct arena *a = arena_new();
	int rc = event_log_put(
	    r->app->db, a, &o, s->topic, EVENT_MESSAGE, message, seq_r, e);

	arena_free(&a);
	return rc;
}

static int
pass_to_client(
    struct mcp_stream *s, int64_t seq, struct str message, struct err *e)
{
	struct err lost = ERR_INIT;

	if (send_event(s, seq, message, &lost) == 0)
		return 0;
	if (s->logged) {
		/* Who reads too slowly may come again. */
		sse_close(s->sse);
		s->sse = NULL;
		return 0;
	}
	return err_set(e, ERR_CANCELED, "%s", lost.msg);
}

static int
send_message(
    struct rpc *r, struct mcp_stream *s, struct str message, struct err *e)
{
	int64_t seq = 0;

	if (s->logged && keep_event(r, s, message, &seq, e) < 0)
		return -1;
	return pass_to_client(s, seq, message, e);
}

static int
send_answer(struct rpc *r, struct mcp_stream *s, struct err *e)
{
	struct str answer = buf_str(r->out);
	int64_t seq = 0;

	if (s->logged && debt_pay(&s->debt, s->topic, answer, &seq, e) < 0)
		return -1;
	return pass_to_client(s, seq, answer, e);
}

static int
notify(struct rpc *r, struct str message, struct err *e)
{
	struct mcp_stream *s = r->port_arg;

	if (!open_stream(r, s))
		return 0;
	return send_message(r, s, message, e);
}

bool
stream_finish(struct rpc *r, struct mcp_stream *s)
{
	struct err e = ERR_INIT;

	if (!s->opened)
		return false;
	if (!r->silent && send_answer(r, s, &e) < 0 && e.code != ERR_CANCELED) {
		rpc_error_err(r, &e);
		if (send_event(s, INT64_MAX, buf_str(r->out), &e) < 0)
			r->silent = true;
	}
	debt_cancel(&s->debt);
	if (s->sse != NULL)
		sse_close(s->sse);
	s->sse = NULL;
	return true;
}

void
stream_hang_up(struct rpc *r)
{
	struct mcp_stream *s = r->port_arg;

	if (r->port != &stream_port_legacy || !open_stream(r, s) ||
	    !s->logged || s->sse == NULL)
		return;
	sse_close(s->sse);
	s->sse = NULL;
}

/* --- questions ----------------------------------------------------------- */

/* Our request's id is sealed and names the stream of the store in which the
 * answer is awaited. */
static struct str
bound_to(const struct mcp_session *s)
{
	return str_make((const char *)&s->id, sizeof(s->id));
}

static void
question_topic(const struct mcp_session *s, const struct uuid *id,
    char out[EVENT_TOPIC_MAX + 1])
{
	char name[UUID_TEXT_LEN + 1];

	uuid_format(id, name);
	mcp_session_topic(s, "q/", name, out);
}

static int
send_question(struct rpc *r, const struct mcp_ask *ask, const struct uuid *id,
    struct err *e)
{
	struct buf b = BUF_INIT;
	struct mcp_stream *s = r->port_arg;
	int rc;

	buf_adds(&b, RPC_OPENING "\"");
	mcp_token_seal(r->mcp->tokens, bound_to(r->session),
	    str_make((const char *)id, sizeof(*id)), &b);
	buf_printf(&b, "\",\"method\":\"%s\",\"params\":%s}",
	    mcp_ask_method(ask->kind), ask->params);
	rc = send_message(r, s, buf_str(&b), e);
	buf_free(&b);
	return rc;
}

static int
await_answer(struct rpc *r, struct mcp_ask *ask, const struct uuid *id,
    int64_t until_us, struct err *e)
{
	struct owner o = rpc_owner(r);
	char topic[EVENT_TOPIC_MAX + 1];
	int64_t left_ms = MAX(until_us - loop_now_us(r->app->loop), 0) / 1000;
	struct stored_event *list;
	const cJSON *message;
	size_t n = 0;

	question_topic(r->session, id, topic);
	if (events_wait(r->app->events, &o, topic, 0, left_ms, e) < 0 ||
	    event_log_read(
		r->app->db, r->arena, &o, topic, 0, 1, &list, &n, e) < 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_TIMEOUT, "no answer of the client");
	message = json_parse(r->arena, list[0].payload, e);
	return message != NULL ? mcp_ask_take(ask, message, e) : -1;
}

static int
ask(struct rpc *r, struct mcp_ask *asks, size_t n, struct err *e)
{
	struct uuid *ids = arena_many(r->arena, n + 1, struct uuid);
	int64_t until_us =
	    loop_now_us(r->app->loop) + r->app->conf->mcp_answer_timeout_us;

	if (!open_stream(r, r->port_arg))
		return err_set(e, ERR_INVALID,
		    "this has to ask you something, which needs "
		    "text/event-stream in the header Accept");
	for (size_t i = 0; i < n; i++) {
		ids[i] = uuid_new();
		if (send_question(r, &asks[i], &ids[i], e) < 0)
			return -1;
	}
	for (size_t i = 0; i < n; i++) {
		if (await_answer(r, &asks[i], &ids[i], until_us, e) < 0)
			return -1;
	}
	return 0;
}

const struct mcp_port stream_port_modern = { .notify = notify };
const struct mcp_port stream_port_legacy = { .notify = notify, .ask = ask };

static bool
read_question_id(struct rpc *r, struct uuid *out)
{
	const cJSON *id = json_get(r->message, "id");
	struct buf plain = BUF_INIT;
	bool good;

	good = cJSON_IsString(id) &&
	       mcp_token_open(r->mcp->tokens, bound_to(r->session),
		   str_of(id->valuestring), &plain) &&
	       plain.n == sizeof(*out);
	if (good)
		memcpy(out, plain.p, sizeof(*out));
	buf_free(&plain);
	return good;
}

void
stream_take_answer(struct rpc *r)
{
	struct owner o = rpc_owner(r);
	char topic[EVENT_TOPIC_MAX + 1];
	struct err e = ERR_INIT;
	struct uuid id;

	r->silent = false;
	if (r->session == NULL || !read_question_id(r, &id)) {
		rpc_error(r, 400, RPC_INVALID_REQUEST,
		    "nothing was asked under this id");
		return;
	}
	question_topic(r->session, &id, topic);
	if (event_log_put(r->app->db, r->arena, &o, topic, EVENT_MESSAGE,
		r->text, NULL, &e) < 0) {
		rpc_error_err(r, &e);
		r->status = err_http_status(e.code);
		return;
	}
	r->silent = true;
	r->status = 202;
}

/* --- coming again -------------------------------------------------------- */

struct resumed {
	struct mcp_stream stream;
	struct events_sub *sub;
	struct mcp_creditor *creditor;
	struct places *places;
	struct owner owner;
};

static void
end_resumed(struct resumed *s)
{
	events_unsubscribe(&s->sub);
	creditor_free(&s->creditor);
	places_leave(s->places, &s->owner);
	free(s);
}

static void
close_resumed(void *arg)
{
	struct resumed *s = arg;
	struct sse *sse = s->stream.sse;

	end_resumed(s);
	sse_close(sse);
}

static int64_t
resumed_seq(void *arg)
{
	const struct resumed *s = arg;

	return events_seq(s->sub);
}

static void
on_resumed_gone(UNUSED struct sse *sse, void *arg)
{
	end_resumed(arg);
}

static bool
is_answer(struct str message)
{
	return json_raw_member(message, STR("method")).n == 0;
}

static bool
pass_on(void *arg, const struct stored_event *event)
{
	struct resumed *s = arg;
	struct err e = ERR_INIT;

	if (send_event(&s->stream, event->seq, event->payload, &e) < 0 ||
	    is_answer(event->payload))
		close_resumed(s);
	return true;
}

/* <stream>/<number>, as write_event_id writes it. */
static bool
parse_event_id(struct str text, struct uuid *id, int64_t *seq_r)
{
	struct str number;
	struct str name = str_cut(text, '/', &number);

	return uuid_parse(name, id) && number.p != NULL &&
	       str_to_i64(number, seq_r) && *seq_r >= 0;
}

void
stream_resume(struct rpc *r, struct str last_event_id)
{
	struct owner o = rpc_owner(r);
	char name[UUID_TEXT_LEN + 1];
	struct err e = ERR_INIT;
	struct resumed *s;
	struct uuid id;
	int64_t seq;

	if (!parse_event_id(str_trim(last_event_id), &id, &seq)) {
		rpc_error(r, 400, RPC_INVALID_REQUEST,
		    "the header Last-Event-ID is none of ours");
		return;
	}
	if (places_take(r->app->places, &o, &e) < 0) {
		rpc_error_err(r, &e);
		r->status = err_http_status(e.code);
		return;
	}
	s = xcalloc(1, sizeof(*s));
	s->places = r->app->places;
	s->owner = o;
	s->stream.id = id;
	s->stream.logged = true;
	uuid_format(&id, name);
	mcp_session_topic(r->session, "", name, s->stream.topic);
	s->stream.sse = sse_open(r->http);
	s->sub = events_subscribe(
	    r->app->events, &o, s->stream.topic, seq, pass_on, s);
	s->creditor = creditor_new(
	    r, &id, s->stream.topic, resumed_seq, close_resumed, s);
	sse_detach(s->stream.sse, on_resumed_gone, s);
	r->kept = true;
}
