#include "mcp/port.h"

#include "base/json.h"
#include "mcp/client.h"

static const char *const levels[] = {
#define LEVEL(id, name) [MCP_LEVEL_##id] = name,
#include "mcp/levels.def"
#undef LEVEL
	[MCP_LEVEL_COUNT] = "none",
};

const char *
mcp_level_name(enum mcp_level l)
{
	return levels[l];
}

enum mcp_level
mcp_level_find(struct str name)
{
	int l = 0;

	while (l < MCP_LEVEL_COUNT && !str_is(name, levels[l]))
		l++;
	return (enum mcp_level)l;
}

static const struct {
	const char *method;
	uint32_t needs;
} kinds[] = {
	[ASK_ELICIT] = { "elicitation/create", CLIENT_ELICIT },
	[ASK_ELICIT_URL] = { "elicitation/create", CLIENT_ELICIT_URL },
	[ASK_SAMPLE] = { "sampling/createMessage", CLIENT_SAMPLING },
	[ASK_ROOTS] = { "roots/list", CLIENT_ROOTS },
};

const char *
mcp_ask_method(enum mcp_ask_kind k)
{
	return kinds[k].method;
}

uint32_t
mcp_ask_needs(enum mcp_ask_kind k)
{
	return kinds[k].needs;
}

int
mcp_ask_take(struct mcp_ask *ask, const cJSON *message, struct err *e)
{
	const cJSON *result = json_get(message, "result");
	const cJSON *said = json_get(json_get(message, "error"), "message");

	if (!cJSON_IsObject(result))
		return err_set(e, ERR_INVALID,
		    "the client did not answer %s: %.100s",
		    mcp_ask_method(ask->kind),
		    cJSON_IsString(said) ? said->valuestring
					 : "its result is no object");
	ask->answer = result;
	return 0;
}
