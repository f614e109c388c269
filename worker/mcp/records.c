/* The tables that tools.def, resources.def and prompts.def make, and those of
 * this process: with the fixtures of a conformance suite, when it has them. */

#include "base/check.h"
#include "config/conf.h"
#include "mcp/fixture/fixture.h"
#include "mcp/mcp_impl.h"
#include "app.h"

const struct mcp_tool *const mcp_tools[] = {
#define TOOL(id) &tool_##id,
#include "mcp/tools.def"
#undef TOOL
	NULL,
};

#define TEMPLATE(id)
const struct mcp_resource *const mcp_resources[] = {
#define RESOURCE(id) &resource_##id,
#include "mcp/resources.def"
#undef RESOURCE
	NULL,
};
#undef TEMPLATE

#define RESOURCE(id)
const struct mcp_resource *const mcp_templates[] = {
#define TEMPLATE(id) &resource_##id,
#include "mcp/resources.def"
#undef TEMPLATE
	NULL,
};
#undef RESOURCE

/* One table after the other; NULL ends each. */
static const void **
join(struct arena *a, const void *const *first, const void *const *second,
    size_t *n_r)
{
	const void **all;
	size_t n = 0, more = 0;

	while (first[n] != NULL)
		n++;
	while (second != NULL && second[more] != NULL)
		more++;
	all = arena_zalloc(a, (n + more + 1) * sizeof(*all));
	memcpy(all, first, n * sizeof(*all));
	if (more > 0)
		memcpy(all + n, second, more * sizeof(*all));
	*n_r = n + more;
	return all;
}

#define JOIN(m, what, fixture)                                                 \
	join((m)->arena, (const void *const *)mcp_##what,                      \
	    (fixture) ? (const void *const *)fixture_##what : NULL, &n)

static const struct mcp_tool *
resolve(struct arena *a, const struct mcp_tool *t)
{
	struct mcp_tool *whole;

	if (t->same_as == NULL)
		return t;
	whole = arena_one(a, struct mcp_tool);
	*whole = *t->same_as;
	whole->name = t->name;
	whole->title = t->title;
	whole->about = t->about;
	whole->set = t->set;
	return whole;
}

void
mcp_collect_records(struct mcp *m)
{
	bool fixture = m->app->conf->mcp_fixture;
	size_t n;

	m->resources =
	    (const struct mcp_resource **)JOIN(m, resources, fixture);
	m->templates =
	    (const struct mcp_resource **)JOIN(m, templates, fixture);
	m->prompts = (const struct mcp_prompt **)JOIN(m, prompts, fixture);
	m->tools = (const struct mcp_tool **)JOIN(m, tools, fixture);
	CHECK(n <= MCP_MAX_TOOLS);
	m->prepared = arena_zalloc(m->arena, (n + 1) * sizeof(*m->prepared));
	for (size_t i = 0; i < n; i++) {
		m->tools[i] = resolve(m->arena, m->tools[i]);
		if (m->tools[i]->prepare != NULL)
			m->prepared[i] = m->tools[i]->prepare(m->arena);
	}
}

int
mcp_tool_find(const struct mcp *m, struct str name)
{
	for (int i = 0; m->tools[i] != NULL; i++) {
		if (str_is(name, m->tools[i]->name))
			return i;
	}
	return -1;
}

size_t
mcp_tool_names(const char *names_r[MCP_MAX_NAMED])
{
	size_t n = 0;

	for (; mcp_tools[n] != NULL; n++) {
		CHECK(n < MCP_MAX_NAMED);
		names_r[n] = mcp_tools[n]->name;
	}
	return n;
}
