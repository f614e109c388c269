/* Whose rows. */

#include "store/owner.h"

#include "model/athlete.h"

struct owner
owner_of(const struct athlete *a)
{
	return (struct owner){ a->tenant_id, a->user_id };
}

void
owner_bind(struct db_query *q, const struct owner *o)
{
	db_bind_uuid(q, 1, &o->tenant_id);
	db_bind_uuid(q, 2, &o->user_id);
}
