#include "oauth/scarce.h"

#include <openssl/sha.h>

#include "shm/shm.h"

#define KEY_BYTES 16

uint64_t
scarce_key(struct shm *shm, enum scarce what, struct str name)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];

	SHA256((const uint8_t *)name.p, name.n, hash);
	return limits_key(
	    shm_limits(shm), (unsigned char)what, hash, KEY_BYTES);
}
