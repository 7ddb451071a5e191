/* reminders: fill the notifier's tables. */
#include <stdio.h>

#include "tests/support/reminders.h"

void reminders_members(struct stage *stage, int members, const char *domain,
		       int slow)
{
	char query[2048];

	snprintf(query, sizeof(query),
		 "WITH h AS (INSERT INTO hub VALUES (gen_random_uuid(),"
		 " 'St Nobody''s Hospice', 'lead@example.org', 1)"
		 " RETURNING hub_id), n AS (INSERT INTO network"
		 " SELECT gen_random_uuid(), hub_id, 'Care homes', 1 FROM h"
		 " RETURNING network_id, hub_id), p AS (INSERT INTO person"
		 " SELECT gen_random_uuid(), 'Member', 'Number ' || i,"
		 " concat('m', i, '@', CASE WHEN %d > 0 AND i %% greatest(%d, 1)"
		 " = 0 THEN 'slow.' END, '%s'), 'en', true, 1"
		 " FROM generate_series(1, %d) i RETURNING person_id),"
		 " m AS (INSERT INTO membership SELECT gen_random_uuid(),"
		 " person_id, network_id, hub_id, true, 1 FROM p, n RETURNING 1)"
		 " SELECT count(*) FROM m", slow, slow, domain, members);
	stage_query(stage, query);
}

void reminders_due(struct stage *stage, const char *rule)
{
	char query[2048];

	snprintf(query, sizeof(query),
		 "WITH s AS (INSERT INTO session SELECT gen_random_uuid(),"
		 " network_id, hub_id, 1, 'Breathlessness at home',"
		 " 'What helps when somebody cannot get their breath',"
		 " 'To know what to try before calling for help',"
		 " now() + interval '1 hour', 'Europe/London', 90,"
		 " now() + interval '1 hour', now() + interval '150 minutes',"
		 " 'https://zoom.example.org/j/123456789', 'published',"
		 " gen_random_uuid() || '@echo', 0, '', 1 FROM network"
		 " RETURNING session_id, start_at), p AS (INSERT INTO plan"
		 " SELECT session_id, '%s', 0, start_at, now(), 'planned'"
		 " FROM s RETURNING 1) SELECT count(*) FROM p", rule);
	stage_query(stage, query);
}
