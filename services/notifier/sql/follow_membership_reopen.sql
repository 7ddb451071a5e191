-- New members are invited to the sessions that are still to come.
SELECT reopen_invites(array_agg(person_id), min(now)) FROM request
WHERE NOT change_deleted AND status = 'approved'
