#include "command/backup_file.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/enc.h"
#include "command/command.h"

#define MANIFEST_NAME "manifest.json"
#define MANIFEST_MAX  (4 << 20)
#define MARK	      "sha256:"
#define HASH_BYTES    32
#define TRAILER_BYTES ((int)(sizeof(MARK) - 1) + 2 * HASH_BYTES + 1)
#define PIECE	      (256 * 1024)

static int
write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* The line that ends the file, of what was hashed. */
static void
make_trailer(EVP_MD_CTX *hash, struct buf *out)
{
	uint8_t digest[HASH_BYTES];

	CHECK(EVP_DigestFinal_ex(hash, digest, NULL) == 1);
	buf_adds(out, MARK);
	enc_hex(out, digest, sizeof(digest));
	buf_addc(out, '\n');
}

static EVP_MD_CTX *
hash_new(void)
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();

	CHECK(hash != NULL && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1);
	return hash;
}

/* --- writing ------------------------------------------------------------- */

struct writing {
	int fd;
	EVP_MD_CTX *hash;
	struct archive *tar;
};

static la_ssize_t
take_bytes(struct archive *a, void *arg, const void *bytes, size_t n)
{
	struct writing *w = arg;

	if (write_all(w->fd, bytes, n) < 0) {
		archive_set_error(a, errno, "the disk does not take it");
		return -1;
	}
	CHECK(EVP_DigestUpdate(w->hash, bytes, n) == 1);
	return (la_ssize_t)n;
}

static int
fail_tar(struct archive *a, struct err *e)
{
	const char *why = archive_error_string(a);

	return err_set(e, ERR_IO, "the backup: %s",
	    why != NULL ? why : "it cannot be read or written");
}

static int
begin_member(struct writing *w, const char *name, int64_t size, struct err *e)
{
	struct archive_entry *entry = archive_entry_new();
	int rc;

	archive_entry_set_pathname(entry, name);
	archive_entry_set_size(entry, size);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	archive_entry_set_mtime(entry, clock_wall_us() / 1000000, 0);
	rc = archive_write_header(w->tar, entry);
	archive_entry_free(entry);
	return rc == ARCHIVE_OK ? 0 : fail_tar(w->tar, e);
}

static int
add_copy(struct writing *w, const char *name, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *piece;
	ssize_t n = 0;
	int rc;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, ERR_IO, "cannot read %s", path);
	piece = malloc(PIECE);
	CHECK(piece != NULL);
	rc = begin_member(w, name, st.st_size, e);
	while (rc == 0 && (n = read(fd, piece, PIECE)) > 0) {
		if (archive_write_data(w->tar, piece, (size_t)n) != n)
			rc = fail_tar(w->tar, e);
	}
	if (n < 0)
		rc = err_sys(e, ERR_IO, "cannot read %s", path);
	free(piece);
	close(fd);
	return rc;
}

static int
write_members(struct writing *w, struct str manifest, const char *copy_name,
    const char *copy_path, struct err *e)
{
	if (archive_write_set_format_pax_restricted(w->tar) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(w->tar, 1) != ARCHIVE_OK ||
	    archive_write_open(w->tar, w, NULL, take_bytes, NULL) != ARCHIVE_OK)
		return fail_tar(w->tar, e);
	if (begin_member(w, MANIFEST_NAME, (int64_t)manifest.n, e) < 0)
		return -1;
	if (archive_write_data(w->tar, manifest.p, manifest.n) !=
	    (la_ssize_t)manifest.n)
		return fail_tar(w->tar, e);
	if (add_copy(w, copy_name, copy_path, e) < 0)
		return -1;
	return archive_write_close(w->tar) == ARCHIVE_OK ? 0
							 : fail_tar(w->tar, e);
}

int
backup_write(int fd, struct str manifest, const char *copy_name,
    const char *copy_path, struct err *e)
{
	struct writing w = { fd, hash_new(), archive_write_new() };
	struct buf trailer = BUF_INIT;
	int rc = write_members(&w, manifest, copy_name, copy_path, e);

	archive_write_free(w.tar);
	if (rc == 0) {
		make_trailer(w.hash, &trailer);
		if (write_all(fd, trailer.p, trailer.n) < 0)
			rc = err_sys(e, ERR_IO, "the backup");
	}
	buf_free(&trailer);
	EVP_MD_CTX_free(w.hash);
	return rc;
}

/* --- reading ------------------------------------------------------------- */

static int
hash_file(const struct backup *b, EVP_MD_CTX *hash, struct err *e)
{
	char *piece = malloc(PIECE);
	int64_t at = 0;
	int rc = 0;

	CHECK(piece != NULL);
	while (rc == 0 && at < b->size) {
		ssize_t n =
		    pread(b->fd, piece, (size_t)MIN(PIECE, b->size - at), at);

		if (n <= 0) {
			rc = err_sys(e, ERR_IO, "cannot read %s", b->path);
			break;
		}
		CHECK(EVP_DigestUpdate(hash, piece, (size_t)n) == 1);
		at += n;
		command_progress("proving", (unsigned)(at >> 18),
		    (unsigned)((b->size >> 18) + 1));
	}
	command_progress_clear();
	free(piece);
	return rc;
}

static int
prove_file(const struct backup *b, struct err *e)
{
	char there[TRAILER_BYTES];
	struct buf right = BUF_INIT;
	EVP_MD_CTX *hash = hash_new();
	int rc = hash_file(b, hash, e);

	if (rc == 0) {
		make_trailer(hash, &right);
		if (pread(b->fd, there, sizeof(there), b->size) !=
			TRAILER_BYTES ||
		    memcmp(there, right.p, sizeof(there)) != 0)
			rc = err_set(e, ERR_CORRUPT,
			    "%s is no backup, or not as it was written",
			    b->path);
	}
	EVP_MD_CTX_free(hash);
	buf_free(&right);
	return rc;
}

/* Call after it was proven: at the member of that name, "": whichever comes
 * after the manifest. */
static struct archive *
find_member(const struct backup *b, bool manifest, struct archive_entry **entry,
    struct err *e)
{
	struct archive *tar = archive_read_new();
	int rc;

	CHECK(tar != NULL);
	rc = lseek(b->fd, 0, SEEK_SET) == 0 &&
		     archive_read_support_format_tar(tar) == ARCHIVE_OK
		 ? archive_read_open_fd(tar, b->fd, PIECE)
		 : ARCHIVE_FATAL;
	if (rc == ARCHIVE_OK)
		rc = archive_read_next_header(tar, entry);
	if (rc == ARCHIVE_OK && !manifest)
		rc = archive_read_next_header(tar, entry);
	if (rc == ARCHIVE_OK)
		return tar;
	fail_tar(tar, e);
	archive_read_free(tar);
	return NULL;
}

static int
read_manifest(struct backup *b, struct arena *a, struct err *e)
{
	struct archive_entry *entry;
	struct archive *tar = find_member(b, true, &entry, e);
	int64_t size;
	char *text;
	int rc = 0;

	if (tar == NULL)
		return -1;
	size = archive_entry_size(entry);
	if (strcmp(archive_entry_pathname(entry), MANIFEST_NAME) != 0 ||
	    size > MANIFEST_MAX) {
		archive_read_free(tar);
		return err_set(e, ERR_CORRUPT, "%s is no backup", b->path);
	}
	text = arena_alloc(a, (size_t)size + 1);
	if (archive_read_data(tar, text, (size_t)size) != size)
		rc = fail_tar(tar, e);
	b->manifest = str_make(text, (size_t)size);
	archive_read_free(tar);
	return rc;
}

int
backup_open(struct backup *b, struct arena *a, const char *path, struct err *e)
{
	struct stat st;

	*b = (struct backup){ .path = path,
		.fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (b->fd < 0 || fstat(b->fd, &st) < 0)
		return err_sys(e, ERR_IO, "cannot read %s", path);
	b->size = st.st_size - TRAILER_BYTES;
	if (!S_ISREG(st.st_mode) || b->size <= 0)
		return err_set(e, ERR_CORRUPT, "%s is no backup", path);
	return prove_file(b, e) < 0 ? -1 : read_manifest(b, a, e);
}

int
backup_extract(const struct backup *b, int fd, struct err *e)
{
	struct archive_entry *entry;
	struct archive *tar = find_member(b, false, &entry, e);
	char *piece;
	la_ssize_t n;
	int rc = 0;

	if (tar == NULL)
		return -1;
	piece = malloc(PIECE);
	CHECK(piece != NULL);
	while (rc == 0 && (n = archive_read_data(tar, piece, PIECE)) != 0) {
		if (n < 0)
			rc = fail_tar(tar, e);
		else if (write_all(fd, piece, (size_t)n) < 0)
			rc = err_sys(e, ERR_IO, "writing the database");
	}
	free(piece);
	archive_read_free(tar);
	return rc;
}

void
backup_close(struct backup *b)
{
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
}
