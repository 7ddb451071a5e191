-- A hub begins its application or changes it while it is its turn.
WITH checked AS MATERIALIZED (
	SELECT r.*, CASE
		WHEN EXISTS (SELECT FROM jsonb_to_recordset(r.team)
				AS t(role text, name text, email text)
			WHERE coalesce(t.role, '') NOT IN ('lead', 'expert',
				'coordinator', 'facilitator', 'it_support')
				OR coalesce(btrim(t.name), '') = ''
				OR NOT is_line(t.name, 200)
				OR coalesce(t.email, '') <> ''
				AND NOT is_address(lower(t.email)))
		THEN 'team: Give each one''s role, name and, if any, e-mail address.'
		WHEN EXISTS (SELECT FROM jsonb_to_recordset(r.readiness)
				AS a(item text, note text)
			WHERE coalesce(a.item, '') NOT IN
				(SELECT code FROM readiness_item)
				OR char_length(a.note) > 1000)
		THEN 'readiness: Answer items of the checklist, notes of at most 1,000 characters.'
		END AS fault
	FROM request r
), stored AS (
	INSERT INTO hub_application AS a (application_id, hub_id, first_network,
		need, audience, technology, funding, team, readiness, status,
		version)
	SELECT application_id, hub_id, first_network, need, audience,
		technology, funding, coalesce(team, '[]'),
		coalesce(readiness, '[]'), 'draft', version + 1
	FROM checked c
	WHERE fault IS NULL AND CASE
		WHEN EXISTS (SELECT FROM hub_application a
			WHERE a.application_id = c.application_id)
		THEN EXISTS (SELECT FROM hub_application a
			WHERE a.application_id = c.application_id
				AND a.hub_id = c.hub_id
				AND a.status IN ('draft', 'changes_requested'))
		ELSE version = 0 END
	ON CONFLICT (application_id) DO UPDATE SET
		first_network = excluded.first_network, need = excluded.need,
		audience = excluded.audience, technology = excluded.technology,
		funding = excluded.funding, team = excluded.team,
		readiness = excluded.readiness, version = a.version + 1
	WHERE excluded.version IN (1, a.version + 1)
	RETURNING *
)
SELECT request_no, s.application_id, s.hub_id, s.first_network, s.need,
	s.audience, s.technology, s.funding, s.team, s.readiness,
	'' AS reviewer_notes, s.status, s.status_reason AS reason,
	s.submitted_at, s.decided_at, s.version, NULL AS rpc_status,
	NULL AS rpc_message, NULL AS rpc_field
FROM request JOIN stored s USING (application_id)
UNION ALL
SELECT request_no, a.*, 'CONFLICT', CASE
		WHEN c.hub_id <> a.hub_id
		THEN 'An application stays with its hub.'
		WHEN a.status NOT IN ('draft', 'changes_requested')
		THEN 'It is submitted; wait for the superhub.'
		ELSE 'It has changed since you read it; look again.' END,
	CASE WHEN c.hub_id <> a.hub_id THEN 'hub_id'
		WHEN a.status NOT IN ('draft', 'changes_requested') THEN 'status'
		ELSE 'version' END
FROM checked c JOIN hub_application_message a USING (application_id)
WHERE fault IS NULL
	AND application_id NOT IN (SELECT application_id FROM stored)
UNION ALL
SELECT request_no, (NULL::hub_application_message).*, 'INVALID',
	substr(fault, strpos(fault, ': ') + 2), split_part(fault, ': ', 1)
FROM checked WHERE fault IS NOT NULL
