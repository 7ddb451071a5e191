/* The kinds of files: tables, and how they are recognised. */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "services/common/base/text.h"
#include "tools/reader.h"

#define BLANK " \t\r\n"

/* A day, from the forms in which other programs write moments. Month and day
 * in figures are told apart only where AM or PM says whose form it is. */
static const char *as_day(struct arena *arena, const char *cell)
{
	static const char *const forms[] = { "%Y-%m-%d", "%b %d, %Y",
					     "%d %b %Y" };
	size_t length = strlen(cell);
	bool american = length > 2 && cell[length - 1] == 'M' &&
			strchr("AP", cell[length - 2]) != NULL;
	struct tm day = { 0 };
	bool read = american && strptime(cell, "%m/%d/%Y", &day) != NULL;

	for (size_t i = 0; !read && i < sizeof(forms) / sizeof(forms[0]); i++)
		read = strptime(cell, forms[i], &day) != NULL;
	return read ? arena_printf(arena, "%04d-%02d-%02d", day.tm_year + 1900,
				   day.tm_mon + 1, day.tm_mday)
		    : cell;
}

/* The first half of a postcode: the rest is nobody's business, and stays. */
static const char *as_outward(struct arena *arena, const char *cell)
{
	size_t length = strlen(cell);
	const char *blank = strchr(cell, ' ');

	if (blank != NULL)
		return arena_copy(arena, cell, (size_t)(blank - cell));
	return length > 4 ? arena_copy(arena, cell, length - 3) : cell;
}

/* A full name: all words but the last, and the last. */
static const char *as_first_names(struct arena *arena, const char *cell)
{
	const char *blank = strrchr(cell, ' ');

	return blank == NULL ? cell
			     : arena_copy(arena, cell, (size_t)(blank - cell));
}

static const char *as_last_name(struct arena *arena, const char *cell)
{
	const char *blank = strrchr(cell, ' ');

	(void)arena;
	return blank == NULL ? "" : blank + 1;
}

/* clang-format off */

static const struct reader_column sessions[] = {
	{ "zoom_id", "zoom_meeting" },
	{ 0 },
};

/* iECHO's "All Programs Data": who is in the programmes of an organisation. */
static const struct reader_column iecho[] = {
	{ "Email", "email" },
	{ "First Name", "first_name" },
	{ "Last Name", "last_name" },
	{ "Title", "role_title" },
	{ "Status", "status", "Invited=invited;Active=approved" },
	{ 0 },
};
static const struct reader_column eventbrite[] = {
	{ "Email", "email" },
	{ "First Name", "first_name" },
	{ "Last Name|Surname", "last_name" },
	{ "Company", "organisation" },
	{ "Job Title", "role_title" },
	{ "Cell Phone|Mobile Phone", "phone" },
	{ "Home Postcode|Work Postcode", "postcode_outward", NULL, as_outward },
	{ "Order Date", "joined_on", NULL, as_day },
	{ "Attendee Status", "status",
	  "Attending=approved;Checked In=approved;Not Attending=left;"
	  "Deleted=left;Refunded=left;Cancelled=left" },
	{ 0 },
};
static const struct reader_column mailchimp[] = {
	{ "Email Address|Email", "email" },
	{ "First Name", "first_name" },
	{ "Last Name", "last_name" },
	{ "Name|Full Name", "first_name", NULL, as_first_names },
	{ "Name|Full Name", "last_name", NULL, as_last_name },
	{ "Company|Organisation|Organization", "organisation" },
	{ "Position|Job Title", "role_title" },
	{ "Phone Number", "phone" },
	{ "OPTIN_TIME", "joined_on", NULL, as_day },
	{ NULL, "marketing_opt_in", "yes" },
	{ 0 },
};
static const struct reader_column unsubscribed[] = {
	{ "Email Address|Email", "address" },
	{ NULL, "reason", "mailchimp: unsubscribed" },
	{ 0 },
};
static const struct reader_column cleaned[] = {
	{ "Email Address|Email", "address" },
	{ NULL, "reason", "mailchimp: cleaned" },
	{ 0 },
};
static const struct reader_column zoom[] = {
	{ "Email", "email" },
	{ "First Name", "first_name" },
	{ "Last Name", "last_name" },
	{ "Phone", "phone" },
	{ "Organization|Organisation", "organisation" },
	{ "Job Title", "role_title" },
	{ "Zip/Postal Code", "postcode_outward", NULL, as_outward },
	{ "Registration Time", "joined_on", NULL, as_day },
	{ "Approval Status", "status",
	  "approved=approved;pending=requested;pending approval=requested;"
	  "denied=declined;blocked=declined;cancelled=left;"
	  "cancelled by self=left" },
	{ 0 },
};

/* A form by which people signed up: what its collector knows, the lines of a
 * question for contact details, and questions as they are usually put. */
#define FULL_NAME "Name|Full name|Your name|What is your name|" \
	"First and last name|Name and surname"
static const struct reader_column surveymonkey[] = {
	{ "Email Address|Email|E-mail|E-mail address|Your email|"
	  "Your email address|What is your email address|"
	  "Please give your email address", "email" },
	{ "First Name|Forename|What is your first name", "first_name" },
	{ "Last Name|Surname|What is your last name|What is your surname",
	  "last_name" },
	{ FULL_NAME, "first_name", NULL, as_first_names },
	{ FULL_NAME, "last_name", NULL, as_last_name },
	{ "Company|Organisation|Organization|Employer|Workplace|"
	  "Place of work|Name of organisation|Where do you work|"
	  "What is your organisation|What organisation do you work for",
	  "organisation" },
	{ "Job title|Job role|Role|Your role|What is your job title|"
	  "What is your job role|What is your role", "role_title" },
	{ "Phone Number|Phone|Telephone|Telephone number|Mobile number",
	  "phone" },
	{ "ZIP/Postal Code|Postcode|Post code|Work postcode|Your postcode|"
	  "What is your postcode", "postcode_outward", NULL, as_outward },
	{ "Start Date|Date Created", "joined_on", NULL, as_day },
	{ "Respondent ID|Collector ID|End Date|Date Modified|IP Address|"
	  "Custom Data 1", "" },
	{ 0 },
};

#define MEMBER "email first_name last_name network"

/* The first whose mark fits is it. */
static const struct reader readers[] = {
	{ "sessions", "scheduler", "ImportSession",
	  "network|programme|number|date|start",
	  "network programme number title date start", sessions },
	{ "attendance", "scheduler", "ImportAttendance",
	  "network|email|minutes", "network email minutes" },
	{ "members", "registry", "ImportMembers",
	  "email|first_name|last_name|network", MEMBER },
	{ "networks", "registry", "ImportNetworks", "hub|title|slug",
	  "hub title slug" },
	{ "hubs", "registry", "ImportHubs", "name|type", "name" },
	{ "iecho", "registry", "ImportMembers",
	  "Hub Name|First Name|Last Name|Status|Email", MEMBER, iecho, true },
	{ "eventbrite", "registry", "ImportMembers",
	  "Order Date|Email|Ticket Type", MEMBER, eventbrite, true },
	{ "mailchimp-unsubscribed", "notifier", "Suppress",
	  "MEMBER_RATING|UNSUB_TIME", "address", unsubscribed, true, false,
	  "UNSUB_TIME" },
	{ "mailchimp-cleaned", "notifier", "Suppress",
	  "MEMBER_RATING|CLEAN_TIME", "address", cleaned, true, false,
	  "CLEAN_TIME" },
	{ "mailchimp", "registry", "ImportMembers",
	  "MEMBER_RATING|OPTIN_TIME", MEMBER, mailchimp, true },
	{ "zoom-registration", "registry", "ImportMembers",
	  "First Name|Last Name|Email|Registration Time|Approval Status",
	  MEMBER, zoom, true },
	{ "surveymonkey", "registry", "ImportMembers",
	  "Respondent ID|Collector ID", MEMBER, surveymonkey, true, true },
};

/* clang-format on */

#define COUNT (sizeof(readers) / sizeof(readers[0]))

const struct reader *reader_named(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(readers[i].name, name) == 0)
			return &readers[i];
	return NULL;
}

bool reader_knows(const struct reader *reader, size_t count,
		  const char *const cells[])
{
	const char *mark = reader->mark;

	while (*mark != '\0') {
		size_t length = strcspn(mark, "|"), i = 0;

		while (i < count && (strlen(cells[i]) != length ||
				     strncasecmp(cells[i], mark, length) != 0))
			i++;
		if (i == count)
			return false;
		mark += length + (mark[length] == '|');
	}
	return true;
}

const struct reader *reader_of(size_t count, const char *const cells[])
{
	for (size_t i = 0; i < COUNT; i++)
		if (reader_knows(&readers[i], count, cells))
			return &readers[i];
	return NULL;
}

const char *reader_names(struct arena *arena)
{
	struct text names = text_new(arena);

	for (size_t i = 0; i < COUNT; i++)
		text_printf(&names, "%s%s", i > 0 ? " " : "", readers[i].name);
	return names.bytes;
}

/* Is it one of these names? A question may end as questions do. */
static bool is_called(const char *column, const char *names)
{
	size_t length = strlen(column);

	while (length > 0 && strchr(" ?:*.", column[length - 1]) != NULL)
		length--;
	while (*names != '\0') {
		size_t name = strcspn(names, "|");

		if (name == length && strncasecmp(names, column, name) == 0)
			return true;
		names += name + (names[name] == '|');
	}
	return false;
}

const struct reader_column *reader_column(const struct reader *reader,
					  const char *column,
					  const struct reader_column *after)
{
	const struct reader_column *row =
		after != NULL ? after + 1 : reader->columns;

	for (; row != NULL && row->field != NULL; row++)
		if (row->column != NULL && is_called(column, row->column))
			return row;
	return NULL;
}

const struct reader_column *reader_field(const struct reader *reader,
					 const char *field)
{
	const struct reader_column *row = reader->columns;

	for (; row != NULL && row->field != NULL; row++)
		if (row->column != NULL && strcmp(row->field, field) == 0)
			return row;
	return NULL;
}

/* People leave blanks around what they type. */
static const char *without_blanks(struct arena *arena, const char *cell)
{
	size_t length;

	cell += strspn(cell, BLANK);
	length = strlen(cell);
	while (length > 0 && strchr(BLANK, cell[length - 1]) != NULL)
		length--;
	return cell[length] == '\0' ? cell : arena_copy(arena, cell, length);
}

const char *reader_value(const struct reader_column *column,
			 struct arena *arena, const char *cell)
{
	const char *words = column->words;

	cell = without_blanks(arena, cell);
	if (column->convert != NULL)
		return column->convert(arena, cell);
	while (words != NULL && *words != '\0') {
		size_t theirs = strcspn(words, "="), all = strcspn(words, ";");

		if (strlen(cell) == theirs &&
		    strncasecmp(cell, words, theirs) == 0)
			return arena_copy(arena, words + theirs + 1,
					  all - theirs - 1);
		words += all + (words[all] == ';');
	}
	return cell;
}
