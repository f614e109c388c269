/* Mail by libcurl. */

#include "httpc/smtp.h"

#include "base/check.h"
#include "httpc/httpc_impl.h"

struct reading {
	struct str rest;
};

static size_t
give_text(char *out, size_t size, size_t n, void *arg)
{
	struct reading *r = arg;
	size_t part = MIN(size * n, r->rest.n);

	memcpy(out, r->rest.p, part);
	r->rest = str_make(r->rest.p + part, r->rest.n - part);
	return part;
}

/* It stands in a command: nothing that could end the line or the brackets. */
static bool
is_tame(struct str address)
{
	for (size_t i = 0; i < address.n; i++) {
		if (address.p[i] <= ' ' || address.p[i] > '~' ||
		    strchr("<>\"\\", address.p[i]) != NULL)
			return false;
	}
	return str_find(address, '@') > 0;
}

static void
set_up(CURL *easy, const struct smtp_mail *m, struct reading *r,
    struct curl_slist *to)
{
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	if (m->ca_file[0] != '\0')
		curl_easy_setopt(easy, CURLOPT_CAINFO, m->ca_file);
	if (m->user[0] != '\0') {
		curl_easy_setopt(easy, CURLOPT_USERNAME, m->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, m->password);
	}
	curl_easy_setopt(easy, CURLOPT_MAIL_FROM, m->from);
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_text);
	curl_easy_setopt(easy, CURLOPT_READDATA, r);
	curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)m->text.n);
	/* Each mail for itself: who signed in may be another by the next. */
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
}

/* A refusal of the sign-in is a matter of the configuration (RFC 4954, 6),
 * which may be put right. */
static bool
is_for_good(long status)
{
	return status >= 500 && status <= 599 && status != 530 &&
	       status != 534 && status != 535 && status != 538;
}

static int
explain(struct arena *a, const struct httpc_transfer *t,
    const struct smtp_mail *m, struct err *e)
{
	const char *host = httpc_host(a, m->url);
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	if (t->result == CURLE_OPERATION_TIMEDOUT)
		return err_set(
		    e, ERR_TIMEOUT, "%s did not answer in time", host);
	return err_set(e, is_for_good(status) ? ERR_DENIED : ERR_UNAVAILABLE,
	    "%s: %s", host, httpc_why(t));
}

int
smtp_send(
    struct httpc *h, struct arena *a, const struct smtp_mail *m, struct err *e)
{
	const char *url = arena_printf(a, "%s/%s", m->url, m->hello);
	struct httpc_transfer t = { .result = CURLE_OK };
	struct reading r = { m->text };
	struct curl_slist *to;
	int rc;

	if (!is_tame(str_of(m->to)))
		return err_set(e, ERR_INVALID, "that is no address for mail");
	to = curl_slist_append(NULL, m->to);
	CHECK(to != NULL);
	httpc_prepare(&t, url, m->timeout_ms);
	set_up(t.easy, m, &r, to);
	rc = httpc_transfer(h, &t, m->timeout_ms, e);
	if (rc == 0 && t.result != CURLE_OK)
		rc = explain(a, &t, m, e);
	curl_easy_cleanup(t.easy);
	curl_slist_free_all(to);
	return rc;
}
