-- A replica that stops gives its leases back at once.
UPDATE job j SET state = 'ready', lease_until = NULL, owner = '',
	attempt = j.attempt - 1
FROM request r WHERE j.owner = r.owner AND j.state = 'leased'
