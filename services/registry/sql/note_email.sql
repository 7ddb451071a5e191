-- What became of mail to an address: its link was followed, it came back, or it
-- arrived after all.
WITH noted AS (
	UPDATE person_email e SET verified = e.verified OR r.event = 'verified',
		bounced = r.event = 'bounced'
	FROM request r
	WHERE e.address = lower(btrim(r.address))
		AND (r.person_id IS NULL OR e.person_id = r.person_id)
		AND r.event IS NOT NULL
		AND NOT (r.event = 'verified' AND r.person_id IS NULL)
		AND (e.verified, e.bounced) IS DISTINCT FROM (e.verified
			OR r.event = 'verified', r.event = 'bounced')
	RETURNING r.request_no, e.person_id
), changed AS (
	UPDATE person SET version = version + 1
	WHERE person_id IN (SELECT person_id FROM noted)
)
SELECT request_no, (SELECT count(*)::integer FROM noted n
		WHERE n.request_no = r.request_no) AS addresses,
	CASE WHEN event IS NULL
		OR (event = 'verified' AND person_id IS NULL) THEN 'INVALID'
	END AS rpc_status,
	'Say what happened; of a verified address also whose link it was.'
		AS rpc_message,
	CASE WHEN event IS NULL THEN 'event' ELSE 'person_id' END AS rpc_field
FROM request r
