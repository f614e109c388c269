#include "base/mdoc.h"

#include "base/base.h"

static bool
ends_sentence(const char *s)
{
	return (s[0] == '.' || s[0] == '?' || s[0] == '!') && s[1] == ' ';
}

void
mdoc_text(FILE *out, const char *text)
{
	bool line_begins = true;

	for (const char *s = text; *s != '\0'; s++) {
		if (line_begins && (*s == '.' || *s == '\''))
			fputs("\\&", out);
		line_begins = false;
		if (*s == '\\')
			fputs("\\e", out);
		else
			fputc(*s, out);
		if (ends_sentence(s)) {
			fputc('\n', out);
			line_begins = true;
			s++;
		}
	}
	fputc('\n', out);
}
