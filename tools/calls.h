/*
 * calls: the commands that are one call each. A row names the method, which of
 * the request's fields are options (all but the paging ones when it names
 * none) and which are arguments, and the columns of the table; the descriptors
 * give the rest. field session_id is option --session, start_local is
 * --start-local; ids may be given as names (resolve.h).
 */
#ifndef TOOLS_CALLS_H
#define TOOLS_CALLS_H

#include "services/common/wire/field.h"

struct remote {
	const char *service;
	const char *method;
	const char *arguments; /* fields given by position */
	const char *fields;    /* fields that are options; NULL: all */
	const char *columns;   /* of the table; NULL: all */
	const char *fresh;     /* an id that is made here when not given */
};

/* The options of such a command, in memory. */
const struct argp_option *calls_options(const struct remote *remote);

#endif
