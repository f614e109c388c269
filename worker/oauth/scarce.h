#ifndef OAUTH_SCARCE_H
#define OAUTH_SCARCE_H

/* What is counted beside requests, in the table of limits; the numbers are
 * parts of keys in shared memory and so the same in a later version. */

#include "base/str.h"
#include "shm/limits.h"

struct shm;

enum scarce {
	SCARCE_DOCUMENT = 40, /* fetches of one document */
	SCARCE_HOST = 41,     /* fetches from one host */
	SCARCE_PROOF = 42,    /* wrong credentials of a client and address */
	SCARCE_CLIENT = 43,   /* clients that an address registers */
	SCARCE_RENEWAL = 44,  /* fetches of a document for another key */
	SCARCE_NOTE = 45,     /* notes that tokens of a grant were refused */
};

/* The key of a name of any length. */
uint64_t scarce_key(struct shm *shm, enum scarce what, struct str name);

#endif
