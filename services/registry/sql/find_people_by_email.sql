-- Who reads this address? Several people where it is a shared mailbox.
SELECT request_no, found.*
FROM request r CROSS JOIN LATERAL (
	SELECT p.* FROM person_message p
	JOIN person_email e USING (person_id)
	WHERE e.address = lower(r.email)
	ORDER BY p.last_name, p.first_name, p.person_id
	LIMIT 100
) found
ORDER BY request_no, last_name, first_name, person_id
