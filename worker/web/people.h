#ifndef WEB_PEOPLE_H
#define WEB_PEOPLE_H

/* People in a list: to administrators, and to the owner of a tenant. */

#include "web/page.h"

/* The name of somebody, or the username. */
const char *people_name(const struct user *u);
/* The standing: administrator, suspended...  False: nothing is to be said. */
bool people_badges(struct page *p, const struct user *u);
/* What of a row says who it is: name, standing and address.  href: of the
 * person's own page, or NULL; badge: one more, or NULL. */
void people_show(
    struct page *p, const struct user *u, const char *href, const char *badge);

#endif
