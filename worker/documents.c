#include "documents.h"

#include "app.h"
#include "base/log.h"
#include "config/conf.h"
#include "httpc/httpc.h"

/* Client ID Metadata Documents and the keys they name: JSON within five
 * seconds, from a name at port 443. */

#define TIMEOUT_MS 5000
#define HTTPS	   "https://"

/* "host" or "host:port". */
static struct str
authority_of(const char *url)
{
	struct str rest = str_of(url + sizeof(HTTPS) - 1);

	return str_cut(rest, '/', &rest);
}

static bool
is_exempt(const struct conf *conf, struct str authority)
{
	const struct conf_list *list = &conf->client_document_test_hosts;

	for (size_t i = 0; i < list->n; i++) {
		if (str_is(authority, list->item[i]))
			return true;
	}
	return false;
}

/* A dot and a letter after the last one: neither a short name nor a number in
 * one of its notations. */
static bool
is_name(struct str host)
{
	size_t i = host.n;

	while (i > 0 && host.p[i - 1] != '.')
		i--;
	return i > 0 && i < host.n && (host.p[i] | 32) >= 'a' &&
	       (host.p[i] | 32) <= 'z';
}

static int
check_place(struct str authority, struct err *e)
{
	struct str port, host = str_cut(authority, ':', &port);

	if (port.p != NULL && !str_is(port, "443"))
		return err_set(e, ERR_INVALID,
		    "a client's document is fetched from port 443 only");
	return is_name(host) ? 0
			     : err_set(e, ERR_INVALID,
				   "a client's document is fetched from a host"
				   " with a public name only");
}

static int
check_reply(const struct httpc_reply *reply, struct err *e)
{
	struct str rest,
	    type = str_trim(str_cut(str_of(reply->content_type), ';', &rest));

	if (reply->status != 200)
		return err_set(e, ERR_INVALID,
		    "the client's document was answered with %ld, not 200",
		    reply->status);
	if (!str_ieq(type, STR("application/json")) &&
	    !str_ends(type, STR("+json")))
		return err_set(
		    e, ERR_INVALID, "the client's document is not JSON");
	return 0;
}

int
documents_fetch(void *arg, struct arena *a, const char *url, size_t max,
    struct str *body_r, int64_t *fresh_s_r, struct err *e)
{
	static const char *const headers[] = { "Accept: application/json",
		NULL };
	const struct app *app = arg;
	struct str authority = authority_of(url);
	struct httpc_request request = { .url = url,
		.headers = headers,
		.max_body = max,
		.timeout_ms = TIMEOUT_MS,
		.is_from_stranger = true,
		.is_exempt = is_exempt(app->conf, authority) };
	struct httpc_reply reply;
	struct err mine = ERR_INIT;

	if (!request.is_exempt && check_place(authority, e) < 0)
		return -1;
	if (httpc_run(app->httpc, a, &request, &reply, &mine) < 0) {
		log_with(LOG_NOTICE, "oauth", "a client's document",
		    F_STR("reason", mine.msg));
		/* What is inside our network is not for a stranger to learn. */
		return mine.code == ERR_CANCELED
			   ? err_set(e, ERR_CANCELED, "%s", mine.msg)
			   : err_set(e, ERR_INVALID,
				 "the client's document could not be fetched");
	}
	if (check_reply(&reply, e) < 0)
		return -1;
	*body_r = reply.body;
	*fresh_s_r = reply.max_age_s;
	return 0;
}
