-- One person; who looks from outside their hub leaves a trace.
WITH found AS MATERIALIZED (
	SELECT request_no, p.* FROM request JOIN person_message p USING (person_id)
), seen AS MATERIALIZED (
	SELECT look(array_agg(person_id), '') AS noted FROM found
)
SELECT found.* FROM found, seen WHERE noted
