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
url_is(const char *text, const char *url)
{
	struct conf *c = load(text);

	is_str(
	    c != NULL ? c->database_url : buf_cstr(&errors), url, "%s", text);
	conf_free(&c);
}

static void
test_values(void)
{
	url_is("DATABASE_URL=sqlite:/a.example", "sqlite:/a.example");
	url_is("DATABASE_URL=sqlite:/a.example\r\n", "sqlite:/a.example");
	url_is("  export DATABASE_URL = sqlite:/a.example  \n",
	    "sqlite:/a.example");
	url_is("DATABASE_URL=sqlite:/a.example   # a comment\n",
	    "sqlite:/a.example");
	url_is("DATABASE_URL=\"sqlite:/a.example\"   # a comment\n",
	    "sqlite:/a.example");
	url_is("DATABASE_URL=\"sqlite:/a.example\"# a comment\n",
	    "sqlite:/a.example");
	url_is("DATABASE_URL='sqlite:/a.example' #\n", "sqlite:/a.example");
	url_is("DATABASE_URL=sqlite:/a#b\n", "sqlite:/a#b");
	url_is("DATABASE_URL=\"sqlite:/a # b\"\n", "sqlite:/a # b");
	url_is("DATABASE_URL='sqlite:/a # \\b'\n", "sqlite:/a # \\b");
	url_is("DATABASE_URL=\"sqlite:/a\\\"b\\\\c\\$d\\e\"\n",
	    "sqlite:/a\"b\\c$d\\e");
	url_is("DATABASE_URL=\n", "");
	url_is("DATABASE_URL=# a comment\n", "");
	url_is("DATABASE_URL=   # a comment\n", "");
	url_is("# DATABASE_URL=sqlite:/a\n; DATABASE_URL=sqlite:/b\n\n", "");
	url_is("DATABASE_URL=sqlite:/a\nDATABASE_URL=sqlite:/b\n", "sqlite:/b");
	url_is("ELSE=x=y\nDATABASE_URL=sqlite:/a", "sqlite:/a");
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

	refused("\nDATABASE_URL=\"a\n", ":2:1", "a quote without its end");
	refused("DATABASE_URL='a' b\n", ":1:1", "more after the closing quote");
	refused("# x\nDATABASE_URL\n", ":2:1", "is not NAME=VALUE");
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
environment_is(const char *value, const char *url)
{
	struct conf *c;

	setenv("DATABASE_URL", value, 1);
	unlink(env);
	buf_clear(&errors);
	c = conf_load(yaml, &errors);
	is_str(
	    c != NULL ? c->database_url : buf_cstr(&errors), url, "%s", value);
	conf_free(&c);
	unsetenv("DATABASE_URL");
}

static void
test_environment(void)
{
	struct conf *c;

	environment_is("sqlite:/a.example                # a comment",
	    "sqlite:/a.example");
	environment_is("sqlite:/a.example# a comment", "sqlite:/a.example");
	environment_is(
	    "\"sqlite:/a.example\"   # a comment", "sqlite:/a.example");
	environment_is("\"sqlite:/a.example\"", "sqlite:/a.example");
	environment_is("sqlite:/a#b", "sqlite:/a#b");
	environment_is("sqlite:#b", "sqlite:#b");

	setenv("DATABASE_URL", "sqlite:/here.example", 1);
	url_is("DATABASE_URL=sqlite:/file.example", "sqlite:/here.example");
	setenv("DATABASE_URL", "sqlite:/a # b", 1);
	url_is("DATABASE_URL=\"sqlite:/a # b\" # a comment", "sqlite:/a # b");
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

	unsetenv("DATABASE_URL");
	unsetenv("HTTP_PORT");
	spew(yaml, "database:\n  url: sqlite:/a.${T_DOTENV}\n");
	c = load("T_DOTENV=b.example # where\n");
	is_str(c->database_url, "sqlite:/a.b.example", "${NAME} of the file");
	conf_free(&c);
	c = load("DATABASE_URL=sqlite:/c.example\nT_DOTENV=x\n");
	is_str(c->database_url, "sqlite:/c.example",
	    "the file stands over pierre.yaml");
	conf_free(&c);
}

int
main(void)
{
	ok(mkdtemp(dir) != NULL, "a directory");
	snprintf(yaml, sizeof(yaml), "%s/pierre.yaml", dir);
	snprintf(env, sizeof(env), "%s/.env", dir);
	unsetenv("DATABASE_URL");
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
