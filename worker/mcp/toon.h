#ifndef MCP_TOON_H
#define MCP_TOON_H

/* TOON, a notation for the JSON data model that costs a language model fewer
 * tokens: indentation for braces, and tables for arrays of objects that have
 * the same members (TOON specification 3, delimiter comma, 2 spaces). */

#include <cjson/cJSON.h>

#include "base/buf.h"

/* Append the text of an object, or of any other value, without a final line
 * feed. */
void toon_write(struct buf *out, const cJSON *value);

#endif
