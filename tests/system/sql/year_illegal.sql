-- Changes of state that the table does not have, that do not begin where the one
-- before ended ('' is a new beginning: retention had deleted it), or whose last
-- one is not the state that stands.
WITH gone AS (
	SELECT entity, key, from_status, to_status,
		lag(to_status, 1, '') OVER way AS before,
		lead(to_status) OVER way IS NULL AS last
	FROM status_change
	WINDOW way AS (PARTITION BY entity, key ORDER BY change_id)
), stands AS (
	SELECT 'membership' AS entity, membership_id::text AS key, status
	FROM membership
	UNION ALL
	SELECT 'network', network_id::text, status FROM network
	UNION ALL
	SELECT 'hub', hub_id::text, status FROM hub
)
SELECT count(*) FROM gone LEFT JOIN stands s USING (entity, key)
WHERE from_status NOT IN (before, '')
	OR (last AND s.status <> to_status)
	OR (from_status <> '' AND NOT EXISTS (SELECT FROM status_transition t
		WHERE t.entity = gone.entity AND t.from_status = gone.from_status
			AND t.to_status = gone.to_status))
