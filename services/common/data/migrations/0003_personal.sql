-- What is known of a person, alike in every schema: shown to them when they ask,
-- taken away when they go, and let go when its time is over. All three read the
-- catalogue, so that a new table is thought of once, and by default is safe: a
-- table with a column person_id is shown, and every text of every table is
-- searched for the name and the addresses of who is erased.

-- What the default does not say.
CREATE TABLE personal_data (
	relation text PRIMARY KEY,
	whose text NOT NULL DEFAULT 'person_id = $1', -- of its rows; $1: person
	erasure text NOT NULL CHECK (erasure IN (
		'keep',     -- the rows stay as they are
		'blank',    -- their texts go, but for the columns of kept
		'delete')),
	kept text[] NOT NULL DEFAULT '{}',
	hidden text[] NOT NULL DEFAULT '{}', -- what of a row is others'
	searched boolean NOT NULL DEFAULT true
);
-- The runtime's own tables hold no texts of people (rpc_seen: see erase_data).
INSERT INTO personal_data (relation, whose, erasure, searched)
SELECT unnest(ARRAY['migration', 'rpc_seen', 'change_staged', 'change',
		'feed_head', 'follow_cursor', 'personal_data']),
	'false', 'keep', false;

-- Tables of this schema, and what the catalogue says of them.
CREATE VIEW personal_table WITH (security_invoker) AS
SELECT c.oid AS table_id, c.relname::text AS relation,
	coalesce(d.whose, CASE WHEN EXISTS (SELECT FROM pg_attribute a
		WHERE a.attrelid = c.oid AND a.attname = 'person_id'
			AND a.atttypid = 'uuid'::regtype AND NOT a.attisdropped)
		THEN 'person_id = $1' ELSE 'false' END) AS whose,
	coalesce(d.erasure, 'keep') AS erasure,
	coalesce(d.kept, '{}') AS kept, coalesce(d.hidden, '{}') AS hidden,
	coalesce(d.searched, true) AS searched
FROM pg_class c LEFT JOIN personal_data d ON d.relation = c.relname
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r';

-- Columns that can hold a text of a person's, and how each becomes empty.
CREATE VIEW personal_column WITH (security_invoker) AS
SELECT a.attrelid AS table_id, a.attname::text AS name,
	a.atttypid::regtype::text AS type,
	CASE WHEN a.attname = 'salt' THEN 'gen_random_uuid()'
		WHEN a.atthasdef THEN 'DEFAULT'
		WHEN NOT a.attnotnull THEN 'NULL'
		WHEN a.atttypid = 'jsonb'::regtype THEN '''{}'''
		WHEN a.atttypid = 'text[]'::regtype THEN '''{}'''
		ELSE '''''' END AS empty,
	EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid
		AND i.indisprimary AND a.attnum = ANY (i.indkey)) AS is_key
FROM pg_attribute a
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
	AND (a.atttypid IN ('text'::regtype, 'jsonb'::regtype,
			'text[]'::regtype, 'bytea'::regtype)
		OR a.attname = 'salt');

-- Everything held about somebody, row by row, as the caller may see it; salts,
-- hashes and sealed bytes tell nobody anything.
CREATE FUNCTION held_rows(who uuid) RETURNS TABLE (entity text, content jsonb)
STABLE LANGUAGE plpgsql AS $$
DECLARE
	t record;
BEGIN
	FOR t IN SELECT relation, whose, p.hidden || ARRAY(SELECT c.name
			FROM personal_column c WHERE c.table_id = p.table_id
			AND (c.type = 'bytea' OR c.name = 'salt'
				OR c.name LIKE '%\_hash')) AS hidden
		FROM personal_table p
		WHERE whose <> 'false' ORDER BY relation
	LOOP
		RETURN QUERY EXECUTE format(
			'SELECT %L::text, to_jsonb(t) - %L::text[] FROM %I t WHERE %s',
			t.relation, t.hidden, t.relation, t.whose) USING who;
	END LOOP;
END $$;
CREATE FUNCTION held_rows_of_self(who uuid)
RETURNS TABLE (entity text, content jsonb)
STABLE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	SELECT * FROM held_rows(who)
	WHERE authority_all() OR who = ANY (authority_person_ids())
$$;
-- People see all of their own, also what row-level security keeps for staff.
CREATE FUNCTION held_data(who uuid) RETURNS TABLE (entity text, content jsonb)
STABLE LANGUAGE plpgsql AS $$
BEGIN
	IF authority_all() OR who = ANY (authority_person_ids()) THEN
		RETURN QUERY SELECT * FROM held_rows_of_self(who);
	ELSE
		RETURN QUERY SELECT * FROM held_rows(who);
	END IF;
END $$;

-- Of a row what people read: no ids, no versions, nothing that is empty.
CREATE FUNCTION held_fields(content jsonb) RETURNS jsonb
IMMUTABLE LANGUAGE sql AS $$
	SELECT coalesce(jsonb_agg(jsonb_build_object('name', key,
			'value', value)), '[]')
	FROM jsonb_each_text(content)
	WHERE value NOT IN ('', '[]', '{}', 'null')
		AND key !~ '(^|_)(ids?|key|keys|version|by)$'
$$;

-- The regular expression that finds any of these words, and not within a longer
-- name or address; within JSON some characters are written differently.
CREATE FUNCTION words_pattern(words text[]) RETURNS text
IMMUTABLE LANGUAGE sql AS $$
	SELECT '(?<![[:alnum:]@]|[[:alnum:]][.+-])(' || string_agg(DISTINCT
			regexp_replace(regexp_replace(form,
				'([][\\.^$*+?(){}|-])', '\\\1', 'g'),
				'\s+', '[\\s_]+', 'g') || CASE WHEN form LIKE '%@%'
				THEN '(?![[:alnum:]]|[.-][[:alnum:]])'
				ELSE '(?![[:alnum:]@]|-[[:alnum:]])' END, '|') || ')'
	FROM unnest(words) word
	CROSS JOIN LATERAL (VALUES (word),
		(regexp_replace(to_jsonb(word)::text, '^"|"$', '', 'g')))
		forms (form)
	WHERE word <> ''
$$;

-- What a text that has one of these words surely contains, in lower case: cheaper
-- to look for in a large table. Of a name the longest run of letters.
CREATE FUNCTION words_hints(words text[]) RETURNS text[]
IMMUTABLE LANGUAGE sql AS $$
	SELECT array_agg(DISTINCT '%' || lower(regexp_replace(hint,
		'([\\%_])', '\\\1', 'g')) || '%')
	FROM unnest(words) word
	CROSS JOIN LATERAL (
		SELECT run AS hint FROM regexp_split_to_table(word, CASE
			WHEN word LIKE '%@%' THEN '\s' ELSE '[^[:alnum:]]+' END) run
		ORDER BY length(run) DESC LIMIT 1) longest
	WHERE word <> ''
$$;

-- What a text becomes: an address or a number alone is empty then, anything else
-- shows that something stood there.
CREATE FUNCTION without_words(given text, pattern text) RETURNS text
IMMUTABLE LANGUAGE sql AS $$
	SELECT CASE WHEN given ~* ('^' || pattern || '$') AND given ~ '[@0-9]'
		THEN '' ELSE regexp_replace(given, pattern, '[erased]', 'gi') END
$$;

-- Take the words out of every text of a table; its keys stay. A version goes
-- up, for whoever follows. Returns the rows that had one.
CREATE FUNCTION erase_words(relation text, words text[], among text)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	changes text;
	texts text;
	versioned boolean;
	found bigint;
BEGIN
	SELECT string_agg(format('%1$I = without_words(%1$I::text, $1)::%2$s',
			name, type), ', '),
		string_agg(format('%I::text', name), ', ')
	INTO changes, texts
	FROM personal_column
	WHERE table_id = relation::regclass AND NOT is_key
		AND type IN ('text', 'jsonb', 'text[]') AND name <> 'salt';
	IF changes IS NULL OR words_pattern(words) IS NULL THEN
		RETURN 0;
	END IF;
	versioned := EXISTS (SELECT FROM pg_attribute
		WHERE attrelid = relation::regclass AND attname = 'version'
			AND atttypid = 'bigint'::regtype);
	EXECUTE format('UPDATE %I t SET %s %s WHERE (%s)
		AND CASE WHEN lower(concat_ws(chr(10), %5$s)) LIKE ANY ($2)
			THEN concat_ws(chr(10), %5$s) ~* $1 END', relation, changes,
		CASE WHEN versioned THEN ', version = version + 1' END,
		among, texts)
	USING words_pattern(words), words_hints(words);
	GET DIAGNOSTICS found = ROW_COUNT;
	RETURN found;
END $$;

-- Erase somebody. words (full names, addresses) go wherever they stand; parts
-- (a first name, a last name) only from JSON that names the person by id. A
-- recorded reply that would tell them again says NOT_FOUND instead.
CREATE FUNCTION erase_data(who uuid, words text[], parts text[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
	t record;
	changes text;
BEGIN
	FOR t IN SELECT * FROM personal_table
		WHERE erasure <> 'keep' ORDER BY erasure, relation
	LOOP
		SELECT string_agg(format('%I = %s', name, empty), ', ')
		INTO changes FROM personal_column
		WHERE table_id = t.table_id AND NOT is_key
			AND name <> ALL (t.kept);
		EXECUTE CASE t.erasure WHEN 'delete'
			THEN format('DELETE FROM %I t WHERE %s', t.relation,
				t.whose)
			ELSE format('UPDATE %I t SET %s WHERE %s', t.relation,
				changes, t.whose) END
		USING who;
	END LOOP;
	IF cardinality(words || parts) = 0 THEN
		RETURN;
	END IF;
	FOR t IN SELECT p.relation, c.name
		FROM personal_table p JOIN personal_column c USING (table_id)
		WHERE p.searched AND c.type = 'jsonb' AND NOT c.is_key
		ORDER BY 1, 2
	LOOP
		EXECUTE format('UPDATE %1$I SET %2$I = regexp_replace(
			%2$I::text, $2, ''""'', ''g'')::jsonb
			WHERE strpos(%2$I::text, $1) > 0 AND %2$I::text ~ $2',
			t.relation, t.name)
		USING who::text, (SELECT '"' || words_pattern(parts) || '"');
	END LOOP;
	FOR t IN SELECT relation FROM personal_table
		WHERE searched ORDER BY relation
	LOOP
		PERFORM erase_words(t.relation, words, 'true');
	END LOOP;
	UPDATE rpc_seen SET reply = '\x0804'
	WHERE EXISTS (SELECT FROM unnest(words) word
			WHERE position(convert_to(word, 'UTF8') IN reply) > 0)
		OR (position(convert_to(who::text, 'UTF8') IN reply) > 0
			AND EXISTS (SELECT FROM unnest(parts) part WHERE
			position(convert_to(part, 'UTF8') IN reply) > 0));
END $$;

-- ---- How long ----

-- A rule's timer works off what is older than keep_months and says how much
-- that was; 0 months: for ever.
CREATE TABLE retention_rule (
	rule text PRIMARY KEY,
	keep_months integer NOT NULL,
	about text NOT NULL,
	CONSTRAINT retention_months CHECK (keep_months BETWEEN 0 AND 600)
);
COMMENT ON CONSTRAINT retention_months ON retention_rule IS
	'keep_months: Give 1 to 600 months, or 0 for ever.';
CREATE TABLE retention_run (
	rule text NOT NULL REFERENCES retention_rule,
	on_day date NOT NULL,
	things bigint NOT NULL,
	PRIMARY KEY (rule, on_day)
);
ALTER TABLE retention_rule ENABLE ROW LEVEL SECURITY;
CREATE POLICY retention_read ON retention_rule FOR SELECT USING (true);
CREATE POLICY retention_set ON retention_rule USING ((SELECT authority_all()));
ALTER TABLE retention_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY retention_read ON retention_run FOR SELECT USING (true);
CREATE POLICY retention_set ON retention_run USING ((SELECT authority_all()));
INSERT INTO personal_data (relation, whose, erasure, searched) VALUES
	('retention_rule', 'false', 'keep', false),
	('retention_run', 'false', 'keep', false);

-- What is older goes; NULL: nothing does.
CREATE FUNCTION retention_limit(of_rule text, at timestamptz)
RETURNS timestamptz STABLE LANGUAGE sql AS $$
	SELECT at - keep_months * interval '1 month' FROM retention_rule
	WHERE rule = of_rule AND keep_months > 0
$$;
