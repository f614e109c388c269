#include "auth/refused.h"

#include "shm/metrics.h"

static const char *const reasons[] = {
#define REFUSED(id, reason) reason,
#include "auth/refused.def"
#undef REFUSED
};

void
refused_init(void)
{
	metrics_label(M_auth_failures_total, 0, reasons, REFUSED_COUNT);
}

void
refused_count(enum refused why)
{
	metric_add(M_auth_failures_total, why, 0, 1);
}
