#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/tz.h"
#include "command/command.h"
#include "provider/file_import.h"

/* pierrectl import: a line a file, and a summary; the status is 1 when a file
 * could not be imported. */

struct tally {
	unsigned imported, known, nothing, failed;
};

/* The bytes of a file, mapped; an empty one has none. */
static int
map_file(const char *path, struct str *out, struct err *e)
{
	/* A pipe without a writer would hold up all files after it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *p;

	if (fd < 0)
		return err_sys(e, ERR_IO, "cannot open");
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0 ||
	    st.st_size > FILES_MAX_BYTES) {
		close(fd);
		return err_set(e, ERR_INVALID, "not a file of 1 byte to %u MiB",
		    FILES_MAX_BYTES >> 20);
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return err_sys(e, ERR_IO, "cannot read");
	*out = str_make(p, (size_t)st.st_size);
	return 0;
}

static void
unmap_file(struct str bytes)
{
	munmap((void *)(uintptr_t)bytes.p, bytes.n);
}

static void
print_report(const char *path, const struct import_report *r)
{
	const struct decoded *d = &r->decoded;

	printf("%s: ", path);
	switch (r->result) {
	case IMPORT_KNOWN:
		puts("already imported");
		break;
	case IMPORT_NOTHING:
		printf("%s %s, nothing to keep\n", file_format_name(d->format),
		    d->kind);
		break;
	case IMPORT_DONE:
		printf("%s %s, %zu activit%s, %zu measurement%s\n",
		    file_format_name(d->format), d->kind, d->n_activities,
		    d->n_activities == 1 ? "y" : "ies", d->n_daily,
		    d->n_daily == 1 ? "" : "s");
		break;
	}
	for (size_t i = 0; i < d->n_warnings; i++)
		printf("%s: note: %s\n", path, d->warnings[i]);
}

static int
import_bytes(struct command *c, struct arena *a, const struct user *u,
    const char *path, struct str bytes, struct import_report *r, struct err *e)
{
	const struct tz *zone = tz_find(str_of(u->athlete.timezone), e);
	struct owner o = owner_of(&u->athlete);
	const char *slash = strrchr(path, '/');
	struct import_file_in in = {
		.bytes = bytes,
		.name = slash != NULL ? slash + 1 : path,
		.zone = zone,
	};

	if (zone == NULL)
		return -1;
	return file_import(c->conf, c->db, a, &o, &in, NULL, r, e);
}

static void
import_path(
    struct command *c, const struct user *u, const char *path, struct tally *t)
{
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct import_report r;
	struct str bytes = STR_NULL;

	if (map_file(path, &bytes, &e) < 0 ||
	    import_bytes(c, a, u, path, bytes, &r, &e) < 0) {
		t->failed++;
		command_progress_clear();
		fprintf(stderr, "%s: %s\n", path, e.msg);
	} else {
		t->imported += r.result == IMPORT_DONE;
		t->known += r.result == IMPORT_KNOWN;
		t->nothing += r.result == IMPORT_NOTHING;
		command_progress_clear();
		print_report(path, &r);
	}
	if (bytes.p != NULL)
		unmap_file(bytes);
	arena_free(&a);
}

int
command_import(struct command *c, struct err *e)
{
	const char *name = NULL;
	struct tally t = { 0 };
	struct user u;

	if (command_option(c, "--user", &name, e) < 0 ||
	    command_args_min(c, 1, e) < 0)
		return -1;
	if (name == NULL)
		return err_set(e, ERR_INVALID, "--user NAME is needed");
	if (command_user(c, name, &u, e) < 0)
		return -1;
	for (int i = 0; i < c->argc; i++) {
		import_path(c, &u, c->argv[i], &t);
		command_progress(
		    "importing", (unsigned)i + 1, (unsigned)c->argc);
	}
	printf("%u imported, %u known already, %u without anything to keep, "
	       "%u failed\n",
	    t.imported, t.known, t.nothing, t.failed);
	return t.failed == 0 ? 0
			     : err_set(e, ERR_CORRUPT,
				   "%u of %d files could not be imported",
				   t.failed, c->argc);
}
