/* The tables of pierre-mcp-server(8), from the records. */

#include <stdio.h>

#include "base/mdoc.h"
#include "mcp/mcp_impl.h"

static void
print_bounds(FILE *out, const struct mcp_arg *a)
{
	static const char *const kinds[] = {
		[MCP_ARG_INT] = "whole number",
		[MCP_ARG_NUM] = "number",
		[MCP_ARG_STR] = "text",
		[MCP_ARG_ENUM] = "word",
		[MCP_ARG_BOOL] = "true or false",
		[MCP_ARG_DATE] = "date",
		[MCP_ARG_LIST] = "list of words",
	};

	fprintf(out, "(%s", kinds[a->type]);
	if (a->type == MCP_ARG_INT)
		fprintf(out, ", %.0f to %.0f", a->min, a->max);
	if (a->type == MCP_ARG_NUM)
		fprintf(out, ", %g to %g", a->min, a->max);
	for (size_t i = 0;
	     a->words != NULL && a->words != mcp_sports && a->words[i] != NULL;
	     i++)
		fprintf(out, "%s%s", i == 0 ? ": " : ", ", a->words[i]);
	if (a->required)
		fputs("; required", out);
	else if (a->fallback != NULL)
		fprintf(out, "; default %s", a->fallback);
	fputs(")\n", out);
}

static void
print_args(FILE *out, const struct mcp_arg *a)
{
	if (a->type == MCP_ARG_END)
		return;
	fputs(".Bl -tag -width activity_id -compact\n", out);
	for (; a->type != MCP_ARG_END; a++) {
		fprintf(out, ".It Fa %s\n", a->name);
		mdoc_text(out, a->about);
		print_bounds(out, a);
	}
	fputs(".El\n", out);
}

static void
print_tool(FILE *out, const struct mcp_tool *t)
{
	struct buf scopes = BUF_INIT;

	fprintf(out, ".It Ic %s\n", t->name);
	mdoc_text(out, t->about);
	if (t->scope != 0) {
		scope_format(&scopes, t->scope);
		fprintf(out, "Scope:\n.Cm %s .\n", buf_cstr(&scopes));
	}
	print_args(out, t->args);
	buf_free(&scopes);
}

static void
print_resource(FILE *out, const struct mcp_resource *r)
{
	fprintf(out, ".It Pa %s\n", r->uri);
	mdoc_text(out, r->about);
}

static void
print_prompt(FILE *out, const struct mcp_prompt *p)
{
	fprintf(out, ".It Ic %s\n", p->name);
	mdoc_text(out, p->about);
	print_args(out, p->args);
}

bool
mcp_print_mdoc(FILE *out, const char *table)
{
	if (strcmp(table, "tools") == 0) {
		for (size_t i = 0; mcp_tools[i] != NULL; i++)
			print_tool(out, mcp_tools[i]);
	} else if (strcmp(table, "resources") == 0) {
		for (size_t i = 0; mcp_resources[i] != NULL; i++)
			print_resource(out, mcp_resources[i]);
	} else if (strcmp(table, "prompts") == 0) {
		for (size_t i = 0; mcp_prompts[i] != NULL; i++)
			print_prompt(out, mcp_prompts[i]);
	} else {
		return false;
	}
	return true;
}
