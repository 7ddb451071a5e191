-- Memberships whose versions and events in the audit trail differ in number, or
-- where what an event found is not what the one before left.
WITH event AS (
	SELECT k.key, e.event_id,
		substr(before_digests, 1 + 32 * (k.place::integer - 1), 32) AS before,
		lag(substr(after_digests, 1 + 32 * (k.place::integer - 1), 32))
			OVER (PARTITION BY k.key ORDER BY event_id) AS left_so
	FROM audit_event e, unnest(keys) WITH ORDINALITY k (key, place)
	WHERE entity = 'membership' AND action <> 'look'
), counted AS (
	SELECT key, count(*) AS events,
		bool_and(coalesce(left_so, audit_nothing()) = before) AS follows
	FROM event GROUP BY key
)
SELECT count(*)
FROM membership m FULL JOIN counted c ON c.key = m.membership_id::text
WHERE c.events IS DISTINCT FROM m.version OR NOT follows
