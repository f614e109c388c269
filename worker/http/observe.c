/* What the server counts, and how the values of its labels are called. */

#include "base/check.h"
#include "http/http_impl.h"
#include "shm/board.h"
#include "shm/metric_block.h"
#include "shm/metrics.h"

#define LABELS_MAX  SHM_ROUTES
#define LABEL_BYTES METRIC_NAME_BYTES

/* Statuses by index; what is not here counts as the last. */
static const int statuses[] = {
	200,
	101,
	201,
	202,
	204,
	206,
	301,
	302,
	303,
	304,
	307,
	308,
	400,
	401,
	403,
	404,
	405,
	406,
	408,
	409,
	410,
	411,
	412,
	413,
	414,
	415,
	416,
	417,
	421,
	422,
	426,
	428,
	429,
	431,
	499,
	500,
	501,
	502,
	503,
	504,
	505,
	599,
};

static char status_text[ARRAY_LEN(statuses)][12];
static const char *status_names[ARRAY_LEN(statuses)];
static char route_text[LABELS_MAX][LABEL_BYTES];
static const char *route_names[LABELS_MAX];

static unsigned
status_index(int status)
{
	unsigned i = 0;

	while (i < ARRAY_LEN(statuses) - 1 && statuses[i] != status)
		i++;
	return i;
}

/* How many labels there are. */
static size_t
name_routes(const struct http_route *routes)
{
	size_t n = OBSERVE_ROUTES;

	route_names[OBSERVE_UNMATCHED] = "unmatched";
	route_names[OBSERVE_INVALID] = "invalid";
	for (const struct http_route *r = routes; r->pattern != NULL;
	     r++, n++) {
		CHECK(n < LABELS_MAX);
		snprintf(route_text[n], LABEL_BYTES, "%s %s",
		    http_method_name(r->method), r->pattern);
		route_names[n] = route_text[n];
	}
	return n;
}

void
observe_labels(const struct http_route *routes)
{
	static const char *const refusals[] = { "untrusted", "malformed",
		"late" };
	static const char *const outcomes[] = { "full", "resumed", "failed",
		"plain", "late" };
	static const char *const versions[] = { "1.2", "1.3", "none" };
	size_t n = name_routes(routes);

	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		snprintf(
		    status_text[i], sizeof(status_text[i]), "%d", statuses[i]);
		status_names[i] = status_text[i];
	}
	for (size_t i = 0; i < n; i++)
		board_route((unsigned)i, route_names[i]);
	metrics_label(M_http_requests_total, 0, route_names, n);
	metrics_label(M_http_request_duration_seconds, 0, route_names, n);
	metrics_label(
	    M_http_proxy_refused_total, 0, refusals, ARRAY_LEN(refusals));
	metrics_label(
	    M_http_tls_handshakes_total, 0, outcomes, ARRAY_LEN(outcomes));
	metrics_label(
	    M_http_tls_handshakes_total, 1, versions, ARRAY_LEN(versions));
	metrics_label(
	    M_http_requests_total, 1, status_names, ARRAY_LEN(statuses));
}

void
observe_request(const struct http_req *req, int64_t duration_us)
{
	metric_add(
	    M_http_requests_total, req->label, status_index(req->status), 1);
	metric_observe(
	    M_http_request_duration_seconds, req->label, duration_us);
}

/* Requests stand in the order in which they began. */
void
observe_oldest(const struct http_server *s)
{
	const struct http_req *oldest;

	if (list_empty(&s->busy_reqs)) {
		board_idle();
	} else {
		oldest = list_item(s->busy_reqs.next, struct http_req, link);
		board_doing(oldest->label, oldest->began_us);
	}
}

void
observe_in_flight(int delta)
{
	metric_gauge_add(M_http_requests_in_flight, delta);
}

void
observe_handshake(const struct conn *c, enum handshake_outcome outcome)
{
	bool done = outcome == HANDSHAKE_FULL || outcome == HANDSHAKE_RESUMED;

	metric_add(M_http_tls_handshakes_total, outcome,
	    done ? tls_version(c->tls) : 2, 1);
}

void
observe_proxy_refusal(enum proxy_refusal why)
{
	metric_add(M_http_proxy_refused_total, why, 0, 1);
}

void
observe_accept(const struct http_server *s)
{
	metric_add(M_http_connections_accepted_total, 0, 0, 1);
	observe_connections(s);
}

void
observe_connections(const struct http_server *s)
{
	metric_gauge(M_http_connections, s->conns_n);
}
