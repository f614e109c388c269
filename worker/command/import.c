#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/tz.h"
#include "command/command.h"
#include "files/export.h"
#include "files/unpack.h"
#include "provider/file_import.h"

/* pierrectl import: a line a file, of those in archives too, and a summary; the
 * status is 1 when a file could not be imported. */

struct importing {
	struct command *command;
	struct owner owner;
	const struct tz *zone;
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
	    (uint64_t)st.st_size > UNPACK_MAX_BYTES) {
		close(fd);
		return err_set(e, ERR_INVALID, "not a file of 1 byte to %u MiB",
		    (unsigned)(UNPACK_MAX_BYTES >> 20));
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

/* --- results ------------------------------------------------------------- */

static void
print_report(const char *label, const struct import_report *r)
{
	const struct decoded *d = &r->decoded;

	printf("%s: ", label);
	switch (r->result) {
	case IMPORT_KNOWN:
		puts("already imported");
		break;
	case IMPORT_NOTHING:
		printf("%s %s, nothing to keep\n", file_format_name(d->format),
		    d->kind);
		break;
	case IMPORT_DONE:
		printf("imported: %s %s, %zu activit%s, %zu measurement%s",
		    file_format_name(d->format), d->kind, d->n_activities,
		    d->n_activities == 1 ? "y" : "ies", d->n_daily,
		    d->n_daily == 1 ? "" : "s");
		if (d->n_sleeps > 0)
			printf(", %zu sleep%s", d->n_sleeps,
			    d->n_sleeps == 1 ? "" : "s");
		if (r->n_thresholds > 0)
			printf(", %zu threshold%s", r->n_thresholds,
			    r->n_thresholds == 1 ? "" : "s");
		puts("");
		break;
	}
	if (r->n_joined > 0)
		printf("%s: %zu of them put together with another recording of "
		       "the same activity\n",
		    label, r->n_joined);
	for (size_t i = 0; i < d->n_warnings; i++)
		printf("%s: note: %s\n", label, d->warnings[i]);
}

static void
fail(struct importing *i, const char *label, const struct err *e)
{
	i->failed++;
	command_progress_clear();
	fprintf(stderr, "%s: %s\n", label, e->msg);
}

/* --- files --------------------------------------------------------------- */

static void
import_one(struct importing *i, struct import_file_in in, const char *path,
    const char *label)
{
	const char *slash = strrchr(path, '/');
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct import_report r;

	in.name = slash != NULL ? slash + 1 : path;
	in.zone = i->zone;
	if (file_import(i->command->conf, i->command->db, a, &i->owner, &in,
		NULL, &r, &e) < 0) {
		fail(i, label, &e);
	} else {
		i->imported += r.result == IMPORT_DONE;
		i->known += r.result == IMPORT_KNOWN;
		i->nothing += r.result == IMPORT_NOTHING;
		command_progress_clear();
		print_report(label, &r);
	}
	arena_free(&a);
}

static void
import_member(struct importing *i, const struct export_item *item,
    const char *path, const char *label)
{
	struct buf name = BUF_INIT;

	buf_adds(&name, label);
	if (item->path[0] != '\0') {
		buf_adds(&name, ": ");
		command_visible(&name, item->path);
	}
	if (item->refused)
		fail(i, buf_cstr(&name), &item->why);
	else
		import_one(i,
		    (struct import_file_in){
			.bytes = item->bytes,
			.ready = item->ready,
			.hint = &item->hint,
		    },
		    item->path[0] != '\0' ? item->path : path, buf_cstr(&name));
	buf_free(&name);
}

/* The first pass of a large export takes a while. */
static void
show_looking(void *arg, double share)
{
	command_progress(arg, (unsigned)(100 * share), 100);
}

static void
import_archive(
    struct importing *i, struct str bytes, const char *path, const char *label)
{
	struct arena *a = arena_new();
	struct err e = ERR_INIT;
	struct export *x = export_open(
	    a, bytes, i->zone, show_looking, (void *)(uintptr_t)label, &e);
	struct export_item item;
	unsigned done = 0, all;
	int rc = -1;

	if (x != NULL) {
		all = (unsigned)export_count(x);
		while ((rc = export_next(x, &item, &e)) == 1) {
			import_member(i, &item, path, label);
			command_progress(label, MIN(++done, all), all);
		}
		if (rc == 0 && all == 0) {
			i->nothing++;
			printf("%s: no file in it that is read here\n", label);
		}
		if (rc == 0 && export_passed_over(x) > 0)
			printf("%s: %zu other files were passed over\n", label,
			    export_passed_over(x));
	}
	if (rc < 0)
		fail(i, label, &e);
	export_close(&x);
	arena_free(&a);
}

static void
import_path(struct importing *i, const char *path)
{
	struct buf label = BUF_INIT;
	struct err e = ERR_INIT;
	struct str bytes = STR_NULL;
	const char *foreign;

	command_visible(&label, path);
	if (map_file(path, &bytes, &e) < 0) {
		fail(i, buf_cstr(&label), &e);
		buf_free(&label);
		return;
	}
	foreign = unpack_foreign(bytes);
	if (foreign != NULL) {
		err_set(&e, ERR_UNSUPPORTED,
		    "a %s archive; ZIP, tar and gzip are read here", foreign);
		fail(i, buf_cstr(&label), &e);
	} else if (unpack_is_archive(bytes)) {
		import_archive(i, bytes, path, buf_cstr(&label));
	} else {
		import_one(i, (struct import_file_in){ .bytes = bytes }, path,
		    buf_cstr(&label));
	}
	unmap_file(bytes);
	buf_free(&label);
}

int
command_import(struct command *c, struct err *e)
{
	const char *name = NULL;
	struct importing i = { .command = c };
	struct user u;

	if (command_option(c, "--user", &name, e) < 0 ||
	    command_args_min(c, 1, e) < 0)
		return -1;
	if (name == NULL)
		return err_set(e, ERR_INVALID, "--user NAME is needed");
	if (command_user(c, name, &u, e) < 0)
		return -1;
	i.owner = owner_of(&u.athlete);
	i.zone = tz_find(str_of(u.athlete.timezone), e);
	if (i.zone == NULL)
		return -1;
	for (int n = 0; n < c->argc; n++) {
		import_path(&i, c->argv[n]);
		command_progress(
		    "importing", (unsigned)n + 1, (unsigned)c->argc);
	}
	printf("%u imported, %u known already, %u without anything to keep, "
	       "%u failed\n",
	    i.imported, i.known, i.nothing, i.failed);
	if (i.failed == 0)
		return 0;
	return err_set(e, ERR_CORRUPT, "%u file%s could not be imported",
	    i.failed, i.failed == 1 ? "" : "s");
}
