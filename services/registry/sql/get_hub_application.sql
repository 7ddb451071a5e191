-- One application.
SELECT request_no, a.*
FROM request JOIN hub_application_message a USING (application_id)
