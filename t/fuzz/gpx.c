/* GPX files. */

#include "files/gpx.h"
#include "xml_files.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	return try_decoder(gpx_decode, data, n);
}
