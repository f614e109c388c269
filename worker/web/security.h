#ifndef WEB_SECURITY_H
#define WEB_SECURITY_H

/* The parts of /account/security. */

#include "web/page.h"

#define ADDRESS_FIELDS 2

extern const struct field address_fields[ADDRESS_FIELDS];

/* The whole page, with what was written into a form of it; NULL: nothing. */
void security_show(struct http_req *req, int status,
    const struct field *password, const struct field *address);
void security_show_address(struct page *p, const struct field *f);
/* f: a copy of address_fields. */
void security_change_address(
    struct http_req *req, const struct form *form, struct field *f);

#endif
