-- GetSession: a member sees what it is invited or assigned to.
SELECT r.request_no, s.*
FROM request r JOIN session s USING (session_id)
WHERE r.person_id IS NULL
OR EXISTS (SELECT FROM invitation i
	WHERE (i.session_id, i.person_id) = (r.session_id, r.person_id))
OR EXISTS (SELECT FROM assignment a
	WHERE (a.session_id, a.person_id) = (r.session_id, r.person_id))
