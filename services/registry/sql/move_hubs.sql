-- Timer: sessions make a hub launched and active; 12 months without one, counted
-- from its last or from the day when it came into its state, make it dormant.
-- What somebody has put to sleep wakes up by a session that begins afterwards.
-- Repeated while it moves one, so that each state is gone through.
WITH known AS MATERIALIZED (
	SELECT h.hub_id, h.status, h.status_reason, request.now, held.*, c.since
	FROM request
	CROSS JOIN hub h
	CROSS JOIN LATERAL (
		SELECT count(*) AS sessions, min(start_at) AS first_at,
			max(start_at) AS last_at
		FROM held_session s WHERE s.hub_id = h.hub_id AND s.completed) held
	CROSS JOIN LATERAL (
		SELECT max(at) AS since FROM status_change
		WHERE entity = 'hub' AND key = h.hub_id::text) c
	WHERE h.status IN ('trained', 'launched', 'active', 'dormant')
), next AS (
	SELECT *, CASE
		WHEN status = 'trained' AND sessions > 0 THEN 'launched'
		WHEN status = 'launched' AND sessions > 1 THEN 'active'
		WHEN status IN ('launched', 'active') AND greatest(last_at, since)
			< now - interval '12 months' THEN 'dormant'
		WHEN status = 'dormant' AND last_at >= now - interval '12 months'
			AND (last_at > since
				OR status_reason = '12 months without a session.')
		THEN 'active'
		END AS next_status
	FROM known
)
UPDATE hub h SET status = n.next_status, version = h.version + 1,
	launched_on = CASE WHEN n.next_status = 'launched'
		THEN coalesce(h.launched_on,
			(n.first_at AT TIME ZONE h.zone)::date)
		ELSE h.launched_on END,
	status_reason = CASE n.next_status
		WHEN 'launched' THEN 'First session held.'
		WHEN 'dormant' THEN '12 months without a session.'
		ELSE 'Session held.' END
FROM next n
WHERE h.hub_id = n.hub_id AND h.status = n.status AND n.next_status IS NOT NULL
RETURNING h.hub_id
