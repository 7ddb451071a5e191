-- One code at a time is tried for a person: a statement of its own, so that the
-- next one sees what became of the code before.
SELECT s.session_id
FROM request r
JOIN sign_in_session s ON s.secret_hash = r.session_secret
JOIN person p ON p.person_id = s.person_id
FOR NO KEY UPDATE OF p
