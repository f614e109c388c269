/* Archives through libarchive, from memory. */

#include "files/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/xalloc.h"
#include "files/unpack_kind.h"

#define PIECE	 65536
#define MAX_PATH 1024
/* Filters of a gzipped file: the one, and the bytes themselves. */
#define ONE_LAYER 2
#define TOO_MANY  "more than %d members in an archive"

struct unpack {
	struct unpack *outer; /* NULL: the bytes are in memory */
	struct err why;	      /* the outer one cannot be read on */
	size_t size;	      /* of the archive */
	char *piece;	      /* of the outer one */
	struct archive *archive;
	struct archive_entry *entry;
	locale_t utf8;
	bool is_zip;
	bool over; /* nothing more can be read */
	size_t members;
	uint64_t total;
	uint64_t read;	      /* of the present member */
	int64_t packed_start; /* where it begins in the archive */
};

/* --- opening ------------------------------------------------------------- */

/* What libarchive says, as ours; the archive cannot be read on. */
static int
fail(struct unpack *u, const char *doing, struct err *e)
{
	const char *why = archive_error_string(u->archive);
	int64_t at = archive_filter_bytes(u->archive, -1);

	u->over = true;
	if (why == NULL)
		why = "damaged";
	if (at < 0)
		return err_set(e, ERR_CORRUPT, "%s: %s", doing, why);
	return err_set(e, ERR_CORRUPT, "%s, at byte %lld of the archive: %s",
	    doing, (long long)at, why);
}

static int
refuse_inner(struct err *e)
{
	return err_set(e, ERR_UNSUPPORTED,
	    "an archive inside of an archive; unpack the outer one first");
}

static struct archive *
new_archive(void)
{
	struct archive *a = archive_read_new();

	CHECK(a != NULL);
	return a;
}

/* libarchive takes zeros for a tar without members; we look for its name. */
static bool
is_gzipped_tar(struct str bytes)
{
	struct archive *a = new_archive();
	struct archive_entry *entry;
	char head[UNPACK_TAR_HEAD];
	la_ssize_t n = 0;

	archive_read_support_filter_gzip(a);
	archive_read_support_format_raw(a);
	if (archive_read_open_memory(a, bytes.p, bytes.n) == ARCHIVE_OK &&
	    archive_read_next_header(a, &entry) == ARCHIVE_OK)
		n = archive_read_data(a, head, sizeof(head));
	archive_read_free(a);
	return n > 0 && unpack_is_tar(str_make(head, (size_t)n));
}

static void
support(struct archive *a, struct str bytes)
{
	if (unpack_is_zip(bytes)) {
		archive_read_support_format_zip(a);
		return;
	}
	if (unpack_is_gzip(bytes))
		archive_read_support_filter_gzip(a);
	if (!unpack_is_gzip(bytes) || is_gzipped_tar(bytes))
		archive_read_support_format_tar(a);
	else
		archive_read_support_format_raw(a);
}

/* All members of a ZIP are read into a table before the first comes out, so
 * that they are counted before. */
static bool
has_too_many(struct str bytes)
{
	static const char header[] = "PK\1\2";
	size_t n = 0;
	const char *p;

	while ((p = memmem(bytes.p, bytes.n, header, 4)) != NULL) {
		if (++n > UNPACK_MAX_MEMBERS)
			return true;
		bytes.n -= (size_t)(p + 4 - bytes.p);
		bytes.p = p + 4;
	}
	return false;
}

static int
check_size(struct str bytes, struct err *e)
{
	if (bytes.n > UNPACK_MAX_BYTES)
		return err_set(e, ERR_TOO_LARGE,
		    "an archive of %zu bytes, at most %llu are read", bytes.n,
		    (unsigned long long)UNPACK_MAX_BYTES);
	if (unpack_is_zip(bytes) && has_too_many(bytes))
		return err_set(e, ERR_TOO_LARGE, TOO_MANY, UNPACK_MAX_MEMBERS);
	return 0;
}

static struct unpack *
new_unpack(void)
{
	struct unpack *u = xcalloc(1, sizeof(*u));

	/* Names become text by the thread's locale. */
	u->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	u->archive = new_archive();
	return u;
}

struct unpack *
unpack_open(struct str bytes, struct err *e)
{
	struct unpack *u;

	if (check_size(bytes, e) < 0)
		return NULL;
	u = new_unpack();
	u->is_zip = unpack_is_zip(bytes);
	u->size = bytes.n;
	support(u->archive, bytes);
	if (archive_read_open_memory(u->archive, bytes.p, bytes.n) !=
	    ARCHIVE_OK) {
		fail(u, "cannot be unpacked", e);
		unpack_close(&u);
	} else if (archive_filter_count(u->archive) > ONE_LAYER) {
		refuse_inner(e);
		unpack_close(&u);
	}
	return u;
}

static la_ssize_t
read_outer(struct archive *a, void *arg, const void **p)
{
	struct unpack *u = arg;
	ptrdiff_t n = unpack_some(u->outer, u->piece, PIECE, &u->why);

	*p = u->piece;
	if (n < 0)
		archive_set_error(a, EIO, "%s", u->why.msg);
	return n;
}

struct unpack *
unpack_open_inner(struct unpack *outer, struct err *e)
{
	struct unpack *u;

	CHECK(outer->outer == NULL);
	if (unpack_check(outer, e) < 0)
		return NULL;
	u = new_unpack();
	u->outer = outer;
	u->piece = xmalloc(PIECE);
	archive_read_support_format_zip_streamable(u->archive);
	if (archive_read_open(u->archive, u, NULL, read_outer, NULL) !=
	    ARCHIVE_OK) {
		fail(u, "cannot be unpacked", e);
		unpack_close(&u);
	}
	return u;
}

double
unpack_progress(const struct unpack *u)
{
	int64_t at = archive_filter_bytes(u->archive, -1);

	return u->size > 0 && at > 0 ? (double)at / (double)u->size : 0;
}

void
unpack_close(struct unpack **u)
{
	if (*u == NULL)
		return;
	free((*u)->piece);
	archive_read_free((*u)->archive);
	if ((*u)->utf8 != (locale_t)0)
		freelocale((*u)->utf8);
	free(*u);
	*u = NULL;
}

/* --- members ------------------------------------------------------------- */

static bool
is_raw(const struct unpack *u)
{
	return archive_format(u->archive) == ARCHIVE_FORMAT_RAW;
}

static const char *
path_of(const struct unpack *u)
{
	const char *path = archive_entry_pathname_utf8(u->entry);

	if (is_raw(u))
		return "";
	if (path == NULL)
		path = archive_entry_pathname(u->entry);
	return path != NULL ? path : "";
}

int
unpack_next(struct unpack *u, struct unpack_member *m, struct err *e)
{
	locale_t before = (locale_t)0;
	int rc;

	if (u->over)
		return 0;
	if (u->utf8 != (locale_t)0)
		before = uselocale(u->utf8);
	do
		rc = archive_read_next_header(u->archive, &u->entry);
	while (rc == ARCHIVE_RETRY);
	if (rc >= ARCHIVE_WARN && rc != ARCHIVE_EOF)
		*m = (struct unpack_member){
			.path = path_of(u),
			.is_dir = archive_entry_filetype(u->entry) == AE_IFDIR,
		};
	if (before != (locale_t)0)
		uselocale(before);
	if (rc == ARCHIVE_EOF) {
		u->over = true;
		return 0;
	}
	if (rc < ARCHIVE_WARN)
		return fail(u, "the next member", e);
	if (++u->members > UNPACK_MAX_MEMBERS) {
		u->over = true;
		return err_set(e, ERR_TOO_LARGE, TOO_MANY, UNPACK_MAX_MEMBERS);
	}
	u->read = 0;
	u->packed_start = archive_filter_bytes(u->archive, -1);
	return 1;
}

static bool
is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* No path is ever followed here; but one that leads out shows what an archive
 * was made for. */
static bool
leads_out(const char *path)
{
	const char *p = path;

	if (is_slash(p[0]) || (p[0] != '\0' && p[1] == ':'))
		return true;
	while (*p != '\0') {
		size_t n = 0;

		while (p[n] != '\0' && !is_slash(p[n]))
			n++;
		if (n == 2 && p[0] == '.' && p[1] == '.')
			return true;
		p += n + (p[n] != '\0');
	}
	return false;
}

int
unpack_check(const struct unpack *u, struct err *e)
{
	const char *path = path_of(u);

	if (strnlen(path, MAX_PATH) == MAX_PATH)
		return err_set(
		    e, ERR_INVALID, "a path of %d bytes and more", MAX_PATH);
	if (leads_out(path))
		return err_set(
		    e, ERR_INVALID, "the path leads out of the archive");
	if (archive_entry_is_encrypted(u->entry))
		return err_set(e, ERR_UNSUPPORTED,
		    "encrypted; unpack the archive with its password first");
	if (archive_entry_filetype(u->entry) != AE_IFREG ||
	    archive_entry_hardlink(u->entry) != NULL)
		return err_set(e, ERR_UNSUPPORTED, "not a plain file");
	return 0;
}

/* --- contents ------------------------------------------------------------ */

static int
check_bounds(struct unpack *u, uint64_t max, struct err *e)
{
	int64_t packed = archive_filter_bytes(u->archive, -1) - u->packed_start;

	if (u->read > max)
		return err_set(e, ERR_TOO_LARGE,
		    "more than %llu MiB when unpacked",
		    (unsigned long long)(max >> 20));
	if (u->read > UNPACK_RATIO_FROM &&
	    u->read / UNPACK_MAX_RATIO > (uint64_t)MAX(packed, INT64_C(1)))
		return err_set(e, ERR_TOO_LARGE,
		    "more than %d times its packed size when unpacked",
		    UNPACK_MAX_RATIO);
	if (u->total > UNPACK_MAX_TOTAL ||
	    (u->outer != NULL && u->outer->total > UNPACK_MAX_TOTAL)) {
		u->over = true;
		return err_set(e, ERR_TOO_LARGE,
		    "an archive of more than %llu GiB when unpacked",
		    (unsigned long long)(UNPACK_MAX_TOTAL >> 30));
	}
	return 0;
}

static ptrdiff_t
read_some(struct unpack *u, void *p, size_t n, uint64_t max, struct err *e)
{
	ssize_t got;

	/* What is announced need not be read to be refused. */
	if (u->read == 0 && archive_entry_size_is_set(u->entry) &&
	    (uint64_t)archive_entry_size(u->entry) > max)
		return err_set(e, ERR_TOO_LARGE,
		    "%lld bytes when unpacked, at most %llu are read",
		    (long long)archive_entry_size(u->entry),
		    (unsigned long long)max);
	do
		got = archive_read_data(u->archive, p, n);
	while (got == ARCHIVE_RETRY);
	if (got < 0) {
		fail(u, "the contents", e);
		/* In a ZIP every member can be found by itself. */
		u->over = !u->is_zip || got == ARCHIVE_FATAL;
		return -1;
	}
	u->read += (uint64_t)got;
	u->total += (uint64_t)got;
	if (u->outer != NULL)
		u->outer->total += (uint64_t)got;
	return check_bounds(u, max, e) < 0 ? -1 : (ptrdiff_t)got;
}

ptrdiff_t
unpack_some(struct unpack *u, void *p, size_t n, struct err *e)
{
	if (unpack_check(u, e) < 0)
		return -1;
	return read_some(u, p, n, UNPACK_MAX_STREAM, e);
}

static int
read_all(struct unpack *u, size_t max, struct buf *out, struct err *e)
{
	ptrdiff_t n;

	do {
		n = read_some(u, buf_reserve(out, PIECE), PIECE, max, e);
		if (n > 0)
			out->n += (size_t)n;
	} while (n > 0);
	return n < 0 ? -1 : 0;
}

/* Exports gzip each file before they pack it. */
static int
gunzip(struct buf *out, size_t start, size_t max, struct err *e)
{
	struct str packed = str_make(out->p + start, out->n - start);
	struct buf plain = BUF_INIT;
	struct unpack_member m;
	struct unpack *u;
	int rc;

	u = unpack_open(packed, e);
	if (u == NULL)
		return -1;
	rc = unpack_next(u, &m, e);
	if (rc == 1)
		rc = is_raw(u) ? read_all(u, max, &plain, e) : refuse_inner(e);
	if (rc == 0) {
		out->n = start;
		buf_addstr(out, buf_str(&plain));
	}
	buf_free(&plain);
	unpack_close(&u);
	return rc;
}

int
unpack_whole(struct unpack *u, size_t max, struct buf *out, struct err *e)
{
	size_t start = out->n;
	struct str bytes;

	if (unpack_check(u, e) < 0 || read_all(u, max, out, e) < 0)
		return -1;
	bytes = str_make(out->p + start, out->n - start);
	if (unpack_is_gzip(bytes) && !is_raw(u)) {
		if (gunzip(out, start, max, e) < 0)
			return -1;
		bytes = str_make(out->p + start, out->n - start);
	}
	if (unpack_is_archive(bytes) || unpack_foreign(bytes) != NULL)
		return refuse_inner(e);
	return 0;
}
