-- One person, by somebody of the superhub, who says why.
WITH found AS MATERIALIZED (
	SELECT request_no, reason, p.*
	FROM request JOIN person_message p USING (person_id)
	WHERE btrim(reason) <> '' AND char_length(reason) <= 1000
), seen AS MATERIALIZED (
	SELECT request_no, look(ARRAY[person_id], reason) AS noted FROM found
)
SELECT request_no, p.*, NULL AS rpc_status, NULL AS rpc_message, NULL AS rpc_field
FROM seen JOIN request USING (request_no) JOIN person_message p USING (person_id)
WHERE noted
UNION ALL
SELECT request_no, (NULL::person_message).*, 'INVALID',
	'Say why you look, in at most 1,000 characters: it stands in the audit trail.',
	'reason'
FROM request WHERE btrim(reason) = '' OR char_length(reason) > 1000
