-- Search for people. What they are found by is kept beside them, because beside
-- row-level security an index serves only what compares without a function: only
-- search_people() reads it, as the owner, and for those whom the caller sees.

CREATE TABLE person_search (
	person_id uuid PRIMARY KEY REFERENCES person ON DELETE CASCADE,
	scope_ids uuid[] NOT NULL, -- see person_scope_ids
	name text NOT NULL,        -- the last one first
	words tsvector NOT NULL    -- of names and employer; @ and each address
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
-- A search reads every version of a row that is not cleared away yet.
-- Short lists of what the indexes still have to take in: a search reads them all.
CREATE INDEX person_search_words ON person_search
	USING gin (words) WITH (gin_pending_list_limit = 128);
CREATE INDEX person_search_scope ON person_search
	USING gin (scope_ids) WITH (gin_pending_list_limit = 64);
ALTER TABLE person_search ENABLE ROW LEVEL SECURITY; -- nobody but the owner

-- Every word of people's names, for whoever mistypes one.
CREATE TABLE person_word (word text PRIMARY KEY);
CREATE INDEX person_word_similar ON person_word
	USING gin (word gin_trgm_ops) WITH (gin_pending_list_limit = 64);
ALTER TABLE person_word ENABLE ROW LEVEL SECURITY;

-- What nobody is called any more is forgotten. The words that stay are not looked
-- up: of a common one, that reads the list of everybody who has it.
CREATE FUNCTION forget_person_words() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	dropped text[];
BEGIN
	IF TG_OP = 'DELETE' THEN
		dropped := ARRAY(SELECT unnest(string_to_array(name, ' '))
			FROM old_rows);
	ELSE
		dropped := ARRAY(
			SELECT unnest(string_to_array(name, ' ')) FROM old_rows
			EXCEPT
			SELECT unnest(string_to_array(name, ' ')) FROM new_rows);
	END IF;
	IF dropped <> '{}' THEN
		DELETE FROM person_word w
		WHERE w.word = ANY (dropped) AND NOT EXISTS (
			SELECT FROM person_search
			WHERE words @@ quote_term(w.word, '')::tsquery
			OFFSET 0);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER forget_words_update AFTER UPDATE ON person_search
	REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
	FOR EACH STATEMENT EXECUTE FUNCTION forget_person_words();
CREATE TRIGGER forget_words_delete AFTER DELETE ON person_search
	REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
	EXECUTE FUNCTION forget_person_words();

-- A term of full text search: exactly this word, or with ':*' its beginning.
CREATE FUNCTION quote_term(word text, rest text) RETURNS text
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT '''' || replace(replace(word, '\', '\\'), '''', '''''') || ''''
		|| rest
$$;

-- People who changed, to be compared with others by a timer.
CREATE TABLE duplicate_check (person_id uuid PRIMARY KEY);
ALTER TABLE duplicate_check ENABLE ROW LEVEL SECURITY;

-- Who sees somebody, as sees_person() has it: home hub, hubs and networks they
-- belong to (not only were invited to); nobody's are the superhub's; who is new in
-- a hub is for the staff of its networks as well.
CREATE FUNCTION new_scope_id(hub_id uuid) RETURNS uuid
IMMUTABLE LANGUAGE sql AS $$ SELECT md5('new in ' || hub_id)::uuid $$;
CREATE FUNCTION person_scope_ids(of_person_id uuid, home_id uuid)
RETURNS uuid[] STABLE LANGUAGE plpgsql AS $$
BEGIN
	RETURN ARRAY(WITH belongs AS (
			SELECT hub_id, network_id, status FROM membership
			WHERE person_id = of_person_id
		)
		SELECT unnest(ARRAY[hub_id, network_id]) FROM belongs
		WHERE status NOT IN ('invited', 'lapsed')
		UNION SELECT home_id WHERE home_id IS NOT NULL
		UNION SELECT new_scope_id(home_id) WHERE home_id IS NOT NULL
			AND NOT EXISTS (SELECT FROM belongs)
		UNION SELECT min(network_id::text)::uuid FROM belongs
		HAVING count(*) = 1 AND min(hub_id::text) = home_id::text
		UNION SELECT '00000000-0000-0000-0000-000000000000'
		WHERE home_id IS NULL AND NOT EXISTS (SELECT FROM belongs)
		ORDER BY 1);
END $$;

-- Who is merged or anonymised is not found. A plan that is kept, from when a table
-- was empty, would read all of it for each person later on.
CREATE FUNCTION refresh_search(ids uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
	WITH fresh AS MATERIALIZED (
		SELECT p.person_id, p.merged_into_id IS NULL
				AND p.status <> 'anonymised' AS findable,
			person_scope_ids(p.person_id, p.home_hub_id) AS scope_ids,
			search_key(p.last_name || ' ' || p.first_name || ' '
				|| p.preferred_name) AS name,
			coalesce(o.search, '') AS employer,
			ARRAY(SELECT '@' || e.address FROM person_email e
				WHERE e.person_id = p.person_id) AS addresses
		FROM person p LEFT JOIN organisation o USING (organisation_id)
		WHERE p.person_id = ANY (ids)
	), gone AS (
		DELETE FROM person_search s USING fresh f
		WHERE s.person_id = f.person_id AND NOT f.findable
	), kept AS (
		INSERT INTO person_search AS s
		SELECT person_id, scope_ids, name, array_to_tsvector(addresses
			|| array_remove(string_to_array(name || ' ' || employer,
				' '), ''))
		FROM fresh WHERE findable
		ON CONFLICT (person_id) DO UPDATE SET name = excluded.name,
			scope_ids = excluded.scope_ids, words = excluded.words
		WHERE (s.name, s.words, s.scope_ids) <>
			(excluded.name, excluded.words, excluded.scope_ids)
		RETURNING s.person_id, s.name
	), called AS (
		INSERT INTO person_word
		SELECT DISTINCT word
		FROM kept, unnest(string_to_array(name, ' ')) word
		WHERE word <> '' ORDER BY word
		ON CONFLICT DO NOTHING
	)
	INSERT INTO duplicate_check SELECT person_id FROM kept
	ON CONFLICT DO NOTHING;
END $$;

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
DO $$
DECLARE
	followed text;
	action text;
BEGIN
	FOREACH followed IN ARRAY '{person, person_email, membership}'::text[] LOOP
		FOREACH action IN ARRAY '{insert, update, delete}'::text[] LOOP
			EXECUTE format('CREATE TRIGGER search_%1$s AFTER %1$s
				ON %2$I REFERENCING %3$s TABLE AS changed
				FOR EACH STATEMENT
				EXECUTE FUNCTION search_follows()', action,
				followed, CASE action WHEN 'delete' THEN 'OLD'
				ELSE 'NEW' END);
		END LOOP;
	END LOOP;
END $$;
CREATE TRIGGER search_update AFTER UPDATE ON organisation
	REFERENCING NEW TABLE AS renamed OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION search_follows_employer();
CREATE INDEX person_employer ON person (organisation_id);
SELECT refresh_search(ARRAY(SELECT person_id FROM person));

-- What is looked for: the beginnings of words and addresses; forgiving: or words of
-- names that are alike.
CREATE FUNCTION person_terms(query text, forgiving boolean) RETURNS tsquery
STABLE LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
SET pg_trgm.similarity_threshold = 0.25 AS $$
BEGIN
	RETURN (SELECT string_agg(term, ' & ') FROM (
		SELECT '(' || quote_term(typed, ':*') || CASE
			WHEN forgiving AND char_length(typed) > 2
				AND typed NOT LIKE '%@%' THEN coalesce((SELECT string_agg('|' || quote_term(
					w.word, ''), '')
				FROM (SELECT w.word FROM person_word w
					WHERE w.word % typed
					ORDER BY similarity(w.word, typed) DESC,
						w.word
					LIMIT 5) w), '')
			ELSE '' END || ')' AS term
		FROM (SELECT DISTINCT word AS typed
			FROM regexp_split_to_table(lower(left(query, 200)),
				'\s+') given
			CROSS JOIN LATERAL unnest(CASE WHEN given LIKE '%@%'
				THEN ARRAY['@' || given]
				ELSE string_to_array(search_key(given), ' ')
				END) word
			WHERE word <> '' LIMIT 8) t) t)::tsquery;
END $$;

-- Whoever sees everybody finds by the words' index: of more than a thousand who
-- fit, some. Others are asked about those whom they see, a hub's thousand.
CREATE FUNCTION search_people(query text, most integer)
RETURNS TABLE (person_id uuid, score double precision)
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
	terms tsquery := person_terms(query, false);
	typed text := search_key(query);
	everybody boolean := authority_all();
	eyes sight;
	own_ids uuid[];
BEGIN
	IF everybody THEN
		RETURN QUERY
		SELECT s.person_id, 1::float8 FROM (
			SELECT * FROM person_search s
			WHERE s.words @@ terms LIMIT 1000) s
		ORDER BY s.name, s.person_id LIMIT most;
	ELSE
		eyes := sight();
		own_ids := eyes.hub_ids || eyes.network_ids || eyes.open_hub_ids
			|| ARRAY(SELECT new_scope_id(id)
				FROM unnest(eyes.network_hub_ids) id)
			|| CASE WHEN eyes.superhub
				THEN '{00000000-0000-0000-0000-000000000000}'
				ELSE '{}' END::uuid[];
		RETURN QUERY
		SELECT s.person_id, 1::float8 FROM person_search s
		WHERE s.scope_ids && own_ids AND ts_match_vq(s.words, terms)
		ORDER BY s.name, s.person_id LIMIT most;
	END IF;
	IF FOUND OR typed = '' THEN
		RETURN;
	END IF;
	terms := person_terms(query, true);
	IF everybody THEN
		RETURN QUERY
		SELECT s.person_id, similarity(s.name, typed)::float8 AS alike
		FROM (SELECT * FROM person_search s
			WHERE s.words @@ terms LIMIT 1000) s
		ORDER BY alike DESC, s.name, s.person_id LIMIT most;
	ELSE
		RETURN QUERY
		SELECT s.person_id, similarity(s.name, typed)::float8 AS alike
		FROM person_search s
		WHERE s.scope_ids && own_ids AND ts_match_vq(s.words, terms)
		ORDER BY alike DESC, s.name, s.person_id LIMIT most;
	END IF;
END $$;
