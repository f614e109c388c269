#ifndef MCP_TOOL_H
#define MCP_TOOL_H

/* Tools, resources and prompts as records.  From a record follow the listing,
 * the JSON schema, the validation of arguments and the manual. */

#include "auth/scope.h"
#include "auth/toolset.h"
#include "base/arena.h"
#include "base/jsonw.h"
#include "mcp/arg.h"

struct err;
struct mcp_call;

/* A member of a tool's result, for its output schema. */
struct mcp_field {
	const char *name;  /* NULL: the end */
	const char *type;  /* JSON Schema's */
	bool always;	   /* in every result */
	const char *about; /* NULL: its name says it */
};

#define HAS(n, t, text)                                                        \
	{                                                                      \
		n, t, true, text                                               \
	}
#define MAY(n, t, text)                                                        \
	{                                                                      \
		n, t, false, text                                              \
	}

/* --- records ------------------------------------------------------------- */

typedef int mcp_run(struct mcp_call *call, struct err *e);

/* May a call become a task that the client comes back for? */
enum mcp_task_support { MCP_TASK_NEVER, MCP_TASK_MAY, MCP_TASK_MUST };

struct mcp_tool {
	const char *name;
	const char *title;
	const char *about;
	/* All but what stands before this, and set, is that tool's; NULL. */
	const struct mcp_tool *same_as;
	struct mcp_arg args[MCP_MAX_ARGS + 1];
	/* Instead of what follows from args, a JSON Schema; such a tool takes
	 * any arguments. */
	const char *schema;
	struct mcp_field result[24];
	/* The result that ARG_FIELDS is about, and of which the oldest entries
	 * are left out when there are too many; NULL: none. */
	const char *list;
	bool oldest_first; /* that list; else the newest */
	bool pages;	   /* the tool itself sees to its length */
	enum toolset set;  /* the smallest that it stands in */
	enum mcp_task_support task;
	const char *ui;	 /* resource that shows its result; NULL: none */
	uint32_t scope;	 /* all needed */
	uint32_t needs;	 /* bits of mcp/client.h that the client needs */
	bool writes;	 /* changes what is stored */
	bool destroys;	 /* of one that writes: what was there is lost */
	bool idempotent; /* of one that writes: twice is as once */
	bool open_world; /* reaches beyond this server */
	bool pure;	 /* reads no person's data: needs no store */
	/* Reads itself what it needs of the person, so that nothing is read
	 * before it runs; it has no call_athlete() and no call_today(). */
	bool reads_person;
	/* What run may ask for with call_prepared(), made once a process. */
	const void *(*prepare)(struct arena *a);
	mcp_run *run;
};

/* run writes the resource's text with call_out() or call_text(), or calls
 * call_blob(). */
struct mcp_resource {
	/* A template has one part in braces, the name of args[0]: the text that
	 * stands there in a URI is its value. */
	const char *uri;
	struct mcp_arg args[2];
	const char *name;
	const char *title;
	const char *about;
	const char *mime;
	const char *meta; /* JSON object for _meta; NULL: none */
	uint32_t scope;
	/* 1 << EVENT_x of the feed that tell of a change; of a template, of
	 * that which the event names as its argument is called. */
	uint32_t changes;
	bool pure;
	mcp_run *run;
};

/* text: {argument} stands for its value; or run writes the messages, a JSON
 * array, with call_out(). */
struct mcp_prompt {
	const char *name;
	const char *title;
	const char *about;
	struct mcp_arg args[5];
	const char *text;
	mcp_run *run;
};

/* In the order of the .def files; end with NULL. */
extern const struct mcp_tool *const mcp_tools[];
extern const struct mcp_resource *const mcp_resources[];
extern const struct mcp_resource *const mcp_templates[];
extern const struct mcp_prompt *const mcp_prompts[];

#define TOOL(id) extern const struct mcp_tool tool_##id;
#include "mcp/tools.def"
#undef TOOL
#define RESOURCE(id) extern const struct mcp_resource resource_##id;
#define TEMPLATE(id) extern const struct mcp_resource resource_##id;
#include "mcp/resources.def"
#undef RESOURCE
#undef TEMPLATE

/* Those of the product, as the metrics have room for, and all. */
#define MCP_MAX_NAMED 127
#define MCP_MAX_TOOLS 192

#endif
