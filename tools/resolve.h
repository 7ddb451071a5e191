/*
 * resolve: what people call things, as ids.
 *
 *   hub_id        the hub's name
 *   network_id    the slug
 *   programme_id  SLUG/PROGRAMME
 *   session_id    SLUG/PROGRAMME/NUMBER
 *   person_id     an e-mail address that one person reads
 *
 * An id is taken as it is. Asks the services.
 */
#ifndef TOOLS_RESOLVE_H
#define TOOLS_RESOLVE_H

/* The id for a request field of that name; NULL, and told, when there is none.
 * For other fields the name itself. */
const char *resolve(const char *field, const char *name);

/* How that field's value is written, for help; NULL: nothing special. */
const char *resolve_form(const char *field);

#endif
