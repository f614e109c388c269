/* What the keeper does for jobs. */

#include "base/clock.h"
#include "base/log.h"
#include "config/conf.h"
#include "jobs/jobs.h"
#include "jobs/spool.h"
#include "loop/fiber.h"

/* How long a node may be away from what only it can do. */
#define ABANDONED_US INT64_C(3600000000)
#define BATCH	     64

struct sweep {
	const struct conf *conf;
	char node[UUID_TEXT_LEN + 1];
	struct uuid list[BATCH];
	size_t n;
	int rc;
	struct err *e;
};

static void
look_in_thread(void *arg)
{
	struct sweep *s = arg;

	s->rc = spool_node(s->conf->data_dir, s->node, s->e);
	s->n = spool_idle(s->conf->data_dir, s->list, BATCH);
}

static void
remove_in_thread(void *arg)
{
	struct sweep *s = arg;

	for (size_t i = 0; i < s->n; i++)
		spool_remove(s->conf->data_dir, &s->list[i]);
}

/* Keep in the list those that no job needs. */
static int
sort_out(struct sweep *s, struct db *db, struct arena *a, struct err *e)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		int rc = jobs_is_open(db, a, &s->list[i], e);

		if (rc < 0)
			return -1;
		if (rc == 0)
			s->list[n++] = s->list[i];
	}
	s->n = n;
	return 0;
}

static int
sweep_spool(struct sweep *s, struct db *db, struct arena *a, struct err *e)
{
	if (sort_out(s, db, a, e) < 0)
		return -1;
	if (s->n == 0)
		return 0;
	log_with(LOG_NOTICE, "jobs", "uploads that belong to no job removed",
	    F_INT("uploads", (int64_t)s->n));
	return fiber_offload(remove_in_thread, s, e);
}

int
jobs_sweep(const struct conf *conf, struct db *db, struct err *e)
{
	struct sweep s = { .conf = conf, .e = e };
	struct arena *a = arena_new();
	int64_t now_us = clock_wall_us();
	int64_t failed = 0, purged = 0;
	int rc = fiber_offload(look_in_thread, &s, e);

	if (rc == 0)
		rc = s.rc;
	if (rc == 0)
		rc = sweep_spool(&s, db, a, e);
	if (rc == 0)
		rc = jobs_fail_abandoned(
		    db, a, s.node, now_us - ABANDONED_US, &failed, e);
	if (rc == 0)
		rc = jobs_purge(db, a, now_us - conf->jobs_keep_us, &purged, e);
	if (failed + purged > 0)
		log_with(LOG_NOTICE, "jobs", "old jobs cleared up",
		    F_INT("failed", failed), F_INT("forgotten", purged));
	arena_free(&a);
	return rc;
}
