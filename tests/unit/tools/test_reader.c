/* reader: whose file is it, and what do its cells mean? */
#include <criterion/criterion.h>
#include <string.h>

#include "tools/command.h"
#include "tools/reader.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

Test(reader, knows_a_file_by_its_header)
{
	static const struct {
		const char *cells[8], *name;
	} rows[] = {
		{ { "email", "first_name", "last_name", "network" },
		  "members" },
		{ { "network", "email", "minutes", "first_name", "last_name" },
		  "attendance" },
		{ { "name", "type", "status" }, "hubs" },
		{ { "Email Address", "First Name", "MEMBER_RATING",
		    "OPTIN_TIME" }, "mailchimp" },
		{ { "Email Address", "MEMBER_RATING", "OPTIN_TIME",
		    "UNSUB_TIME" }, "mailchimp-unsubscribed" },
		{ { "Email Address", "MEMBER_RATING", "OPTIN_TIME",
		    "CLEAN_TIME" }, "mailchimp-cleaned" },
		{ { "Order No.", "Order Date", "First Name", "Last Name",
		    "Email", "Quantity", "Ticket Type" }, "eventbrite" },
		{ { "Respondent ID", "Collector ID", "Start Date" },
		  "surveymonkey" },
		{ { "FIRST NAME", "Last name", "Email", "Registration Time",
		    "Approval Status" }, "zoom-registration" },
		{ { "Name (Original Name)", "User Email",
		    "Total Duration (Minutes)", "Guest" }, NULL },
		{ { "" }, NULL },
		{ { "email|first_name|last_name|network" }, NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct reader *reader;
		size_t count = 0;

		while (count < 8 && rows[i].cells[count] != NULL)
			count++;
		reader = reader_of(count, rows[i].cells);
		cr_assert_str_eq(reader != NULL ? reader->name : "",
				 rows[i].name != NULL ? rows[i].name : "");
	}
}

Test(reader, says_what_a_cell_means)
{
	static const struct {
		const char *reader, *column, *cell, *value;
	} rows[] = {
		{ "iecho", "Status", "Invited", "invited" },
		{ "iecho", "STATUS", "ACTIVE", "approved" },
		{ "iecho", "Status", "Act", "Act" }, /* to be refused */
		{ "iecho", "Status", "", "" },
		{ "eventbrite", "Attendee Status", "Checked In", "approved" },
		{ "eventbrite", "Order Date", "2021-01-08 10:15:00",
		  "2021-01-08" },
		{ "eventbrite", "Home Postcode", "HR1 2AB", "HR1" },
		{ "eventbrite", "Home Postcode", "HR12AB", "HR1" },
		{ "eventbrite", "Home Postcode", "HR1", "HR1" },
		{ "eventbrite", "Home Postcode", "", "" },
		{ "eventbrite", "Home Postcode", " HR1 2AB ", "HR1" },
		{ "eventbrite", "Home Postcode", "  ", "" },
		{ "iecho", "Status", " Active", "approved" },
		{ "zoom-registration", "Registration Time",
		  "Mar 5, 2021 11:23:29", "2021-03-05" },
		{ "zoom-registration", "Registration Time",
		  "08/09/2021 10:45:00 PM", "2021-08-09" },
		/* whose month? */
		{ "zoom-registration", "Registration Time", "08/09/2021",
		  "08/09/2021" },
		{ "zoom-registration", "Registration Time", "", "" },
		{ "surveymonkey", "What is your job role?*", "Nurse",
		  "Nurse" },
		{ "surveymonkey", "start date", "02/15/2022 10:04:55 AM",
		  "2022-02-15" },
		{ "surveymonkey", "NAME:", "Seren Ann Salt", "Seren Ann" },
		{ "surveymonkey", "Name", "Seren", "Seren" },
		{ "zoom-registration", "Approval Status", "cancelled by self",
		  "left" },
	};

	memory = arena_new(4096);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct reader_column *column = reader_column(
			reader_named(rows[i].reader), rows[i].column, NULL);

		cr_assert_not_null(column);
		cr_assert_str_eq(reader_value(column, memory, rows[i].cell),
				 rows[i].value);
	}
	cr_assert_null(reader_column(reader_named("iecho"), "Country", NULL));
	cr_assert_null(reader_named("pigeons"));
	arena_free(memory);
}

Test(reader, takes_two_fields_from_a_full_name)
{
	const struct reader *reader = reader_named("mailchimp");
	const struct reader_column *first = reader_column(reader, "Name", NULL),
				   *last = reader_column(reader, "Name", first);

	memory = arena_new(4096);
	cr_assert_str_eq(first->field, "first_name");
	cr_assert_str_eq(last->field, "last_name");
	cr_assert_str_eq(reader_value(last, memory, "Seren Ann Salt"), "Salt");
	cr_assert_str_eq(reader_value(last, memory, "Seren"), "");
	cr_assert_str_eq(reader_value(first, memory, "Ann Ash "), "Ann");
	cr_assert_str_eq(reader_value(last, memory, "Ann Ash "), "Ash");
	cr_assert_str_eq(reader_value(last, memory, " Ann\t"), "");
	cr_assert_null(reader_column(reader, "Name", last));
	cr_assert_str_eq(reader_field(reader, "last_name")->column, "Last Name");
	cr_assert_null(reader_field(reader, "setting"));
	arena_free(memory);
}
