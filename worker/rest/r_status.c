/* /admin/status: the report that -s status gives, for those who come over
 * HTTP. */

#include "rest/rest.h"

#include <openssl/evp.h>

#include "app.h"
#include "base/check.h"
#include "base/enc.h"
#include "http/http.h"
#include "shm/report.h"

#define MEDIA_HTML    STR("text/html")
#define MEDIA_JSON    STR("application/json")
#define REFRESH_MAX_S 3600

/* JSON is the default; a page goes to who wants one at least as much. */
static bool
wants_page(const struct http_req *req)
{
	struct str accept = http_header(req, "Accept");
	double html = rest_media_weight(accept, MEDIA_HTML, STR_NULL);

	return html > 0 &&
	       html >= rest_media_weight(accept, MEDIA_JSON, STR_NULL);
}

/* Nothing but the page's own style, by its hash. */
static void
forbid_foreign(struct http_req *req)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct buf policy = BUF_INIT;

	CHECK(EVP_Digest(report_style, strlen(report_style), digest, &n,
		  EVP_sha256(), NULL) == 1);
	buf_adds(&policy,
	    "default-src 'none'; base-uri 'none'; form-action 'none'; "
	    "frame-ancestors 'none'; style-src 'sha256-");
	enc_base64(&policy, digest, n);
	buf_adds(&policy, "'");
	http_add_header_str(req, "Content-Security-Policy", buf_str(&policy));
	http_add_header(req, "Referrer-Policy", "no-referrer");
	buf_free(&policy);
}

/* 0, or -1 with e. */
static int
add_refresh(struct http_req *req, struct err *e)
{
	struct str text;
	int64_t s = 0;
	char value[24];
	int rc = http_query_get(req, "refresh", &text, e);

	if (rc <= 0)
		return rc;
	if (!str_to_i64(text, &s) || s < 1 || s > REFRESH_MAX_S)
		return err_set(e, ERR_INVALID, "refresh: seconds from 1 to %d",
		    REFRESH_MAX_S);
	snprintf(value, sizeof(value), "%d", (int)s);
	http_add_header(req, "Refresh", value);
	return 0;
}

void
rest_status(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	bool page = wants_page(req);
	struct err e = ERR_INIT;
	struct report r;

	if (page && add_refresh(req, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	report_take(&r, app->shm, app->conf);
	if (page)
		report_html(&r, http_out(req));
	else
		report_json(&r, http_out(req));
	report_free(&r);
	http_add_header(req, "Vary", "Accept");
	if (page)
		forbid_foreign(req);
	http_reply(
	    req, 200, page ? "text/html; charset=utf-8" : "application/json");
}
