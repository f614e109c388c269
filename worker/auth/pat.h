#ifndef AUTH_PAT_H
#define AUTH_PAT_H

/* Personal access tokens: "pmcp_pat_", 32 random bytes in base 62, and a
 * checksum, by which a mistyped or invented token is refused without a query
 * and a leaked one is found by scanners. */

#include "base/str.h"

#define PAT_PREFIX     "pmcp_pat_"
#define PAT_SECRET_LEN 43 /* 62^43 > 2^256 */
#define PAT_CHECK_LEN  6  /* 62^6 > 2^32 */
#define PAT_LEN	       (sizeof(PAT_PREFIX) - 1 + PAT_SECRET_LEN + PAT_CHECK_LEN)
/* How much of a token may be shown in lists. */
#define PAT_SHOWN_LEN  (sizeof(PAT_PREFIX) - 1 + 4)
#define PAT_KEY_BYTES  32
#define PAT_HASH_BYTES 32

/* A new token and its NUL; the caller wipes it. */
void pat_make(char out[PAT_LEN + 1]);
/* The token for these bytes. */
void pat_format(const uint8_t secret[32], char out[PAT_LEN + 1]);
/* Length, letters and checksum are right. */
bool pat_is_valid(struct str token);
/* What is stored: HMAC-SHA256 under a key derived from the master key. */
void pat_hash(const uint8_t key[PAT_KEY_BYTES], struct str token,
    uint8_t out[PAT_HASH_BYTES]);

#endif
