/* How often a token or a key was used this month. */

#include "auth/guard_impl.h"

#include <stdio.h>

#include "base/clock.h"
#include "shm/shm.h"
#include "shm/usage.h"

static void
add_number(struct http_req *req, const char *name, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	http_add_header(req, name, text);
}

static void
add_quota(
    struct http_req *req, const struct who *who, int64_t left, int64_t reset_s)
{
	add_number(req, "X-Quota-Limit", who->quota);
	add_number(req, "X-Quota-Remaining", left);
	add_number(req, "X-Quota-Reset", reset_s);
}

int
guard_count(struct guard *g, struct http_req *req, struct err *e)
{
	const struct who *who = http_who(req);
	int64_t now_us = clock_wall_coarse_us(), left = 0, reset_s;
	struct usage_cell *c;
	bool good;

	if (who == NULL || g->shm == NULL ||
	    (who->proof != WHO_API_KEY && who->proof != WHO_ACCESS_TOKEN))
		return 0;
	c = usage_find(shm_usage(g->shm), &who->token_id, usage_month(now_us));
	/* The table is full: what has no quota is let through uncounted. */
	if (c == NULL && who->quota == 0)
		return 0;
	if (c == NULL)
		return err_set(e, ERR_UNAVAILABLE,
		    "more keys are in use than can be counted");
	good = usage_take(c, who->quota, &left);
	if (good && who->quota == 0)
		return 0;
	reset_s = (usage_month_end(now_us) - now_us + 999999) / 1000000;
	if (who->quota > 0)
		add_quota(req, who, left, reset_s);
	if (good)
		return 0;
	add_number(req, "Retry-After", reset_s);
	return err_set(e, ERR_LIMITED,
	    "the key has used up its %lld requests of this month",
	    (long long)who->quota);
}
