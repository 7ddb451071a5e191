-- ChangeEmail, first: the address. (Then what follows from it, then the reply.)
WITH asked AS MATERIALIZED (
	SELECT r.*, lower(btrim(r.address)) AS wanted,
		EXISTS (SELECT FROM person_email e WHERE e.person_id = r.person_id
			AND e.address = lower(btrim(r.address))) AS has_it
	FROM request r JOIN person USING (person_id)
	WHERE email_refusal(person_id, action, principal_person_id) IS NULL
), removed AS (
	DELETE FROM person_email e USING asked a
	WHERE a.action = 'remove' AND e.person_id = a.person_id
		AND e.address = a.wanted
), unmarked AS (
	UPDATE person_email e SET primary_address = false FROM asked a
	WHERE a.action = 'make_primary' AND e.person_id = a.person_id
		AND e.primary_address AND e.address <> a.wanted AND has_it
), marked AS (
	UPDATE person_email e SET shared = a.action = 'share' FROM asked a
	WHERE a.action IN ('share', 'unshare') AND e.address = a.wanted
		AND has_it
)
INSERT INTO person_email (person_id, address, primary_address, verified, shared)
SELECT person_id, wanted, false, false, mailbox_shared(wanted)
FROM asked WHERE action = 'add'
ON CONFLICT (person_id, address) DO NOTHING
