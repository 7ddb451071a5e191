/* statements: those that C runs; registry.c has the table, by these numbers. */
#ifndef ECHO_REGISTRY_STATEMENTS_H
#define ECHO_REGISTRY_STATEMENTS_H

#include "services/common/data/sql.h"

enum { STATEMENT_CREDENTIAL, STATEMENT_AUDIT_UNSEALED, STATEMENT_AUDIT_SEAL };

extern const struct binding statements[];

#endif
