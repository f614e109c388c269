#ifndef MCP_CLIENT_H
#define MCP_CLIENT_H

/* What the client at the other end can do: bits, made from the capabilities
 * that it declares, once for a session or with each request. */

#include <cjson/cJSON.h>

#include "base/buf.h"
#include "mcp/era.h"

enum client_index {
#define CLIENT(id, member, inner, ours) CLIENT_INDEX_##id,
#include "mcp/clients.def"
#undef CLIENT
	CLIENT_COUNT
};

enum client_ability {
#define CLIENT(id, member, inner, ours) CLIENT_##id = 1 << CLIENT_INDEX_##id,
#include "mcp/clients.def"
#undef CLIENT
};

/* From a ClientCapabilities object; anything else can do nothing. */
uint32_t client_read(const cJSON *capabilities);
/* A ClientCapabilities object that says these. */
void client_write(struct buf *out, uint32_t abilities);
/* {"io.modelcontextprotocol/x":{},...}: the extensions that we serve. */
void client_write_extensions(struct buf *out, enum mcp_era era);

/* As words, for the store; words that we no longer know are left out. */
void client_format(struct buf *out, uint32_t abilities);
uint32_t client_parse(struct str words);

#endif
