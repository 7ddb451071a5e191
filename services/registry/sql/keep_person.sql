-- Somebody stays: heard of today, and no longer asked.
WITH heard AS (
	UPDATE person_activity a SET last_on = greatest(a.last_on, r.now::date)
	FROM request r WHERE a.person_id = r.person_id
	RETURNING a.person_id
), answered AS (
	DELETE FROM notice n USING heard
	WHERE n.person_id = heard.person_id AND n.kind = 'stay'
)
SELECT request_no, h.person_id FROM request JOIN heard h USING (person_id)
