/* FIT files: every file_id begins a set of messages, and each set is made into
 * activities and measurements when it is complete. */

#include "files/fit_decode.h"

#include "files/fit_names.h"
#include "files/fit_set.h"

static int
finish_set(struct fit_set *set, struct err *e)
{
	struct decoded *out = set->result->out;
	int rc = 0;

	if (set->begun) {
		/* The first set says what the file is, unless it holds
		 * nothing and a later one does. */
		if (out->kind[0] == '\0' || set->type == FIT_FILE_ACTIVITY)
			out->kind = isnan(set->type) && set->sessions.n > 0
					? "activity"
					: fit_file_kind(set->type);
		fit_daily_end(set);
		rc = fit_activities(set, e);
	}
	fit_set_free(set);
	return rc;
}

int
fit_decode(struct result *r, struct str bytes, struct err *e)
{
	struct fit_reader *reader =
	    arena_alloc(r->a, sizeof(struct fit_reader));
	struct fit_message m;
	struct fit_set set;
	int rc;

	fit_reader_init(reader, bytes);
	fit_set_init(&set, r);
	while ((rc = fit_next(reader, &m, e)) == 1) {
		if (m.number == FIT_FILE_ID && set.begun) {
			rc = finish_set(&set, e);
			fit_set_init(&set, r);
			if (rc < 0)
				return -1;
		}
		if (fit_set_take(&set, &m, e) < 0) {
			rc = -1;
			break;
		}
	}
	if (rc < 0) {
		fit_set_free(&set);
		return -1;
	}
	return finish_set(&set, e);
}
