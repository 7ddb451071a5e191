-- ChangeEmail, last: the person as they now stand, or why not.
SELECT request_no, p.*, CASE coalesce(refusal, missing)
		WHEN 'unclear' THEN 'INVALID' WHEN 'merged' THEN 'CONFLICT'
		WHEN 'missing' THEN 'CONFLICT' WHEN 'outranks' THEN 'FORBIDDEN'
		WHEN 'self' THEN 'FORBIDDEN' END AS rpc_status,
	CASE coalesce(refusal, missing)
		WHEN 'unclear' THEN 'Choose what to do with the address.'
		WHEN 'merged' THEN
			'This person was merged into another; change that one.'
		WHEN 'missing' THEN 'This is none of their addresses; add it first.'
		WHEN 'outranks' THEN
			'They have a role elsewhere: they change their addresses themselves.'
		ELSE 'Ask the staff of your hub to say who shares a mailbox.'
	END AS rpc_message,
	CASE coalesce(refusal, missing) WHEN 'unclear' THEN 'action'
		WHEN 'missing' THEN 'address' WHEN 'self' THEN 'action'
		ELSE 'person_id' END AS rpc_field
FROM request r JOIN person_message p USING (person_id)
CROSS JOIN LATERAL (SELECT email_refusal(person_id, action,
		principal_person_id) AS refusal,
	CASE WHEN action <> 'remove' AND NOT EXISTS (
		SELECT FROM person_email e WHERE e.person_id = r.person_id
			AND e.address = lower(btrim(r.address)))
		THEN 'missing' END AS missing) f
