/* Tables of a Garmin export, and the names in them. */

#include "files/garmin.h"
#include "xml_files.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct garmin_names names = { .a = NULL };
	struct arena *a = arena_new();
	struct err e = ERR_INIT;

	if (garmin_names_read(&names, a, str_make((const char *)data, n), &e) ==
	    0)
		garmin_name_at(&names, 1714543200);
	garmin_names_free(&names);
	arena_free(&a);
	return try_decoder(garmin_decode, data, n);
}
