#ifndef FILES_FIT_VALUE_H
#define FILES_FIT_VALUE_H

/* Values of FIT fields by base type.  Each type has a bit pattern that means
 * "not there"; it comes back as NaN. */

#include <math.h>

#include "base/arena.h"
#include "files/fit_proto.h"

/* Base types.  Bit 7 only says that a value has more than one byte; some
 * writers leave it out. */
enum fit_type {
	FIT_ENUM = 0,
	FIT_SINT8 = 1,
	FIT_UINT8 = 2,
	FIT_SINT16 = 3,
	FIT_UINT16 = 4,
	FIT_SINT32 = 5,
	FIT_UINT32 = 6,
	FIT_STRING = 7,
	FIT_FLOAT32 = 8,
	FIT_FLOAT64 = 9,
	FIT_UINT8Z = 10,
	FIT_UINT16Z = 11,
	FIT_UINT32Z = 12,
	FIT_BYTE = 13,
	FIT_SINT64 = 14,
	FIT_UINT64 = 15,
	FIT_UINT64Z = 16,
	FIT_TYPE_COUNT
};

/* A message's field of the profile, or NULL. */
const struct fit_field *fit_find(const struct fit_message *m, uint8_t number);

/* How many values of its type a field holds; 0 when its size is no multiple of
 * the type's, or the type is not known. */
size_t fit_count(const struct fit_field *f);
/* Value i as it stands, without scale; NaN when missing, beyond the end, a
 * string, or of a size that does not fit its type. */
double fit_number(
    const struct fit_message *m, const struct fit_field *f, size_t i);
/* Text up to the first NUL, cleaned to valid UTF-8 without control bytes; ""
 * when it is not a string. */
const char *fit_string(
    struct arena *a, const struct fit_message *m, const struct fit_field *f);

#endif
