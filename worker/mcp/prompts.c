/* Prompts: questions that are worth asking, with the tools that answer them.
 * A prompt only instructs; it reads no data itself. */

#include "mcp/call.h"
#include "mcp/mcp_impl.h"

#include "base/check.h"

static const struct mcp_prompt prompt_weekly_review = {
	.name = "weekly_review",
	.title = "Weekly review",
	.about = "Review one week of training: what was done, how hard it was, "
		 "and what follows for the next week.",
	.args = {
		ARG_STR("week_of", 1, 40, "the current one",
		    "Any day of the week to review, as 2026-11-23."),
		ARG_STR("focus", 1, 200, "overall balance",
		    "What the athlete cares about most."),
	},
	.text =
	    "Review my training week, Monday to Sunday: {week_of}. "
	    "Focus: {focus}.\n\n"
	    "1. Call get_activities for the days of that week, and "
	    "get_stats for the four weeks before, to see what was usual.\n"
	    "2. Call analyze_training_load and read fitness (CTL), fatigue "
	    "(ATL), form (TSB) and ramp rate. If `settled` is false, say that "
	    "the history is short.\n"
	    "3. Call analyze_activity for the two hardest sessions.\n"
	    "4. Tell me: what went well, what stands out, whether easy days "
	    "were easy, and two or three concrete suggestions for next week. "
	    "Name the numbers you rely on and their method. Say when data is "
	    "missing; never take a missing value for zero.",
};

static const struct mcp_prompt prompt_race_build_check = {
	.name = "race_build_check",
	.title = "Race build check",
	.about = "Check whether the training of the last weeks leads to a race.",
	.args = {
		{ .name = "race_date", .type = MCP_ARG_DATE, .required = true,
		    .about = "The day of the race, as 2027-04-18." },
		{ .name = "distance_km", .type = MCP_ARG_NUM, .min = 0.1,
		    .max = 1000, .required = true,
		    .about = "The distance of the race in kilometres." },
		ARG_ENUM("sport_type", mcp_sports, "run",
		    "The sport of the race."),
		ARG_STR("goal", 1, 200, "to finish well",
		    "The aim, such as a time."),
	},
	.text =
	    "I have a race on {race_date}: {distance_km} km, sport "
	    "{sport_type}, aim: {goal}. Check my build.\n\n"
	    "1. Call get_athlete for thresholds and today's date, and work out "
	    "the weeks that are left.\n"
	    "2. Call get_stats for that sport by week over the last 12 weeks: "
	    "volume, longest session, consistency.\n"
	    "3. Call analyze_training_load: fitness (CTL) and its trend, ramp "
	    "rate, form (TSB).\n"
	    "4. Call analyze_activity for the longest and the fastest recent "
	    "session; look at best distances and decoupling.\n"
	    "5. Say whether the build is on course, what the main gap is, and "
	    "outline the remaining weeks with a taper. Be open about what the "
	    "data cannot tell. This is no medical advice.",
};

const struct mcp_prompt *const mcp_prompts[] = {
#define PROMPT(id) &prompt_##id,
#include "mcp/prompts.def"
#undef PROMPT
	NULL,
};

/* What stands for {name} in the text. */
static struct str
value_text(const struct mcp_prompt *p, struct str name, const cJSON *given)
{
	int at;
	const cJSON *item;

	for (at = 0; p->args[at].type != MCP_ARG_END; at++) {
		if (str_is(name, p->args[at].name))
			break;
	}
	CHECK(p->args[at].type != MCP_ARG_END);
	item = json_get(given, p->args[at].name);
	if (cJSON_IsString(item))
		return str_of(item->valuestring);
	return p->args[at].fallback != NULL ? str_of(p->args[at].fallback)
					    : STR("not given");
}

static void
write_text(struct buf *out, const struct mcp_prompt *p, const cJSON *given)
{
	struct str rest = str_of(p->text), part;

	while (rest.n > 0) {
		part = str_cut(rest, '{', &rest);
		jsonw_escape(out, part);
		if (rest.p == NULL)
			break;
		part = str_cut(rest, '}', &rest);
		jsonw_escape(out, value_text(p, part, given));
	}
}

static void
begin_answer(struct rpc *r, const struct mcp_prompt *p)
{
	rpc_result(r);
	buf_adds(r->out, "\"description\":\"");
	jsonw_escape(r->out, str_of(p->about));
	buf_adds(r->out, "\",\"messages\":");
}

static void
answer_prompt(struct rpc *r, const struct mcp_prompt *p, const cJSON *given)
{
	begin_answer(r, p);
	buf_adds(r->out, "[{\"role\":\"user\",\"content\":"
			 "{\"type\":\"text\",\"text\":\"");
	write_text(r->out, p, given);
	buf_adds(r->out, "\"}}]");
	rpc_result_end(r);
}

/* Of a prompt that writes its messages itself. */
static void
run_prompt(struct rpc *r, const struct mcp_prompt *p, struct mcp_call *call)
{
	struct err e = ERR_INIT;

	if (!rounds_begin(&call->rounds, r))
		return;
	if (call_begin(call, r, p->name, true, &e) == 0 &&
	    p->run(call, &e) == 0) {
		begin_answer(r, p);
		buf_addstr(r->out, buf_str(&call->structured));
		rpc_result_end(r);
	} else if (e.code == ERR_CANCELED || !call_answer_wants(call)) {
		rpc_error_err(r, &e);
	}
}

static void
fill_prompt(struct rpc *r, const struct mcp_prompt *p, const cJSON *given)
{
	struct mcp_call call = { .args = p->args, .arguments = given };

	if (!args_read(p->args, given, true, call.values, &call.text))
		rpc_error(
		    r, 200, RPC_INVALID_PARAMS, "%s", buf_cstr(&call.text));
	else if (p->run != NULL)
		run_prompt(r, p, &call);
	else
		answer_prompt(r, p, given);
	call_end(&call);
}

const struct mcp_prompt *
mcp_prompt_find(const struct mcp *m, const char *name)
{
	for (size_t i = 0; m->prompts[i] != NULL; i++) {
		if (strcmp(m->prompts[i]->name, name) == 0)
			return m->prompts[i];
	}
	return NULL;
}

void
mcp_prompts_get(struct rpc *r)
{
	const cJSON *given = json_get(r->params, "arguments");
	const char *name = mcp_param(r, "name");
	const struct mcp_prompt *p;

	if (name == NULL)
		return;
	p = mcp_prompt_find(r->mcp, name);
	if (p == NULL)
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "there is no prompt \"%.80s\"", name);
	else if (given != NULL && !cJSON_IsObject(given))
		rpc_error(r, 200, RPC_INVALID_PARAMS,
		    "params.arguments must be an object");
	else
		fill_prompt(r, p, given);
}
