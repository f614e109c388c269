#ifndef WEB_NUMBER_H
#define WEB_NUMBER_H

/* Numbers, days and paces as people write them in forms. */

#include "web/page.h"

/* A number between bounds, with a point or a comma; empty is NaN.  false: the
 * field has its error. */
NODISCARD bool number_read(
    struct arena *a, struct field *f, double low, double high, double *out);
/* A day as 2026-11-28, or empty: `otherwise`. */
NODISCARD bool day_read(struct arena *a, struct field *f, int32_t low,
    int32_t high, int32_t otherwise, int32_t *out);
/* Minutes and seconds, "4:10", for a length in metres, as a speed; bounds in
 * m/s. */
NODISCARD bool pace_read(struct arena *a, struct field *f, double per_m,
    double low_mps, double high_mps, double *out);

/* With at most `digits` decimals and no zeros at the end; "" for NaN. */
const char *number_show(struct arena *a, double v, int digits);
const char *day_show(struct arena *a, int32_t day);
/* As people read it: "28 Nov 2026". */
const char *day_words(struct arena *a, int32_t day);
/* "4:10" */
const char *pace_show(struct arena *a, double mps, double per_m);

#endif
