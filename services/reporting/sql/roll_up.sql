-- Bring the facts that were touched, and every roll-up, to what the read models
-- now say: the facts as they were and as they are now, the difference of the
-- two, and its effect on each sum. Nothing touched or nothing different: nothing
-- is written.
WITH mine AS MATERIALIZED (
	SELECT DISTINCT fact_id FROM touched
), emptied AS (
	DELETE FROM touched
), old AS MATERIALIZED (
	SELECT f.* FROM mine JOIN fact f ON f.fact_id = mine.fact_id
), new AS MATERIALIZED (
	SELECT v.* FROM mine JOIN session_fact v ON v.fact_id = mine.fact_id
	UNION ALL
	SELECT v.* FROM mine JOIN attendance_fact v ON v.fact_id = mine.fact_id
), gone AS MATERIALIZED (
	SELECT * FROM old EXCEPT ALL SELECT * FROM new
), come AS MATERIALIZED (
	SELECT * FROM new EXCEPT ALL SELECT * FROM old
), delta AS MATERIALIZED (
	SELECT -1 AS sign, * FROM gone
	UNION ALL
	SELECT 1, * FROM come
),

-- the facts themselves
fact_removed AS (
	DELETE FROM fact
	WHERE fact_id IN (SELECT fact_id FROM gone)
		AND fact_id NOT IN (SELECT fact_id FROM come)
), fact_kept AS (
	INSERT INTO fact SELECT * FROM come
	ON CONFLICT (fact_id) DO UPDATE SET on_day = excluded.on_day,
		network_id = excluded.network_id, hub_id = excluded.hub_id,
		person_id = excluded.person_id,
		organisation_id = excluded.organisation_id,
		active_network_id = excluded.active_network_id,
		active_hub_id = excluded.active_hub_id,
		sessions = excluded.sessions, attendances = excluded.attendances,
		minutes = excluded.minutes
),

-- what can simply be added
tally_delta AS MATERIALIZED (
	SELECT s.scope_id, d.on_day, sum(sign * sessions) AS sessions,
		sum(sign * attendances) AS attendances,
		sum(sign * minutes) AS minutes
	FROM delta d CROSS JOIN LATERAL (VALUES
		(uuid '00000000-0000-0000-0000-000000000000'),
		(d.hub_id), (d.network_id)) s (scope_id)
	GROUP BY s.scope_id, d.on_day
), tally_empty AS MATERIALIZED (
	SELECT t.scope_id, t.on_day
	FROM tally_delta d
	JOIN tally t ON t.scope_id = d.scope_id AND t.on_day = d.on_day
	WHERE t.sessions + d.sessions = 0 AND t.attendances + d.attendances = 0
		AND t.minutes + d.minutes = 0
), tally_removed AS (
	DELETE FROM tally t USING tally_empty e
	WHERE t.scope_id = e.scope_id AND t.on_day = e.on_day
), tally_kept AS (
	INSERT INTO tally SELECT * FROM tally_delta d
	WHERE (d.sessions <> 0 OR d.attendances <> 0 OR d.minutes <> 0)
		AND (scope_id, on_day) NOT IN (SELECT scope_id, on_day
			FROM tally_empty)
	ON CONFLICT (scope_id, on_day) DO UPDATE SET
		sessions = tally.sessions + excluded.sessions,
		attendances = tally.attendances + excluded.attendances,
		minutes = tally.minutes + excluded.minutes
),

-- Distinct visitors: the days on which somebody now begins or ceases to be
-- there can only change the pairs of days from the day before them (that
-- stays) to the day after them (that stays).
visit AS MATERIALIZED (
	SELECT DISTINCT p.scope, p.scope_id, p.visitor, p.visitor_id, d.on_day,
		d.sign
	FROM delta d
	CROSS JOIN LATERAL presences(d.network_id, d.hub_id, d.person_id,
		d.organisation_id, d.active_network_id, d.active_hub_id) p
), span AS MATERIALIZED (
	SELECT scope, scope_id, visitor, visitor_id, min(on_day) AS first_on,
		max(on_day) AS last_on
	FROM visit GROUP BY scope, scope_id, visitor, visitor_id
), steady AS MATERIALIZED (
	SELECT s.scope, s.scope_id, s.visitor, s.visitor_id, s.first_on, day.on_day
	FROM span s CROSS JOIN LATERAL (
		(SELECT p.on_day FROM presence p
		WHERE p.scope = s.scope AND p.scope_id = s.scope_id
			AND p.visitor = s.visitor AND p.visitor_id = s.visitor_id
			AND p.on_day < s.first_on
			AND p.fact_id NOT IN (SELECT fact_id FROM gone)
		ORDER BY p.on_day DESC LIMIT 1)
		UNION ALL
		(SELECT DISTINCT p.on_day FROM presence p
		WHERE p.scope = s.scope AND p.scope_id = s.scope_id
			AND p.visitor = s.visitor AND p.visitor_id = s.visitor_id
			AND p.on_day BETWEEN s.first_on AND s.last_on
			AND p.fact_id NOT IN (SELECT fact_id FROM gone))
		UNION ALL
		(SELECT p.on_day FROM presence p
		WHERE p.scope = s.scope AND p.scope_id = s.scope_id
			AND p.visitor = s.visitor AND p.visitor_id = s.visitor_id
			AND p.on_day > s.last_on
			AND p.fact_id NOT IN (SELECT fact_id FROM gone)
		ORDER BY p.on_day LIMIT 1)) day
), there AS (
	SELECT scope, scope_id, visitor, visitor_id, on_day, side.sign
	FROM steady CROSS JOIN (VALUES (-1), (1)) side (sign)
	UNION
	SELECT scope, scope_id, visitor, visitor_id, on_day, sign FROM visit
), pair AS (
	SELECT scope, scope_id, visitor, visitor_id, on_day, sign,
		coalesce(lag(on_day) OVER (PARTITION BY scope, scope_id, visitor,
			visitor_id, sign ORDER BY on_day), '-infinity') AS since_day
	FROM there
), reach_delta AS MATERIALIZED (
	SELECT p.scope_id, p.visitor, g.on_month, g.since_month,
		CASE WHEN g.on_month THEN date_trunc('month', p.on_day)::date
			ELSE p.on_day END AS on_day,
		CASE WHEN g.since_month THEN date_trunc('month', p.since_day)::date
			ELSE p.since_day END AS since_day,
		sum(p.sign) AS visitors
	FROM pair p
	JOIN span s ON s.scope = p.scope AND s.scope_id = p.scope_id
		AND s.visitor = p.visitor AND s.visitor_id = p.visitor_id
		AND p.on_day >= s.first_on
	CROSS JOIN (VALUES (false, false), (false, true), (true, false),
		(true, true)) g (on_month, since_month)
	GROUP BY 1, 2, 3, 4, 5, 6
	HAVING sum(p.sign) <> 0
), reach_empty AS MATERIALIZED (
	SELECT d.scope_id, d.visitor, d.on_month, d.since_month, d.on_day,
		d.since_day
	FROM reach_delta d
	JOIN reach r ON r.scope_id = d.scope_id AND r.visitor = d.visitor
		AND r.on_month = d.on_month AND r.since_month = d.since_month
		AND r.on_day = d.on_day AND r.since_day = d.since_day
	WHERE r.visitors + d.visitors = 0
), reach_removed AS (
	DELETE FROM reach r USING reach_empty d
	WHERE r.scope_id = d.scope_id AND r.visitor = d.visitor
		AND r.on_month = d.on_month AND r.since_month = d.since_month
		AND r.on_day = d.on_day AND r.since_day = d.since_day
)
INSERT INTO reach
SELECT * FROM reach_delta d
WHERE (scope_id, visitor, on_month, since_month, on_day, since_day) NOT IN (
	SELECT * FROM reach_empty)
ON CONFLICT (scope_id, visitor, on_month, since_month, on_day, since_day)
DO UPDATE SET visitors = reach.visitors + excluded.visitors
