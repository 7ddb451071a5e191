/* The rows of the files that bench_import makes up. */
#include "registry.pb-c.h"
#include "scheduler.pb-c.h"
#include "services/common/wire/field.h"
#include "tests/bench/import_files.h"

static const struct {
	const char *field, *text;
} dirt[] = {
	{ "email", "nobody at home" }, { "profession", "wizard" },
	{ "postcode_outward", "HR1 2AB" }, { "phone", "ask mum" },
	{ "network", "nowhere" }, { "marketing_opt_in", "perhaps" },
};

static size_t dirt_of(long n)
{
	return (size_t)(n / DIRT) % (sizeof(dirt) / sizeof(dirt[0]));
}

const char *import_member_fault(long n)
{
	return n % DIRT == 7 ? dirt[dirt_of(n)].field : "";
}

/* Names as unlike each other as people's are: the service looks for doubles
 * among colleagues. The benchmark's SQL makes the same ones. */
static char *first_name(struct arena *arena, long n)
{
	char *name = arena_printf(arena, "%012lld",
				  n * 987654321LL % 999999999989LL);

	for (char *c = name; *c; c++)
		*c = (char)('a' + (*c - '0'));
	return name;
}

ProtobufCMessage *import_member(struct arena *arena, long n)
{
	Registry__ImportMembersRequest *row =
		(Registry__ImportMembersRequest *)message_new(
			arena, &registry__import_members_request__descriptor);

	row->email = arena_printf(arena, "m%ld@members.example.org", n);
	row->first_name = first_name(arena, n);
	row->last_name = arena_printf(arena, "Number %ld", n);
	row->profession = arena_strdup(arena, "registered_nurse");
	row->role_title = arena_strdup(arena, "Ward nurse");
	row->organisation = arena_printf(arena, "Care Home %ld", n % 2000);
	row->setting = arena_strdup(arena, "care_home_nursing");
	row->postcode_outward = arena_strdup(arena, "HR1");
	row->nation = arena_strdup(arena, "england");
	row->phone = arena_printf(arena, "01432 %06ld", n);
	row->network = arena_printf(arena, "network-%ld", n % 50);
	row->joined_on = arena_strdup(arena, "2021-04-09");
	row->marketing_opt_in = arena_strdup(arena, "yes");
	row->import_id = arena_strdup(arena, IMPORT_ID);
	if (import_member_fault(n)[0])
		field_set(arena, &row->base,
			  field_find(row->base.descriptor,
				     dirt[dirt_of(n)].field),
			  dirt[dirt_of(n)].text, NULL);
	return &row->base;
}

/* 200 members of a network in each of its sessions, as files come: in order. */
ProtobufCMessage *import_attendance(struct arena *arena, long n)
{
	long session = n / 200, network = session % 50;
	long number = session / 50 + 1;
	Scheduler__ImportAttendanceRequest *row =
		(Scheduler__ImportAttendanceRequest *)message_new(
			arena,
			&scheduler__import_attendance_request__descriptor);

	row->network = arena_printf(arena, "network-%ld", network);
	row->session_number = (int32_t)number;
	row->email =
		arena_printf(arena, "m%ld@example.org",
			     network + (n % 200 + number * 19) % 2000 * 50);
	row->minutes = 75;
	return &row->base;
}
