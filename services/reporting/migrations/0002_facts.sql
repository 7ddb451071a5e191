-- Facts: what counts, in the words of the definitions. One row for each session
-- delivered and one for each counted attendance. A fact is a function of the
-- read models as they stand, so that every order of arrival and every rebuild
-- ends in the same facts.

CREATE TABLE fact (
	fact_id uuid PRIMARY KEY, -- the session's id or the attendance's
	on_day date NOT NULL,     -- the session's start, in Europe/London
	network_id uuid NOT NULL,
	hub_id uuid NOT NULL,
	-- who was there: of an attendance the person and, as far as it is known,
	-- the employer; of a session whose it was
	person_id uuid,
	organisation_id uuid,
	active_network_id uuid,
	active_hub_id uuid,
	sessions integer NOT NULL,
	attendances integer NOT NULL,
	minutes integer NOT NULL  -- of learning
);
CREATE INDEX fact_person ON fact (person_id, on_day)
	WHERE person_id IS NOT NULL;
CREATE INDEX fact_organisation ON fact (organisation_id, on_day)
	WHERE organisation_id IS NOT NULL;
CREATE INDEX fact_active_network ON fact (active_network_id, on_day)
	WHERE active_network_id IS NOT NULL;
CREATE INDEX fact_active_hub ON fact (active_hub_id, on_day)
	WHERE active_hub_id IS NOT NULL;

-- A session counts when it is reconciled or closed, on the day of its start.
-- Its hub is the one that its network belongs to now.
CREATE VIEW session_fact WITH (security_invoker) AS
SELECT s.session_id AS fact_id,
	(s.start_at AT TIME ZONE 'Europe/London')::date AS on_day,
	s.network_id, coalesce(n.hub_id, s.hub_id) AS hub_id,
	NULL::uuid AS person_id, NULL::uuid AS organisation_id,
	s.network_id AS active_network_id,
	coalesce(n.hub_id, s.hub_id) AS active_hub_id,
	1 AS sessions, 0 AS attendances, 0 AS minutes
FROM session s
LEFT JOIN network n ON n.network_id = s.network_id
WHERE s.status IN ('reconciled', 'closed') AND s.start_at IS NOT NULL
	AND s.network_id IS NOT NULL
	AND coalesce(n.hub_id, s.hub_id) IS NOT NULL;

-- An attendance counts when its session does, the scheduler's rule counted it,
-- and the person did not come as hub team, speaker or observer. Its minutes of
-- learning are at most what the session may credit.
CREATE VIEW attendance_fact WITH (security_invoker) AS
SELECT a.attendance_id AS fact_id,
	(s.start_at AT TIME ZONE 'Europe/London')::date AS on_day,
	s.network_id, coalesce(n.hub_id, s.hub_id) AS hub_id,
	a.person_id, p.organisation_id,
	NULL::uuid AS active_network_id, NULL::uuid AS active_hub_id,
	0 AS sessions, 1 AS attendances, least(a.minutes, s.cpd_minutes) AS minutes
FROM attendance a
JOIN session s ON s.session_id = a.session_id
LEFT JOIN network n ON n.network_id = s.network_id
LEFT JOIN person p ON p.person_id = a.person_id
WHERE a.counted AND a.person_id IS NOT NULL
	AND a.role NOT IN ('facilitator', 'speaker', 'observer', 'hub_team')
	AND s.status IN ('reconciled', 'closed') AND s.start_at IS NOT NULL
	AND s.network_id IS NOT NULL
	AND coalesce(n.hub_id, s.hub_id) IS NOT NULL;

-- The facts that the change being applied may have touched; empty between
-- transactions. fact_id is a session's or an attendance's id.
CREATE UNLOGGED TABLE touched (fact_id uuid NOT NULL)
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
