#include "command/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth/accounts.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/log.h"
#include "base/mdoc.h"
#include "base/tz.h"
#include "base/version.h"
#include "command/tables.h"
#include "config/conf.h"
#include "proc/heritage.h"
#include "proc/program.h"
#include "store/store.h"

/* Exit statuses of sysexits(3) beside 0 and 1. */
#define EXIT_USAGE 64

static const struct command_record records[] = {
#define COMMAND(name, run, db, usage, about) { name, run, db, usage, about },
#include "command/commands.def"
#undef COMMAND
};

/* --- arguments ----------------------------------------------------------- */

static void
take_out(struct command *c, int at, int n)
{
	for (int i = at; i + n < c->argc; i++)
		c->argv[i] = c->argv[i + n];
	c->argc -= n;
}

/* "--": what follows is no option, whatever it looks like. */
static bool
is_end_of_options(const char *arg)
{
	return strcmp(arg, "--") == 0;
}

int
command_option(
    struct command *c, const char *name, const char **value_r, struct err *e)
{
	size_t len = strlen(name);

	for (int i = 0; i < c->argc; i++) {
		const char *arg = c->argv[i];

		if (is_end_of_options(arg))
			break;
		if (strncmp(arg, name, len) != 0)
			continue;
		if (arg[len] == '=') {
			*value_r = arg + len + 1;
			take_out(c, i, 1);
			return 1;
		}
		if (arg[len] != '\0')
			continue;
		if (i + 1 == c->argc)
			return err_set(
			    e, ERR_INVALID, "%s wants a value", name);
		*value_r = c->argv[i + 1];
		take_out(c, i, 2);
		return 1;
	}
	return 0;
}

bool
command_flag(struct command *c, const char *name)
{
	for (int i = 0; i < c->argc; i++) {
		if (is_end_of_options(c->argv[i]))
			break;
		if (strcmp(c->argv[i], name) == 0) {
			take_out(c, i, 1);
			return true;
		}
	}
	return false;
}

int
command_args_min(struct command *c, int n, struct err *e)
{
	for (int i = 0; i < c->argc; i++) {
		if (is_end_of_options(c->argv[i])) {
			take_out(c, i, 1);
			break;
		}
		if (strncmp(c->argv[i], "--", 2) == 0)
			return err_set(
			    e, ERR_INVALID, "%s: unknown option", c->argv[i]);
	}
	if (c->argc < n)
		return err_set(e, ERR_INVALID, "%d more argument%s needed",
		    n - c->argc, n - c->argc == 1 ? " is" : "s are");
	return 0;
}

int
command_args(struct command *c, int n, struct err *e)
{
	if (command_args_min(c, n, e) < 0)
		return -1;
	if (c->argc > n)
		return err_set(
		    e, ERR_INVALID, "%s: one argument too many", c->argv[n]);
	return 0;
}

int
command_day(const char *text, int32_t otherwise, int32_t *day_r, struct err *e)
{
	*day_r = otherwise;
	if (text != NULL && !date_parse_day(str_of(text), day_r))
		return err_set(
		    e, ERR_INVALID, "%s: not a date such as 2026-11-23", text);
	return 0;
}

int
command_number(const char *what, const char *text, double low, double high,
    double *out, struct err *e)
{
	if (!str_to_f64(str_of(text), out))
		return err_set(
		    e, ERR_INVALID, "%s: \"%s\" is not a number", what, text);
	if (*out < low || *out > high)
		return err_set(e, ERR_INVALID,
		    "%s: %s is outside %.16g to %.16g", what, text, low, high);
	return 0;
}

int
command_user(
    struct command *c, const char *name, struct user *out, struct err *e)
{
	int r = users_by_name(c->db, c->arena, name, out, e);

	if (r == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "there is no user \"%s\"; see pierrectl user list", name);
	return r < 0 ? -1 : 0;
}

int
command_whose(struct command *c, struct owner *out, struct err *e)
{
	struct user u;

	if (command_args(c, 1, e) < 0 || command_user(c, c->argv[0], &u, e) < 0)
		return -1;
	*out = owner_of(&u.athlete);
	return 0;
}

int
command_today(const struct user *u, int32_t *day_r, struct err *e)
{
	const struct tz *zone = tz_find(str_of(u->athlete.timezone), e);

	if (zone == NULL)
		return -1;
	*day_r = tz_day_at(zone, clock_wall_us());
	return 0;
}

void
command_visible(struct buf *out, const char *name)
{
	struct str s = str_of(name);

	while (s.n > 0) {
		size_t n = str_utf8_length(s);
		const unsigned char *p = (const unsigned char *)s.p;

		/* Controls of ASCII, and those of Latin-1, U+0080 to U+009F. */
		if (n == 0 || p[0] < ' ' || p[0] == 0x7f ||
		    (p[0] == 0xc2 && p[1] < 0xa0)) {
			n = MAX(n, (size_t)1);
			for (size_t i = 0; i < n; i++)
				buf_printf(out, "\\x%02x", p[i]);
		} else {
			buf_add(out, s.p, n);
		}
		s = str_make(s.p + n, s.n - n);
	}
}

const char *
command_shown(struct command *c, const char *name)
{
	struct buf shown = BUF_INIT;
	const char *text;

	command_visible(&shown, name);
	text = arena_strdup(c->arena, buf_cstr(&shown));
	buf_free(&shown);
	return text;
}

void
command_print_day(int64_t us)
{
	char day[DATE_TEXT_LEN + 1] = "never";

	if (us != 0)
		date_format_day(date_of_instant(us, 0), day);
	printf("%-10s  ", day);
}

void
command_progress(const char *what, unsigned done, unsigned all)
{
	static const char bar[] = "##############################";
	int filled = (int)(done * 30 / all);

	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%s [%.*s%*s] %u/%u%s", what, filled, bar,
	    30 - filled, "", done, all, done == all ? "\n" : "");
}

void
command_count(const char *what, int64_t done)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r\033[K%s %lld", what, (long long)done);
}

void
command_progress_clear(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}

/* --- choosing and running ------------------------------------------------ */

/* Whether the arguments and the record's words are the same as far as both go:
 * "user" is the beginning of several, "user create anna" of one. */
static bool
words_agree(const struct command_record *r, int argc, char **argv)
{
	struct str rest = str_of(r->name);

	for (int i = 0; i < argc && rest.p != NULL; i++)
		if (!str_is(str_cut(rest, ' ', &rest), argv[i]))
			return false;
	return true;
}

/* The commands that begin with these words; how many there are. */
static unsigned
print_commands(FILE *out, int argc, char **argv)
{
	unsigned n = 0;

	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		const struct command_record *r = &records[i];

		if (!words_agree(r, argc, argv))
			continue;
		fprintf(out, "  %s%s%s\n      %s\n", r->name,
		    r->usage[0] != '\0' ? " " : "", r->usage, r->about);
		n++;
	}
	return n;
}

static void
print_usage(FILE *out)
{
	fputs(
	    "usage: pierrectl [--config FILE] COMMAND [ARGUMENT...]\n\n", out);
	print_commands(out, 0, NULL);
	fputs("\nSee pierrectl(8).\n", out);
}

/* Of what is asked about, or else of everything. */
static void
print_help(const struct command *c)
{
	bool word = c->argc > 0 && strcmp(c->argv[0], "help") == 0;

	if (c->argc == word ||
	    print_commands(stdout, c->argc - word, c->argv + word) == 0)
		print_usage(stdout);
}

static bool
begins_command(char **word)
{
	for (size_t i = 0; i < ARRAY_LEN(records); i++)
		if (words_agree(&records[i], 1, word))
			return true;
	return false;
}

/* No command is called like these arguments. */
static int
complain_unknown(const struct command *c)
{
	if (c->argc == 0) {
		print_usage(stderr);
	} else if (c->argv[0][0] == '-') {
		fprintf(stderr,
		    "%s: %s: unknown option; see pierrectl --help\n",
		    program_name(c->program), c->argv[0]);
	} else {
		fprintf(stderr, "%s: %s", program_name(c->program), c->argv[0]);
		if (c->argc > 1 && begins_command(c->argv))
			fprintf(stderr, " %s", c->argv[1]);
		fputs(": unknown command; see pierrectl --help\n", stderr);
		print_commands(stderr, 1, c->argv);
	}
	return EXIT_USAGE;
}

/* How many of the arguments are the record's words; 0: another command. */
static int
words_match(const struct command_record *r, int argc, char **argv)
{
	struct str rest = str_of(r->name);
	int n = 0;

	while (rest.p != NULL) {
		struct str word = str_cut(rest, ' ', &rest);

		if (n == argc || !str_is(word, argv[n]))
			return 0;
		n++;
	}
	return n;
}

static const struct command_record *
find_record(struct command *c)
{
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		int n = words_match(&records[i], c->argc, c->argv);

		if (n > 0) {
			c->argv += n;
			c->argc -= n;
			return &records[i];
		}
	}
	return NULL;
}

static int
run_record(struct command *c, const struct command_record *r, struct err *e)
{
	int result;

	if (r->wants_db) {
		c->db = store_open(c->conf, NULL, e);
		if (c->db == NULL)
			return -1;
	}
	result = r->run(c, e);
	accounts_free(&c->accounts);
	keyring_free(&c->keyring);
	store_close(&c->db);
	return result;
}

static int
run_configured(
    struct command *c, const struct command_record *r, const char *conf_path)
{
	const char *name = program_name(c->program);
	struct buf errors = BUF_INIT;
	struct err e = ERR_INIT;
	int status = 0;

	c->conf = conf_load(conf_path, &errors);
	if (c->conf == NULL) {
		fputs(buf_cstr(&errors), stderr);
		status = EXIT_CONFIG;
	} else if (run_record(c, r, &e) < 0) {
		fprintf(stderr, "%s: %s: %s\n", name, r->name, e.msg);
		if (e.code == ERR_INVALID)
			fprintf(stderr, "usage: %s %s %s\n", name, r->name,
			    r->usage);
		status = e.code == ERR_INVALID	? EXIT_USAGE
			 : e.code == ERR_CONFIG ? EXIT_CONFIG
						: 1;
	}
	buf_free(&errors);
	conf_free(&c->conf);
	return status;
}

static int
run_arguments(struct command *c)
{
	const char *conf_path = NULL, *table = NULL;
	const struct command_record *r;
	struct err e = ERR_INIT;

	if (command_option(c, "--config", &conf_path, &e) < 0 ||
	    command_option(c, "-c", &conf_path, &e) < 0 ||
	    command_option(c, "--man", &table, &e) < 0) {
		fprintf(stderr, "%s: %s\n", program_name(c->program), e.msg);
		return EXIT_USAGE;
	}
	if (table != NULL)
		return tables_print(table);
	if (command_flag(c, "--version") || command_flag(c, "-V")) {
		printf("%s %s (%s)\n", program_name(c->program), version_text,
		    version_commit);
		return 0;
	}
	if (command_flag(c, "--help") || command_flag(c, "-h") ||
	    (c->argc > 0 && strcmp(c->argv[0], "help") == 0)) {
		print_help(c);
		return 0;
	}
	r = find_record(c);
	if (r == NULL)
		return complain_unknown(c);
	return run_configured(c, r, conf_path);
}

int
command_main(int argc, char **argv)
{
	struct command c = {
		.program = argv[0],
		.arena = arena_new_secret(),
		.argc = argc - 1,
	};
	int status;

	c.argv = arena_many(c.arena, (size_t)argc, char *);
	for (int i = 1; i < argc; i++)
		c.argv[i - 1] = argv[i];
	log_configure(LOG_NOTICE, LOG_TEXT);
	log_set_process(program_name(argv[0]));
	status = run_arguments(&c);
	arena_free(&c.arena);
	return status;
}

void
command_print_mdoc(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		fprintf(out, ".It Cm %s%s%s\n", records[i].name,
		    records[i].usage[0] != '\0' ? " " : "", records[i].usage);
		mdoc_text(out, records[i].about);
	}
	fputs(".El\n", out);
}
