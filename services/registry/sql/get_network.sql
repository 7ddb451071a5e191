-- One network.
SELECT request_no, shown.*
FROM request JOIN network n USING (network_id)
CROSS JOIN LATERAL network_shown(n) shown
