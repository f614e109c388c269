#ifndef MCP_ARG_H
#define MCP_ARG_H

/* Arguments of tools, templates and prompts as records. */

#include <stdbool.h>

#include "base/str.h"

struct err;
struct mcp_call;

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
	const char *instead; /* what a refusal advises; NULL: nothing */
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
/* In every tool that reads activities.  Mirrored by clients in the header
 * Mcp-Param-Provider, so that a gateway can tell sources apart without reading
 * bodies. */
#define ARG_PROVIDER                                                           \
	{                                                                      \
		.name = "provider", .type = MCP_ARG_STR, .min = 1, .max = 40,  \
		.header = "Provider",                                          \
		.about = "Only of this source, such as file. Default: all.",   \
	}
/* The same, as long as the list is to be short. */
#define ARG_PROVIDER_AS_THERE                                                  \
	{                                                                      \
		.name = "provider", .type = MCP_ARG_STR, .min = 1, .max = 40,  \
		.listed_there = true,                                          \
		.about = "Only of this source. Default: all.",                 \
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
/* The same, as long as the list is to be short. */
#define ARG_FORMAT_AS_THERE                                                    \
	{                                                                      \
		.name = "format", .type = MCP_ARG_ENUM, .words = mcp_formats,  \
		.fallback = "json", .listed_there = true,                      \
		.about = "json or toon.",                                      \
	}
extern const char *const mcp_formats[];

#define MCP_MAX_ARGS 16

/* Names of all sports, ends with NULL. */
extern const char *const mcp_sports[];

#endif
