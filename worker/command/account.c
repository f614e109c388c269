/* What commands need that change accounts: the accounts themselves, and
 * passwords from whoever types. */

#include <errno.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "auth/accounts.h"
#include "auth/seal.h"
#include "base/xalloc.h"
#include "command/command.h"

#define LINE_MAX_BYTES 1024

struct accounts *
command_accounts(struct command *c, struct err *e)
{
	if (c->keyring == NULL)
		c->keyring = keyring_open(c->conf, c->db, NULL, e);
	if (c->keyring != NULL && c->accounts == NULL)
		c->accounts = accounts_new(c->conf, c->db, c->keyring, e);
	return c->accounts;
}

/* A line of standard input without its end; read by bytes, so that no library
 * keeps a copy. */
static int
read_line(struct command *c, struct str *line_r, struct err *e)
{
	char *line = arena_alloc(c->arena, LINE_MAX_BYTES);
	size_t n = 0;
	ssize_t got;

	for (;;) {
		got = read(STDIN_FILENO, line + n, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || line[n] == '\n')
			break;
		if (++n == LINE_MAX_BYTES)
			return err_set(
			    e, ERR_INVALID, "that is no password, but a book");
	}
	if (got < 0)
		return err_sys(e, ERR_IO, "standard input");
	if (n > 0 && line[n - 1] == '\r')
		n--;
	*line_r = str_make(line, n);
	return 0;
}

/* The terminal is as before when it returns. */
static int
ask(struct command *c, const char *question, struct str *line_r, struct err *e)
{
	struct termios before, unseen;
	int rc;

	if (tcgetattr(STDIN_FILENO, &before) < 0)
		return err_sys(e, ERR_IO, "the terminal");
	unseen = before;
	unseen.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
	fputs(question, stderr);
	rc = read_line(c, line_r, e);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
	fputc('\n', stderr);
	return rc;
}

int
command_password(struct command *c, struct str *password_r, struct err *e)
{
	struct str again;

	if (!isatty(STDIN_FILENO))
		return read_line(c, password_r, e);
	if (ask(c, "New password: ", password_r, e) < 0 ||
	    ask(c, "Once more: ", &again, e) < 0)
		return -1;
	return str_eq(*password_r, again)
		   ? 0
		   : err_set(e, ERR_INVALID, "the two are not the same");
}

int
command_setup(struct command *c, struct err *e)
{
	char token[OPAQUE_LEN + 1];
	int rc;

	if (command_args(c, 0, e) < 0 || command_accounts(c, e) == NULL)
		return -1;
	rc = accounts_make_setup(c->accounts, c->arena, true, token, e);
	if (rc == 0)
		return err_set(e, ERR_CONFLICT,
		    "there is an administrator; see pierrectl user list");
	if (rc > 0)
		printf("%s\n", token);
	wipe(token, sizeof(token));
	return rc < 0 ? -1 : 0;
}
