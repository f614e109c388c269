#include "provider/announce.h"

#include "base/jsonw.h"
#include "store/event_log.h"
#include "store/users.h"

static const char *const level_names[] = {
	[NOTICE_INFO] = "info",
	[NOTICE_WARNING] = "warning",
};

struct announcement {
	struct buf text;
	struct jsonw w;
};

static struct jsonw *
begin(struct announcement *an)
{
	an->text = BUF_INIT;
	jsonw_init(&an->w, &an->text);
	jsonw_object(&an->w);
	return &an->w;
}

static int
publish(struct announcement *an, struct db *tx, struct arena *a,
    const struct owner *o, enum event_kind kind, struct err *e)
{
	int rc;

	jsonw_end_object(&an->w);
	jsonw_done(&an->w);
	rc = event_log_put(
	    tx, a, o, EVENT_FEED, kind, buf_str(&an->text), NULL, e);
	buf_free(&an->text);
	return rc;
}

int
announce_activity(struct db *tx, struct arena *a, const struct owner *o,
    enum event_kind kind, const struct activity *act, struct err *e)
{
	struct announcement an;
	struct jsonw *w = begin(&an);

	jsonw_kv_uuid(w, "activity_id", &act->id);
	jsonw_kv_cstr(w, "provider", act->provider);
	jsonw_kv_cstr(w, "sport_type", sport_type_name(act->sport));
	jsonw_kv_instant(w, "start_at", act->start_us);
	return publish(&an, tx, a, o, kind, e);
}

int
announce_deleted(struct db *tx, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct announcement an;

	jsonw_kv_uuid(begin(&an), "activity_id", id);
	return publish(&an, tx, a, o, EVENT_ACTIVITY_DELETED, e);
}

/* --- notices ------------------------------------------------------------- */

bool
notice_level_parse(struct str name, enum notice_level *out)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (!str_is(name, level_names[i]))
			continue;
		*out = (enum notice_level)i;
		return true;
	}
	return false;
}

int
notice_check(struct str text, struct err *e)
{
	if (str_trim(text).n == 0)
		return err_set(e, ERR_INVALID, "the notice has no text");
	if (text.n > NOTICE_MAX)
		return err_set(e, ERR_INVALID,
		    "the notice has %zu bytes, at most %d are sent", text.n,
		    NOTICE_MAX);
	if (!str_is_utf8(text))
		return err_set(e, ERR_INVALID, "the notice is not UTF-8");
	return 0;
}

int
announce_notice(struct db *tx, struct arena *a, const struct owner *o,
    enum notice_level level, struct str text, struct err *e)
{
	struct announcement an;
	struct jsonw *w;

	if (notice_check(text, e) < 0)
		return -1;
	w = begin(&an);
	jsonw_kv_cstr(w, "level", level_names[level]);
	jsonw_kv_str(w, "message", text);
	return publish(&an, tx, a, o, EVENT_NOTICE, e);
}

int
announce_notice_to_all(struct db *db, enum notice_level level, struct str text,
    int64_t *n_r, struct err *e)
{
	struct arena *people = arena_new(), *a = arena_new();
	struct user *list;
	size_t n = 0;
	int rc = users_list(db, people, &list, &n, e);

	*n_r = 0;
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct owner o = owner_of(&list[i].athlete);

		if (list[i].status != USER_ACTIVE)
			continue;
		rc = announce_notice(db, a, &o, level, text, e);
		*n_r += rc == 0;
		arena_reset(a);
	}
	arena_free(&a);
	arena_free(&people);
	return rc;
}
