/* TCX files. */

#include "files/tcx.h"
#include "xml_files.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	return try_decoder(tcx_decode, data, n);
}
