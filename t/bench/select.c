/* Reading one activity by its id, over and over, by a prepared statement and
 * nothing else: what a point read costs when there is no server around it.
 *
 *	select DATABASE SECONDS
 *
 * Prints how many reads, and the CPU seconds that they took. */

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One read, to the last byte of every column. */
static unsigned
read_one(sqlite3_stmt *h)
{
	unsigned sum = 0;

	while (sqlite3_step(h) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(h); i++)
			sum += (unsigned)sqlite3_column_bytes(h, i);
	}
	sqlite3_reset(h);
	return sum;
}

int
main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *h = NULL;
	double seconds = argc == 3 ? strtod(argv[2], NULL) : 0;
	unsigned long reads = 0;
	unsigned sum = 0;
	double start;

	if (argc != 3 ||
	    sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) !=
		SQLITE_OK ||
	    sqlite3_prepare_v2(db,
		"SELECT * FROM activities WHERE (tenant_id, user_id, id) ="
		" (SELECT tenant_id, user_id, id FROM activities LIMIT 1)",
		-1, &h, NULL) != SQLITE_OK) {
		fprintf(stderr, "select: %s\n",
		    db != NULL ? sqlite3_errmsg(db) : "DATABASE SECONDS");
		return 1;
	}
	start = cpu_seconds();
	while (cpu_seconds() - start < seconds) {
		sum += read_one(h);
		reads++;
	}
	printf("%lu %.6f\n", reads, cpu_seconds() - start);
	sqlite3_finalize(h);
	sqlite3_close(db);
	return sum == 0;
}
