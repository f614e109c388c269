/* Reading one activity by its id, over and over, by a prepared statement and
 * nothing else: what a point read costs when there is no server around it.
 *
 *	select DATABASE ACTIVITY SECONDS
 *
 * The row is found by the key that the server finds it by, and each column is
 * read as what it is.  Prints how many reads, and the CPU seconds that they
 * took. */

#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Between two looks at the clock. */
#define BATCH 100

static double
cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
read_column(sqlite3_stmt *h, int i)
{
	switch (sqlite3_column_type(h, i)) {
	case SQLITE_INTEGER:
		return (double)sqlite3_column_int64(h, i);
	case SQLITE_FLOAT:
		return sqlite3_column_double(h, i);
	case SQLITE_NULL:
		return 0;
	default:
		return sqlite3_column_blob(h, i) != NULL
			   ? sqlite3_column_bytes(h, i)
			   : 0;
	}
}

/* 1 read, 0 no such row. */
static int
read_one(sqlite3_stmt *h, double *sum)
{
	int n = 0;

	while (sqlite3_step(h) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(h); i++)
			*sum += read_column(h, i);
		n++;
	}
	sqlite3_reset(h);
	return n;
}

/* Whose it is, and the id as bytes: what the loop asks by. */
static bool
bind_key(sqlite3 *db, const char *id, sqlite3_stmt *h)
{
	sqlite3_stmt *find = NULL;
	bool found;

	sqlite3_prepare_v2(db,
	    "SELECT tenant_id, user_id, id FROM activities"
	    " WHERE lower(hex(id)) = replace(?1, '-', '')",
	    -1, &find, NULL);
	sqlite3_bind_text(find, 1, id, -1, SQLITE_STATIC);
	found = sqlite3_step(find) == SQLITE_ROW;
	for (int i = 0; i < 3 && found; i++)
		sqlite3_bind_blob(h, i + 1, sqlite3_column_blob(find, i),
		    sqlite3_column_bytes(find, i), SQLITE_TRANSIENT);
	sqlite3_finalize(find);
	return found;
}

static int
run(sqlite3_stmt *h, double seconds)
{
	double start = cpu_seconds(), sum = 0;
	unsigned long reads = 0;

	while (cpu_seconds() - start < seconds) {
		for (int i = 0; i < BATCH; i++)
			reads += (unsigned long)read_one(h, &sum);
	}
	printf("%lu %.6f\n", reads, cpu_seconds() - start);
	return reads == 0 || sum == 0;
}

int
main(int argc, char **argv)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *h = NULL;
	int status = 1;

	if (argc != 4 ||
	    sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) !=
		SQLITE_OK ||
	    sqlite3_prepare_v2(db,
		"SELECT * FROM activities"
		" WHERE tenant_id = ?1 AND user_id = ?2 AND id = ?3",
		-1, &h, NULL) != SQLITE_OK ||
	    !bind_key(db, argv[2], h))
		fprintf(stderr, "select: %s\n",
		    db != NULL ? sqlite3_errmsg(db)
			       : "DATABASE ACTIVITY SECONDS");
	else
		status = run(h, strtod(argv[3], NULL));
	sqlite3_finalize(h);
	sqlite3_close(db);
	return status;
}
