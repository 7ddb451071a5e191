/* status: names, SQLSTATEs, and which failures may be tried again. */
#include <criterion/criterion.h>

#include "services/common/wire/status.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

Test(status, names_are_those_of_the_contract)
{
	for (unsigned i = 0; i < rpc__status__descriptor.n_values; i++) {
		const ProtobufCEnumValue *value =
			&rpc__status__descriptor.values[i];

		cr_expect_str_eq(status_name((enum status)value->value),
				 value->name);
		cr_expect_eq(status_parse(value->name),
			     (enum status)value->value);
	}
	cr_expect_str_eq(status_name((enum status)99), "INTERNAL");
	cr_expect_eq(status_parse("ok"), STATUS_INTERNAL);
	cr_expect_eq(status_parse(""), STATUS_INTERNAL);
}

Test(status, of_sqlstate)
{
	static const struct {
		const char *sqlstate;
		enum status status;
	} rows[] = {
		{ "22001", STATUS_INVALID }, { "22P02", STATUS_INVALID },
		{ "23514", STATUS_INVALID }, { "23502", STATUS_INVALID },
		{ "23503", STATUS_INVALID }, { "23505", STATUS_CONFLICT },
		{ "23P01", STATUS_CONFLICT }, { "40001", STATUS_UNAVAILABLE },
		{ "40P01", STATUS_UNAVAILABLE }, { "40003", STATUS_UNCERTAIN },
		{ "08006", STATUS_UNAVAILABLE }, { "08007", STATUS_UNCERTAIN },
		{ "42501", STATUS_FORBIDDEN }, { "42P01", STATUS_INTERNAL },
		{ "53300", STATUS_UNAVAILABLE }, { "57014", STATUS_DEADLINE },
		{ "57P01", STATUS_UNAVAILABLE }, { "25006", STATUS_UNAVAILABLE },
		{ "P0001", STATUS_INVALID }, { "P0002", STATUS_NOT_FOUND },
		{ "XX000", STATUS_INTERNAL }, { "", STATUS_INTERNAL },
		{ NULL, STATUS_INTERNAL },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(status_of_sqlstate(rows[i].sqlstate),
			     rows[i].status, "%s", rows[i].sqlstate);
}

Test(status, transient_ones)
{
	cr_expect(status_is_transient(STATUS_OVERLOADED));
	cr_expect(status_is_transient(STATUS_UNAVAILABLE));
	cr_expect(status_is_transient(STATUS_UNCERTAIN));
	cr_expect_not(status_is_transient(STATUS_OK));
	cr_expect_not(status_is_transient(STATUS_INVALID));
	cr_expect_not(status_is_transient(STATUS_CONFLICT));
	cr_expect_not(status_is_transient(STATUS_DEADLINE));
	cr_expect_not(status_is_transient(STATUS_INTERNAL));
}

Test(status, error_set_fills_and_returns)
{
	struct error error;

	cr_expect_eq(error_set(&error, STATUS_CONFLICT, "taken", NULL),
		     STATUS_CONFLICT);
	cr_expect_eq(error.status, STATUS_CONFLICT);
	cr_expect_str_eq(error.message, "taken");
	cr_expect_str_eq(error.field, "");
	cr_expect_eq(error_set(NULL, STATUS_INVALID, "x", "y"),
		     STATUS_INVALID);
	error_set(&error, STATUS_OK, NULL, NULL);
	cr_expect_str_eq(error.message, "");
}
