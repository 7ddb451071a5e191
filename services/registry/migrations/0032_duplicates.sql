-- Two who may be one person, found by a timer among those who changed, and what
-- was decided about them.

CREATE TABLE duplicate (
	person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
	other_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
	score double precision NOT NULL,
	reasons text[] NOT NULL,
	dismissed_at timestamptz,
	dismissed_by_id uuid,
	dismissed_reason text NOT NULL DEFAULT '',
	PRIMARY KEY (person_id, other_id),
	CONSTRAINT duplicate_order CHECK (person_id < other_id),
	CONSTRAINT duplicate_reason
		CHECK (char_length(dismissed_reason) <= 1000)
);
COMMENT ON CONSTRAINT duplicate_reason ON duplicate IS
	'reason: Use at most 1,000 characters.';
CREATE INDEX duplicate_other ON duplicate (other_id);
CREATE INDEX duplicate_open ON duplicate (score DESC, person_id, other_id)
	WHERE dismissed_at IS NULL;
ALTER TABLE duplicate ENABLE ROW LEVEL SECURITY;
CREATE POLICY duplicate_own ON duplicate USING ((SELECT authority_all())
	OR (sees_person_id(person_id, (SELECT sight()))
		AND sees_person_id(other_id, (SELECT sight()))));
SELECT audit_changes('duplicate', 'duplicate', 'person_id');

-- Other people with something of this one that few share: a mailbox, an employer
-- and a name alike, a telephone and a name alike, a registration. A telephone of
-- more than twenty is a switchboard, and of the colleagues those twenty count whose
-- names are most alike.
CREATE FUNCTION alike(p person) RETURNS TABLE (other_id uuid,
	score double precision, reasons text[])
STABLE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT
SET pg_trgm.similarity_threshold = 0.5 AS $$
	WITH self AS MATERIALIZED (
		SELECT name FROM person_search WHERE person_id = p.person_id
	), near AS (
		SELECT n.person_id, 'address' AS reason, 0.5 AS weight
		FROM person_email e JOIN person_email n USING (address)
		WHERE e.person_id = p.person_id
		UNION
		(SELECT q.person_id, 'employer', 0.3
		FROM person q JOIN person_search s USING (person_id), self
		WHERE q.organisation_id = p.organisation_id
			AND q.person_id <> p.person_id AND s.name % self.name
		ORDER BY similarity(s.name, self.name) DESC, q.person_id
		LIMIT 20)
		UNION
		SELECT unnest(array_agg(person_id)), 'phone', 0.4
		FROM (SELECT q.person_id FROM person q
			WHERE q.phone <> '' AND q.phone = p.phone LIMIT 21) q
		HAVING count(*) <= 20
		UNION
		SELECT q.person_id, 'registration', 0.8 FROM person q
		WHERE q.registration_number <> ''
			AND q.registration_number = p.registration_number
			AND q.profession IS NOT DISTINCT FROM p.profession
	)
	SELECT near.person_id, least(1, sum(weight)
			+ similarity(s.name, self.name) * 0.6),
		array_agg(reason ORDER BY reason) || CASE
			WHEN s.name = self.name THEN '{name}'::text[]
			ELSE '{}' END
	FROM near JOIN person_search s USING (person_id), self
	WHERE near.person_id <> p.person_id
		AND (similarity(s.name, self.name) >= 0.4
			OR reason = 'registration')
	GROUP BY near.person_id, s.name, self.name
$$;
CREATE INDEX person_phone ON person (phone) WHERE phone <> '';
CREATE INDEX person_registration ON person (registration_number)
	WHERE registration_number <> '';

-- Compare some of those who changed with everybody; how many they were.
CREATE FUNCTION find_duplicates(most integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	WITH taken AS MATERIALIZED (
		DELETE FROM duplicate_check WHERE person_id IN (
			SELECT person_id FROM duplicate_check
			ORDER BY person_id LIMIT most FOR UPDATE SKIP LOCKED)
		RETURNING person_id
	), found AS MATERIALIZED (
		SELECT DISTINCT ON (least(t.person_id, a.other_id),
				greatest(t.person_id, a.other_id))
			least(t.person_id, a.other_id) AS person_id,
			greatest(t.person_id, a.other_id) AS other_id,
			a.score, a.reasons
		FROM taken t JOIN person p USING (person_id)
		CROSS JOIN LATERAL alike(p) a
	), gone AS (
		DELETE FROM duplicate d
		WHERE (person_id IN (SELECT person_id FROM taken)
				OR other_id IN (SELECT person_id FROM taken))
			AND dismissed_at IS NULL
			AND (person_id, other_id) NOT IN (
				SELECT f.person_id, f.other_id FROM found f)
	), kept AS (
		INSERT INTO duplicate AS d (person_id, other_id, score, reasons)
		SELECT person_id, other_id, score, reasons FROM found
		ON CONFLICT (person_id, other_id) DO UPDATE
		SET score = excluded.score, reasons = excluded.reasons
		WHERE (d.score, d.reasons) <> (excluded.score, excluded.reasons)
	)
	SELECT count(*) FROM taken
$$;
