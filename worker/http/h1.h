#ifndef HTTP_H1_H
#define HTTP_H1_H

/* HTTP/1.1 as bytes (RFC 9112): the head of a request and the chunked coding.
 * Pure and resumable: the same result whatever the pieces the bytes come in.
 * What two readers could understand differently is refused. */

#include "base/str.h"

#define H1_HEADERS_MAX 100

struct h1_limits {
	size_t head_bytes; /* request line and headers */
	size_t target_bytes;
	size_t headers; /* at most H1_HEADERS_MAX */
};

/* A stretch of the buffer that was fed; offsets survive its moving. */
struct h1_span {
	uint32_t at;
	uint32_t n;
};

struct h1_header {
	struct h1_span name;
	struct h1_span value;
};

/* Headers that are looked for in every request. */
enum h1_known {
	H1_HOST,
	H1_CONTENT_LENGTH,
	H1_TRANSFER_ENCODING,
	H1_CONNECTION,
	H1_EXPECT,
	H1_ORIGIN,
	H1_REQUEST_ID,
	H1_FORWARDED_FOR,
	H1_KNOWN_COUNT,
};

struct h1 {
	const struct h1_limits *limits;
	uint32_t line; /* start of the line that is being read */
	uint32_t seen; /* no line feed before this */
	bool in_headers;

	/* When h1_feed() returned 1. */
	uint32_t head_n; /* bytes of the head: the body begins there */
	struct h1_span method;
	struct h1_span authority; /* of an absolute target; else empty */
	struct h1_span path;	  /* raw; empty stands for "/" */
	struct h1_span query;	  /* without '?' */
	uint8_t minor;		  /* HTTP/1.minor */
	bool close;		  /* Connection: close */
	bool keep_alive;	  /* Connection: keep-alive */
	bool chunked;
	bool expect_continue;
	int64_t content_length; /* -1: none */
	uint8_t known_n[H1_KNOWN_COUNT];
	uint8_t known_at[H1_KNOWN_COUNT]; /* index of the first */
	size_t headers_n;

	/* When it returned -1: the answer and why. */
	int status;
	const char *reason;

	struct h1_header header[H1_HEADERS_MAX]; /* last: never cleared */
};

/* limits must outlive p. */
void h1_init(struct h1 *p, const struct h1_limits *limits);
/* buf holds all bytes since the start of the request (and maybe more than the
 * request).  1 the head is complete, 0 more is needed, -1 refused. */
NODISCARD int h1_feed(struct h1 *p, const char *buf, size_t n);

static inline struct str
h1_str(const char *buf, struct h1_span s)
{
	return str_make(buf + s.at, s.n);
}

/* First value of a known header; STR_NULL when absent. */
struct str h1_get(const struct h1 *p, const char *buf, enum h1_known k);
/* RFC 9110 token. */
bool h1_is_token(struct str s);
/* The grammar of Host, names restricted to letters, digits, '.', '-', '_';
 * *name_r (may be NULL) becomes it without port. */
bool h1_is_host(struct str s, struct str *name_r);

enum h1_chunked_event {
	H1_CHUNK_MORE, /* all of the input is used up */
	H1_CHUNK_DATA,
	H1_CHUNK_END, /* what is left of the input is not ours */
	H1_CHUNK_BAD,
};

/* A zeroed struct is a decoder at the start of a body. */
struct h1_chunked {
	int state;
	uint64_t left;	    /* of the chunk */
	unsigned line_n;    /* bytes of the line so far */
	unsigned trailer_n; /* bytes of the trailers so far */
};

/* Take from the front of *in.  Trailers are checked and dropped. */
enum h1_chunked_event h1_chunked_next(
    struct h1_chunked *c, struct str *in, struct str *data_r);

#endif
