#ifndef WEB_IMPORT_WORDS_H
#define WEB_IMPORT_WORDS_H

/* Why a file could not be imported, for who recorded it. */

#include "web/page.h"

/* What to know and to do in the place of a message that counts bytes and lines,
 * by the name of its error; NULL: the message can be read as it is. */
const char *import_words(const char *code, const char *message);
/* The reason as a paragraph, and the message that it stands for to be
 * unfolded. */
void import_reason(struct page *p, const char *code, const char *message);

#endif
