#include "provider/file_import.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/check.h"
#include "base/enc.h"
#include "base/tz.h"
#include "store/activities.h"
#include "store/dailies.h"
#include "store/imports.h"

#define MAX_NAME 255

struct job {
	struct arena *arena;
	const struct owner *owner;
	struct import_entry entry;
	struct import_report *report;
};

static const char *
result_name(enum import_result r)
{
	static const char *const names[] = { "imported", "known", "nothing" };

	return names[r];
}

static void
digest_bytes(struct str bytes, uint8_t out[IMPORT_DIGEST_BYTES])
{
	unsigned n;

	CHECK(EVP_Digest(bytes.p, bytes.n, out, &n, EVP_sha256(), NULL) == 1);
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

/* Runs inside the transaction, perhaps on another thread. */
static int
store_all(struct db *tx, void *arg, struct err *e)
{
	struct job *j = arg;
	struct decoded *d = &j->report->decoded;

	j->report->n_new = 0;
	for (size_t i = 0; i < d->n_activities; i++) {
		int r = activities_insert(
		    tx, j->arena, j->owner, &d->activities[i], NULL, e);

		if (r < 0)
			return -1;
		j->report->n_new += (size_t)r;
		j->entry.activities[i] = d->activities[i].id;
	}
	if (d->n_daily > 0 && dailies_put(tx, j->arena, j->owner, d->daily,
				  d->n_daily, FILE_PROVIDER, e) < 0)
		return -1;
	return imports_put(tx, j->arena, j->owner, &j->entry, e);
}

int
file_import(struct db *db, struct arena *a, const struct owner *o,
    const struct tz *zone, struct str bytes, const char *file_name,
    struct import_report *out, struct err *e)
{
	struct job j = { .arena = a, .owner = o, .report = out };
	struct import_entry before;
	struct decoded *d = &out->decoded;
	int r;

	*out = (struct import_report){ .result = IMPORT_KNOWN };
	digest_bytes(bytes, j.entry.digest);
	r = imports_find(db, a, o, j.entry.digest, &before, e);
	if (r != 0)
		return r < 0 ? -1 : 0;
	if (file_decode(a, bytes, zone, d, e) < 0)
		return -1;
	for (size_t i = 0; i < d->n_activities; i++)
		finish_activity(&j, &d->activities[i], i);
	out->result =
	    d->n_activities + d->n_daily > 0 ? IMPORT_DONE : IMPORT_NOTHING;
	j.entry.file_name =
	    arena_strndup(a, file_name, strnlen(file_name, MAX_NAME));
	j.entry.size = (int64_t)bytes.n;
	j.entry.format = file_format_name(d->format);
	j.entry.result = result_name(out->result);
	j.entry.n_activities = d->n_activities;
	j.entry.activities = arena_many(a, d->n_activities + 1, struct uuid);
	return db_write(db, store_all, &j, e);
}
