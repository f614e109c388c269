/* libcurl's multi interface on libevent. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "httpc/httpc_impl.h"
#include "httpc/public.h"

#define HEADERS_MAX 16384
#define SETTLE_MS   1000

struct httpc {
	struct loop *loop;
	CURLM *multi;
	struct timer timer;
};

struct call {
	struct httpc_transfer transfer;
	const struct httpc_request *request;
	struct buf body;
	size_t header_bytes;
	bool too_large;
	bool forbidden; /* an address that is not public came up */
};

/* --- the loop ------------------------------------------------------------ */

static void
finish_calls(struct httpc *h)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left)) != NULL) {
		struct httpc_transfer *t = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		t->result = m->data.result;
		fiber_gate_open(&t->gate);
	}
}

static void
act(struct httpc *h, curl_socket_t fd, int what)
{
	int running;

	curl_multi_socket_action(h->multi, fd, what, &running);
	finish_calls(h);
}

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	act(arg, fd,
	    ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
		((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(void *arg)
{
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int
set_timer(UNUSED CURLM *multi, long ms, void *arg)
{
	struct httpc *h = arg;

	if (ms < 0)
		timer_disarm(&h->timer);
	else
		timer_arm_ms(&h->timer, ms);
	return 0;
}

static int
watch_socket(
    UNUSED CURL *easy, curl_socket_t fd, int what, void *arg, void *mine)
{
	struct httpc *h = arg;
	struct event *ev = mine;
	short wanted =
	    (short)(EV_PERSIST | ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
		    ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));

	if (ev != NULL)
		event_free(ev);
	ev = NULL;
	if (what != CURL_POLL_REMOVE) {
		ev = event_new(loop_base(h->loop), fd, wanted, on_socket, h);
		CHECK(ev != NULL);
		event_add(ev, NULL);
	}
	curl_multi_assign(h->multi, fd, ev);
	return 0;
}

struct httpc *
httpc_new(struct loop *l)
{
	struct httpc *h = xcalloc(1, sizeof(*h));

	CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
	h->loop = l;
	h->multi = curl_multi_init();
	CHECK(h->multi != NULL);
	timer_init(&h->timer, l, on_timer, h);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, set_timer);
	curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
	return h;
}

void
httpc_free(struct httpc **h)
{
	if (*h == NULL)
		return;
	curl_multi_cleanup((*h)->multi);
	timer_fini(&(*h)->timer);
	curl_global_cleanup();
	free(*h);
	*h = NULL;
}

/* --- one transfer -------------------------------------------------------- */

void
httpc_prepare(struct httpc_transfer *t, const char *url, int64_t timeout_ms)
{
	t->easy = curl_easy_init();
	CHECK(t->easy != NULL && fiber_self() != NULL);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_URL, url);
	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
}

int
httpc_transfer(struct httpc *h, struct httpc_transfer *t, int64_t timeout_ms,
    struct err *e)
{
	int rc;

	CHECK(curl_multi_add_handle(h->multi, t->easy) == CURLM_OK);
	rc = fiber_gate_wait(&t->gate, timeout_ms + SETTLE_MS, false, e);
	curl_multi_remove_handle(h->multi, t->easy);
	return rc;
}

const char *
httpc_host(struct arena *a, const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL;
	const char *out = "?";

	if (curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		out = arena_strdup(a, host);
	curl_free(host);
	curl_url_cleanup(u);
	return out;
}

const char *
httpc_why(const struct httpc_transfer *t)
{
	return t->error[0] != '\0' ? t->error : curl_easy_strerror(t->result);
}

/* --- one call ------------------------------------------------------------ */

static size_t
take_body(char *p, size_t size, size_t n, void *arg)
{
	struct call *c = arg;

	if (size * n > c->request->max_body - c->body.n) {
		c->too_large = true;
		return 0;
	}
	buf_add(&c->body, p, size * n);
	return size * n;
}

static size_t
take_header(UNUSED char *p, size_t size, size_t n, void *arg)
{
	struct call *c = arg;

	c->header_bytes += size * n;
	if (c->header_bytes <= HEADERS_MAX)
		return size * n;
	c->too_large = true;
	return 0;
}

/* The address that is connected to is the one that is looked at: no name is
 * resolved in between.  One that is not public spoils the others of its name.
 */
static curl_socket_t
open_socket(void *arg, UNUSED curlsocktype purpose, struct curl_sockaddr *to)
{
	struct call *c = arg;

	if (c->request->is_from_stranger && !c->request->is_exempt &&
	    !address_is_public(&to->addr))
		c->forbidden = true;
	if (c->forbidden)
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static struct curl_slist *
add_headers(const struct httpc_request *r)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; r->headers != NULL && r->headers[i] != NULL; i++) {
		list = curl_slist_append(list, r->headers[i]);
		CHECK(list != NULL);
	}
	return list;
}

static void
set_up(struct call *c, struct curl_slist *headers)
{
	const struct httpc_request *r = c->request;
	CURL *easy = c->transfer.easy;

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
	    r->is_from_stranger ? "https" : "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "pierre-mcp-server");
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, c);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, c);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, c);
	if (r->method != NULL)
		curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
	if (r->body.n > 0) {
		curl_easy_setopt(
		    easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body.p);
	}
	if (r->is_from_stranger) {
		curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
		curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
	}
	if (r->is_exempt) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

/* --- what came of it ----------------------------------------------------- */

static int
explain(struct arena *a, const struct call *c, struct err *e)
{
	const char *host = httpc_host(a, c->request->url);

	if (c->forbidden)
		return err_set(e, ERR_DENIED,
		    "%s has an address that is not public", host);
	if (c->too_large)
		return err_set(
		    e, ERR_TOO_LARGE, "the answer of %s is too large", host);
	switch (c->transfer.result) {
	case CURLE_OPERATION_TIMEDOUT:
		return err_set(
		    e, ERR_TIMEOUT, "%s did not answer in time", host);
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return err_set(e, ERR_INVALID, "the URL is malformed");
	default:
		return err_set(e, ERR_UNAVAILABLE, "%s: %s", host,
		    httpc_why(&c->transfer));
	}
}

static int64_t
max_age_of(CURL *easy)
{
	struct curl_header *h = NULL;
	struct str rest;
	int64_t age;

	if (curl_easy_header(easy, "Cache-Control", 0, CURLH_HEADER, -1, &h) !=
	    CURLHE_OK)
		return 0;
	rest = str_of(h->value);
	while (rest.p != NULL) {
		struct str one = str_trim(str_cut(rest, ',', &rest)), value;

		if (str_ieq(str_cut(one, '=', &value), STR("max-age")) &&
		    str_to_i64(value, &age) && age > 0)
			return age;
	}
	return 0;
}

static void
read_reply(struct arena *a, const struct call *c, struct httpc_reply *reply)
{
	CURL *easy = c->transfer.easy;
	char *type = NULL;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply->status);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	reply->content_type = type != NULL ? arena_strdup(a, type) : "";
	reply->max_age_s = max_age_of(easy);
	reply->body = str_make(
	    arena_strndup(a, c->body.n > 0 ? c->body.p : "", c->body.n),
	    c->body.n);
}

int
httpc_run(struct httpc *h, struct arena *a, const struct httpc_request *request,
    struct httpc_reply *reply, struct err *e)
{
	struct curl_slist *headers = add_headers(request);
	struct call c = { .request = request };
	int rc;

	httpc_prepare(&c.transfer, request->url, request->timeout_ms);
	set_up(&c, headers);
	rc = httpc_transfer(h, &c.transfer, request->timeout_ms, e);
	if (rc == 0 && c.transfer.result != CURLE_OK)
		rc = explain(a, &c, e);
	if (rc == 0)
		read_reply(a, &c, reply);
	curl_easy_cleanup(c.transfer.easy);
	curl_slist_free_all(headers);
	buf_wipe(&c.body);
	return rc;
}
