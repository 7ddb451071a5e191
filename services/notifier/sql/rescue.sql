-- Whose lease lapsed before the dot was certainly not accepted.
UPDATE job j SET state = 'ready', lease_until = NULL, owner = ''
FROM request r
WHERE j.state = 'leased' AND j.lease_until < statement_timestamp()
RETURNING r.request_no
