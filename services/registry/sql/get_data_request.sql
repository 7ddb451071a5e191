-- One request.
SELECT request_no, shown.*
FROM request JOIN data_request d USING (data_request_id)
CROSS JOIN LATERAL data_request_shown(d) shown
