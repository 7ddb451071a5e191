-- One person.
SELECT request_no, p.* FROM request JOIN person_message p USING (person_id)
