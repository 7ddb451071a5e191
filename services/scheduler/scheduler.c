/*
 * scheduler: programmes, sessions, who does what in them, invitations and
 * attendance. The tables; attendance.c holds the one rule that SQL cannot say.
 */
#include "registry.pb-c.h"
#include "scheduler.pb-c.h"
#include "scheduler_sql.h"
#include "services/common/run/service.h"
#include "services/scheduler/attendance.h"

/* Who may, besides the operator; which rows they see and change is row-level
 * security (migrations/0004_sight.sql, 0010_rights.sql). */
#define TEAM "hub_admin coordinator"
#define LEADS TEAM " facilitator network_lead"
#define VIEWERS \
	LEADS " speaker it_support evaluator superhub_admin superhub_viewer"

static const struct method methods[] = {
	{ "PutProgramme", { SQL(put_programme) }, .key = "programme_id",
	  .write = true, .roles = TEAM },
	{ "GetProgramme", { SQL(get_programme) }, .roles = VIEWERS },
	{ "ListProgrammes", { SQL(list_programmes) }, .roles = VIEWERS },

	{ "PlanSession", { SQL(plan_session) }, .key = "session_id",
	  .write = true, .roles = TEAM },
	{ "PublishSession", { SQL(publish_session) }, .key = "session_id",
	  .write = true, .roles = TEAM },
	{ "GetSession", { SQL(get_session) }, .roles = VIEWERS,
	  .self = "person_id" },
	{ "ListSessions", { SQL(list_sessions) }, .roles = VIEWERS,
	  .self = "person_id" },
	{ "RescheduleSession", { SQL(reschedule_session) },
	  .key = "session_id", .write = true, .roles = TEAM },
	{ "CancelSession", { SQL(cancel_session) }, .key = "session_id",
	  .write = true, .roles = TEAM },
	{ "AdvanceSession", { SQL(advance_session) }, .key = "session_id",
	  .write = true, .roles = TEAM },
	{ "ListSessionMoves", { SQL(list_session_moves) }, .roles = VIEWERS },
	{ "ImportSession", { SQL(import_session) }, .write = true,
	  .roles = TEAM },

	{ "Assign", { SQL(assign) }, .key = "session_id", .write = true,
	  .roles = TEAM },
	{ "AnswerAssignment", { SQL(answer_assignment) },
	  .key = "assignment_id", .write = true, .roles = TEAM,
	  .self = "person_id" },
	{ "ListAssignments", { SQL(list_assignments) }, .roles = VIEWERS,
	  .self = "person_id" },
	{ "Rsvp", { SQL(rsvp) }, .key = "person_id", .write = true,
	  .roles = TEAM, .self = "person_id" },
	{ "ListInvitations", { SQL(list_invitations) }, .roles = LEADS,
	  .self = "person_id" },

	{ "ImportZoomAttendance", { SQL(import_zoom_rows), SQL(attend),
	  SQL(import_zoom_attendance) }, .check = read_zoom_export,
	  .key = "session_id", .write = true, .roles = LEADS },
	{ "ListAttendanceReview", { SQL(list_attendance_review) },
	  .roles = LEADS },
	{ "DecideAttendanceRow", { SQL(decide_row), SQL(attend),
	  SQL(decide_attendance_row) }, .key = "session_id", .write = true,
	  .roles = LEADS },
	{ "ImportAttendance", { SQL(import_attendance) }, .write = true,
	  .roles = TEAM },
	{ "AdjustAttendance", { SQL(adjust_attendance) }, .key = "person_id",
	  .write = true, .roles = LEADS },
	{ "ListAttendance", { SQL(list_attendance) }, .roles = LEADS,
	  .self = "person_id" },
	{ "ListAttendanceImports", { SQL(list_attendance_imports) },
	  .roles = LEADS },

	{ "HeldData", { SQL(held_data) }, .roles = "hub_admin",
	  .self = "person_id" },
	{ "ListRetention", { RUNTIME_SQL(list_retention) }, .roles = "hub_admin" },
	{ "PutRetention", { RUNTIME_SQL(put_retention) }, .key = "rule",
	  .write = true, .roles = TOKEN_OPERATOR },
	{ 0 }
};

static const struct feed feeds[] = {
	{ "programme", &scheduler__programme__descriptor, SQL(feed_programme),
	  "reporting" },
	{ "session", &scheduler__session__descriptor, SQL(feed_session),
	  "registry notifier reporting" },
	{ "assignment", &scheduler__assignment__descriptor,
	  SQL(feed_assignment), "notifier reporting" },
	{ "invitation", &scheduler__invitation__descriptor,
	  SQL(feed_invitation), "notifier reporting" },
	{ "attendance", &scheduler__attendance__descriptor,
	  SQL(feed_attendance), "registry notifier reporting" },
	{ 0 }
};

static const struct follow follows[] = {
	{ "registry", "hub", &registry__hub__descriptor, { SQL(follow_hub) } },
	{ "registry", "network", &registry__network__descriptor,
	  { SQL(follow_network) } },
	{ "registry", "person", &registry__person__descriptor,
	  { SQL(follow_person_erase), SQL(follow_person),
	    SQL(follow_person_key) } },
	{ "registry", "membership", &registry__membership__descriptor,
	  { SQL(follow_membership), SQL(follow_membership_attendance) } },
	{ 0 }
};

#define HOUR (3600 * CLOCK_SECOND)

static const struct timer timers[] = {
	{ "move_sessions", SQL(move_sessions), .every_us = 1 * CLOCK_SECOND },
	{ "deliver_assignments", SQL(deliver_assignments),
	  .every_us = 10 * CLOCK_SECOND },
	{ "invite", SQL(invite), .every_us = 30 * CLOCK_SECOND },
	{ "retain_guests", SQL(retain_guests), .every_us = HOUR },
	{ "retain_evidence", SQL(retain_evidence), .every_us = HOUR },
	{ 0 }
};

const struct service scheduler = {
	.name = "scheduler",
	.version = ECHO_VERSION,
	.descriptor = &scheduler__scheduler__descriptor,
	.methods = methods,
	.feeds = feeds,
	.follows = follows,
	.timers = timers,
	.migrations = sql_migrations,
};

int main(int argc, char **argv)
{
	return service_main(&scheduler, argc, argv);
}
