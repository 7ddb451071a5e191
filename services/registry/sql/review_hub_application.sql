-- The superhub decides what was submitted, or asks for changes.
WITH judged AS MATERIALIZED (
	SELECT r.request_no, r.now, r.decision, btrim(r.reason) AS said,
		r.reviewer_notes AS notes, a.*, CASE
		WHEN r.version NOT IN (0, a.version)
		THEN 'version: It has changed since you read it; look again.'
		WHEN a.status <> 'submitted'
		THEN 'application_id: Only what is submitted is reviewed.'
		WHEN r.decision IS NULL
		THEN 'decision: Approve, decline or request changes.'
		WHEN r.decision <> 'approve' AND btrim(r.reason) = ''
		THEN 'reason: Give the hub a reason.'
		END AS fault
	FROM request r JOIN hub_application a USING (application_id)
), stored AS (
	UPDATE hub_application a SET status = CASE j.decision
			WHEN 'approve' THEN 'approved'
			WHEN 'decline' THEN 'declined'
			ELSE 'changes_requested' END,
		status_reason = j.said,
		reviewer_notes = coalesce(nullif(j.notes, ''), a.reviewer_notes),
		decided_at = CASE WHEN j.decision <> 'request_changes'
			THEN j.now END,
		version = a.version + 1
	FROM judged j
	WHERE a.application_id = j.application_id AND j.fault IS NULL
	RETURNING a.*
)
SELECT request_no, j.application_id, j.hub_id, j.first_network, j.need,
	j.audience, j.technology, j.funding, j.team, j.readiness,
	coalesce(s.reviewer_notes, j.reviewer_notes) AS reviewer_notes,
	coalesce(s.status, j.status) AS status,
	coalesce(s.status_reason, j.status_reason) AS reason, j.submitted_at,
	coalesce(s.decided_at, j.decided_at) AS decided_at,
	coalesce(s.version, j.version) AS version,
	CASE WHEN fault ~ '^(reason|decision):' THEN 'INVALID'
		WHEN fault IS NOT NULL THEN 'CONFLICT'
		WHEN s.application_id IS NULL THEN 'FORBIDDEN' END AS rpc_status,
	substr(fault, strpos(fault, ': ') + 2) AS rpc_message,
	split_part(fault, ': ', 1) AS rpc_field
FROM judged j LEFT JOIN stored s USING (application_id)
