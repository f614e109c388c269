#ifndef FILES_XML_H
#define FILES_XML_H

/* Reading XML element by element, bounded in depth and size.  Document type
 * declarations are refused, and with them entities of any kind.  Names come
 * without their namespace prefix: files in the wild use many. */

#include "base/err.h"

#define XML_MAX_DEPTH 64
#define XML_MAX_NAME  40   /* bytes kept of a name */
#define XML_MAX_TEXT  4096 /* bytes kept of an element's text */

struct xml;

struct xml_handler {
	void *arg;
	/* Both may call xml_fail().  text is what stands directly in the
	 * element, trimmed; it is gone after the call. */
	void (*open)(void *arg, struct xml *x, const char *name);
	void (*close)(
	    void *arg, struct xml *x, const char *name, struct str text);
};

/* 0, or -1 and an error that begins "what, line L, column C:". */
int xml_read(struct str bytes, const char *what, const struct xml_handler *h,
    struct err *e);

/* In a handler: stop with an error at this place. */
void xml_fail(struct xml *x, enum err_code code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* In open(): an attribute, or an empty string. */
struct str xml_attribute(const struct xml *x, const char *name);
/* Name of the element `up` levels above the current one (0 itself), or "". */
const char *xml_above(const struct xml *x, size_t up);

#endif
