#include <stdio.h>

#include "auth/jwt.h"
#include "auth/seal.h"
#include "base/clock.h"
#include "base/date.h"
#include "command/command.h"
#include "store/signing_keys.h"

/* pierrectl signing-key: the keys that access tokens are signed with. */

int
command_signing_key_list(struct command *c, struct err *e)
{
	struct signing_key_row *list;
	size_t n, signer = 0;

	if (command_args(c, 0, e) < 0 ||
	    signing_keys_list(c->db, c->arena, &list, &n, e) < 0)
		return -1;
	for (size_t i = 1; i < n; i++) {
		if (list[i].signs_from_us <= clock_wall_us())
			signer = i;
	}
	for (size_t i = 0; i < n; i++) {
		char id[UUID_TEXT_LEN + 1];
		struct buf from = BUF_INIT;

		uuid_format(&list[i].id, id);
		date_format_rfc3339(&from, list[i].signs_from_us, false, 0);
		printf("%s  %-8s  signs from %s\n", id,
		    i < signer	  ? "former"
		    : i == signer ? "signs"
				  : "next",
		    buf_cstr(&from));
		buf_free(&from);
	}
	return 0;
}

int
command_signing_key_rotate(struct command *c, struct err *e)
{
	bool at_once = command_flag(c, "--at-once");
	struct origin from = origin_of_command();
	struct jwt_keys *keys = NULL;
	char text[UUID_TEXT_LEN + 1];
	struct keyring *k;
	struct uuid id;
	int rc = -1;

	if (command_args(c, 0, e) < 0)
		return -1;
	k = keyring_open(c->conf, c->db, NULL, e);
	if (k != NULL)
		keys = jwt_keys_open(c->conf, c->db, k, NULL, e);
	if (keys != NULL)
		rc = jwt_keys_rotate(keys, &from,
		    at_once ? JWT_KEYS_HEARD_S : JWT_KEYS_MAX_AGE_S, &id, e);
	if (rc == 0) {
		uuid_format(&id, text);
		printf("%s\n", text);
	}
	jwt_keys_free(&keys);
	keyring_free(&k);
	return rc;
}
