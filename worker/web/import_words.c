#include "web/import_words.h"

static const struct {
	enum err_code code;
	const char *words;
} reasons[] = {
	{ ERR_CORRUPT,
	    "The file is damaged or not complete. Copy it from the device "
	    "again, or export it once more." },
	{ ERR_UNSUPPORTED,
	    "This is no kind of file that is read here: those are FIT, GPX and "
	    "TCX, and the exports of Strava, Garmin and Apple Health." },
	{ ERR_TOO_LARGE, "The file is larger than what is read here." },
};

/* Of where in the file it stood, or of its inside. */
static bool
is_of_insides(const char *message)
{
	static const char *const signs[] = { "byte", "line ", "<" };

	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (strstr(message, signs[i]) != NULL)
			return true;
	return false;
}

const char *
import_words(const char *code, const char *message)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (strcmp(err_name(reasons[i].code), code) == 0 &&
		    is_of_insides(message))
			return reasons[i].words;
	return NULL;
}

void
import_reason(struct page *p, const char *code, const char *message)
{
	const char *sentence =
	    page_sentence(http_arena(p->req), str_of(message));
	const char *words = import_words(code, message);
	struct html *h = &p->h;

	html_line(h, "p", NULL, words != NULL ? words : sentence);
	if (words == NULL)
		return;
	html_open(h, "details");
	html_line(h, "summary", NULL, "In detail");
	html_line(h, "p", NULL, sentence);
	html_close(h, "details");
}
