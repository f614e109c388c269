/* Where requests come from. */

#include "auth/origin.h"

#include "base/arena.h"
#include "http/http.h"

#define USER_AGENT_MAX 200

static const char *const proofs[] = {
	[WHO_NOBODY] = "",
	[WHO_ACCESS_TOKEN] = "token",
	[WHO_STDIO] = "stdio",
	[WHO_SESSION] = "session",
	[WHO_API_KEY] = "key",
	[WHO_JWT] = "oauth",
};

/* Printable ASCII, and not for ever. */
static const char *
tame(struct arena *a, struct str text)
{
	size_t n = MIN(text.n, (size_t)USER_AGENT_MAX);
	char *out = arena_strndup(a, text.n > 0 ? text.p : "", n);

	for (char *p = out; *p != '\0'; p++) {
		if (*p < ' ' || *p > '~')
			*p = '?';
	}
	return out;
}

static const char *
actor_of(struct arena *a, const struct who *who)
{
	char id[UUID_TEXT_LEN + 1];

	if (uuid_is_zero(&who->token_id))
		return proofs[who->proof];
	uuid_format(&who->token_id, id);
	return arena_printf(a, "%s %s", proofs[who->proof], id);
}

struct origin
origin_of(struct http_req *req)
{
	struct arena *a = http_arena(req);
	const struct who *who = http_who(req);
	struct origin from = {
		.address = tame(a, http_peer(req)),
		.user_agent = tame(a, http_header(req, "User-Agent")),
		.request_id = tame(a, http_request_id(req)),
		.actor = "",
	};

	from.has_key = http_peer_key(req, from.key);
	if (who != NULL) {
		from.actor_id = who->user_id;
		from.actor = actor_of(a, who);
	}
	return from;
}

struct origin
origin_as(const struct origin *from, const struct uuid *actor_id)
{
	struct origin as = *from;

	as.actor_id = *actor_id;
	return as;
}

static struct origin
of_nobody(const char *actor)
{
	return (struct origin){ .address = "",
		.user_agent = "",
		.request_id = "",
		.actor = actor };
}

struct origin
origin_of_command(void)
{
	return of_nobody("pierrectl");
}

struct origin
origin_of_server(void)
{
	return of_nobody("server");
}
