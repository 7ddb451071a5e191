-- Organisations: Welsh name, parent, aliases, where they are, and how they are
-- found.

-- ---- Where a postcode is: nation, and in England the ONS region ----
-- By area (the letters), and by district where an area lies in two nations or
-- regions; districts that are divided themselves count where most people live.

CREATE TABLE postcode_area (
	code text PRIMARY KEY,
	nation text NOT NULL,
	region text NOT NULL
);
INSERT INTO postcode_area (code, nation, region)
SELECT unnest(string_to_array(codes, ' ')), nation, region FROM (VALUES
	('england', 'North East', 'DH DL NE SR TS TD12 TD15'),
	('england', 'North West',
		'BB BL CA CH CW FY L LA M OL PR SK WA WN'),
	('england', 'Yorkshire and The Humber',
		'BD DN HD HG HU HX LS S WF YO DL6 DL7 DL8 DL9 DL10 DL11 TS9'),
	('england', 'East Midlands', 'DE LE LN NG NN DN21 DN22 S18 S21 S32 S33'
		' S40 S41 S42 S43 S44 S45 S49 S80 S81 PE9 PE10 PE11 PE12 PE20'
		' PE21 PE22 PE23 PE24 PE25 SK13 SK17 SK22 SK23'),
	('england', 'West Midlands', 'B CV DY HR ST SY TF WR WS WV'),
	('england', 'East of England', 'AL CB CM CO IP LU NR PE SG SS WD EN6 EN7'
		' EN8 EN9 EN10 EN11 HP1 HP2 HP3 HP4 HP23 IG7 IG9 IG10 MK40 MK41'
		' MK42 MK43 MK44 MK45 RM15 RM16 RM17 RM18 RM19 RM20'),
	('england', 'London', 'BR CR E EC EN HA IG N NW RM SE SM SW TW UB W WC'
		' DA5 DA6 DA7 DA8 DA14 DA15 DA16 DA17 DA18 KT1 KT2 KT3 KT4 KT5'
		' KT6 KT9'),
	('england', 'South East', 'BN CT DA GU HP KT ME MK OX PO RG RH SL SO TN'
		' BR8 CR3 CR6 SM7 SP10 SP11 TW15 TW16 TW17 TW18 TW19 TW20'),
	('england', 'South West', 'BA BH BS DT EX GL PL SN SP TA TQ TR'),
	('scotland', '', 'AB DD DG EH FK G HS IV KA KW KY ML PA PH TD ZE'),
	('wales', '', 'CF LD LL NP SA CH5 CH6 CH7 CH8 SY15 SY16 SY17 SY18 SY19'
		' SY20 SY21 SY22 SY23 SY24 SY25'),
	('northern_ireland', '', 'BT'),
	('isle_of_man', '', 'IM'),
	('jersey', '', 'JE'),
	('guernsey', '', 'GY')) place(nation, region, codes);

-- Nothing for a postcode that is not British, or none.
CREATE FUNCTION place_of(outward text, OUT nation text, OUT region text)
STABLE LANGUAGE sql SET search_path FROM CURRENT AS $$
	SELECT coalesce(max(p.nation), ''), coalesce(max(p.region), '')
	FROM (SELECT * FROM postcode_area
		WHERE code IN (outward, substring(outward FROM '^[A-Z]+'))
		ORDER BY char_length(code) DESC LIMIT 1) p
$$;

-- ---- Names that people type ----

-- How names are compared: no case, no accents, no punctuation; saint is st.
CREATE FUNCTION search_key(value text) RETURNS text
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT btrim(regexp_replace(regexp_replace(translate(lower(value),
		'âêîôûŵŷáéíóúẃýàèìòùẁỳäëïöüẅÿñç''’‘`´.',
		'aeiouwyaeiouwyaeiouwyaeiouwync'),
		'[^[:alnum:]]+', ' ', 'g'), '\msaint\M', 'st', 'g'))
$$;

ALTER TABLE organisation
	ADD name_cy text NOT NULL DEFAULT '',
	ADD parent_organisation_id uuid,
	ADD search text NOT NULL GENERATED ALWAYS AS (search_key(
		name || ' ' || name_cy || ' ' || postcode_outward)) STORED,
	ADD CONSTRAINT organisation_name_cy CHECK (is_line(name_cy, 200)),
	ADD CONSTRAINT organisation_parent FOREIGN KEY (parent_organisation_id)
		REFERENCES organisation;
COMMENT ON CONSTRAINT organisation_name_cy ON organisation IS
	'name_cy: Give the Welsh name in one line of at most 200 characters.';
COMMENT ON CONSTRAINT organisation_parent ON organisation IS
	'parent_organisation_id: There is no such organisation.';
CREATE INDEX organisation_children ON organisation (parent_organisation_id);
-- Without a list of what the index still has to take in: a search reads it all.
CREATE INDEX organisation_words ON organisation
	USING gin (array_to_tsvector(string_to_array(search, ' ')))
	WITH (fastupdate = off);

-- Another name of an organisation, in a postcode district: what files and forms
-- call it.
CREATE TABLE organisation_alias (
	organisation_id uuid NOT NULL REFERENCES organisation ON DELETE CASCADE,
	name text NOT NULL,
	postcode_outward text NOT NULL,
	search text NOT NULL GENERATED ALWAYS AS (search_key(name)) STORED,
	CONSTRAINT alias_name CHECK (name <> '' AND is_line(name, 200))
);
COMMENT ON CONSTRAINT alias_name ON organisation_alias IS
	'aliases: Give each other name in one line of at most 200 characters.';
CREATE UNIQUE INDEX alias_once
	ON organisation_alias (lower(name), postcode_outward);
COMMENT ON INDEX alias_once IS
	'aliases: Another organisation of this district goes by this name.';
CREATE INDEX alias_of_organisation ON organisation_alias (organisation_id);
CREATE INDEX alias_words ON organisation_alias
	USING gin (array_to_tsvector(string_to_array(search, ' ')))
	WITH (fastupdate = off);

-- Every word of the names, for whoever mistypes one.
CREATE TABLE organisation_word (word text PRIMARY KEY);
CREATE INDEX word_begins ON organisation_word USING spgist (word);
CREATE INDEX word_similar ON organisation_word USING gin (word gin_trgm_ops)
	WITH (fastupdate = off);
ALTER TABLE organisation_word ENABLE ROW LEVEL SECURITY;
CREATE POLICY word_read ON organisation_word FOR SELECT USING (true);

CREATE FUNCTION note_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
BEGIN
	INSERT INTO organisation_word
	SELECT DISTINCT word FROM new_rows, unnest(string_to_array(search, ' '))
		AS word
	ORDER BY word
	ON CONFLICT DO NOTHING;
	RETURN NULL;
END $$;
-- What no name has any more is forgotten: it may have been somebody's.
CREATE FUNCTION forget_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
DECLARE
	dropped text[];
BEGIN
	IF TG_OP = 'DELETE' THEN
		dropped := ARRAY(SELECT DISTINCT unnest(
			string_to_array(search, ' ')) FROM old_rows);
	ELSE
		dropped := ARRAY(
			SELECT unnest(string_to_array(search, ' ')) FROM old_rows
			EXCEPT
			SELECT unnest(string_to_array(search, ' ')) FROM new_rows);
	END IF;
	IF dropped <> '{}' THEN
		DELETE FROM organisation_word w
		WHERE w.word = ANY (dropped) AND NOT EXISTS (
			SELECT FROM organisation WHERE w.word::tsquery @@
				array_to_tsvector(string_to_array(search, ' '))
			UNION ALL
			SELECT FROM organisation_alias WHERE w.word::tsquery @@
				array_to_tsvector(string_to_array(search, ' '))
			OFFSET 0);
	END IF;
	RETURN NULL;
END $$;
DO $$
DECLARE
	named text;
BEGIN
	FOREACH named IN ARRAY ARRAY['organisation', 'organisation_alias'] LOOP
		EXECUTE format('CREATE TRIGGER note_words_insert
			AFTER INSERT ON %1$I REFERENCING NEW TABLE AS new_rows
			FOR EACH STATEMENT EXECUTE FUNCTION note_words();
			CREATE TRIGGER note_words_update
			AFTER UPDATE ON %1$I REFERENCING NEW TABLE AS new_rows
			FOR EACH STATEMENT EXECUTE FUNCTION note_words();
			CREATE TRIGGER forget_words_update
			AFTER UPDATE ON %1$I REFERENCING OLD TABLE AS old_rows
			NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION forget_words();
			CREATE TRIGGER forget_words_delete
			AFTER DELETE ON %1$I REFERENCING OLD TABLE AS old_rows
			FOR EACH STATEMENT EXECUTE FUNCTION forget_words()',
			named);
	END LOOP;
END $$;
INSERT INTO organisation_word
SELECT DISTINCT unnest(string_to_array(search, ' ')) FROM organisation;

-- What is not said follows from the postcode; what is said wins.
CREATE FUNCTION place_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	place record;
BEGIN
	IF '' IN (NEW.nation, NEW.region) AND NEW.postcode_outward <> '' THEN
		place := place_of(NEW.postcode_outward);
		IF NEW.nation IN ('', place.nation) THEN
			NEW.nation := place.nation;
			NEW.region := coalesce(nullif(NEW.region, ''),
				place.region);
		END IF;
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER place_organisation BEFORE INSERT OR UPDATE ON organisation
	FOR EACH ROW EXECUTE FUNCTION place_organisation();

CREATE FUNCTION check_parent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (WITH RECURSIVE above AS (
		SELECT NEW.parent_organisation_id AS id
		UNION
		SELECT o.parent_organisation_id FROM organisation o
		JOIN above ON o.organisation_id = above.id
	) SELECT FROM above WHERE id = NEW.organisation_id) THEN
		RAISE 'An organisation is not part of itself.' USING
			ERRCODE = 'check_violation',
			COLUMN = 'parent_organisation_id';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER check_parent AFTER INSERT OR UPDATE OF parent_organisation_id
	ON organisation FOR EACH ROW
	WHEN (NEW.parent_organisation_id IS NOT NULL)
	EXECUTE FUNCTION check_parent();

UPDATE organisation SET version = version + 1
WHERE nation = '' AND postcode_outward <> '';

-- Which organisation goes by this name? The same district before one that nobody
-- has named, the own name before an alias; '' asks in all districts.
CREATE FUNCTION organisation_called(called text, outward text)
RETURNS TABLE (organisation_id uuid) STABLE LANGUAGE sql AS $$
	SELECT organisation_id FROM (
		SELECT organisation_id, postcode_outward, 0 AS place
		FROM organisation WHERE lower(name) = lower(called)
		UNION ALL
		SELECT organisation_id, postcode_outward, 1
		FROM organisation_alias WHERE lower(name) = lower(called)) o
	WHERE outward = '' OR o.postcode_outward IN ('', outward)
	ORDER BY o.postcode_outward = outward DESC, o.postcode_outward, place,
		organisation_id
	LIMIT 1
$$;

-- What each word of a search may stand for, as terms of full text search: a word of
-- some name (but the last one may not be finished), the beginning of one, or,
-- where there is none, those that are most alike. What is like no word at all is
-- passed over, unless it is all.
CREATE FUNCTION search_terms(key text) RETURNS text[]
STABLE LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan
SET pg_trgm.word_similarity_threshold = 0.5 AS $$
BEGIN
	RETURN coalesce(array_agg(term ORDER BY place)
			FILTER (WHERE term IS NOT NULL),
		array_agg(word || ':*' ORDER BY place))
	FROM (SELECT place, word, CASE
			WHEN EXISTS (SELECT FROM organisation_word w
				WHERE w.word = typed.word)
				AND place < max(place) OVER () THEN typed.word
			WHEN EXISTS (SELECT FROM organisation_word w
				WHERE w.word ^@ typed.word)
			THEN typed.word || ':*'
			ELSE (SELECT '(' || string_agg(w.word, '|') || ')'
				FROM (SELECT w.word FROM organisation_word w
					WHERE w.word %> typed.word
					ORDER BY w.word <->> typed.word, w.word
					LIMIT 5) w) END AS term
		FROM unnest(string_to_array(key, ' '))
			WITH ORDINALITY typed(word, place)
		WHERE place <= 8) t;
END $$;

CREATE FUNCTION organisations_with(words tsquery, of_setting text,
	of_nation text, most integer) RETURNS uuid[] STABLE LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	RETURN array_agg(organisation_id ORDER BY length, organisation_id)
	FROM (SELECT organisation_id, min(length) AS length
		FROM (SELECT organisation_id, char_length(name) AS length
			FROM organisation WHERE words @@
				array_to_tsvector(string_to_array(search, ' '))
			UNION ALL
			SELECT organisation_id, char_length(name)
			FROM organisation_alias WHERE words @@
				array_to_tsvector(string_to_array(search, ' '))) h
		JOIN organisation o USING (organisation_id)
		WHERE (of_setting = '' OR o.setting = of_setting)
			AND (of_nation = '' OR o.nation = of_nation)
		GROUP BY organisation_id
		ORDER BY length, organisation_id
		LIMIT most) found;
END $$;

-- Those with every word, shorter names first; if there is none, those with every
-- word but one, of which the last is the first to go.
CREATE FUNCTION search_organisations(key text, of_setting text, of_nation text,
	most integer) RETURNS uuid[] STABLE LANGUAGE plpgsql AS $$
DECLARE
	terms text[] := search_terms(key);
	ids uuid[] := organisations_with(
		array_to_string(terms, ' & ')::tsquery, of_setting, of_nation,
		most);
BEGIN
	FOR n IN REVERSE coalesce(cardinality(terms), 1)..1 LOOP
		EXIT WHEN ids IS NOT NULL OR cardinality(terms) = 1;
		ids := organisations_with(array_to_string(
			terms[:n - 1] || terms[n + 1:], ' & ')::tsquery,
			of_setting, of_nation, most);
	END LOOP;
	RETURN ids;
END $$;

-- Everything that names the one names the other from now on, by whomever it is
-- seen; its names stay as aliases.
CREATE FUNCTION merge_organisations(kept_id uuid, merged_id uuid) RETURNS void
VOLATILE LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	IF NOT (authority_all() OR granted('superhub_admin')) THEN
		RAISE 'Only the superhub merges organisations.'
			USING ERRCODE = 'insufficient_privilege';
	ELSIF kept_id = merged_id OR NOT EXISTS (SELECT FROM organisation
			WHERE organisation_id = merged_id) THEN
		RAISE 'Name another organisation that exists.' USING
			ERRCODE = 'check_violation',
			COLUMN = 'merged_organisation_id';
	ELSIF 2 = (SELECT count(*) FROM hub
			WHERE organisation_id IN (kept_id, merged_id)) THEN
		RAISE 'Both are hubs, which cannot be merged; withdraw one and give it another organisation.'
			USING ERRCODE = 'unique_violation',
			COLUMN = 'merged_organisation_id';
	END IF;
	UPDATE person SET organisation_id = kept_id, version = version + 1
	WHERE organisation_id = merged_id;
	UPDATE hub SET organisation_id = kept_id, version = version + 1
	WHERE organisation_id = merged_id;
	UPDATE organisation SET parent_organisation_id
		= nullif(nullif(parent_organisation_id, merged_id), kept_id)
	WHERE organisation_id = kept_id;
	UPDATE organisation SET parent_organisation_id = kept_id,
		version = version + 1
	WHERE parent_organisation_id = merged_id;
	UPDATE organisation_alias SET organisation_id = kept_id
	WHERE organisation_id = merged_id;
	INSERT INTO organisation_alias (organisation_id, name, postcode_outward)
	SELECT kept_id, n.name, o.postcode_outward
	FROM organisation o CROSS JOIN LATERAL (
		SELECT o.name UNION SELECT o.name_cy) n
	WHERE o.organisation_id = merged_id AND n.name <> ''
	ON CONFLICT DO NOTHING;
	DELETE FROM organisation WHERE organisation_id = merged_id;
	UPDATE organisation SET version = version + 1
	WHERE organisation_id = kept_id;
END $$;

-- A workplace that nobody has named yet is added by whoever adds its people.
CREATE POLICY organisation_workplace ON organisation FOR INSERT WITH CHECK (
	cardinality((SELECT granted_ids('hub', 'hub_admin coordinator'))) > 0
	OR cardinality((SELECT granted_ids('network', 'coordinator'))) > 0);
ALTER TABLE organisation_alias ENABLE ROW LEVEL SECURITY;
CREATE POLICY alias_read ON organisation_alias FOR SELECT USING (true);
CREATE POLICY alias_superhub ON organisation_alias USING (
	(SELECT authority_all() OR granted('superhub_admin')));
ALTER TABLE postcode_area ENABLE ROW LEVEL SECURITY;
CREATE POLICY area_read ON postcode_area FOR SELECT USING (true);

CREATE VIEW organisation_message WITH (security_invoker) AS
SELECT organisation_id, name, setting, postcode_outward, nation, region,
	version, name_cy, parent_organisation_id,
	ARRAY(SELECT a.name FROM organisation_alias a
		WHERE a.organisation_id = o.organisation_id
		ORDER BY a.name) AS aliases
FROM organisation o;

SELECT publish_changes('organisation_alias', 'organisation', 'organisation_id');
SELECT audit_changes('organisation_alias', 'organisation', 'organisation_id');
