#include "provider/file_import.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/check.h"
#include "base/enc.h"
#include "base/tz.h"
#include "config/conf.h"
#include "files/export.h"
#include "loop/fiber.h"
#include "model/recording.h"
#include "provider/announce.h"
#include "store/dailies.h"
#include "store/import_files.h"
#include "store/imports.h"
#include "store/profile_event.h"
#include "store/recordings.h"
#include "store/sleeps.h"
#include "store/thresholds.h"

#define MAX_NAME 255

/* Of what is stored in one transaction at most: others wait for it. */
#define PIECE_ACTIVITIES 200
#define PIECE_DAYS	 4000
#define PIECE_SLEEPS	 400

struct job {
	const struct conf *conf;
	struct arena *arena;
	const struct owner *owner;
	const struct import_file_in *in;
	const struct import_also *also;
	struct import_entry entry;
	struct import_file file;
	struct import_report *report;
	size_t piece; /* of what is stored, from 0 */
	size_t n_pieces;
	size_t n_new, n_joined; /* of the pieces before */
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

/* What was decoded elsewhere is the same when all that is stored is. */
static void
digest_decoded(EVP_MD_CTX *md, const struct decoded *d)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < d->n_activities; i++) {
		recording_write(&text, &d->activities[i]);
		buf_adds(&text, d->activities[i].external_id);
	}
	for (size_t i = 0; i < d->n_daily; i++)
		buf_printf(&text, "%d %d %.9g\n", d->daily[i].day,
		    d->daily[i].kind, d->daily[i].value);
	for (size_t i = 0; i < d->n_sleeps; i++) {
		buf_printf(&text, "%s ", d->sleeps[i].external_id);
		sleep_stages_format(&text, &d->sleeps[i]);
	}
	CHECK(EVP_DigestUpdate(md, text.p, text.n) == 1);
	buf_free(&text);
}

static void
digest_in_thread(void *arg)
{
	struct job *j = arg;
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned n;

	CHECK(md != NULL && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1);
	if (j->in->ready != NULL)
		digest_decoded(md, j->in->ready);
	else
		CHECK(
		    EVP_DigestUpdate(md, j->in->bytes.p, j->in->bytes.n) == 1);
	CHECK(EVP_DigestFinal_ex(md, j->entry.digest, &n) == 1);
	CHECK(n == IMPORT_DIGEST_BYTES);
	EVP_MD_CTX_free(md);
}

/* What only the person's profile or the ledger can say. */
static void
finish_activity(struct job *j, struct activity *act, size_t index)
{
	struct buf id = BUF_INIT;

	/* Exports of accounts have ids of their own. */
	if (strcmp(act->provider, FILE_PROVIDER) == 0) {
		enc_hex(&id, j->entry.digest, sizeof(j->entry.digest));
		if (index > 0)
			buf_printf(&id, ":%zu", index);
		act->external_id = arena_strndup(j->arena, id.p, id.n);
	}
	buf_free(&id);
	if (act->name[0] == '\0')
		act->name = sport_type_title(act->sport);
	activity_complete(act);
}

/* --- storing ---------------------------------------------------------------
 */

/* A stretch of a list that belongs to the present piece. */
struct stretch {
	size_t from, to;
};

static struct stretch
stretch_of(const struct job *j, size_t n, size_t size)
{
	struct stretch s = { j->piece * size, (j->piece + 1) * size };

	s.from = MIN(s.from, n);
	s.to = MIN(s.to, n);
	return s;
}

static size_t
count_pieces(const struct decoded *d)
{
	size_t n = (d->n_activities + PIECE_ACTIVITIES - 1) / PIECE_ACTIVITIES;

	n = MAX(n, (d->n_daily + PIECE_DAYS - 1) / PIECE_DAYS);
	n = MAX(n, (d->n_sleeps + PIECE_SLEEPS - 1) / PIECE_SLEEPS);
	return MAX(n, (size_t)1);
}

static int
announce_new(
    struct db *tx, struct job *j, const struct stretch *s, struct err *e)
{
	const struct decoded *d = &j->report->decoded;

	for (size_t i = s->from; i < s->to; i++) {
		if (j->stored[i] != STORED_KNOWN &&
		    announce_activity(tx, j->arena, j->owner,
			j->stored[i] == STORED_NEW ? EVENT_NEW_ACTIVITY
						   : EVENT_ACTIVITY_UPDATED,
			&d->activities[i], e) < 0)
			return -1;
	}
	return 0;
}

static int
store_activities(
    struct db *tx, struct job *j, const struct stretch *s, struct err *e)
{
	struct decoded *d = &j->report->decoded;
	/* Several sources of an account may have the same one. */
	bool apart = d->format != FILE_APPLE;

	j->report->n_new = j->n_new;
	j->report->n_joined = j->n_joined;
	for (size_t i = s->from; i < s->to; i++) {
		int as = recordings_store(tx, j->arena, j->owner,
		    &d->activities[i], j->entry.activities, apart ? i : 0, e);

		if (as < 0)
			return -1;
		j->stored[i] = (enum stored_as)as;
		j->report->n_new += as == STORED_NEW;
		j->report->n_joined += as == STORED_JOINED;
		j->entry.activities[i] = d->activities[i].id;
	}
	return 0;
}

/* After the measurements, those of sleep among which follow from them. */
static int
store_body(struct db *tx, struct job *j, struct err *e)
{
	const struct decoded *d = &j->report->decoded;
	struct stretch days = stretch_of(j, d->n_daily, PIECE_DAYS);
	struct stretch nights = stretch_of(j, d->n_sleeps, PIECE_SLEEPS);

	if (days.to > days.from &&
	    dailies_put(tx, j->arena, j->owner, d->daily + days.from,
		days.to - days.from, FILE_PROVIDER, e) < 0)
		return -1;
	for (size_t i = nights.from; i < nights.to; i++) {
		if (sleeps_store(tx, j->arena, j->owner, &d->sleeps[i], e) < 0)
			return -1;
	}
	return j->piece > 0 ? 0
			    : thresholds_take(tx, j->arena, j->owner,
				  d->thresholds, d->n_thresholds, FILE_PROVIDER,
				  &j->report->n_thresholds, e);
}

/* What is written when everything else is. */
static int
store_ledger(struct db *tx, struct job *j, struct err *e)
{
	if (imports_put(tx, j->arena, j->owner, &j->entry, e) < 0)
		return -1;
	if (j->file.packing != NULL && import_files_put(tx, j->arena, j->owner,
					   &j->entry.id, &j->file, e) < 0)
		return -1;
	return j->also != NULL && j->also->fn != NULL
		   ? j->also->fn(tx, j->also->arg, e)
		   : 0;
}

/* Of the present piece. */
static bool
changes_profile(const struct job *j)
{
	const struct decoded *d = &j->report->decoded;
	struct stretch days = stretch_of(j, d->n_daily, PIECE_DAYS);

	for (size_t i = days.from; i < days.to; i++) {
		if (d->daily[i].kind == DAILY_WEIGHT)
			return true;
	}
	return j->piece == 0 && j->report->n_thresholds > 0;
}

/* Runs inside the transaction, perhaps on another thread. */
static int
store_piece(struct db *tx, void *arg, struct err *e)
{
	struct job *j = arg;
	struct stretch s =
	    stretch_of(j, j->report->decoded.n_activities, PIECE_ACTIVITIES);

	if (store_activities(tx, j, &s, e) < 0 || store_body(tx, j, e) < 0 ||
	    (j->piece + 1 == j->n_pieces && store_ledger(tx, j, e) < 0))
		return -1;
	if (announce_new(tx, j, &s, e) < 0)
		return -1;
	return changes_profile(j) ? profile_event_put(tx, j->arena, j->owner, e)
				  : 0;
}

static int
store_all(struct db *db, struct job *j, struct err *e)
{
	j->n_pieces = count_pieces(&j->report->decoded);
	for (j->piece = 0; j->piece < j->n_pieces; j->piece++) {
		if (db_write(db, store_piece, j, e) < 0)
			return -1;
		j->n_new = j->report->n_new;
		j->n_joined = j->report->n_joined;
	}
	return 0;
}

/* --- decoding --------------------------------------------------------------
 */

/* 0, or -1 when there is nothing to be had. */
static int
decode(struct job *j, struct decoded *d)
{
	const struct export_hint *hint = j->in->hint;

	if (j->in->ready != NULL) {
		*d = *j->in->ready;
		return 0;
	}
	if (file_decode(j->arena, j->in->bytes, j->in->zone, d, j->e) == 0)
		return 0;
	/* A workout is none the less for a track that cannot be read. */
	if (hint == NULL || hint->workout == NULL)
		return -1;
	*d = (struct decoded){
		.format = d->format,
		.kind = "track",
		.n_warnings = 1,
		.warnings = { arena_strdup(j->arena, j->e->msg) },
	};
	return 0;
}

static void
decode_in_thread(void *arg)
{
	struct job *j = arg;
	struct decoded *d = &j->report->decoded;

	j->rc = decode(j, d);
	if (j->rc < 0)
		return;
	if (j->in->hint != NULL)
		export_apply(j->arena, d, j->in->hint);
	for (size_t i = 0; i < d->n_activities; i++)
		finish_activity(j, &d->activities[i], i);
	if (j->conf->import_keep_files && j->in->ready == NULL &&
	    j->in->bytes.n <= FILES_MAX_BYTES)
		import_file_pack(&j->file, j->in->bytes);
}

static void
describe(struct job *j)
{
	const struct decoded *d = &j->report->decoded;
	const char *name = j->in->name;

	j->report->result =
	    d->n_activities + d->n_daily + d->n_sleeps + d->n_thresholds > 0
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
	r = store_all(db, &j, e);
	import_file_free(&j.file);
	return r;
}
