#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

/* pierrectl's commands: one line each in commands.def, one function each. */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "store/users.h"

struct conf;

struct command {
	const char *program; /* as it was called */
	struct conf *conf;
	struct arena *arena;
	struct db *db; /* open while the command runs, where it needs one */
	struct keyring *keyring; /* by command_accounts() */
	struct accounts *accounts;
	int argc; /* what follows the command's words */
	char **argv;
};

struct command_record {
	const char *name; /* its words: "user create" */
	int (*run)(struct command *c, struct err *e);
	bool wants_db;
	const char *usage;
	const char *about;
};

#define COMMAND(name, run, db, usage, about)                                   \
	int run(struct command *c, struct err *e);
#include "command/commands.def"
#undef COMMAND

/* --- arguments ----------------------------------------------------------- */

/* Take "--name VALUE" (or --name=VALUE) out of the arguments.  1 there, 0, or
 * -1 when its value is missing. */
NODISCARD int command_option(
    struct command *c, const char *name, const char **value_r, struct err *e);
/* Take "--name" out; true when it was there. */
bool command_flag(struct command *c, const char *name);
/* After the options: exactly n, at least n arguments left, none an option. */
NODISCARD int command_args(struct command *c, int n, struct err *e);
NODISCARD int command_args_min(struct command *c, int n, struct err *e);
/* "2026-11-23", or `otherwise` when text is NULL. */
NODISCARD int command_day(
    const char *text, int32_t otherwise, int32_t *day_r, struct err *e);
NODISCARD int command_number(const char *what, const char *text, double low,
    double high, double *out, struct err *e);

/* --- people -------------------------------------------------------------- */

/* -1 with ERR_NOT_FOUND naming the user. */
NODISCARD int command_user(
    struct command *c, const char *name, struct user *out, struct err *e);
/* Whose the only argument is, by name; as command_user. */
NODISCARD int command_whose(
    struct command *c, struct owner *out, struct err *e);
/* What changes accounts, opened when it is first asked for; NULL and e. */
struct accounts *command_accounts(struct command *c, struct err *e);
/* A password, of the arena: from the terminal, twice and unseen, or without one
 * the first line of standard input. */
NODISCARD int command_password(
    struct command *c, struct str *password_r, struct err *e);
/* The local day of a person. */
NODISCARD int command_today(
    const struct user *u, int32_t *day_r, struct err *e);

/* --- names --------------------------------------------------------------- */

/* Append a file's name so that it cannot steer a terminal or look like a line
 * of ours: bytes that are no printable UTF-8 become \xNN. */
struct buf;
void command_visible(struct buf *out, const char *name);
/* The same, as the command's. */
const char *command_shown(struct command *c, const char *name);
/* Print the day of an instant, or "never" for 0, as a column. */
void command_print_day(int64_t us);

/* --- progress ------------------------------------------------------------ */

/* A bar on standard error while it is a terminal; ends itself at `all`. */
void command_progress(const char *what, unsigned done, unsigned all);
/* Of something without a known end: how far it has come. */
void command_count(const char *what, int64_t done);
/* Take it away before a line is printed. */
void command_progress_clear(void);

#endif
