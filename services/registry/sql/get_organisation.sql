-- One organisation.
SELECT request_no, o.* FROM request JOIN organisation o USING (organisation_id)
