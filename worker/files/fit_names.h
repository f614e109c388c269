#ifndef FILES_FIT_NAMES_H
#define FILES_FIT_NAMES_H

/* Numbers of the FIT profile that stand for kinds of files, sports and makers.
 * A number may be NaN: missing. */

#include "base/arena.h"
#include "model/sport_type.h"

/* "activity", "settings", ...; "other" for what we have no name for. */
const char *fit_file_kind(double type);
enum sport_type fit_sport(double sport, double sub_sport);
/* "Garmin 1036", or the product's name when the file has it. */
const char *fit_device_name(struct arena *a, double manufacturer,
    double product, const char *product_name);

#endif
