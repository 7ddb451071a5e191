/* calendar: libical makes the object; only VTIMEZONE is written by hand. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libical/ical.h>

#include "services/common/base/clock.h"
#include "services/common/base/text.h"
#include "services/notifier/calendar.h"

/* libical's own VTIMEZONE is 8 KB of history under a private TZID. This is the
 * rule since 1996: last Sunday of March to last Sunday of October, 01:00 UTC. */
static const char british_rule[] =
	"BEGIN:VTIMEZONE\r\nTZID:%s\r\n"
	"BEGIN:DAYLIGHT\r\nTZNAME:%s\r\nTZOFFSETFROM:+0000\r\n"
	"TZOFFSETTO:+0100\r\nDTSTART:19960331T010000\r\n"
	"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"
	"BEGIN:STANDARD\r\nTZNAME:GMT\r\nTZOFFSETFROM:+0100\r\n"
	"TZOFFSETTO:+0000\r\nDTSTART:19961027T020000\r\n"
	"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\n"
	"END:VTIMEZONE\r\n";

static const struct {
	const char *zone, *summer_name;
} british_zones[] = {
	{ "Europe/London", "BST" }, { "Europe/Belfast", "BST" },
	{ "Europe/Dublin", "IST" }, { "Europe/Guernsey", "BST" },
	{ "Europe/Isle_of_Man", "BST" }, { "Europe/Jersey", "BST" },
};

static const char *summer_name(const char *zone)
{
	for (size_t i = 0; i < sizeof(british_zones) / sizeof(*british_zones);
	     i++)
		if (!strcmp(british_zones[i].zone, zone))
			return british_zones[i].summer_name;
	return NULL;
}

static void add_zone(icalcomponent *calendar, struct arena *arena,
		     const char *zone)
{
	const char *text =
		arena_printf(arena, british_rule, zone, summer_name(zone));

	icalcomponent_add_component(calendar, icalparser_parse_string(text));
}

/* Wall time has no zone of its own here: TZID is a parameter. */
static struct icaltimetype wall_time(const char *local)
{
	char digits[16] = "";
	size_t n = 0;

	for (; *local && n < 15; local++)
		if (*local >= '0' && *local <= '9') {
			if (n == 8)
				digits[n++] = 'T';
			digits[n++] = *local;
		}
	return icaltime_from_string(digits);
}

static void add_time(icalcomponent *event, icalproperty *property,
		     const char *zone)
{
	if (summer_name(zone))
		icalproperty_add_parameter(property,
					   icalparameter_new_tzid(zone));
	icalcomponent_add_property(event, property);
}

static struct icaltimetype utc_time(int64_t at_us)
{
	return icaltime_from_timet_with_zone((time_t)(at_us / CLOCK_SECOND), 0,
					     icaltimezone_get_utc_timezone());
}

static void add_times(icalcomponent *event, const struct calendar_entry *entry)
{
	struct icaltimetype start = summer_name(entry->zone)
					    ? wall_time(entry->start_local)
					    : utc_time(entry->start_at_us);
	struct icaldurationtype length =
		icaldurationtype_from_int(entry->minutes * 60);

	add_time(event, icalproperty_new_dtstart(start), entry->zone);
	add_time(event, icalproperty_new_dtend(icaltime_add(start, length)),
		 entry->zone);
}

static icalproperty *person(icalproperty *property, const char *name)
{
	if (*name)
		icalproperty_add_parameter(property,
					   icalparameter_new_cn(name));
	return property;
}

static void add_people(icalcomponent *event, struct arena *arena,
		       const struct calendar_entry *entry)
{
	icalproperty *attendee;

	icalcomponent_add_property(
		event, person(icalproperty_new_organizer(arena_printf(
				      arena, "mailto:%s",
				      entry->organizer_address)),
			      entry->organizer_name));
	attendee = person(
		icalproperty_new_attendee(arena_printf(
			arena, "mailto:%s", entry->attendee_address)),
		entry->attendee_name);
	icalproperty_add_parameter(attendee, icalparameter_new_role(
						     ICAL_ROLE_REQPARTICIPANT));
	if (!entry->cancelled) {
		icalproperty_add_parameter(
			attendee,
			icalparameter_new_partstat(ICAL_PARTSTAT_NEEDSACTION));
		icalproperty_add_parameter(
			attendee, icalparameter_new_rsvp(ICAL_RSVP_TRUE));
	}
	icalcomponent_add_property(event, attendee);
}

static icalcomponent *make_event(struct arena *arena,
				 const struct calendar_entry *entry)
{
	icalcomponent *event = icalcomponent_vanew(
		ICAL_VEVENT_COMPONENT, icalproperty_new_uid(entry->uid),
		icalproperty_new_sequence(entry->sequence),
		icalproperty_new_dtstamp(utc_time(entry->now_us)),
		icalproperty_new_summary(entry->summary),
		icalproperty_new_status(entry->cancelled
						? ICAL_STATUS_CANCELLED
						: ICAL_STATUS_CONFIRMED),
		(void *)0);

	add_times(event, entry);
	add_people(event, arena, entry);
	if (*entry->description)
		icalcomponent_add_property(event, icalproperty_new_description(
							  entry->description));
	if (*entry->location)
		icalcomponent_add_property(
			event, icalproperty_new_location(entry->location));
	return event;
}

const char *calendar_object(struct arena *arena,
			    const struct calendar_entry *entry)
{
	icalcomponent *calendar = icalcomponent_vanew(
		ICAL_VCALENDAR_COMPONENT, icalproperty_new_version("2.0"),
		icalproperty_new_prodid("-//ECHO superhub//notifier//EN"),
		icalproperty_new_method(entry->cancelled ? ICAL_METHOD_CANCEL
							 : ICAL_METHOD_REQUEST),
		(void *)0);
	const char *copy;
	char *text;

	if (summer_name(entry->zone))
		add_zone(calendar, arena, entry->zone);
	icalcomponent_add_component(calendar, make_event(arena, entry));
	text = icalcomponent_as_ical_string_r(calendar);
	copy = arena_strdup(arena, text);
	icalmemory_free_buffer(text);
	icalcomponent_free(calendar);
	return copy;
}
