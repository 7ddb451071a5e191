-- Each hub that the caller may see; row-level security chooses. The period is
-- the reporting year of today, 1 April to 31 March, where none is given.
WITH asked AS (
	SELECT r.request_no, r.now, r.after_hub_id, r."limit",
		coalesce(r.from_on, y.start) AS from_on,
		coalesce(r.to_on, (y.start + interval '1 year - 1 day')::date)
			AS to_on,
		(SELECT h.name FROM hub h WHERE h.hub_id = r.after_hub_id)
			AS after_name
	FROM request r CROSS JOIN LATERAL (SELECT (date_trunc('year',
		r.now AT TIME ZONE 'Europe/London' - interval '3 months')
		+ interval '3 months')::date AS start) y
), page AS (
	SELECT a.request_no, a.now, a.from_on, a.to_on + 1 AS to_day, h.hub_id,
		h.name
	FROM asked a
	CROSS JOIN LATERAL (
		SELECT hub_id, name FROM hub
		WHERE a.after_name IS NULL
			OR (name, hub_id) > (a.after_name, a.after_hub_id)
		ORDER BY name, hub_id
		LIMIT least(coalesce(nullif(greatest(a."limit", 0), 0), 500), 500)) h
	WHERE a.from_on <= a.to_on
)
SELECT p.request_no, p.hub_id, p.name, f.sessions, f.attendances, f.attendees,
	(f.minutes / 60.0)::double precision AS hours, f.organisations,
	coalesce(f.attendances / nullif(f.sessions, 0)::numeric, 0)
		::double precision AS mean_attendance,
	f.networks, p.now AS as_at, NULL AS rpc_status, NULL AS rpc_message,
	NULL AS rpc_field
FROM page p CROSS JOIN LATERAL figures(p.hub_id, p.from_on, p.to_day) f
UNION ALL
SELECT request_no, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	'INVALID', 'Give the first and the last day, in this order.', 'from_on'
FROM asked WHERE (from_on <= to_on) IS NOT TRUE
ORDER BY request_no, name, hub_id
