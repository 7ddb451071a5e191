-- Who was merged is who was kept: what was sent to the one was sent to the other,
-- who is not told again; and who paused has paused. owner_id: whose it was (NULL:
-- whose it is), for the way back.

ALTER TABLE person ADD merged_into_id uuid;
ALTER TABLE message ADD owner_id uuid;
CREATE INDEX message_owner ON message (owner_id) WHERE owner_id IS NOT NULL;
ALTER TABLE pause ADD owner_id uuid;

CREATE FUNCTION regroup(ids uuid[]) RETURNS void LANGUAGE sql AS $$
	WITH who AS MATERIALIZED (
		SELECT person_id AS owner_id,
			coalesce(merged_into_id, person_id) AS target_id
		FROM person WHERE person_id = ANY (ids)
	), paused AS (
		UPDATE pause z SET person_id = w.target_id,
			owner_id = nullif(w.owner_id, w.target_id)
		FROM who w
		WHERE coalesce(z.owner_id, z.person_id) = w.owner_id
			AND z.person_id <> w.target_id
			AND NOT EXISTS (SELECT FROM pause o
				WHERE o.network_id = z.network_id
				AND o.person_id = w.target_id)
	)
	UPDATE message g SET person_id = w.target_id,
		owner_id = nullif(w.owner_id, w.target_id)
	FROM who w
	WHERE (g.owner_id = w.owner_id
			OR g.person_id = w.owner_id AND g.owner_id IS NULL)
		AND g.person_id <> w.target_id
		AND NOT EXISTS (SELECT FROM message o
			WHERE (o.session_id, o.person_id, o.rule, o.sequence)
				= (g.session_id, w.target_id, g.rule, g.sequence))
$$;

CREATE FUNCTION person_merges() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	ids uuid[];
BEGIN
	IF TG_OP = 'INSERT' THEN
		ids := ARRAY(SELECT person_id FROM new_rows
			WHERE merged_into_id IS NOT NULL);
	ELSE
		ids := ARRAY(SELECT person_id
			FROM new_rows n JOIN old_rows o USING (person_id)
			WHERE n.merged_into_id IS DISTINCT FROM o.merged_into_id);
	END IF;
	IF ids <> '{}' THEN
		PERFORM regroup(ids);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER person_merges_new AFTER INSERT ON person
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION person_merges();
CREATE TRIGGER person_merges AFTER UPDATE ON person
	REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION person_merges();
