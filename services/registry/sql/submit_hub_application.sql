-- The hub submits: the questions are answered, the checklist is complete, and
-- the team has a lead, an expert and a coordinator. The hub has been at an
-- orientation. Nobody submits twice.
WITH judged AS MATERIALIZED (
	SELECT r.request_no, r.now, a.*, CASE
		WHEN r.version NOT IN (0, a.version)
		THEN 'version: It has changed since you read it; look again.'
		WHEN a.status NOT IN ('draft', 'changes_requested')
		THEN 'status: It is submitted already.'
		WHEN '' IN (btrim(first_network), btrim(need), btrim(audience),
			btrim(technology), btrim(funding))
		THEN 'first_network: Answer every question first.'
		WHEN EXISTS (SELECT FROM unnest(ARRAY['lead', 'expert',
				'coordinator']) AS needed(role)
			WHERE NOT team @> jsonb_build_array(
				jsonb_build_object('role', needed.role)))
		THEN 'team: Name a lead, an expert and a coordinator first.'
		WHEN EXISTS (SELECT FROM readiness_item i
			WHERE NOT readiness @> jsonb_build_array(
				jsonb_build_object('item', i.code)))
		THEN 'readiness: Answer every item of the checklist first.'
		WHEN h.status NOT IN ('orientation_attended', 'applied')
		THEN 'hub_id: Hubs apply after an orientation; book one.'
		END AS fault
	FROM request r JOIN hub_application a USING (application_id)
	JOIN hub h ON h.hub_id = a.hub_id
), stored AS (
	UPDATE hub_application a SET status = 'submitted', status_reason = '',
		submitted_at = j.now, version = a.version + 1
	FROM judged j
	WHERE a.application_id = j.application_id AND j.fault IS NULL
	RETURNING a.*
)
SELECT request_no, j.application_id, j.hub_id, j.first_network, j.need,
	j.audience, j.technology, j.funding, j.team, j.readiness,
	'' AS reviewer_notes, coalesce(s.status, j.status) AS status,
	coalesce(s.status_reason, j.status_reason) AS reason,
	coalesce(s.submitted_at, j.submitted_at) AS submitted_at, j.decided_at,
	coalesce(s.version, j.version) AS version,
	CASE WHEN fault IS NOT NULL THEN 'CONFLICT'
		WHEN s.application_id IS NULL THEN 'FORBIDDEN' END AS rpc_status,
	substr(fault, strpos(fault, ': ') + 2) AS rpc_message,
	split_part(fault, ': ', 1) AS rpc_field
FROM judged j LEFT JOIN stored s USING (application_id)
