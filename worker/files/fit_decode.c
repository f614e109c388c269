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
		fit_settings_end(set);
		rc = fit_sleep_end(set, e) < 0 ? -1 : fit_activities(set, e);
	}
	fit_set_free(set);
	return rc;
}

/* Samples below which a recording that breaks off is called damaged: what is
 * there of a ride is worth more than an error, what is there of a minute not.
 */
#define CUT_LEAST 60

static size_t
longest_recording(const struct result *r)
{
	const struct activity *list =
	    buf_items(&r->activities, struct activity);
	size_t n = buf_count(&r->activities, struct activity), longest = 0;

	for (size_t i = 0; i < n; i++)
		if (list[i].streams != NULL)
			longest = MAX(longest, list[i].streams->n);
	return longest;
}

/* Of an input that breaks off what is there counts, unless it is too little. */
static int
say_cut(struct result *r, struct str bytes, struct err *e)
{
	size_t samples = longest_recording(r);

	if (samples < CUT_LEAST &&
	    (r->activities.n > 0 || r->daily.n + r->sleeps.n == 0))
		return err_set(e, ERR_CORRUPT,
		    "FIT, byte %zu: the end of the input, after %zu samples, "
		    "too few to be kept",
		    bytes.n, samples);
	result_warn(r,
	    "the file breaks off at byte %zu; what is there was kept", bytes.n);
	return 0;
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
	fit_reader_be_lenient(reader);
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
	if (finish_set(&set, e) < 0)
		return -1;
	if (reader->behind > 0)
		result_warn(r, "bytes behind the end, passed over: %zu",
		    reader->behind);
	return reader->cut ? say_cut(r, bytes, e) : 0;
}
