#ifndef MCP_SHOW_H
#define MCP_SHOW_H

/* How the things of the model look in tools' answers.  A number that is not
 * there is left out; one that its provider withholds is named in
 * "restricted". */

#include "mcp/call.h"
#include "sport/zones.h"
#include "store/activities.h"

enum show { SHOW_SUMMARY, SHOW_DETAILED };

/* An object.  Places are shown to those who may see them only. */
void show_activity(struct mcp_call *call, struct jsonw *w,
    const struct stored_activity *sa, enum show how);
/* "2026-11-22 Morning run (run), 10.1 km, 52:10, load 61" */
void show_activity_line(struct buf *out, const struct stored_activity *sa);

/* {"kind","value","unit","valid_from","source"} */
void show_threshold(struct jsonw *w, const struct threshold *t);
/* How a person sets one, in words. */
extern const char show_threshold_how[];
/* "ftp_w (functional threshold power of cycling)" */
const char *show_threshold_words(enum threshold_kind k);

/* The member `key`: scheme, reason and zones, with the seconds spent in each
 * unless times is NULL. */
void show_zones(struct jsonw *w, const char *key, const struct zones *z,
    const struct zone_times *times);

/* Kilometres, or metres when short: "10.1 km". */
void show_distance(struct buf *out, double distance_m);

#endif
