#ifndef MCP_TOOL_H
#define MCP_TOOL_H

/* Tools, resources and prompts as records.  From a record follow the listing,
 * the JSON schema, the validation of arguments and the manual. */

#include "auth/scope.h"
#include "auth/toolset.h"
#include "base/arena.h"
#include "base/jsonw.h"

struct err;
struct mcp_call;

/* --- arguments ----------------------------------------------------------- */

enum mcp_arg_type {
	MCP_ARG_END,
	MCP_ARG_INT,
	MCP_ARG_NUM,
	MCP_ARG_STR,
	MCP_ARG_ENUM,
	MCP_ARG_BOOL,
	MCP_ARG_DATE,
	MCP_ARG_LIST, /* of words, each at most once */
};

struct mcp_arg {
	const char *name;
	enum mcp_arg_type type;
	double min, max;	  /* value, or length in characters */
	const char *fallback;	  /* default as text; NULL: none */
	const char *const *words; /* allowed, ends with NULL */
	bool required;
	/* An ENUM or STR whose words or bounds are listed with another tool,
	 * which `about` names: the list of tools is to be short. */
	bool listed_there;
	/* Known to older clients; listed where their names are. */
	bool old;
	const char *about;
	const char *example; /* JSON; NULL: what follows from the type */
	const char *header;  /* mirrored by clients in Mcp-Param-<header> */
	/* Write strings that begin so with call_out(), for a client that
	 * completes what a person types; NULL: those of words. */
	int (*suggest)(struct mcp_call *call, struct str begin, struct err *e);
};

#define ARG_INT(n, lo, hi, dflt, text)                                         \
	{                                                                      \
		.name = n, .type = MCP_ARG_INT, .min = lo, .max = hi,          \
		.fallback = dflt, .about = text                                \
	}
#define ARG_NUM(n, lo, hi, dflt, text)                                         \
	{                                                                      \
		.name = n, .type = MCP_ARG_NUM, .min = lo, .max = hi,          \
		.fallback = dflt, .about = text                                \
	}
#define ARG_STR(n, lo, hi, dflt, text)                                         \
	{                                                                      \
		.name = n, .type = MCP_ARG_STR, .min = lo, .max = hi,          \
		.fallback = dflt, .about = text                                \
	}
#define ARG_STR_REQUIRED(n, lo, hi, text)                                      \
	{                                                                      \
		.name = n, .type = MCP_ARG_STR, .min = lo, .max = hi,          \
		.required = true, .about = text                                \
	}
#define ARG_ENUM(n, list, dflt, text)                                          \
	{                                                                      \
		.name = n, .type = MCP_ARG_ENUM, .words = list,                \
		.fallback = dflt, .about = text                                \
	}
#define ARG_BOOL(n, dflt, text)                                                \
	{                                                                      \
		.name = n, .type = MCP_ARG_BOOL, .fallback = dflt,             \
		.about = text                                                  \
	}
#define ARG_DATE(n, text)                                                      \
	{                                                                      \
		.name = n, .type = MCP_ARG_DATE, .about = text                 \
	}
#define ARG_LIST(n, list, text)                                                \
	{                                                                      \
		.name = n, .type = MCP_ARG_LIST, .words = list, .about = text  \
	}
/* The same in every tool that reads activities. */
#define ARG_PROVIDER ARG_PROVIDER_(NULL)
/* Mirrored by clients in the header Mcp-Param-Provider, so that a gateway can
 * tell sources apart without reading bodies. */
#define ARG_PROVIDER_MIRRORED ARG_PROVIDER_("Provider")
#define ARG_PROVIDER_(mirror)                                                  \
	{                                                                      \
		.name = "provider", .type = MCP_ARG_STR, .min = 1, .max = 40,  \
		.header = mirror,                                              \
		.about = "Only of this source, such as file. Default: all.",   \
	}
#define ARG_SPORT                                                              \
	{                                                                      \
		.name = "sport_type", .type = MCP_ARG_ENUM,                    \
		.words = mcp_sports,                                           \
		.about = "Only activities of this sport.",                     \
	}
#define ARG_ACTIVITY                                                           \
	{                                                                      \
		.name = "activity_id", .type = MCP_ARG_STR, .min = 36,         \
		.max = 36, .required = true,                                   \
		.about = "The activity's id, as get_activities gives it.",     \
	}
/* The same where get_activities stands in the list, too. */
#define ARG_SPORT_AS_THERE                                                     \
	{                                                                      \
		.name = "sport_type", .type = MCP_ARG_ENUM,                    \
		.words = mcp_sports, .listed_there = true,                     \
		.about = "Only this sport, as get_activities lists them.",     \
		.example = "\"ride\"",                                         \
	}

/* Of a tool with a list: which members of its entries to give. */
#define ARG_FIELDS(some)                                                       \
	{                                                                      \
		.name = "fields", .type = MCP_ARG_STR, .min = 1, .max = 1000,  \
		.example = "\"" some "\"",                                     \
		.about = "Members of each entry, parted by commas.",           \
	}
/* The same, as long as the list is to be short. */
#define ARG_FIELDS_AS_THERE                                                    \
	{                                                                      \
		.name = "fields", .type = MCP_ARG_STR, .min = 1, .max = 1000,  \
		.listed_there = true,                                          \
		.about = "Members, as of get_activities.",                     \
	}
/* Of a tool whose answer may be long. */
#define ARG_FORMAT                                                             \
	{                                                                      \
		.name = "format", .type = MCP_ARG_ENUM, .words = mcp_formats,  \
		.fallback = "json",                                            \
		.about = "Of the text; toon costs fewer tokens.",              \
	}
extern const char *const mcp_formats[];

#define MCP_MAX_ARGS 16

/* Names of all sports, ends with NULL. */
extern const char *const mcp_sports[];

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
	const char *list; /* result that ARG_FIELDS is about; NULL: none */
	enum toolset set; /* the smallest that it stands in */
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
