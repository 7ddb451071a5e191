-- Roll-ups: sums that can be added up again, so that a report costs the same
-- whatever the size of history.
--
-- Scopes. The superhub's scope_id is the nil id; a hub's and a network's are
-- their own ids.

-- What can simply be added, by day.
CREATE TABLE tally (
	scope_id uuid NOT NULL,
	on_day date NOT NULL,
	sessions bigint NOT NULL,
	attendances bigint NOT NULL,
	minutes bigint NOT NULL,
	PRIMARY KEY (scope_id, on_day)
) WITH (fillfactor = 70);

-- Distinct visitors (people, organisations, networks, hubs) of any period.
-- Distinct counts of days cannot be added up; but a visitor is seen in the
-- period [from, to) for the first time on exactly one day: the one whose
-- previous day is before `from`. So
--     distinct = days of visitors with on_day in [from, to), since_day < from
-- where since_day is the visitor's previous day within the scope, -infinity
-- for the first. That is a sum over pairs of days, and sums can be kept. Each
-- pair is kept at four grains (day or month by day or month), so that a period
-- reads whole months and only its edges by day: at most some thousand rows.
CREATE TABLE reach (
	scope_id uuid NOT NULL,
	visitor text NOT NULL,   -- person, organisation, network, hub
	on_month boolean NOT NULL,    -- on_day is the first of a whole month
	since_month boolean NOT NULL, -- likewise since_day
	on_day date NOT NULL,
	since_day date NOT NULL,
	visitors bigint NOT NULL,
	PRIMARY KEY (scope_id, visitor, on_month, since_month, on_day, since_day)
) WITH (fillfactor = 70);

-- Who was there, scope by scope: the relation whose distinct visitors count.
-- Every branch names its kinds, so that a look-up runs only the one it needs,
-- and has no condition of its own, so that the look-up reaches the index.
CREATE VIEW presence WITH (security_invoker) AS
SELECT 'superhub'::text AS scope,
	'00000000-0000-0000-0000-000000000000'::uuid AS scope_id,
	'person'::text AS visitor, person_id AS visitor_id, on_day, fact_id
FROM fact
UNION ALL
SELECT 'hub'::text, hub_id, 'person'::text, person_id, on_day, fact_id
FROM fact
UNION ALL
SELECT 'network'::text, network_id, 'person'::text, person_id, on_day, fact_id
FROM fact
UNION ALL
SELECT 'superhub'::text, '00000000-0000-0000-0000-000000000000'::uuid,
	'organisation'::text, organisation_id, on_day, fact_id
FROM fact
UNION ALL
SELECT 'hub'::text, hub_id, 'organisation'::text, organisation_id, on_day, fact_id
FROM fact
UNION ALL
SELECT 'network'::text, network_id, 'organisation'::text, organisation_id, on_day, fact_id
FROM fact
UNION ALL
SELECT 'superhub'::text, '00000000-0000-0000-0000-000000000000'::uuid,
	'network'::text, active_network_id, on_day, fact_id
FROM fact
UNION ALL
SELECT 'hub'::text, hub_id, 'network'::text, active_network_id, on_day, fact_id
FROM fact
UNION ALL
SELECT 'superhub'::text, '00000000-0000-0000-0000-000000000000'::uuid,
	'hub'::text, active_hub_id, on_day, fact_id
FROM fact;

-- The same for a fact in hand, old or new.
CREATE FUNCTION presences(network_id uuid, hub_id uuid, person_id uuid,
	organisation_id uuid, active_network_id uuid, active_hub_id uuid)
RETURNS TABLE (scope text, scope_id uuid, visitor text, visitor_id uuid)
IMMUTABLE LANGUAGE sql AS $$
	SELECT * FROM (VALUES
		('superhub', uuid '00000000-0000-0000-0000-000000000000', 'person',
			person_id),
		('hub', hub_id, 'person', person_id),
		('network', network_id, 'person', person_id),
		('superhub', '00000000-0000-0000-0000-000000000000',
			'organisation', organisation_id),
		('hub', hub_id, 'organisation', organisation_id),
		('network', network_id, 'organisation', organisation_id),
		('superhub', '00000000-0000-0000-0000-000000000000', 'network',
			active_network_id),
		('hub', hub_id, 'network', active_network_id),
		('superhub', '00000000-0000-0000-0000-000000000000', 'hub',
			active_hub_id)
	) v (scope, scope_id, visitor, visitor_id)
	WHERE v.visitor_id IS NOT NULL
$$;

-- ---- The look-ups ----

-- Distinct visitors of the days [from_day, to_day). Whole months inside are
-- read as months; the edges, at most 61 days, day by day. Planned once for each
-- connection, as look-ups by key: planning would cost more than running.
CREATE FUNCTION distinct_visitors(scope uuid, kind text, from_day date,
	to_day date) RETURNS bigint STABLE LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
	RETURN (WITH bounds AS (
		SELECT date_trunc('month', from_day)::date AS since_from,
			least(to_day, date_trunc('month', from_day
				+ interval '1 month - 1 day')::date) AS head_to,
			greatest(from_day, date_trunc('month', to_day)::date)
				AS tail_from
	), span AS ( -- what is read, and how
		SELECT since_from, true AS on_month, head_to AS day_from,
			tail_from AS day_to
		FROM bounds WHERE head_to < tail_from
		UNION ALL
		SELECT since_from, false, d::date, d::date + 1
		FROM bounds, LATERAL (
			SELECT generate_series(from_day, head_to - 1, interval '1 day')
			UNION
			SELECT generate_series(greatest(head_to, tail_from), to_day - 1,
				interval '1 day')) edge (d)
	)
	SELECT coalesce(sum(r.visitors), 0)::bigint
	FROM span
	CROSS JOIN (VALUES (true), (false)) grain (since_month)
	CROSS JOIN LATERAL (
		SELECT sum(visitors) AS visitors FROM reach
		WHERE scope_id = scope AND visitor = kind
			AND reach.on_month = span.on_month
			AND reach.since_month = grain.since_month
			AND on_day >= span.day_from AND on_day < span.day_to
			AND since_day < CASE WHEN grain.since_month
				THEN span.since_from ELSE from_day END
			AND since_day >= CASE WHEN grain.since_month
				THEN '-infinity' ELSE span.since_from END
	) r);
END $$;
