#include "web/people.h"

const char *
people_name(const struct user *u)
{
	const struct athlete *who = &u->athlete;

	return who->display_name[0] != '\0' ? who->display_name : who->username;
}

bool
people_badges(struct page *p, const struct user *u)
{
	if (u->is_admin)
		page_badge(p, TONE_GOOD, "administrator");
	if (u->status == USER_PENDING)
		page_badge(p, TONE_WARN, "waits for approval");
	if (u->status == USER_SUSPENDED)
		page_badge(p, TONE_BAD, "suspended");
	if (u->unverified)
		page_badge(p, TONE_WARN, "address not confirmed");
	return u->is_admin || u->unverified || u->status != USER_ACTIVE;
}

void
people_show(
    struct page *p, const struct user *u, const char *href, const char *badge)
{
	const struct athlete *who = &u->athlete;
	struct html *h = &p->h;

	html_box(h, "div", "what");
	html_open(h, "strong");
	if (href != NULL)
		html_link(h, href, people_name(u));
	else
		html_text(h, people_name(u));
	html_close(h, "strong");
	html_text(h, " ");
	if (badge != NULL)
		page_badge(p, TONE_PLAIN, badge);
	people_badges(p, u);
	html_open(h, "p");
	html_text(h, who->username);
	if (who->email[0] != '\0' && strcmp(who->email, who->username) != 0)
		html_textf(h, ", %s", who->email);
	html_text(h, ", since ");
	page_instant(p, u->created_us);
	html_close(h, "p");
	html_close(h, "div");
}
