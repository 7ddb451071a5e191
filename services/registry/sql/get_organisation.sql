-- One organisation.
SELECT request_no, o.*
FROM request JOIN organisation_message o USING (organisation_id)
