#ifndef FILES_XML_H
#define FILES_XML_H

/* Reading XML element by element, bounded in depth and size.  Document type
 * declarations are refused unless a handler takes them; entities always are.
 * Names come without their namespace prefix: files in the wild use many. */

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
	bool doctype; /* a document type declaration is passed over */
};

/* In pieces of any size: whoever feeds it keeps e.  Each returns -1 when the
 * input cannot be read on; e says why, as below. */
struct xml *xml_new(
    const char *what, const struct xml_handler *h, struct err *e);
NODISCARD int xml_feed(struct xml *x, struct str bytes);
NODISCARD int xml_end(struct xml *x);
void xml_free(struct xml **x);
/* All in one piece.  0, or -1 and an error that begins "what, line L, column
 * C:". */
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
