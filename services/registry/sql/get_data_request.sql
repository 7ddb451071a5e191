-- One request.
SELECT request_no, d.*
FROM request JOIN data_request_message d USING (data_request_id)
