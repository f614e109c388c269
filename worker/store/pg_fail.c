/* What went wrong, in our words: by SQLSTATE, or by the state of the
 * connection. */

#include "store/pg.h"

#include <stdio.h>

/* Classes of SQLSTATE by their first characters; the first match counts. */
static const struct state {
	const char *prefix;
	enum err_code code;
	bool drop; /* the connection is of no more use */
} states[] = {
	{ "23505", ERR_CONFLICT, false },    /* unique */
	{ "23503", ERR_CONFLICT, false },    /* foreign key */
	{ "22021", ERR_INVALID, false },     /* no UTF-8 */
	{ "22P05", ERR_INVALID, false },     /* not in the server's encoding */
	{ "25006", ERR_UNAVAILABLE, true },  /* a standby by now */
	{ "25P03", ERR_UNAVAILABLE, true },  /* idle within a transaction */
	{ "26000", ERR_UNAVAILABLE, true },  /* our statement has gone */
	{ "0A000", ERR_UNAVAILABLE, true },  /* a cached plan's types changed */
	{ "40", ERR_UNAVAILABLE, false },    /* deadlock, serialization */
	{ "55P03", ERR_UNAVAILABLE, false }, /* lock not available */
	{ "57014", ERR_UNAVAILABLE, false }, /* statement_timeout */
	{ "57P", ERR_UNAVAILABLE, true },    /* shutdown, crash, starting */
	{ "08", ERR_UNAVAILABLE, true },     /* connection */
	{ "53", ERR_UNAVAILABLE, false },    /* disk, memory, connections */
	{ "58030", ERR_UNAVAILABLE, false }, /* I/O */
	{ "", ERR_INTERNAL, false },
};

void
pg_one_line(char *out, size_t size, const char *words)
{
	size_t n = 0;

	while (*words != '\0' && n + 1 < size) {
		bool gap = strchr(" \t\r\n", *words) != NULL;

		if (!gap)
			out[n++] = *words;
		else if (n > 0 && out[n - 1] != ' ')
			out[n++] = ' ';
		words++;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

int
pg_fail_result(
    struct pg_conn *c, const PGresult *r, const char *what, struct err *e)
{
	const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
	const char *words = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
	const struct state *s = states;
	char line[160];

	if (state == NULL)
		return pg_fail_conn(c, what, e);
	while (!str_starts(str_of(state), str_of(s->prefix)))
		s++;
	c->broken = c->broken || s->drop;
	pg_one_line(line, sizeof(line), words != NULL ? words : "");
	return err_set(
	    e, s->code, "%s: %s (PostgreSQL state %s)", what, line, state);
}

int
pg_fail_conn(struct pg_conn *c, const char *what, struct err *e)
{
	char line[160];

	c->broken = true;
	pg_one_line(line, sizeof(line), PQerrorMessage(c->handle));
	return err_set(e, ERR_UNAVAILABLE, "%s: %s", what,
	    line[0] != '\0' ? line : "the connection to PostgreSQL broke");
}

int
pg_fail_silent(struct pg_conn *c, const char *what, struct err *e)
{
	c->broken = true;
	return err_set(
	    e, ERR_UNAVAILABLE, "%s: PostgreSQL did not answer in time", what);
}
