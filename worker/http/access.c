/* One line in the log for each request. */

#include "http/http_impl.h"

void
http_log_str(struct http_req *req, const char *name, struct str value)
{
	struct str copy;

	if (!req->srv->conf->access_log || req->log_n == HTTP_LOG_WORDS)
		return;
	copy = str_make(arena_strndup(req->arena, value.p, value.n), value.n);
	req->log[req->log_n++] = F_SLICE(name, copy);
}

static struct str
method_text(const struct http_req *req)
{
	return h1_str(req->base, req->h1.method);
}

void
access_log(const struct http_req *req, int64_t duration_us)
{
	struct log_field f[7 + HTTP_LOG_WORDS];
	size_t n = 0;

	if (!log_enabled(LOG_INFO))
		return;
	f[n++] = F_SLICE("method", method_text(req));
	f[n++] = F_SLICE("path", req->path);
	f[n++] = F_INT("status", req->status);
	f[n++] = F_INT("bytes", (int64_t)req->body_sent);
	f[n++] = F_INT("duration_us", duration_us);
	f[n++] = F_SLICE("peer", http_peer(req));
	f[n++] = F_SLICE("request_id", http_request_id(req));
	memcpy(f + n, req->log, req->log_n * sizeof(f[0]));
	log_event(LOG_INFO, "http", "request", f, n + req->log_n);
}
