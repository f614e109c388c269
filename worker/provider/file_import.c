#include "provider/file_import.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/check.h"
#include "base/enc.h"
#include "base/tz.h"
#include "config/conf.h"
#include "files/export.h"
#include "loop/fiber.h"
#include "provider/announce.h"
#include "store/dailies.h"
#include "store/import_files.h"
#include "store/imports.h"
#include "store/recordings.h"
#include "store/sleeps.h"

#define MAX_NAME 255

struct job {
	const struct conf *conf;
	struct arena *arena;
	const struct owner *owner;
	const struct import_file_in *in;
	const struct import_also *also;
	struct import_entry entry;
	struct import_file file;
	struct import_report *report;
	enum stored_as *stored; /* of each activity */
	int rc;
	struct err *e;
};

static const char *
result_name(enum import_result r)
{
	static const char *const names[] = { "imported", "known", "nothing" };

	return names[r];
}

static void
digest_in_thread(void *arg)
{
	struct job *j = arg;
	unsigned n;

	CHECK(EVP_Digest(j->in->bytes.p, j->in->bytes.n, j->entry.digest, &n,
		  EVP_sha256(), NULL) == 1);
	CHECK(n == IMPORT_DIGEST_BYTES);
}

/* What only the person's profile or the ledger can say. */
static void
finish_activity(struct job *j, struct activity *act, size_t index)
{
	struct buf id = BUF_INIT;

	enc_hex(&id, j->entry.digest, sizeof(j->entry.digest));
	if (index > 0)
		buf_printf(&id, ":%zu", index);
	act->provider = FILE_PROVIDER;
	act->external_id = arena_strndup(j->arena, id.p, id.n);
	buf_free(&id);
	if (act->name[0] == '\0')
		act->name = sport_type_title(act->sport);
	activity_complete(act);
}

static int
announce_new(struct db *tx, struct job *j, struct err *e)
{
	const struct decoded *d = &j->report->decoded;

	for (size_t i = 0; i < d->n_activities; i++) {
		if (j->stored[i] != STORED_KNOWN &&
		    announce_activity(tx, j->arena, j->owner,
			j->stored[i] == STORED_NEW ? EVENT_NEW_ACTIVITY
						   : EVENT_ACTIVITY_UPDATED,
			&d->activities[i], e) < 0)
			return -1;
	}
	return 0;
}

/* After the measurements, those of sleep among which follow from them. */
static int
store_sleeps(struct db *tx, struct job *j, struct err *e)
{
	const struct decoded *d = &j->report->decoded;

	for (size_t i = 0; i < d->n_sleeps; i++) {
		if (sleeps_store(tx, j->arena, j->owner, &d->sleeps[i], e) < 0)
			return -1;
	}
	return 0;
}

/* Runs inside the transaction, perhaps on another thread. */
static int
store_all(struct db *tx, void *arg, struct err *e)
{
	struct job *j = arg;
	struct decoded *d = &j->report->decoded;

	j->report->n_new = j->report->n_joined = 0;
	for (size_t i = 0; i < d->n_activities; i++) {
		int as = recordings_store(tx, j->arena, j->owner,
		    &d->activities[i], j->entry.activities, i, e);

		if (as < 0)
			return -1;
		j->stored[i] = (enum stored_as)as;
		j->report->n_new += as == STORED_NEW;
		j->report->n_joined += as == STORED_JOINED;
		j->entry.activities[i] = d->activities[i].id;
	}
	if (d->n_daily > 0 && dailies_put(tx, j->arena, j->owner, d->daily,
				  d->n_daily, FILE_PROVIDER, e) < 0)
		return -1;
	if (store_sleeps(tx, j, e) < 0 ||
	    imports_put(tx, j->arena, j->owner, &j->entry, e) < 0)
		return -1;
	if (j->conf->import_keep_files &&
	    import_files_put(
		tx, j->arena, j->owner, &j->entry.id, &j->file, e) < 0)
		return -1;
	if (j->also != NULL && j->also->fn != NULL &&
	    j->also->fn(tx, j->also->arg, e) < 0)
		return -1;
	return announce_new(tx, j, e);
}

static void
decode_in_thread(void *arg)
{
	struct job *j = arg;
	struct decoded *d = &j->report->decoded;

	j->rc = file_decode(j->arena, j->in->bytes, j->in->zone, d, j->e);
	if (j->rc < 0)
		return;
	if (j->in->hint != NULL)
		export_apply(d, j->in->hint);
	for (size_t i = 0; i < d->n_activities; i++)
		finish_activity(j, &d->activities[i], i);
	if (j->conf->import_keep_files)
		import_file_pack(&j->file, j->in->bytes);
}

static void
describe(struct job *j)
{
	const struct decoded *d = &j->report->decoded;
	const char *name = j->in->name;

	j->report->result = d->n_activities + d->n_daily + d->n_sleeps > 0
				? IMPORT_DONE
				: IMPORT_NOTHING;
	j->entry.file_name =
	    arena_strndup(j->arena, name, strnlen(name, MAX_NAME));
	j->entry.size = (int64_t)j->in->bytes.n;
	j->entry.format = file_format_name(d->format);
	j->entry.result = result_name(j->report->result);
	j->entry.n_activities = d->n_activities;
	j->entry.activities =
	    arena_many(j->arena, d->n_activities + 1, struct uuid);
	j->stored = arena_many(j->arena, d->n_activities + 1, enum stored_as);
}

int
file_import(const struct conf *conf, struct db *db, struct arena *a,
    const struct owner *o, const struct import_file_in *in,
    const struct import_also *also, struct import_report *out, struct err *e)
{
	struct job j = {
		.conf = conf,
		.arena = a,
		.owner = o,
		.in = in,
		.also = also,
		.report = out,
		.e = e,
	};
	struct import_entry before;
	int r;

	*out = (struct import_report){ .result = IMPORT_KNOWN };
	if (fiber_offload(digest_in_thread, &j, e) < 0)
		return -1;
	r = imports_find(db, a, o, j.entry.digest, &before, e);
	if (r != 0)
		return r < 0 ? -1 : 0;
	if (fiber_offload(decode_in_thread, &j, e) < 0 || j.rc < 0)
		return -1;
	describe(&j);
	r = db_write(db, store_all, &j, e);
	import_file_free(&j.file);
	return r;
}
