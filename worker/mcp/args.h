#ifndef MCP_ARGS_H
#define MCP_ARGS_H

/* Arguments by their records: the JSON schema, and the check of what came. */

#include <cjson/cJSON.h>

#include "mcp/tool.h"

struct mcp_value {
	bool given;    /* by the caller; else the default, if any */
	bool present;  /* there is a value */
	int64_t i;     /* INT, BOOL, DATE (a day), ENUM (index of word) */
	double f;      /* NUM */
	const char *s; /* STR, ENUM; points into the parsed text */
	uint64_t set;  /* LIST: a bit for each word */
};

/* {"type":"object","properties":{...}} (JSON Schema 2020-12), with what only
 * older clients know or without. */
void args_schema(struct jsonw *w, const struct mcp_arg *args, bool with_old);
/* A valid value of the argument, as JSON. */
void args_example(struct buf *out, const struct mcp_arg *a);
/* {"type":"object","properties":{...}} of a result. */
void args_result_schema(struct jsonw *w, const struct mcp_field *fields);

/* Read `given` (an object, or NULL for none) into v[], one per record in
 * their order.  as_text: numbers and booleans too come as strings.  false:
 * `problem` says which argument, what was given, and what is allowed. */
NODISCARD bool args_read(const struct mcp_arg *args, const cJSON *given,
    bool as_text, struct mcp_value *v, struct buf *problem);

/* Index of the argument of that name, or -1. */
int args_find(const struct mcp_arg *args, const char *name);
/* The nearest of some words to one that is not among them, or NULL. */
const char *args_nearest(struct str word, const char *const *words, size_t n);

/* Compare the argument's mirrored header with the body: NULL when they agree,
 * else what is wrong.  header is STR_NULL when absent. */
const char *args_check_header(
    const struct mcp_arg *arg, const cJSON *given, struct str header);

#endif
