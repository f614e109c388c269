/* The files that TLS needs, as bytes. */

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/conf.h"

#define FILE_BYTES_MAX (1024 * 1024)

/* All of a file that is open; the bytes are the arena's. */
static int
read_whole(int fd, struct arena *a, struct str *out, struct err *e)
{
	struct stat st;
	size_t size;
	char *bytes;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return err_sys(e, ERR_CONFIG, "cannot read");
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_BYTES_MAX)
		return err_set(e, ERR_CONFIG, "is no file of at most %d bytes",
		    FILE_BYTES_MAX);
	size = (size_t)st.st_size;
	bytes = arena_alloc(a, size + 1);
	n = read(fd, bytes, size);
	if (n < 0)
		return err_sys(e, ERR_CONFIG, "cannot read");
	bytes[n] = '\0';
	*out = str_make(bytes, (size_t)n);
	return 0;
}

static int
read_file(struct conf *c, const char *key, const char *path, struct str *out,
    struct err *e)
{
	struct err why = ERR_INIT;
	int fd, rc;

	if (path[0] == '\0')
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, ERR_CONFIG, "%s: cannot open %s", key, path);
	rc = read_whole(fd, c->arena, out, &why);
	close(fd);
	return rc == 0
		   ? 0
		   : err_set(e, ERR_CONFIG, "%s: %s: %s", key, path, why.msg);
}

int
conf_read_tls(struct conf *c, struct err *e)
{
	if (read_file(c, "tls.certificate", c->tls_certificate,
		&c->tls_certificate_pem, e) < 0)
		return -1;
	return read_file(c, "tls.key", c->tls_key, &c->tls_key_pem, e);
}
