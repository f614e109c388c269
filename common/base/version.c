#include "base/version.h"

const char version_text[] = PIERRE_VERSION;
const char version_commit[] = PIERRE_COMMIT;
