-- Whoever arrived only now may be due an invitation.
SELECT reopen_invites(array_agg(change_key::uuid), min(now)) FROM request
WHERE NOT change_deleted
