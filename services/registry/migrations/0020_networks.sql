-- Networks: whom they are for, what they ask of who joins, and their life; who
-- proposes one and who decides.

ALTER TABLE network
	ADD COLUMN other_languages text[] NOT NULL DEFAULT '{}',
	ADD COLUMN audience_professions text[] NOT NULL DEFAULT '{}',
	ADD COLUMN audience_settings text[] NOT NULL DEFAULT '{}',
	ADD COLUMN audience_regions text[] NOT NULL DEFAULT '{}',
	-- [{"text": "Why do you want to join?", "required": true}]
	ADD COLUMN join_questions jsonb NOT NULL DEFAULT '[]',
	ADD COLUMN status_reason text NOT NULL DEFAULT '',
	ADD CONSTRAINT network_other_languages
		CHECK (other_languages <@ '{en,cy}'
			AND NOT language = ANY (other_languages)),
	ADD CONSTRAINT network_audience_regions
		CHECK (cardinality(audience_regions) <= 50
			AND is_line(array_to_string(audience_regions, ';'), 1000)),
	ADD CONSTRAINT network_join_questions
		CHECK (jsonb_array_length(join_questions) <= 20
			AND char_length(join_questions::text) <= 10000
			AND NOT join_questions @? '$[*] ? (!(@.text like_regex "[^ ]"))'),
	ADD CONSTRAINT network_status_reason
		CHECK (char_length(status_reason) <= 1000);
COMMENT ON CONSTRAINT network_other_languages ON network IS
	'other_languages: Name en or cy, and not the main language again.';
COMMENT ON CONSTRAINT network_audience_regions ON network IS
	'audience_regions: Name at most 50 regions, 1,000 characters together.';
COMMENT ON CONSTRAINT network_join_questions ON network IS
	'join_questions: Ask at most 20 questions, none empty, 10,000 characters together.';
COMMENT ON CONSTRAINT network_status_reason ON network IS
	'reason: Use at most 1,000 characters.';

CREATE FUNCTION check_network_codes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM new_rows, unnest(audience_professions) word
		WHERE word NOT IN (SELECT code FROM profession)) THEN
		RAISE 'This profession is not in the list.'
			USING ERRCODE = 'check_violation',
			COLUMN = 'audience_professions';
	ELSIF EXISTS (SELECT FROM new_rows, unnest(audience_settings) word
		WHERE word NOT IN (SELECT code FROM setting)) THEN
		RAISE 'This setting is not in the list.'
			USING ERRCODE = 'check_violation',
			COLUMN = 'audience_settings';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER network_codes_insert AFTER INSERT ON network
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION check_network_codes();
CREATE TRIGGER network_codes_update AFTER UPDATE ON network
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION check_network_codes();

INSERT INTO status_transition (entity, from_status, to_status, about) VALUES
	('network', '', 'draft', 'proposed'),
	('network', '', 'open', 'created by the hub, and open at once'),
	('network', 'draft', 'open', 'takes members'),
	('network', 'draft', 'archived', 'not taken up'),
	('network', 'open', 'paused', 'takes no members for a while'),
	('network', 'paused', 'open', 'takes members again'),
	('network', 'open', 'closed', 'has ended'),
	('network', 'paused', 'closed', 'has ended'),
	('network', 'closed', 'archived', 'kept for the record');
SELECT track_status('network', 'network', 'network_id');

-- A network as its message shows it.
CREATE FUNCTION network_shown(n network) RETURNS TABLE (network_id uuid,
	hub_id uuid, title text, slug text, theme text, description text,
	audience text, visibility text, join_policy text, capacity integer,
	language text, status text, version bigint, other_languages text[],
	audience_professions text[], audience_settings text[],
	audience_regions text[], join_questions jsonb)
STABLE LANGUAGE sql AS $$
	SELECT n.network_id, n.hub_id, n.title, n.slug, n.theme, n.description,
		n.audience, n.visibility, n.join_policy, n.capacity, n.language,
		n.status, n.version, n.other_languages, n.audience_professions,
		n.audience_settings, n.audience_regions, n.join_questions
$$;

-- Hubs in which the caller may propose a network: as coordinator, facilitator or
-- lead of the hub, or of a network there.
CREATE FUNCTION proposal_hub_ids() RETURNS uuid[]
STABLE SECURITY DEFINER SET search_path FROM CURRENT LANGUAGE sql AS $$
	SELECT granted_ids('hub', 'coordinator facilitator network_lead')
		|| ARRAY(SELECT hub_id FROM network WHERE network_id = ANY (
			granted_ids('network',
				'coordinator facilitator network_lead')))
$$;

-- A draft is the hub's affair, and the superhub's; a private network that of who
-- belongs to it as well. The hub decides; others only propose.
CREATE FUNCTION belongs_to(other_id uuid) RETURNS boolean
STABLE SECURITY DEFINER SET search_path FROM CURRENT LANGUAGE sql AS $$
	SELECT EXISTS (SELECT FROM membership WHERE network_id = other_id
		AND person_id = ANY (authority_person_ids()))
$$;
DROP POLICY network_read ON network;
CREATE POLICY network_read ON network FOR SELECT USING (
	(visibility <> 'private' AND status <> 'draft')
	OR (SELECT authority_all()
		OR granted('superhub_admin superhub_viewer'))
	OR hub_id = ANY ((SELECT authority_hub_ids()
		|| proposal_hub_ids())::uuid[])
	OR network_id = ANY ((SELECT authority_network_ids())::uuid[])
	OR (visibility = 'private' AND belongs_to(network_id)));
DROP POLICY network_add ON network;
CREATE POLICY network_add ON network FOR INSERT WITH CHECK (
	(SELECT authority_all() OR granted('superhub_admin'))
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[])
	OR (status = 'draft'
		AND hub_id = ANY ((SELECT proposal_hub_ids())::uuid[])));
DROP POLICY network_change ON network;
CREATE POLICY network_change ON network FOR UPDATE USING (
	(SELECT authority_all() OR granted('superhub_admin'))
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[])
	OR (status = 'draft'
		AND hub_id = ANY ((SELECT proposal_hub_ids())::uuid[])));
CREATE POLICY network_remove ON network FOR DELETE USING (
	(SELECT authority_all())); -- the undo of an import
