/* Which format it is, and the decoder for it. */

#include "files/decode.h"

#include "files/apple.h"
#include "files/fit_decode.h"
#include "files/garmin.h"
#include "files/gpx.h"
#include "files/result.h"
#include "files/tcx.h"

#define SNIFF_BYTES 4096

static const char *const names[] = {
	[FILE_UNKNOWN] = "unknown",
	[FILE_FIT] = "FIT",
	[FILE_GPX] = "GPX",
	[FILE_TCX] = "TCX",
	[FILE_APPLE] = "Apple Health",
	[FILE_GARMIN] = "Garmin",
};

static bool
is_fit(struct str s)
{
	return s.n >= 12 && memcmp(s.p + 8, ".FIT", 4) == 0;
}

/* XML is known by its first elements, whatever stands before them.  UTF-16
 * shows as ASCII with NULs between. */
static bool
has_tag(struct str s, const char *tag)
{
	size_t n = strlen(tag), matched = 0;

	s.n = MIN(s.n, (size_t)SNIFF_BYTES);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\0')
			continue;
		if (s.p[i] == tag[matched])
			matched++;
		else
			matched = s.p[i] == tag[0];
		if (matched == n)
			return true;
	}
	return false;
}

enum file_format
file_format_of(struct str bytes)
{
	if (is_fit(bytes))
		return FILE_FIT;
	if (has_tag(bytes, "<gpx") || has_tag(bytes, ":gpx"))
		return FILE_GPX;
	if (has_tag(bytes, "TrainingCenterDatabase"))
		return FILE_TCX;
	if (apple_is_export(bytes))
		return FILE_APPLE;
	return garmin_is_json(bytes) ? FILE_GARMIN : FILE_UNKNOWN;
}

const char *
file_format_name(enum file_format f)
{
	return names[f];
}

int
file_decode(struct arena *a, struct str bytes, const struct tz *zone,
    struct decoded *out, struct err *e)
{
	struct err own = ERR_INIT;
	struct result r;
	int rc = -1;

	e = e != NULL ? e : &own;
	result_init(&r, a, out, zone);
	out->format = file_format_of(bytes);
	if (bytes.n > FILES_MAX_BYTES && out->format != FILE_APPLE)
		return err_set(e, ERR_TOO_LARGE,
		    "a file of %zu bytes, at most "
		    "%u are decoded",
		    bytes.n, FILES_MAX_BYTES);
	switch (out->format) {
	case FILE_FIT:
		rc = fit_decode(&r, bytes, e);
		break;
	case FILE_GPX:
		rc = gpx_decode(&r, bytes, e);
		break;
	case FILE_TCX:
		rc = tcx_decode(&r, bytes, e);
		break;
	case FILE_APPLE:
		rc = apple_decode(&r, bytes, e);
		break;
	case FILE_GARMIN:
		rc = garmin_decode(&r, bytes, e);
		break;
	case FILE_UNKNOWN:
		err_set(e, ERR_UNSUPPORTED,
		    "neither FIT, GPX nor TCX: byte 8 "
		    "does not begin .FIT, and the first %d bytes have no "
		    "element <gpx>, <TrainingCenterDatabase> or <HealthData>",
		    SNIFF_BYTES);
		break;
	}
	if (rc == 0)
		result_finish(&r);
	result_free(&r);
	if (rc == 0 && out->format == FILE_APPLE)
		rc = apple_pulse_decode(a, out, bytes, e);
	return rc;
}
