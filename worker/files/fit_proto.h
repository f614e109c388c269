#ifndef FILES_FIT_PROTO_H
#define FILES_FIT_PROTO_H

/* The FIT container: headers, checksums, definition and data messages, files
 * chained one behind the other.  What the messages mean is told by
 * fit_profile.h.  The reader points into the input and copies nothing. */

#include "base/err.h"
#include "files/fit_dev.h"

#define FIT_LOCAL_TYPES	 16
#define FIT_MAX_FIELDS	 510 /* 255 of the profile, 255 of developers */
#define FIT_TIME_FIELD	 253
#define FIT_TIME_MISSING UINT32_MAX
/* Seconds from 1970 to FIT's epoch, 1989-12-31T00:00:00Z. */
#define FIT_EPOCH_S INT64_C(631065600)
/* Smaller times count from when the device was switched on. */
#define FIT_TIME_MIN UINT32_C(0x10000000)

struct fit_field {
	uint32_t offset; /* in the message's data */
	uint8_t number;
	uint8_t size;
	uint8_t type; /* base type */
	bool is_developer;
	uint8_t
	    replaces; /* number of a field of the profile, when dev is set */
	const struct fit_dev_field *dev;
};

struct fit_definition {
	bool is_set;
	bool big_endian;
	uint16_t message; /* global number */
	uint32_t size;	  /* of the data */
	size_t n_fields;
	struct fit_field fields[FIT_MAX_FIELDS];
	/* By number: index + 1 of the field, and of the one that replaces it.
	 */
	uint16_t native[256];
	uint16_t override[256];
};

/* A data message. */
struct fit_message {
	size_t offset; /* of its first byte in the input */
	unsigned file; /* which of the chained files, from 0 */
	uint16_t number;
	uint32_t
	    time; /* field 253 or the compressed header's; FIT_TIME_MISSING */
	const uint8_t *data;
	const struct fit_definition *def;
};

struct fit_reader {
	const uint8_t *p;
	size_t n;
	size_t at;
	size_t data_end; /* of the current file; its checksum follows */
	unsigned file;	 /* files begun */
	bool lenient;	 /* read what is there of an input that breaks off */
	bool cut;	 /* it does: no checksum tells whether it is sound */
	size_t behind;	 /* bytes behind the last file that are none */
	uint32_t time;	 /* last one seen, for compressed headers */
	struct fit_definition defs[FIT_LOCAL_TYPES];
	struct fit_dev dev;
};

void fit_reader_init(struct fit_reader *r, struct str bytes);
/* A device that fell or lost power leaves a file without its end, or a header
 * that counts nothing yet: give the whole messages of it, and set r->cut.  What
 * stands behind a sound file and is too short for another, or nothing but
 * zeros, is passed over. */
void fit_reader_be_lenient(struct fit_reader *r);
/* 1 and the next data message, 0 at the end, -1 with ERR_CORRUPT or
 * ERR_UNSUPPORTED, whose message begins "FIT, byte N:". */
int fit_next(struct fit_reader *r, struct fit_message *m, struct err *e);

/* CRC-16 as FIT defines it. */
uint16_t fit_crc(uint16_t crc, const void *p, size_t n);

#endif
