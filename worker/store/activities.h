#ifndef STORE_ACTIVITIES_H
#define STORE_ACTIVITIES_H

/* Activities in their normal form, with laps, samples, and the training load
 * last computed for each. */

#include "model/activity.h"
#include "model/athlete.h"
#include "store/owner.h"

/* A cached load.  key says from which thresholds and formulas; one that is not
 * the caller's present key is stale. */
struct stored_load {
	struct uuid activity_id;
	int32_t local_day;
	double value;	    /* NaN: none could be computed */
	const char *method; /* load_method_name(); "" when never computed */
	double intensity_factor; /* NaN: none */
	int64_t key;		 /* 0: never computed */
};

/* What a person has set, which nothing else overwrites. */
enum activity_edit {
	EDITED_NAME = 1,
	EDITED_RPE = 2,
	EDITED_SPORT = 4,
};

/* An activity without laps and streams, and its load as cached. */
struct stored_activity {
	struct activity activity;
	struct stored_load load;
	uint32_t edited; /* enum activity_edit */
	int recordings;	 /* it was made of, see recordings.h */
	bool kept_apart; /* not put together with others by itself */
};

/* Insert with laps and streams; a zero id is made; load may be NULL and its id
 * and day are not read.  1 inserted, 0 the provider's id is already there
 * (act->id becomes that one's), -1. */
NODISCARD int activities_insert(struct db *db, struct arena *a,
    const struct owner *o, struct activity *act, const struct stored_load *load,
    struct err *e);

/* 1 there (*id_r may be NULL), 0, -1. */
NODISCARD int activities_exists(struct db *db, struct arena *a,
    const struct owner *o, const char *provider, const char *external_id,
    struct uuid *id_r, struct err *e);

/* 1 found, 0, -1. */
NODISCARD int activities_get(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct stored_activity *out,
    struct err *e);
/* An activity with its laps, and all that its load is judged by. */
struct whole_activity {
	struct stored_activity stored;
	enum sex sex;
	struct threshold *thresholds; /* all, as thresholds_list() has them */
	size_t n_thresholds;
};
/* As activities_get, with all that in one trip to the database. */
NODISCARD int activities_get_whole(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct whole_activity *out,
    struct err *e);
/* Fill act->laps, streams and beats of an activity that was read; none is not
 * an error. */
NODISCARD int activities_read_laps(struct db *db, struct arena *a,
    const struct owner *o, struct activity *act, struct err *e);
NODISCARD int activities_read_streams(struct db *db, struct arena *a,
    const struct owner *o, struct activity *act, struct err *e);
/* Whether there are any, without reading them: 1, 0, -1. */
NODISCARD int activities_have_streams(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);
NODISCARD int activities_read_beats(struct db *db, struct arena *a,
    const struct owner *o, struct activity *act, struct err *e);
/* Write a name, an RPE (NaN: none) and a sport that were changed, and what was
 * edited altogether.  1 done, 0 no such activity, -1. */
NODISCARD int activities_edit(struct db *db, struct arena *a,
    const struct owner *o, const struct stored_activity *sa, struct err *e);
/* Put another content into an activity, with laps and streams; its id,
 * provider and external_id stay, its load is forgotten.  In a transaction. */
NODISCARD int activities_replace(struct db *tx, struct arena *a,
    const struct owner *o, const struct stored_activity *sa, struct err *e);
/* Delete an activity with all that belongs to it, and the files that held
 * nothing else.  1 done, 0 no such activity, -1. */
NODISCARD int activities_delete(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *id, struct err *e);

#define ACTIVITIES_MAX_PAGE 1000

struct activity_filter {
	int64_t from_us;      /* inclusive; INT64_MIN: all */
	int64_t to_us;	      /* exclusive; INT64_MAX: all */
	int32_t from_day;     /* athlete's, inclusive; INT32_MIN: all */
	int32_t to_day;	      /* athlete's, inclusive; INT32_MAX: all */
	int sport;	      /* enum sport_type, or -1: all */
	const char *provider; /* NULL: all */
	unsigned limit;	      /* at most ACTIVITIES_MAX_PAGE */
	/* Only what comes after this one in the listing; after_us INT64_MAX:
	 * from the beginning. */
	int64_t after_us;
	struct uuid after_id;
};

/* Everything, 100 a page. */
void activity_filter_init(struct activity_filter *f);
/* Text that stands for the place behind an activity in a listing; and back into
 * a filter, -1 with ERR_INVALID when it is none. */
const char *activities_cursor(struct arena *a, const struct activity *last);
NODISCARD int activities_cursor_read(
    struct str text, struct activity_filter *f, struct err *e);
/* Newest first by (start_us, id). */
NODISCARD int activities_list(struct db *db, struct arena *a,
    const struct owner *o, const struct activity_filter *f,
    struct stored_activity **list_r, size_t *n_r, struct err *e);
/* Call fn (NULL: none) for each match, newest first, at most max of them and
 * whatever f->limit says; f->after_us and after_id move along.  Read a page at
 * a time: what a row points to is gone when fn returns. */
NODISCARD int activities_each(struct db *db, const struct owner *o,
    struct activity_filter *f, int64_t max,
    void (*fn)(void *arg, const struct stored_activity *sa), void *arg,
    struct err *e);
/* How many match, whatever limit and after say. */
NODISCARD int activities_count(struct db *db, struct arena *a,
    const struct owner *o, const struct activity_filter *f, int64_t *n_r,
    struct err *e);

/* The sources that there are activities of, by name. */
NODISCARD int activities_providers(struct db *db, struct arena *a,
    const struct owner *o, const char ***list_r, size_t *n_r, struct err *e);

/* Totals of one sport; sums over what is known, NaN when nothing is. */
struct sport_totals {
	enum sport_type sport;
	int64_t n;
	double elapsed_s;
	double moving_s;
	double distance_m;
	double elevation_gain_m;
	double calories_kcal;
	double load;
	double longest_m;
	double longest_s;
	int32_t first_day;
	int32_t last_day;
};

/* Of nothing yet. */
void sport_totals_init(struct sport_totals *t, enum sport_type sport);
/* Add t's to these, whatever its sport. */
void sport_totals_add(struct sport_totals *to, const struct sport_totals *t);
/* By sport over local days from..to inclusive, of all providers or of one
 * (NULL: all), most frequent first.  It costs as much for a long range as for a
 * short one. */
NODISCARD int activities_totals(struct db *db, struct arena *a,
    const struct owner *o, int32_t from_day, int32_t to_day,
    const char *provider, struct sport_totals **list_r, size_t *n_r,
    struct err *e);

/* Those on days from_day and later whose load has another key, at most
 * limit. */
NODISCARD int activities_stale(struct db *db, struct arena *a,
    const struct owner *o, int64_t key, int32_t from_day, unsigned limit,
    struct stored_load **list_r, size_t *n_r, struct err *e);
/* How many have a load of this key. */
NODISCARD int activities_rated(struct db *db, struct arena *a,
    const struct owner *o, int64_t key, int64_t *n_r, struct err *e);
/* Cache loads, all in one transaction; of those that have the same key by now,
 * what is there stays. */
NODISCARD int activities_set_loads(struct db *db, struct arena *a,
    const struct owner *o, const struct stored_load *list, size_t n,
    struct err *e);

#endif
