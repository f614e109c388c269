/* Prints the records of a FIT file, a line each: the FIT time, then every
 * channel by name, "-" when missing.  t/52-fit-csv.t compares that with tables
 * made by others.  Without arguments it is a unit test that has nothing to do.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "files/fit_profile.h"
#include "files/fit_record.h"
#include "slurp.h"

static void
print_sample(const struct fit_sample *s)
{
	printf("%u", s->time);
	for (int k = 0; k < STREAM_KIND_COUNT; k++) {
		printf(" %s=", stream_name((enum stream_kind)k));
		if (isnan(s->v[k]))
			printf("-");
		else
			printf("%.12g", s->v[k]);
	}
	printf("\n");
}

int
main(int argc, char **argv)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	struct fit_accumulator acc = { 0 };
	struct fit_message m;
	struct fit_sample s;
	struct fit_reader *r;
	int rc;

	if (argc < 2) {
		printf(
		    "1..0 # SKIP prints the records of the file it is given\n");
		return 0;
	}
	if (slurp(&b, argv[1]) < 0) {
		perror(argv[1]);
		return 2;
	}
	r = malloc(sizeof(*r));
	fit_reader_init(r, buf_str(&b));
	while ((rc = fit_next(r, &m, &e)) == 1) {
		if (m.number == FIT_RECORD) {
			fit_sample_of(&s, &acc, &m);
			print_sample(&s);
		}
	}
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", argv[1], e.msg);
	free(r);
	buf_free(&b);
	return rc < 0;
}
