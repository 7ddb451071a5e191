-- Pausing twice, or taking up what was not paused, is fine.
WITH asked AS (
	SELECT r.*, EXISTS (SELECT FROM membership m
		WHERE m.person_id = r.person_id
		AND m.network_id = r.network_id) AS member
	FROM request r
), started AS (
	INSERT INTO pause (person_id, network_id, since)
	SELECT DISTINCT ON (person_id, network_id) person_id, network_id, now
	FROM asked WHERE paused AND member
	ON CONFLICT DO NOTHING
), ended AS (
	DELETE FROM pause z USING asked a
	WHERE NOT a.paused AND a.member AND z.person_id = a.person_id
		AND z.network_id = a.network_id
)
SELECT request_no, CASE WHEN NOT member THEN 'NOT_FOUND' END AS rpc_status,
	'This person is not a member of this network.' AS rpc_message,
	'network_id' AS rpc_field
FROM asked
