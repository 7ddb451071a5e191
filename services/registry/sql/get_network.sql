-- One network.
SELECT request_no, n.* FROM request JOIN network n USING (network_id)
