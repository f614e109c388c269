#ifndef HTTP_MULTIPART_H
#define HTTP_MULTIPART_H

/* multipart/form-data as bytes (RFC 7578, RFC 2046).  Pure and resumable: the
 * same result whatever the pieces the bytes come in; never more than the head
 * of one part is kept. */

#include "base/str.h"

#define MULTIPART_BOUNDARY_MAX 70
#define MULTIPART_HEAD_MAX     4096 /* bytes of one part's headers */
#define MULTIPART_NAME_MAX     255

enum multipart_event {
	MULTIPART_MORE, /* all of the input is used up */
	MULTIPART_PART, /* a part begins: name, file_name, is_file */
	MULTIPART_DATA, /* of that part */
	MULTIPART_PART_END,
	MULTIPART_END, /* what still comes is to be ignored */
	MULTIPART_BAD, /* reason */
};

enum multipart_state {
	MULTIPART_IN_PREAMBLE,
	MULTIPART_IN_DATA,
	MULTIPART_AT_DELIMITER, /* what follows says how it goes on */
	MULTIPART_IN_PADDING,
	MULTIPART_AT_LF,
	MULTIPART_AT_DASH,
	MULTIPART_IN_HEAD,
	MULTIPART_AFTER,
	MULTIPART_BROKEN,
};

struct multipart {
	enum multipart_state state;
	char delimiter[4 + MULTIPART_BOUNDARY_MAX]; /* CR LF "--" boundary */
	size_t delimiter_n;
	size_t matched; /* of it, so far */
	size_t head_n;
	char head[MULTIPART_HEAD_MAX];
	/* Of the part that began last. */
	char name[MULTIPART_NAME_MAX + 1];
	char file_name[MULTIPART_NAME_MAX + 1];
	bool is_file; /* has a file name, be it empty */
	const char *reason;
};

/* From a Content-Type of multipart/form-data; -1: it has no valid boundary. */
NODISCARD int multipart_init(struct multipart *m, struct str content_type);
/* Take from the front of *in.  data_r points into *in, or into m until the next
 * call. */
enum multipart_event multipart_next(
    struct multipart *m, struct str *in, struct str *data_r);
/* The closing boundary has come. */
bool multipart_is_complete(const struct multipart *m);

#endif
