-- How many hubs are in each state, and how long they stay there.
WITH stay AS (
	SELECT key, to_status AS status,
		lead(to_status) OVER life AS next_status,
		extract(epoch FROM lead(at) OVER life - at) / 86400 AS days
	FROM status_change WHERE entity = 'hub'
	WINDOW life AS (PARTITION BY key ORDER BY at, change_id)
), step AS (
	SELECT status, count(DISTINCT key) AS entered,
		count(DISTINCT key) FILTER (WHERE next_status <> 'withdrawn')
			AS advanced,
		percentile_cont(0.5) WITHIN GROUP (ORDER BY days)
			FILTER (WHERE next_status IS NOT NULL) AS median_days
	FROM stay GROUP BY status
), now_in AS (
	SELECT status, count(*) AS hubs FROM hub GROUP BY status
)
SELECT request_no, status, coalesce(hubs, 0)::integer AS hubs,
	coalesce(entered, 0)::integer AS entered,
	coalesce(advanced, 0)::integer AS advanced,
	coalesce(median_days, 0)::double precision AS median_days
FROM request
CROSS JOIN unnest(ARRAY['enquiry', 'orientation_attended', 'applied',
	'documents_sent', 'signed', 'training_booked', 'trained', 'launched',
	'active', 'dormant', 'closed', 'withdrawn'])
	WITH ORDINALITY AS known(status, place)
LEFT JOIN now_in USING (status)
LEFT JOIN step USING (status)
ORDER BY request_no, place
