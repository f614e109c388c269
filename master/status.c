#include "status.h"

#include "master.h"
#include "shm/report.h"

void
status_write(struct master *m, bool json, struct buf *out)
{
	struct report r;

	report_take(&r, m->shm, m->serving->conf);
	if (json) {
		report_json(&r, out);
		buf_addc(out, '\n');
	} else {
		report_text(&r, out);
	}
	report_free(&r);
}
