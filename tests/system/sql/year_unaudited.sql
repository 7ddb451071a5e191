-- Memberships whose versions and events in the audit trail (since the last time
-- they were deleted) differ in number, or where what an event found is not what
-- the one before left.
WITH event AS (
	SELECT k.key, e.event_id, action,
		max(event_id) FILTER (WHERE action = 'delete')
			OVER (PARTITION BY k.key) AS deleted,
		substr(before_digests, 1 + 32 * (k.place::integer - 1), 32) AS before,
		lag(substr(after_digests, 1 + 32 * (k.place::integer - 1), 32))
			OVER (PARTITION BY k.key ORDER BY event_id) AS left_so
	FROM audit_event e, unnest(keys) WITH ORDINALITY k (key, place)
	WHERE entity = 'membership' AND action <> 'look'
), counted AS (
	SELECT key, count(*) FILTER (WHERE event_id > coalesce(deleted, 0))
			AS events,
		bool_and(coalesce(left_so, audit_nothing()) = before) AS follows
	FROM event GROUP BY key
)
SELECT count(*)
FROM membership m FULL JOIN counted c ON c.key = m.membership_id::text
WHERE coalesce(c.events, -1) <> coalesce(m.version, 0) OR NOT follows
