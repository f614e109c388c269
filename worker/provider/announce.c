#include "provider/announce.h"

#include "base/jsonw.h"
#include "store/event_log.h"

int
announce_activity(struct db *tx, struct arena *a, const struct owner *o,
    const struct activity *act, struct err *e)
{
	struct buf b = BUF_INIT;
	struct jsonw w;
	int rc;

	jsonw_init(&w, &b);
	jsonw_object(&w);
	jsonw_kv_uuid(&w, "activity_id", &act->id);
	jsonw_kv_cstr(&w, "provider", act->provider);
	jsonw_kv_cstr(&w, "sport_type", sport_type_name(act->sport));
	jsonw_kv_instant(&w, "start_at", act->start_us);
	jsonw_end_object(&w);
	jsonw_done(&w);
	rc = event_log_put(
	    tx, a, o, EVENT_FEED, EVENT_NEW_ACTIVITY, buf_str(&b), NULL, e);
	buf_free(&b);
	return rc;
}
