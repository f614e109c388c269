/* What workers of this node ran when they died. */

#include "app.h"
#include "base/clock.h"
#include "jobs/jobs.h"

static int
free_one(const struct app *app, struct arena *a, struct job *j, struct err *e)
{
	if (!board_has_lost(app->shm, app->node, j->worker))
		return 0;
	/* Somebody else may have been quicker; that is as good. */
	j->lease_us = MIN(j->lease_us, clock_wall_us());
	return jobs_save(app->db, a, j, e) < 0 ? -1 : 0;
}

int
jobs_free_lost(const struct app *app, struct arena *a, struct err *e)
{
	struct job *list;
	size_t n;

	if (jobs_running_on(app->db, a, app->node, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (free_one(app, a, &list[i], e) < 0)
			return -1;
	}
	return 0;
}
