-- Who reads this address? Several people where it is a shared mailbox. The
-- address is lowered first: beside row-level security an index serves only what
-- compares without a function.
WITH asked AS MATERIALIZED (
	SELECT request_no, lower(email) AS address FROM request
), found AS MATERIALIZED (
	SELECT request_no, found.*
	FROM asked CROSS JOIN LATERAL (
		SELECT p.*
		FROM person_email e JOIN person_message p USING (person_id)
		WHERE e.address = asked.address
		ORDER BY p.last_name, p.first_name, p.person_id
		LIMIT 100
	) found
), seen AS MATERIALIZED (
	SELECT look(array_agg(person_id), '') AS noted FROM found
)
SELECT found.* FROM found, seen WHERE noted
ORDER BY request_no, last_name, first_name, person_id
