#ifndef BASE_ENC_H
#define BASE_ENC_H

/* Text encodings of bytes.  Decoders are strict: what an encoder would not
 * have written is refused. */

#include "base/buf.h"

void enc_hex(struct buf *out, const void *p, size_t n);
/* RFC 4648 section 4, with padding / section 5, without. */
void enc_base64(struct buf *out, const void *p, size_t n);
void enc_base64url(struct buf *out, const void *p, size_t n);

/* The value of a hexadecimal digit in either case, or -1. */
int dec_hex_digit(char c);
/* Append the decoded bytes; false (and out as it was) on bad input. */
NODISCARD bool dec_base64(struct buf *out, struct str s);
NODISCARD bool dec_base64url(struct buf *out, struct str s);
/* plus_is_space for application/x-www-form-urlencoded.  Refuses %00. */
NODISCARD bool dec_percent(struct buf *out, struct str s, bool plus_is_space);

/* CRC-32 (IEEE 802.3), as in token checksums. */
uint32_t enc_crc32(const void *p, size_t n);

#endif
