/* What a number means: formula, source, inputs, caveat, from the one table in
 * sport/explain.def.  Every answer is prepared when the process starts. */

#include "mcp/call.h"
#include "sport/explain.h"

static void
write_metric(struct jsonw *w, const struct explain *m)
{
	jsonw_object(w);
	jsonw_kv_cstr(w, "metric", m->id);
	jsonw_kv_cstr(w, "title", m->title);
	jsonw_kv_cstr(w, "unit", m->unit);
	jsonw_kv_cstr(w, "formula", m->formula);
	jsonw_kv_cstr(w, "source", m->source);
	jsonw_kv_cstr(w, "inputs", m->inputs);
	jsonw_kv_cstr(w, "caveat", m->caveat);
	jsonw_end_object(w);
}

static struct str
prepare_answer(struct arena *a, const struct explain *m)
{
	struct buf text = BUF_INIT, json = BUF_INIT, all = BUF_INIT;
	struct jsonw w;
	struct str answer;

	buf_printf(&text, "%s (%s), in %s: %s. Source: %s. %s", m->title, m->id,
	    m->unit, m->formula, m->source, m->caveat);
	jsonw_init(&w, &json);
	write_metric(&w, m);
	call_result_members(
	    &all, buf_str(&text), STR_NULL, buf_str(&json), STR_NULL);
	answer = str_make(arena_memdup(a, all.p, all.n), all.n);
	buf_free(&text);
	buf_free(&json);
	buf_free(&all);
	return answer;
}

static const void *
prepare_answers(struct arena *a)
{
	struct str *answers = arena_many(a, explain_metrics_n, struct str);

	for (size_t i = 0; i < explain_metrics_n; i++)
		answers[i] = prepare_answer(a, &explain_metrics[i]);
	return answers;
}

static int
refuse_unknown(struct mcp_call *call, const char *name)
{
	const struct explain *near = explain_nearest(str_of(name));

	call_text(call, "There is no metric \"%s\".", name);
	if (near != NULL)
		call_text(call, " Did you mean \"%s\"?", near->id);
	call_text(call, " Metrics:");
	for (size_t i = 0; i < explain_metrics_n; i++)
		call_text(
		    call, "%s %s", i > 0 ? "," : "", explain_metrics[i].id);
	return call_refuse(call);
}

static int
explain_metric_run(struct mcp_call *call, struct err *e)
{
	const struct str *answers = call_prepared(call);
	const char *name = call_str(call, "metric");
	const struct explain *m = explain_find(str_of(name));

	(void)e;
	if (m == NULL)
		return refuse_unknown(call, name);
	call_ready(call, answers[m - explain_metrics]);
	return 0;
}

const struct mcp_tool tool_explain_metric = {
	.name = "explain_metric",
	.title = "Explain a metric",
	.about = "Use before interpreting a metric to a person. Returns what "
		 "a number here means: formula, source, inputs and caveat. Cost: 1 KB, no query.",
	.args = {
		{ .name = "metric", .type = MCP_ARG_STR, .min = 1, .max = 64,
		    .required = true, .example = "\"ctl\"",
		    .about = "The metric's id or title, such as np, tss, ctl, "
			     "tsb, decoupling or acwr." },
	},
	.result = {
		HAS("metric", "string", NULL),
		HAS("title", "string", NULL),
		HAS("unit", "string", NULL),
		HAS("formula", "string", "How it is computed here."),
		HAS("source", "string", "Who published it, and when."),
		HAS("inputs", "string", "What it needs."),
		HAS("caveat", "string", "What it does not tell."),
	},
	.pure = true,
	.prepare = prepare_answers,
	.run = explain_metric_run,
};
