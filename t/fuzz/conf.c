/* Any bytes as a configuration: a YAML file and, behind the first NUL, the
 * file .env beside it.  Either all of it is good, and can be printed, or each
 * thing wrong is told. */

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "config/conf.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/tmp/pierre-fuzz-XXXXXX";
static char yaml_path[64], env_path[64];
static FILE *nowhere;

static void
clean_up(void)
{
	unlink(yaml_path);
	unlink(env_path);
	rmdir(dir);
}

int
LLVMFuzzerInitialize(UNUSED int *argc, UNUSED char ***argv)
{
	CHECK(mkdtemp(dir) != NULL && atexit(clean_up) == 0);
	snprintf(yaml_path, sizeof(yaml_path), "%s/pierre.yaml", dir);
	snprintf(env_path, sizeof(env_path), "%s/.env", dir);
	nowhere = fopen("/dev/null", "w");
	CHECK(nowhere != NULL);
	return 0;
}

static void
write_file(const char *path, const uint8_t *p, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	CHECK(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\0', size);
	size_t yaml_n = end != NULL ? (size_t)(end - data) : size;
	struct buf errors = BUF_INIT;
	struct conf *c;

	write_file(yaml_path, data, yaml_n);
	if (end != NULL)
		write_file(env_path, end + 1, size - yaml_n - 1);
	else
		unlink(env_path);
	c = conf_load(yaml_path, &errors);
	CHECK((c == NULL) == (errors.n != 0));
	CHECK(errors.n == 0 || errors.p[errors.n - 1] == '\n');
	if (c != NULL)
		conf_print(c, nowhere);
	conf_free(&c);
	buf_free(&errors);
	return 0;
}
