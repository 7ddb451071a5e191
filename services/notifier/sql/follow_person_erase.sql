-- A person who was erased is erased here too, first, while the address is still
-- known: nothing more is sent, and the ledger keeps what happened, but not to
-- which address. Of a suppression stays the fingerprint. Who is gone because an
-- import was undone is not looked for in texts: thousands may be.
WITH erased AS MATERIALIZED (
	SELECT r.change_key::uuid AS person_id, r.now,
		p.full_names || ARRAY(SELECT x FROM unnest(p.addresses) x
			WHERE NOT EXISTS (SELECT FROM person o
				WHERE o.person_id <> p.person_id
					AND x = ANY (o.addresses))) AS words,
		ARRAY(SELECT x FROM unnest(ARRAY[p.first_name, p.last_name]) x
			WHERE x <> '') AS parts
	FROM request r
	LEFT JOIN person p ON p.person_id = r.change_key::uuid
		AND NOT r.change_deleted
	WHERE r.change_deleted OR r.status = 'anonymised'
), dropped AS (
	DELETE FROM job j USING message g, erased e
	WHERE j.message_id = g.message_id AND g.person_id = e.person_id
		AND j.state IN ('ready', 'leased')
	RETURNING j.message_id, e.now
), given_up AS (
	UPDATE message g SET state = 'void', reason = 'erased', done_at = d.now
	FROM dropped d WHERE g.message_id = d.message_id
	RETURNING g.message_id
), known AS (
	DELETE FROM suppression x USING erased e
	WHERE x.address = ANY (e.words)
	RETURNING x.*
), marked AS (
	INSERT INTO suppression (address, reason, since)
	SELECT fingerprint(address), split_part(reason, ':', 1), since FROM known
	ON CONFLICT DO NOTHING
	RETURNING 1
)
SELECT erase_data(e.person_id, e.words, e.parts)
FROM erased e CROSS JOIN (SELECT count(*) FROM given_up) first
CROSS JOIN (SELECT count(*) FROM marked) second
