-- Everything again from the read models, by another way than roll_up.sql goes:
-- whole histories instead of differences.
WITH real_fact AS MATERIALIZED (
	SELECT * FROM session_fact UNION ALL SELECT * FROM attendance_fact
), real_tally AS (
	SELECT s.scope_id, on_day, sum(sessions)::bigint AS sessions,
		sum(attendances)::bigint AS attendances,
		sum(minutes)::bigint AS minutes
	FROM real_fact CROSS JOIN LATERAL (VALUES
		(uuid '00000000-0000-0000-0000-000000000000'),
		(hub_id), (network_id)) s (scope_id)
	GROUP BY s.scope_id, on_day
), real_visit AS (
	SELECT DISTINCT p.scope_id, p.visitor, p.visitor_id, f.on_day
	FROM real_fact f
	CROSS JOIN LATERAL presences(f.network_id, f.hub_id, f.person_id,
		f.organisation_id, f.active_network_id, f.active_hub_id) p
), real_pair AS (
	SELECT scope_id, visitor, on_day, coalesce(lag(on_day) OVER (
		PARTITION BY scope_id, visitor, visitor_id ORDER BY on_day),
		'-infinity') AS since_day
	FROM real_visit
), real_reach AS (
	SELECT scope_id, visitor, on_month, since_month,
		CASE WHEN on_month THEN date_trunc('month', on_day)::date
			ELSE on_day END AS on_day,
		CASE WHEN since_month THEN date_trunc('month', since_day)::date
			ELSE since_day END AS since_day,
		count(*) AS visitors
	FROM real_pair CROSS JOIN (VALUES (false, false), (false, true),
		(true, false), (true, true)) g (on_month, since_month)
	GROUP BY 1, 2, 3, 4, 5, 6
), difference AS (
	SELECT 'fact' AS relation,
		coalesce(k.fact_id, r.fact_id)::text AS key,
		k::text AS kept, r::text AS recomputed
	FROM fact k FULL JOIN real_fact r ON r.fact_id = k.fact_id
	WHERE (k.*) IS DISTINCT FROM (r.*)
	UNION ALL
	SELECT 'tally', concat_ws(' ', coalesce(k.scope_id, r.scope_id),
		coalesce(k.on_day, r.on_day)), k::text, r::text
	FROM tally k FULL JOIN real_tally r
		ON r.scope_id = k.scope_id AND r.on_day = k.on_day
	WHERE (k.*) IS DISTINCT FROM (r.*)
	UNION ALL
	SELECT 'reach', concat_ws(' ', coalesce(k.scope_id, r.scope_id),
		coalesce(k.visitor, r.visitor), coalesce(k.on_day, r.on_day),
		coalesce(k.since_day, r.since_day)), k::text, r::text
	FROM reach k FULL JOIN real_reach r
		ON r.scope_id = k.scope_id AND r.visitor = k.visitor
		AND r.on_month = k.on_month AND r.since_month = k.since_month
		AND r.on_day = k.on_day AND r.since_day = k.since_day
	WHERE (k.*) IS DISTINCT FROM (r.*)
)
SELECT q.request_no, d.relation, d.key, coalesce(d.kept, '') AS kept,
	coalesce(d.recomputed, '') AS recomputed
FROM request q CROSS JOIN (
	SELECT * FROM difference ORDER BY relation, key LIMIT 100) d
ORDER BY q.request_no, d.relation, d.key
