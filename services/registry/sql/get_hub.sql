-- One hub.
SELECT request_no, h.* FROM request JOIN hub_message h USING (hub_id)
