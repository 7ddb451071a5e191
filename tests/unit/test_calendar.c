/* calendar: one object for one recipient, as calendars expect it. */
#include <criterion/criterion.h>
#include <string.h>

#include <libical/ical.h>

#include "services/notifier/calendar.h"

static struct arena *arena;

static void make_arena(void)
{
	arena = arena_new(4096);
}

static void drop_arena(void)
{
	arena_free(arena);
}

TestSuite(calendar, .init = make_arena, .fini = drop_arena);

static struct calendar_entry entry(void)
{
	return (struct calendar_entry){
		.uid = "s1@echo",
		.sequence = 3,
		.summary = "Breathlessness; what helps, and when",
		.description = "One\nTwo",
		.location = "https://zoom.example.org/j/1",
		.start_local = "2021-04-09T11:00:00",
		.zone = "Europe/London",
		.minutes = 90,
		.start_at_us = INT64_C(1617962400) * 1000000,
		.organizer_name = "St Nobody's",
		.organizer_address = "echo@example.org",
		.attendee_name = "Łukasz Nguyễn",
		.attendee_address = "l@example.org",
		.now_us = INT64_C(1617700000) * 1000000,
	};
}

static bool has(const char *object, const char *line)
{
	return strstr(object, line) != NULL;
}

Test(calendar, invites_in_wall_time_with_its_zone)
{
	struct calendar_entry wanted = entry();
	const char *object = calendar_object(arena, &wanted);

	cr_assert(has(object, "METHOD:REQUEST\r\n"));
	cr_assert(has(object, "UID:s1@echo\r\n"));
	cr_assert(has(object, "SEQUENCE:3\r\n"));
	cr_assert(has(object, "STATUS:CONFIRMED\r\n"));
	cr_assert(has(object, "DTSTART;TZID=Europe/London:20210409T110000\r\n"));
	cr_assert(has(object, "DTEND;TZID=Europe/London:20210409T123000\r\n"));
	cr_assert(has(object, "BEGIN:VTIMEZONE\r\nTZID:Europe/London\r\n"));
	cr_assert(has(object, "mailto:echo@example.org"));
	cr_assert(has(object, "RSVP=TRUE"));
	cr_assert(has(object, "SUMMARY:Breathlessness\\; what helps\\, and"));
	cr_assert(has(object, "DESCRIPTION:One\\nTwo\r\n"));
}

Test(calendar, cancels_the_same_entry)
{
	struct calendar_entry wanted = entry();
	const char *object;

	wanted.cancelled = true;
	wanted.sequence = 4;
	object = calendar_object(arena, &wanted);
	cr_assert(has(object, "METHOD:CANCEL\r\n"));
	cr_assert(has(object, "STATUS:CANCELLED\r\n"));
	cr_assert(has(object, "UID:s1@echo\r\n"));
	cr_assert(has(object, "SEQUENCE:4\r\n"));
	cr_assert(!has(object, "RSVP"));
}

Test(calendar, uses_utc_where_the_rule_is_not_british)
{
	struct calendar_entry wanted = entry();
	const char *object;

	wanted.zone = "America/Denver";
	object = calendar_object(arena, &wanted);
	cr_assert(has(object, "DTSTART:20210409T100000Z\r\n"));
	cr_assert(has(object, "DTEND:20210409T113000Z\r\n"));
	cr_assert(!has(object, "VTIMEZONE"));
}

Test(calendar, folds_and_ends_lines_as_the_standard_says)
{
	struct calendar_entry wanted = entry();
	const char *object;
	size_t length = 0;

	wanted.description = "A very long description that has to be folded "
			     "more than once, with ümläuts in it, and again "
			     "and again and again until it is long enough.";
	object = calendar_object(arena, &wanted);
	for (const char *c = object; *c; c++) {
		cr_assert_eq(*c == '\n', c > object && c[-1] == '\r');
		length = *c == '\n' ? 0 : length + 1;
		cr_assert(length <= 76, "%s", object);
	}
}

/* What a name holds cannot become a property of its own. */
Test(calendar, cannot_be_broken_out_of)
{
	struct calendar_entry wanted = entry();
	icalcomponent *parsed, *event;
	const char *object;

	wanted.summary = "A\r\nSTATUS:CANCELLED";
	wanted.attendee_name = "A\"B;X=Y";
	object = calendar_object(arena, &wanted);
	cr_assert(!has(object, "\r\nSTATUS:CANCELLED"), "%s", object);
	parsed = icalparser_parse_string(object);
	event = icalcomponent_get_first_component(parsed, ICAL_VEVENT_COMPONENT);
	cr_assert_eq(icalcomponent_count_errors(parsed), 0, "%s", object);
	cr_assert_eq(icalcomponent_count_properties(event,
						    ICAL_ATTENDEE_PROPERTY), 1);
	icalcomponent_free(parsed);
}

/* Both sides of the clock change, by the hand-written rule. */
Test(calendar, its_zone_knows_when_the_clocks_change)
{
	const struct {
		const char *local, *utc;
	} cases[] = {
		{ "2027-03-27T14:00:00", "20270327T140000Z" },
		{ "2027-03-28T14:00:00", "20270328T130000Z" },
		{ "2027-10-30T14:00:00", "20271030T130000Z" },
		{ "2027-10-31T14:00:00", "20271031T140000Z" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct calendar_entry wanted = entry();
		icalcomponent *parsed, *event;
		struct icaltimetype start;

		wanted.start_local = cases[i].local;
		parsed = icalparser_parse_string(
			calendar_object(arena, &wanted));
		event = icalcomponent_get_first_component(
			parsed, ICAL_VEVENT_COMPONENT);
		start = icaltime_convert_to_zone(
			icalcomponent_get_dtstart(event),
			icaltimezone_get_utc_timezone());
		cr_assert_str_eq(icaltime_as_ical_string(start), cases[i].utc);
		icalcomponent_free(parsed);
	}
}
