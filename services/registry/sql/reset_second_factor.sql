-- For who has lost device and codes. A trigger signs the person out everywhere;
-- they set a new one up. Why stands in the audit trail, beside the change.
WITH dropped AS (
	DELETE FROM second_factor f USING request r
	WHERE f.person_id = r.person_id AND trim(r.reason) <> ''
	RETURNING f.person_id
), noted AS MATERIALIZED (
	SELECT audit_note('delete', 'second_factor', array_agg(person_id::text),
		array_agg(person_id), string_agg(audit_nothing(), ''),
		string_agg(audit_nothing(), ''), reason)
	FROM request JOIN dropped USING (person_id)
	GROUP BY reason
)
SELECT request_no,
	CASE WHEN trim(reason) = '' THEN 'INVALID'
		WHEN d.person_id IS NULL THEN 'NOT_FOUND' END AS rpc_status,
	CASE WHEN trim(reason) = '' THEN 'Say why; it is kept.'
		ELSE 'There is no second factor to take away.' END AS rpc_message,
	CASE WHEN trim(reason) = '' THEN 'reason' ELSE 'person_id' END
		AS rpc_field
FROM request LEFT JOIN dropped d USING (person_id)
WHERE (SELECT count(*) FROM noted) >= 0
