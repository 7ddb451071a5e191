/*
 * status: names come from the descriptor of rpc.Status, so that log lines,
 * scripts and the .proto can never disagree.
 */
#include "services/common/wire/status.h"

#include <assert.h>
#include <string.h>

/* By prefix, the longer before the shorter. */
static const struct {
	const char *prefix;
	enum status status;
} sqlstates[] = {
	{ "08007", STATUS_UNCERTAIN }, /* transaction resolution unknown */
	{ "08", STATUS_UNAVAILABLE },
	{ "22", STATUS_INVALID },
	{ "23505", STATUS_CONFLICT },
	{ "23P01", STATUS_CONFLICT },
	{ "23", STATUS_INVALID },
	{ "25006", STATUS_UNAVAILABLE }, /* a standby: after a failover */
	{ "40003", STATUS_UNCERTAIN },
	{ "40", STATUS_UNAVAILABLE },
	{ "42501", STATUS_FORBIDDEN }, /* row-level security said no */
	{ "53", STATUS_UNAVAILABLE },
	{ "54", STATUS_INVALID }, /* a value too large to store or index */
	{ "55P03", STATUS_UNAVAILABLE },
	{ "57014", STATUS_DEADLINE }, /* statement_timeout; rolled back */
	{ "57", STATUS_UNAVAILABLE },
	{ "58", STATUS_UNAVAILABLE },
	{ "P0001", STATUS_INVALID }, /* RAISE without a code */
	{ "P0002", STATUS_NOT_FOUND },
};

const char *status_name(enum status status)
{
	const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(
		&rpc__status__descriptor, (int)status);

	return value == NULL ? "INTERNAL" : value->name;
}

enum status status_parse(const char *name)
{
	const ProtobufCEnumValue *value =
		protobuf_c_enum_descriptor_get_value_by_name(
			&rpc__status__descriptor, name);

	return value == NULL ? STATUS_INTERNAL : (enum status)value->value;
}

enum status status_of_sqlstate(const char *sqlstate)
{
	size_t count = sizeof(sqlstates) / sizeof(sqlstates[0]);

	if (sqlstate == NULL)
		return STATUS_INTERNAL;
	for (size_t i = 0; i < count; i++) {
		const char *prefix = sqlstates[i].prefix;

		if (strncmp(sqlstate, prefix, strlen(prefix)) == 0)
			return sqlstates[i].status;
	}
	return STATUS_INTERNAL;
}

bool status_is_transient(enum status status)
{
	return status == STATUS_OVERLOADED || status == STATUS_UNAVAILABLE ||
	       status == STATUS_UNCERTAIN;
}

enum status error_set(struct error *error, enum status status,
		      const char *message, const char *field)
{
	assert(status == STATUS_OK || message != NULL);
	if (error != NULL) {
		*error = (struct error){
			.status = status,
			.message = message == NULL ? "" : message,
			.field = field == NULL ? "" : field,
		};
	}
	return status;
}
