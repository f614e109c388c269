/* PostgreSQL's own programs, which know the form of its copies.  The URL's
 * password goes to them through their environment, which others cannot read. */

#include "store/pg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/conf.h"

/* One program's run. */
struct tool {
	const char *const *argv; /* ends with NULL */
	const char *password;	 /* NULL: the URL has none */
	int input;		 /* -1: nothing */
	char said[160];		 /* the last of what it wrote to its errors */
};

/* "host='...' port='...'": what the URL says, but for the password. */
static const char *
connection_words(struct arena *a, const char *url, const char **password_r)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);
	struct buf out = BUF_INIT;
	const char *words;

	*password_r = NULL;
	for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL;
	     o++) {
		if (o->val == NULL)
			continue;
		if (strcmp(o->keyword, "password") == 0) {
			*password_r = arena_strdup(a, o->val);
			continue;
		}
		buf_printf(&out, "%s='", o->keyword);
		for (const char *p = o->val; *p != '\0'; p++) {
			if (*p == '\'' || *p == '\\')
				buf_addc(&out, '\\');
			buf_addc(&out, *p);
		}
		buf_adds(&out, "' ");
	}
	PQconninfoFree(options);
	words = arena_strdup(a, buf_cstr(&out));
	buf_free(&out);
	return words;
}

/* In the child. */
static void
become(const struct tool *t, int errors)
{
	int input = t->input >= 0 ? t->input : open("/dev/null", O_RDONLY);

	if (dup2(input, STDIN_FILENO) < 0 || dup2(errors, STDERR_FILENO) < 0 ||
	    dup2(errors, STDOUT_FILENO) < 0)
		_exit(126);
	if (t->password != NULL)
		setenv("PGPASSWORD", t->password, 1);
	execvp(t->argv[0], (char *const *)(uintptr_t)t->argv);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Until the program closes its errors; the last line that says something. */
static void
listen_to(struct tool *t, int fd)
{
	FILE *f = fdopen(fd, "r");
	char line[400];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "pg_", 3) == 0 || t->said[0] == '\0')
			pg_one_line(t->said, sizeof(t->said), line);
	}
	if (f != NULL)
		fclose(f);
}

static int
run_tool(struct tool *t, struct err *e)
{
	int pipes[2], status;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return err_sys(e, ERR_IO, "%s", t->argv[0]);
	pid = fork();
	if (pid == 0)
		become(t, pipes[1]);
	close(pipes[1]);
	t->said[0] = '\0';
	listen_to(t, pipes[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return err_sys(e, ERR_IO, "%s", t->argv[0]);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(e, ERR_CONFIG,
		    "%s is not there: install postgresql-client", t->argv[0]);
	return err_set(e, ERR_IO, "%s failed: %s", t->argv[0],
	    t->said[0] != '\0' ? t->said : "it was killed");
}

int
pg_dump_to(
    const char *url, const char *snapshot, const char *path, struct err *e)
{
	struct arena *a = arena_new_secret();
	struct tool t = { .input = -1 };
	const char *words = connection_words(a, url, &t.password);
	const char *argv[] = { "pg_dump", "--format=custom", "--no-owner",
		"--no-privileges", arena_printf(a, "--snapshot=%s", snapshot),
		arena_printf(a, "--file=%s", path),
		arena_printf(a, "--dbname=%s", words), NULL };
	int rc;

	t.argv = argv;
	rc = run_tool(&t, e);
	arena_free(&a);
	return rc;
}

static int
expect_no_tables(const struct conf *conf, struct err *e)
{
	struct db *db = pg_open(conf, NULL, DB_FOR_ONE, e);
	int n = 0;

	if (db == NULL)
		return -1;
	for (const struct sql_table *t = sql_tables; n == 0 && t->name != NULL;
	     t++)
		n = db->ops->has_table(db, t->name, e);
	db->ops->close(db);
	return n > 0 ? err_set(e, ERR_CONFLICT,
			   "the database is not empty: make a new one")
		     : n;
}

int
pg_load_copy(const struct conf *conf, int fd, struct err *e)
{
	struct arena *a = arena_new_secret();
	struct tool t = { .input = fd };
	const char *words =
	    connection_words(a, conf->database_url, &t.password);
	const char *argv[] = { "pg_restore", "--single-transaction",
		"--exit-on-error", "--no-owner", "--no-privileges",
		arena_printf(a, "--dbname=%s", words), NULL };
	int rc = expect_no_tables(conf, e);

	t.argv = argv;
	if (rc == 0)
		rc = run_tool(&t, e);
	arena_free(&a);
	return rc;
}
