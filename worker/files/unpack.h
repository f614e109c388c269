#ifndef FILES_UNPACK_H
#define FILES_UNPACK_H

/* Archives member by member: ZIP, tar, tar.gz, and single gzipped files.  Pure:
 * reads the bytes that it is given and writes no file; to be called on a thread
 * of the pool.  What is unpacked is bounded whatever the archive announces. */

#include "base/buf.h"
#include "base/err.h"

#define UNPACK_MAX_BYTES   (UINT64_C(8) << 30)	  /* of an archive */
#define UNPACK_MAX_MEMBERS 50000		  /* directories too */
#define UNPACK_MAX_TOTAL   (UINT64_C(32) << 30)	  /* unpacked, of an archive */
#define UNPACK_MAX_STREAM  (UINT64_C(1536) << 20) /* of a member */
/* Unpacked to packed; smaller members may have any. */
#define UNPACK_MAX_RATIO  300
#define UNPACK_RATIO_FROM (UINT64_C(16) << 20)

struct unpack;

struct unpack_member {
	const char *path; /* as in the archive; "" of a gzipped file */
	bool is_dir;
};

/* Whether the first bytes are those of an archive that is read here. */
bool unpack_is_archive(struct str bytes);
/* "7-Zip", "RAR", ... of one that is not; NULL when it is none at all. */
const char *unpack_foreign(struct str bytes);

/* The bytes stay the caller's and have to outlive it.  NULL with ERR_CORRUPT,
 * ERR_UNSUPPORTED or ERR_TOO_LARGE. */
struct unpack *unpack_open(struct str bytes, struct err *e);
/* The present member, an archive itself, is read as it comes; outer stays where
 * it is until the inner one is closed, and its bounds hold for both. */
struct unpack *unpack_open_inner(struct unpack *outer, struct err *e);
void unpack_close(struct unpack **u);
/* How much of the archive was read, 0 to 1. */
double unpack_progress(const struct unpack *u);
/* Go to the next member: 1, 0 at the end, or -1 when the rest cannot be read
 * (ERR_CORRUPT), or there are too many (ERR_TOO_LARGE).  The path is gone with
 * the next call. */
NODISCARD int unpack_next(
    struct unpack *u, struct unpack_member *m, struct err *e);
/* -1 when the present member may not be unpacked: its path leads out of the
 * archive (ERR_INVALID), it is encrypted or no plain file (ERR_UNSUPPORTED). */
NODISCARD int unpack_check(const struct unpack *u, struct err *e);
/* Append the present member to out, and take off one layer of gzip.  -1 when it
 * may not be unpacked, has more than max bytes or too high a ratio
 * (ERR_TOO_LARGE), is damaged, or is an archive itself (ERR_UNSUPPORTED).
 * The members behind it can be read all the same. */
NODISCARD int unpack_whole(
    struct unpack *u, size_t max, struct buf *out, struct err *e);
/* The present member piece by piece: how many bytes were put into p, 0 at its
 * end, -1.  Bounded as above, by UNPACK_MAX_STREAM; no layer is taken off. */
NODISCARD ptrdiff_t unpack_some(
    struct unpack *u, void *p, size_t n, struct err *e);

#endif
