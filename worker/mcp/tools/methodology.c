/* pierre://methodology: how every number is computed, as one document. */

#include "mcp/call.h"
#include "sport/explain.h"

static int
methodology_run(struct mcp_call *call, struct err *e)
{
	const struct explain *m;

	(void)e;
	call_text(call,
	    "# Methodology\n\nFormula, source, inputs and caveat of "
	    "each number this server gives.\n");
	for (size_t i = 0; i < explain_metrics_n; i++) {
		m = &explain_metrics[i];
		call_text(call, "\n## %s (`%s`)\n\n", m->title, m->id);
		call_text(
		    call, "- Unit: %s\n- Formula: %s\n", m->unit, m->formula);
		call_text(call, "- Source: %s\n- Inputs: %s\n- Caveat: %s\n",
		    m->source, m->inputs, m->caveat);
	}
	return 0;
}

const struct mcp_resource resource_methodology = {
	.uri = "pierre://methodology",
	.name = "methodology",
	.title = "Methodology",
	.about = "Formula, source, inputs and caveat of every number this "
		 "server gives.",
	.mime = "text/markdown",
	.pure = true,
	.run = methodology_run,
};
