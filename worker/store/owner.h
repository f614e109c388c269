#ifndef STORE_OWNER_H
#define STORE_OWNER_H

/* Whose rows: a part of every query about a person, so that nobody reads
 * another's by an id that leaked. */

#include "store/db.h"

struct athlete;

struct owner {
	struct uuid tenant_id;
	struct uuid user_id;
};

struct owner owner_of(const struct athlete *a);
/* Parameters $1 (tenant) and $2 (user), where every such query has them. */
void owner_bind(struct db_query *q, const struct owner *o);

#endif
