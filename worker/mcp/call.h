#ifndef MCP_CALL_H
#define MCP_CALL_H

/* What a tool or a resource sees of the call it serves. */

#include "base/json.h"
#include "mcp/args.h"
#include "mcp/jsonrpc.h"
#include "mcp/port.h"
#include "mcp/rounds.h"
#include "model/athlete.h"
#include "store/owner.h"

struct stored_activity; /* store/activities.h */
struct whole_activity;

/* How much a call has to do with the person who calls. */
enum call_person {
	CALL_PURE,	/* nothing: no store is asked */
	CALL_PERSON,	/* begins by reading who it is */
	CALL_READS_SELF /* reads by itself what it needs of the person */
};

struct mcp_call {
	struct rpc *rpc;
	const char *name; /* of the tool or resource */
	const struct mcp_arg *args;
	struct mcp_value values[MCP_MAX_ARGS];
	const cJSON *arguments; /* as they came; NULL: none */
	const void *prepared;
	struct owner owner;
	enum call_person person;
	const struct athlete *athlete; /* of CALL_PERSON alone */
	int32_t today;
	struct buf text;       /* what is said in words */
	struct buf structured; /* what is said in JSON */
	struct jsonw w;
	struct buf encoded; /* the same in another notation, or empty */
	struct buf content; /* further blocks, JSON */
	struct str ready;   /* the answer, when it is prepared */
	bool refused;	    /* the text says what the caller should change */
	bool is_error;	    /* what is said is that it failed */
	struct str blob;    /* of a resource that is no text, base64 */
	struct mcp_rounds rounds;
	bool answered;	  /* with a task, which goes on */
	uint32_t missing; /* what the client cannot do and must */
	double progress;  /* told last; negative: none yet */
	int64_t progress_us;
};

/* Find the person and the local day when need be; that waits for the store. */
NODISCARD int call_begin(struct mcp_call *call, struct rpc *rpc,
    const char *name, enum call_person person, struct err *e);
void call_end(struct mcp_call *call);
/* Whether the call ended because it waits for the client, or the client cannot
 * do what it needs; answered then. */
NODISCARD bool call_answer_wants(struct mcp_call *call);

/* --- arguments: asked by name, checked already --------------------------- */

int64_t call_int(const struct mcp_call *call, const char *name);
bool call_bool(const struct mcp_call *call, const char *name);
/* STR or ENUM; NULL when there is none. */
const char *call_str(const struct mcp_call *call, const char *name);
/* Index of the word of an ENUM, -1 when there is none. */
int call_word(const struct mcp_call *call, const char *name);
/* A DATE, or `otherwise`. */
int32_t call_day(
    const struct mcp_call *call, const char *name, int32_t otherwise);
/* The bits of a LIST; 0 when there is none. */
uint64_t call_set(const struct mcp_call *call, const char *name);
/* Was it given by the caller? */
bool call_given(const struct mcp_call *call, const char *name);

/* --- the person ---------------------------------------------------------- */

const struct athlete *call_athlete(const struct mcp_call *call);
/* The athlete's local day. */
int32_t call_today(const struct mcp_call *call);
const struct owner *call_owner(const struct mcp_call *call);
struct arena *call_arena(const struct mcp_call *call);
struct db *call_db(const struct mcp_call *call);
/* True when the token allows all these scopes. */
bool call_may(const struct mcp_call *call, uint32_t scopes);
/* The activity that the argument activity_id names, without laps and samples;
 * waits for the store.  -1 says how to find one. */
NODISCARD int call_activity(
    const struct mcp_call *call, struct stored_activity *out, struct err *e);
/* The same with laps and all that its load is judged by, in one trip. */
NODISCARD int call_whole_activity(
    struct mcp_call *call, struct whole_activity *out, struct err *e);
/* All thresholds, sorted by day. */
NODISCARD int call_thresholds(const struct mcp_call *call,
    struct threshold **list_r, size_t *n_r, struct err *e);

/* --- the answer ---------------------------------------------------------- */

/* Writer of the structured answer; the tool writes one object. */
struct jsonw *call_out(struct mcp_call *call);
/* Add to the short text. */
void call_text(struct mcp_call *call, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* End with the text so far as an error that the caller can mend; for what
 * does not fit a struct err.  Returns -1. */
int call_refuse(struct mcp_call *call);
/* What the tool's prepare made. */
const void *call_prepared(const struct mcp_call *call);
/* The whole answer: members of a tool result, made with
 * call_result_members(). */
void call_ready(struct mcp_call *call, struct str members);

/* One more content block, a JSON object. */
void call_content(struct mcp_call *call, struct str json);
/* An image of these bytes. */
void call_image(struct mcp_call *call, const char *mime, struct str bytes);
/* The resource is these bytes, in base64. */
void call_blob(struct mcp_call *call, struct str base64);
/* The result is that it failed, all the same with all that was said. */
void call_failed(struct mcp_call *call);

/* --- the client ---------------------------------------------------------- */

/* Ask the client n things and get the answers.  In the legacy era this waits;
 * in the modern one -1 ends the call, which begins anew with the answers there.
 * So a tool changes nothing before it has asked all it wants to know.  -1 too
 * when the client cannot be asked this, or does not answer. */
NODISCARD int call_ask(
    struct mcp_call *call, struct mcp_ask *asks, size_t n, struct err *e);
/* Ask the person to open a page of ours, for what must not pass through the
 * client, such as a secret; as call_ask().  1: they mean to, which does not say
 * that they have done what they find there; 0: they do not; -1.  The page has
 * to see to it that who opens it is who was asked. */
NODISCARD int call_ask_to_open(struct mcp_call *call, const char *key,
    const char *url, const char *message, struct err *e);
/* Go on as a task, since it is going to take long (mcp/tasks.h); after all has
 * been asked.  1 the call runs as one; 0 it cannot; -1 the request is answered
 * with a task, which begins anew, or it failed. */
NODISCARD int call_become_task(struct mcp_call *call, struct err *e);
/* The person's word to an ASK_ELICIT: the form's content, or NULL when he
 * declined or canceled. */
const cJSON *call_form(const struct mcp_ask *ask);
/* Say how far it is, when the client wants to know; `done` increases. */
NODISCARD int call_progress(struct mcp_call *call, double done, double total,
    const char *text, struct err *e);
/* Say something that the client's log may want; json: any value, which holds
 * no secret and nothing personal. */
NODISCARD int call_log(struct mcp_call *call, enum mcp_level level,
    const char *logger, struct str json, struct err *e);

/* Append the members of a tool result: content with the text, with encoded (or,
 * when that is empty, structured) and with further blocks, and
 * structuredContent. */
void call_result_members(struct buf *out, struct str text, struct str encoded,
    struct str structured, struct str content);

#endif
