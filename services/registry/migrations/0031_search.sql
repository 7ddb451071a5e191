-- Search for people. What they are found by is kept beside them, because beside
-- row-level security an index serves only what compares without a function: only
-- search_people() reads it, as the owner, and asks who sees whom itself.

-- Short lists of what the indexes still have to take in: a search reads them all.
CREATE TABLE person_search (
	person_id uuid PRIMARY KEY REFERENCES person ON DELETE CASCADE,
	scope_ids uuid[] NOT NULL, -- home hub, hubs and networks they belong to
	name text NOT NULL,  -- the last one first
	words text NOT NULL  -- ' ' before each: names, addresses, employer
);
CREATE INDEX person_search_words ON person_search
	USING gin (words public.gin_trgm_ops) WITH (gin_pending_list_limit = 256);
CREATE INDEX person_search_name ON person_search
	USING gin (name public.gin_trgm_ops) WITH (gin_pending_list_limit = 128);
ALTER TABLE person_search ENABLE ROW LEVEL SECURITY; -- nobody but the owner

-- People who changed, to be compared with others by a timer.
CREATE TABLE duplicate_check (person_id uuid PRIMARY KEY);
ALTER TABLE duplicate_check ENABLE ROW LEVEL SECURITY;

-- Who is merged or anonymised is not found.
CREATE FUNCTION refresh_search(ids uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	WITH fresh AS MATERIALIZED (
		SELECT p.person_id, p.merged_into_id IS NULL
				AND p.status <> 'anonymised' AS findable,
			ARRAY(SELECT p.home_hub_id
				WHERE p.home_hub_id IS NOT NULL
				UNION SELECT unnest(ARRAY[m.hub_id, m.network_id])
				FROM membership m
				WHERE m.person_id = p.person_id
					AND m.status NOT IN ('invited', 'lapsed')
				ORDER BY 1) AS scope_ids,
			search_key(p.last_name || ' ' || p.first_name) AS name,
			search_key(p.preferred_name) AS preferred,
			coalesce(o.search, '') AS employer,
			coalesce((SELECT string_agg(' ' || e.address, ''
				ORDER BY e.address)
				FROM person_email e
				WHERE e.person_id = p.person_id), '') AS addresses
		FROM person p LEFT JOIN organisation o USING (organisation_id)
		WHERE p.person_id = ANY (ids)
	), gone AS (
		DELETE FROM person_search s USING fresh f
		WHERE s.person_id = f.person_id AND NOT f.findable
	), kept AS (
		INSERT INTO person_search AS s
		SELECT person_id, scope_ids, name, ' ' || name || ' ' || preferred
			|| addresses || ' ' || employer
		FROM fresh WHERE findable
		ON CONFLICT (person_id) DO UPDATE SET name = excluded.name,
			scope_ids = excluded.scope_ids, words = excluded.words
		WHERE (s.name, s.words, s.scope_ids) <>
			(excluded.name, excluded.words, excluded.scope_ids)
		RETURNING person_id
	)
	INSERT INTO duplicate_check SELECT person_id FROM kept
	ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION search_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM refresh_search(ARRAY(SELECT DISTINCT person_id FROM changed));
	RETURN NULL;
END $$;
CREATE FUNCTION search_follows_employer() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	PERFORM refresh_search(ARRAY(SELECT person_id
		FROM renamed JOIN old_rows o USING (organisation_id)
		JOIN person p USING (organisation_id)
		WHERE renamed.search <> o.search));
	RETURN NULL;
END $$;
CREATE TRIGGER search_insert AFTER INSERT ON person
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION search_follows();
CREATE TRIGGER search_update AFTER UPDATE ON person
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION search_follows();
CREATE TRIGGER search_insert AFTER INSERT ON person_email
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION search_follows();
CREATE TRIGGER search_update AFTER UPDATE ON person_email
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION search_follows();
CREATE TRIGGER search_delete AFTER DELETE ON person_email
	REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION search_follows();
CREATE TRIGGER search_insert AFTER INSERT ON membership
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION search_follows();
CREATE TRIGGER search_update AFTER UPDATE ON membership
	REFERENCING NEW TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION search_follows();
CREATE TRIGGER search_delete AFTER DELETE ON membership
	REFERENCING OLD TABLE AS changed FOR EACH STATEMENT
	EXECUTE FUNCTION search_follows();
CREATE TRIGGER search_update AFTER UPDATE ON organisation
	REFERENCING NEW TABLE AS renamed OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION search_follows_employer();
CREATE INDEX person_employer ON person (organisation_id);
SELECT refresh_search(ARRAY(SELECT person_id FROM person));

-- What is looked for: the beginnings of words, and any part of an address; the
-- longest, which few have, first.
CREATE FUNCTION search_patterns(query text) RETURNS text[]
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT coalesce(array_agg(pattern ORDER BY length(pattern) DESC), '{}')
	FROM regexp_split_to_table(lower(query), '\s+') typed
	CROSS JOIN LATERAL (
		SELECT '%' || regexp_replace(typed, '([\\%_])', '\\\1', 'g') || '%'
		WHERE typed LIKE '%@%'
		UNION ALL
		SELECT '% ' || word || '%'
		FROM unnest(string_to_array(search_key(typed), ' ')) word
		WHERE typed NOT LIKE '%@%' AND word <> '') p(pattern)
$$;

-- Does the caller see whom the search has found? The answer of sees_person(), of
-- what the search knows, and small enough to become part of the plan.
CREATE FUNCTION finds(scope_ids uuid[], own_ids uuid[], new_ids uuid[],
	homeless boolean) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$
	SELECT scope_ids && own_ids OR scope_ids = '{}' AND homeless
		OR scope_ids <@ new_ids AND scope_ids <> '{}'
$$;

-- Two words are compared by the index, further ones after it. Names that are
-- alike are looked for only when nobody fits, among the first of them that the
-- index gives.
CREATE FUNCTION search_people(query text, most integer)
RETURNS TABLE (person_id uuid, score double precision)
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET pg_trgm.similarity_threshold = 0.4 AS $$
#variable_conflict use_column
DECLARE
	typed text := search_key(query);
	p text[] := search_patterns(query);
	everybody boolean := authority_all();
	eyes sight := sight();
	own_ids uuid[] := eyes.hub_ids || eyes.network_ids || eyes.open_hub_ids;
	new_ids uuid[] := eyes.network_hub_ids; -- who has no membership yet
	homeless boolean := eyes.superhub;
BEGIN
	IF cardinality(p) = 1 THEN
		RETURN QUERY
		SELECT s.person_id, 1::double precision FROM person_search s
		WHERE s.words LIKE p[1] AND (everybody
			OR finds(scope_ids, own_ids, new_ids, homeless))
		ORDER BY s.name, s.person_id LIMIT most;
	ELSIF cardinality(p) > 1 THEN
		RETURN QUERY
		SELECT s.person_id, 1::double precision FROM person_search s
		WHERE s.words LIKE p[1] AND s.words LIKE p[2]
			AND s.words LIKE ALL (p[3:])
			AND (everybody
			OR finds(scope_ids, own_ids, new_ids, homeless))
		ORDER BY s.name, s.person_id LIMIT most;
	END IF;
	IF FOUND OR p = '{}' THEN
		RETURN;
	END IF;
	RETURN QUERY
	SELECT s.person_id,
		public.similarity(s.name, typed)::double precision AS alike
	FROM (SELECT * FROM person_search s
		WHERE s.name OPERATOR(public.%) typed LIMIT 1000) s
	WHERE everybody OR finds(scope_ids, own_ids, new_ids, homeless)
	ORDER BY alike DESC, s.name, s.person_id LIMIT most;
END $$;
