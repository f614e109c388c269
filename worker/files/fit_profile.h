#ifndef FILES_FIT_PROFILE_H
#define FILES_FIT_PROFILE_H

/* What FIT messages and their fields mean, from fit_profile.def. */

#include "files/fit_proto.h"

enum fit_message_number {
#define FIT_MESSAGE(id, number, name) FIT_##id = number,
#define FIT_FIELD(message, id, number, name, scale, offset)
#include "files/fit_profile.def"
#undef FIT_MESSAGE
#undef FIT_FIELD
};

enum fit_field_id {
#define FIT_MESSAGE(id, number, name)
#define FIT_FIELD(message, id, number, name, scale, offset)                    \
	FIT_##message##_##id,
#include "files/fit_profile.def"
#undef FIT_MESSAGE
#undef FIT_FIELD
	FIT_FIELD_ID_COUNT
};

/* Values of enumerations that we ask about. */
#define FIT_FILE_ACTIVITY	   4
#define FIT_EVENT_TIMER		   0
#define FIT_EVENT_SLEEP		   74
#define FIT_EVENT_START		   0
#define FIT_EVENT_STOP		   1
#define FIT_EVENT_STOP_ALL	   4
#define FIT_EVENT_STOP_DISABLE	   8
#define FIT_EVENT_STOP_DISABLE_ALL 9
#define FIT_FILE_SETTINGS	   2
#define FIT_FILE_SPORT_SETTINGS	   3
#define FIT_LENGTH_ACTIVE	   1
#define FIT_SET_ACTIVE		   1
#define FIT_SPORT_RUN		   1
#define FIT_SPORT_RIDE		   2
#define FIT_SPORT_TRANSITION	   3

/* A field of a message of the right kind, scaled; NaN when it is missing.  A
 * developer field that takes its place goes first. */
double fit_get(const struct fit_message *m, enum fit_field_id f);
/* The first that is there: an enhanced field, and the plain one. */
double fit_get_either(const struct fit_message *m, enum fit_field_id f,
    enum fit_field_id otherwise);
/* A whole number and the field that has its fraction. */
double fit_get_fraction(const struct fit_message *m, enum fit_field_id whole,
    enum fit_field_id fraction);
/* A time, or FIT_TIME_MISSING. */
uint32_t fit_get_time(const struct fit_message *m, enum fit_field_id f);
/* The field itself, or NULL. */
const struct fit_field *fit_get_field(
    const struct fit_message *m, enum fit_field_id f);
/* Text, "" when missing. */
struct arena;
const char *fit_get_string(
    struct arena *a, const struct fit_message *m, enum fit_field_id f);

#endif
