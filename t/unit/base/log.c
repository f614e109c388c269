#include "base/log.h"
#include "tap.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"

static char dir[] = "/tmp/pierre-log-XXXXXX";
static char path[64], rotated[64];
static struct err e;

/* What the log holds, of a process whose id is written as PID. */
static const char *
contents(const char *of)
{
	static char text[70000];
	int fd = open(of, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);
	char pid[16];
	char *at;

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	snprintf(pid, sizeof(pid), "[%d]", (int)getpid());
	while ((at = strstr(text, pid)) != NULL) {
		memcpy(at, "[PID]", 5);
		memmove(at + 5, at + strlen(pid), strlen(at + strlen(pid)) + 1);
	}
	return text;
}

static void
start_empty(enum log_level level, enum log_format format)
{
	is_int(truncate(path, 0), 0, "an empty log");
	log_configure(level, format);
}

static void
test_text(void)
{
	start_empty(LOG_INFO, LOG_TEXT);
	clock_freeze(1795465800123000);
	log_set_process("worker 3");
	log_with(LOG_WARN, "http", "slow", F_STR("path", "/mcp"),
	    F_INT("ms", 12), F_DOUBLE("share", 0.25), F_STR("who", "a b"),
	    F_STR("none", ""), F_STR("eq", "a=b"),
	    F_SLICE("cut", str_make("xyz", 2)));
	log_msg(LOG_DEBUG, "http", "not this");
	log_msg(LOG_NOTICE, "loop", "%d%%", 5);
	is_str(contents(path),
	    "2026-11-23T20:30:00.123Z warn   worker 3[PID] http: slow "
	    "path=/mcp "
	    "ms=12 share=0.25 who=\"a b\" none=\"\" eq=\"a=b\" cut=xy\n"
	    "2026-11-23T20:30:00.123Z notice worker 3[PID] loop: 5%\n",
	    "text");

	start_empty(LOG_INFO, LOG_TEXT);
	log_with(LOG_INFO, "mcp", "line\nfeed \x1b[31m", F_STR("a", "x\ny"),
	    F_STR("b", "\"\\"), F_STR("c", "\xff"), F_STR("d", "\xc3\xbc"));
	is_str(contents(path),
	    "2026-11-23T20:30:00.123Z info   worker 3[PID] mcp: line\\nfeed "
	    "\\u001b[31m a=\"x\\ny\" b=\"\\\"\\\\\" c=\"\xef\xbf\xbd\" "
	    "d=\"\xc3\xbc\"\n",
	    "nothing in it breaks the line or the terminal");
	clock_freeze(0);
}

static void
test_levels(void)
{
	enum log_level level;

	ok(log_level_parse(STR("WARN"), &level) && level == LOG_WARN, "a name");
	ok(!log_level_parse(STR("warning"), &level), "no name");
	log_configure(LOG_ERROR, LOG_TEXT);
	ok(!log_enabled(LOG_WARN) && log_enabled(LOG_ERROR), "weights");
}

static struct str
member(const cJSON *line, const char *name)
{
	return str_of(cJSON_GetStringValue(json_get(line, name)));
}

static void
test_json(struct arena *a)
{
	const cJSON *line, *fields;
	struct str text;

	start_empty(LOG_DEBUG, LOG_JSON);
	log_with(LOG_ALERT, "mcp", "a \"quoted\"\nmessage",
	    F_STR("tool_name", "get_stats\xfe"), F_INT("duration_ms", -7),
	    F_DOUBLE("share", 1.5));
	text = str_of(contents(path));
	is_int(str_find(text, '\n'), text.n - 1, "one line");
	line = json_parse(a, text, &e);
	ok(line != NULL, "is JSON: %s", e.msg);
	ok(member(line, "timestamp").n == 24, "timestamp");
	ok(str_is(member(line, "level"), "ERROR"), "level");
	ok(str_is(member(line, "target"), "pierre_mcp_server::mcp"), "target");
	ok(str_is(member(line, "message"), "a \"quoted\"\nmessage"), "message");
	fields = json_get(line, "fields");
	ok(str_is(member(fields, "tool_name"), "get_stats\xef\xbf\xbd"),
	    "text");
	is_int((int64_t)cJSON_GetNumberValue(json_get(fields, "duration_ms")),
	    -7, "number");
	is_int((int64_t)cJSON_GetNumberValue(json_get(fields, "pid")), getpid(),
	    "pid");
	ok(str_is(member(fields, "process"), "worker 3"), "process");
	ok(cJSON_IsTrue(json_get(fields, "alert")), "alert");
}

/* However long and whatever its bytes, a line is one line, whole, and short
 * enough to be atomic on a pipe. */
static void
test_long_lines(struct arena *a)
{
	static char wide[20000];
	int bad = 0;

	for (int fill = 0; fill < 4; fill++) {
		memset(wide, "x\n\xff\xc3"[fill], sizeof(wide) - 1);
		for (int format = LOG_TEXT; format <= LOG_JSON; format++) {
			struct str text;

			truncate(path, 0) == 0 ? (void)0 : (void)bad++;
			log_configure(LOG_INFO, (enum log_format)format);
			log_with(LOG_INFO, "x", wide, F_STR("a", wide),
			    F_STR("b", wide), F_STR("c", wide),
			    F_INT("last", 1));
			text = str_of(contents(path));
			bad += text.n < 200 || text.n > 4096 ||
			       str_find(text, '\n') != (ptrdiff_t)text.n - 1 ||
			       !str_is_utf8(text) ||
			       strstr(text.p, "...") == NULL ||
			       strstr(text.p, "last") == NULL;
			if (format == LOG_JSON)
				bad += json_parse(a, text, &e) == NULL;
		}
	}
	is_int(bad, 0, "long lines are cut inside their texts");
}

/* Several processes write at once; every line must come out whole. */
static void
test_one_write(void)
{
	const char *text, *end;
	int lines = 0, torn = 0;

	start_empty(LOG_INFO, LOG_TEXT);
	fflush(stdout);
	for (int child = 0; child < 4; child++) {
		if (fork() == 0) {
			for (int i = 0; i < 50; i++)
				log_with(LOG_INFO, "t", "begin",
				    F_STR(
					"filling", "........................"),
				    F_STR("end", "end"));
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		continue;
	for (text = contents(path); (end = strchr(text, '\n')) != NULL;
	     text = end + 1) {
		lines++;
		torn += text[0] != '2' || strncmp(end - 8, " end=end", 8) != 0;
	}
	is_int(lines, 200, "lines of four processes");
	is_int(torn, 0, "each whole");
}

static void
test_reopen(void)
{
	struct stat st;

	start_empty(LOG_INFO, LOG_TEXT);
	is_int(rename(path, rotated), 0, "moved away");
	log_msg(LOG_INFO, "t", "to the old file");
	is_int(log_reopen(&e), 0, "reopened");
	log_msg(LOG_INFO, "t", "to the new file");
	ok(strstr(contents(rotated), "old file") != NULL &&
		strstr(contents(rotated), "new file") == NULL,
	    "old lines");
	ok(strstr(contents(path), "new file") != NULL, "new lines");
	ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0640, "its mode");
	is_int(unlink(path), 0, "gone");
	is_int(mkdir(path, 0700), 0, "a directory in its place");
	is_int(log_reopen(&e), -1, "cannot be opened: %s", e.msg);
	log_msg(LOG_INFO, "t", "still here");
	is_int(rmdir(path), 0, "away with it");
	is_int(log_reopen(&e), 0, "reopened at last");
	is_int(log_open("/no/such/log", &e), -1, "refused: %s", e.msg);
	is_int(e.code, ERR_CONFIG, "as a mistake in the configuration");
	log_msg(LOG_INFO, "t", "and the old one stays");
	ok(strstr(contents(path), "stays") != NULL, "in use");
}

/* Write until the sink refuses, which must not take long. */
static void
fill(const char *name, int read_fd)
{
	uint64_t before = log_dropped();
	char text[65536];
	int sent = 0;

	while (log_dropped() == before && sent < 5000) {
		log_msg(LOG_INFO, "t", "%0500d", sent);
		sent++;
	}
	is_int(
	    log_dropped(), before + 1, "%s: full after %d lines", name, sent);
	ok(read(read_fd, text, sizeof(text)) > 4000, "emptied");
	log_msg(LOG_INFO, "t", "again");
	is_int(log_dropped(), before + 1, "and takes lines again");
}

static void
test_full_pipe(void)
{
	int fds[2], old_err;
	char fifo[80];
	int fd;

	snprintf(fifo, sizeof(fifo), "%s/fifo", dir);
	if (mkfifo(fifo, 0600) < 0 || pipe(fds) < 0)
		return;
	fd = open(fifo, O_RDONLY | O_NONBLOCK);
	is_int(log_open(fifo, &e), 0, "a pipe with a name: %s", e.msg);
	log_configure(LOG_INFO, LOG_TEXT);
	fill("named pipe", fd);
	close(fd);
	is_int(log_open(fifo, &e), 0, "that nobody reads: %s", e.msg);
	fd = open(fifo, O_RDONLY | O_NONBLOCK);
	fill("pipe that nobody reads", fd);
	close(fd);
	unlink(fifo);

	/* A pipe that blocks, as standard error of a service is. */
	fflush(stderr);
	old_err = dup(STDERR_FILENO);
	dup2(fds[1], STDERR_FILENO);
	is_int(log_open(NULL, &e), 0, "standard error");
	ok(log_fd() != STDERR_FILENO, "a description of our own");
	fill("standard error", fds[0]);
	close(fds[0]);
	log_msg(LOG_INFO, "t", "nobody reads");
	dup2(old_err, STDERR_FILENO);
	ok(1, "a reader that has gone does not end us");
	close(fds[1]);
	is_int(log_reopen(&e), 0, "nothing to reopen");

	/* As the journal is. */
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0)
		return;
	dup2(fds[1], STDERR_FILENO);
	is_int(log_open(NULL, &e), 0, "a socket");
	fill("socket", fds[0]);
	close(fds[0]);
	log_msg(LOG_INFO, "t", "nobody reads");
	dup2(old_err, STDERR_FILENO);
	close(old_err);
	close(fds[1]);
	is_int(log_open(NULL, &e), 0, "standard error as it was");
}

/* A disk takes a part of a line and is full; later there is room again. */
static void
test_torn(void)
{
	struct rlimit before, small;
	uint64_t dropped = log_dropped();
	char cut[64];

	is_int(log_open(path, &e), 0, "a file");
	start_empty(LOG_INFO, LOG_TEXT);
	getrlimit(RLIMIT_FSIZE, &before);
	small = (struct rlimit){ 30, before.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	log_msg(LOG_INFO, "t", "a part of this");
	log_msg(LOG_INFO, "t", "nothing of this");
	setrlimit(RLIMIT_FSIZE, &before);
	is_int(log_dropped(), dropped + 2, "both are lost");
	log_msg(LOG_INFO, "t", "whole");
	log_msg(LOG_INFO, "t", "whole too");
	snprintf(cut, sizeof(cut), "%.31s", contents(path));
	is_int(cut[30], '\n', "what is torn is ended");
	ok(strstr(contents(path), "this") == NULL &&
		strstr(contents(path), "t: whole\n") != NULL &&
		strstr(contents(path), "t: whole too\n") != NULL,
	    "what comes after is whole");
}

/* Threads write while the file is moved away and opened again. */
static void *
write_on(void *arg)
{
	for (int i = 0; i < 3000; i++)
		log_msg(LOG_INFO, "t", "thread %s", (const char *)arg);
	return NULL;
}

static size_t
count_lines(const char *of)
{
	FILE *f = fopen(of, "r");
	char line[200];
	size_t n = 0;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, "t: thread ") != NULL;
	if (f != NULL)
		fclose(f);
	return n;
}

/* The lines of the file that was moved away in one round; it goes. */
static size_t
take_rotated(int round)
{
	char name[sizeof(rotated) + 16];
	size_t n;

	snprintf(name, sizeof(name), "%s.%d", rotated, round);
	n = count_lines(name);
	unlink(name);
	return n;
}

static void
test_reopen_in_threads(void)
{
	static char name_a[] = "a", name_b[] = "b";
	char name[sizeof(rotated) + 16];
	pthread_t a, b;
	size_t lines = 0;
	int failed = 0;

	start_empty(LOG_INFO, LOG_TEXT);
	if (pthread_create(&a, NULL, write_on, name_a) != 0 ||
	    pthread_create(&b, NULL, write_on, name_b) != 0)
		return;
	for (int i = 0; i < 50; i++) {
		usleep(500);
		snprintf(name, sizeof(name), "%s.%d", rotated, i);
		failed += rename(path, name) < 0 || log_reopen(&e) < 0;
	}
	pthread_join(a, NULL);
	pthread_join(b, NULL);
	for (int i = 0; i < 50; i++)
		lines += take_rotated(i);
	is_int(failed, 0, "rotated under two threads");
	is_int(lines + count_lines(path), 6000, "and no line was lost");
}

static void
test_errors(void)
{
	struct err bad = ERR_INIT;

	start_empty(LOG_INFO, LOG_TEXT);
	err_set(&bad, ERR_NOT_FOUND, "no such thing");
	log_err(LOG_ERROR, "store", "query", &bad);
	ok(strstr(contents(path),
	       "store: query: no such thing code=NOT_FOUND\n") != NULL,
	    "an error with its code");
}

int
main(void)
{
	struct arena *a = arena_new();

	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(rotated, sizeof(rotated), "%s/log.1", dir);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	is_int(log_open(path, &e), 0, "opened");
	test_text();
	test_json(a);
	test_long_lines(a);
	test_one_write();
	test_errors();
	test_reopen();
	test_levels();
	test_full_pipe();
	test_torn();
	test_reopen_in_threads();
	unlink(path);
	unlink(rotated);
	rmdir(dir);
	arena_free(&a);
	return tap_done();
}
