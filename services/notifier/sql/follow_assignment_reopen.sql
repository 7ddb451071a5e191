-- Who has a part in a session is invited to it.
SELECT reopen_invites(array_agg(person_id), min(now)) FROM request
WHERE NOT change_deleted AND status IN ('invited', 'confirmed', 'delivered')
