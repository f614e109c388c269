#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "config/conf.h"

static char dir[] = "/tmp/pierre-env-XXXXXX";
static char yaml[64], env[64];
static struct buf errors;

static void
spew(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
}

/* What a .env with this text yields; NULL with `errors`. */
static struct conf *
load(const char *text)
{
	spew(env, text);
	buf_clear(&errors);
	return conf_load(yaml, &errors);
}

static void
host_is(const char *text, const char *host)
{
	struct conf *c = load(text);

	is_str(c != NULL ? c->host : buf_cstr(&errors), host, "%s", text);
	conf_free(&c);
}

static void
test_values(void)
{
	host_is("HOST=a.example", "a.example");
	host_is("HOST=a.example\r\n", "a.example");
	host_is("  export HOST = a.example  \n", "a.example");
	host_is("HOST=a.example   # a comment\n", "a.example");
	host_is("HOST=\"a.example\"   # a comment\n", "a.example");
	host_is("HOST=\"a.example\"# a comment\n", "a.example");
	host_is("HOST='a.example' #\n", "a.example");
	host_is("HOST=a#b\n", "a#b");
	host_is("HOST=\"a # b\"\n", "a # b");
	host_is("HOST='a # \\b'\n", "a # \\b");
	host_is("HOST=\"a\\\"b\\\\c\\$d\\e\"\n", "a\"b\\c$d\\e");
	host_is("HOST=\n", "");
	host_is("HOST=# a comment\n", "");
	host_is("HOST=   # a comment\n", "");
	host_is("# HOST=a\n; HOST=b\n\n", "");
	host_is("HOST=a\nHOST=b\n", "b");
	host_is("ELSE=x=y\nHOST=a", "a");
}

static void
refused(const char *text, const char *position, const char *words)
{
	struct conf *c = load(text);
	char where[96];

	snprintf(where, sizeof(where), "%s%s: ", env, position);
	ok(c == NULL && strncmp(buf_cstr(&errors), where, strlen(where)) == 0 &&
		strstr(buf_cstr(&errors), words) != NULL,
	    "%s", words);
	if (c != NULL || strstr(buf_cstr(&errors), words) == NULL)
		printf("# %s\n", buf_cstr(&errors));
	conf_free(&c);
}

static void
test_refused(void)
{
	char *text;

	refused("\nHOST=\"a\n", ":2:1", "a quote without its end");
	refused("HOST='a' b\n", ":1:1", "more after the closing quote");
	refused("# x\nHOST\n", ":2:1", "is not NAME=VALUE");
	refused("=x\n", ":1:1", "is not NAME=VALUE");
	refused("1A=x\n", ":1:1", "is not NAME=VALUE");
	refused("A B=x\n", ":1:1", "is not NAME=VALUE");
	refused("A=1\nHTTP_PORT=80a   # port\n", ":2:1",
	    "is not a unit; this is a plain number (HTTP_PORT)");
	refused("\n\nPIERRE_MASTER_ENCRYPTION_KEY=\"REDACTED\"  # openssl\n",
	    ":3:1",
	    "security.master_key: must be 32 bytes in base64 (openssl rand "
	    "-base64 32) (PIERRE_MASTER_ENCRYPTION_KEY)");
	text = malloc(70001);
	memset(text, '#', 70000);
	text[70000] = '\0';
	refused(text, "", "is longer than");
	free(text);
	unlink(env);
	buf_clear(&errors);
	ok(symlink(".env", env) == 0 && conf_load(yaml, &errors) == NULL &&
		strstr(buf_cstr(&errors), env) == buf_cstr(&errors),
	    "a file that cannot be opened");
	unlink(env);
}

/* The environment with what systemd and container engines make of a file. */
static void
environment_is(const char *value, const char *host)
{
	struct conf *c;

	setenv("HOST", value, 1);
	unlink(env);
	buf_clear(&errors);
	c = conf_load(yaml, &errors);
	is_str(c != NULL ? c->host : buf_cstr(&errors), host, "%s", value);
	conf_free(&c);
	unsetenv("HOST");
}

static void
test_environment(void)
{
	struct conf *c;

	environment_is("a.example                # a comment", "a.example");
	environment_is("a.example# a comment", "a.example");
	environment_is("\"a.example\"   # a comment", "a.example");
	environment_is("\"a.example\"", "a.example");
	environment_is("a#b", "a#b");
	environment_is("#b", "#b");

	setenv("HOST", "here.example", 1);
	host_is("HOST=file.example", "here.example");
	setenv("HOST", "a # b", 1);
	host_is("HOST=\"a # b\" # a comment", "a # b");
	setenv("HTTP_PORT", "80a# port", 1);
	refused("HTTP_PORT=\"80a\" # port\n", ":1:1", "is not a unit");
	setenv("HTTP_PORT", "8081", 1);
	c = load("HTTP_PORT=808 # port\n");
	is_int(c->port, 8081, "a longer number is another one");
	conf_free(&c);
}

static void
test_expansion(void)
{
	struct conf *c;

	unsetenv("HOST");
	unsetenv("HTTP_PORT");
	spew(yaml, "server:\n  host: a.${T_DOTENV}\n");
	c = load("T_DOTENV=b.example # where\n");
	is_str(c->host, "a.b.example", "${NAME} of the file");
	conf_free(&c);
	c = load("HOST=c.example\nT_DOTENV=x\n");
	is_str(c->host, "c.example", "the file stands over pierre.yaml");
	conf_free(&c);
}

int
main(void)
{
	ok(mkdtemp(dir) != NULL, "a directory");
	snprintf(yaml, sizeof(yaml), "%s/pierre.yaml", dir);
	snprintf(env, sizeof(env), "%s/.env", dir);
	unsetenv("HOST");
	unsetenv("HTTP_PORT");
	unsetenv("PIERRE_MASTER_ENCRYPTION_KEY");
	spew(yaml, "");
	test_values();
	test_refused();
	test_environment();
	test_expansion();
	unlink(yaml);
	unlink(env);
	rmdir(dir);
	buf_free(&errors);
	return tap_done();
}
