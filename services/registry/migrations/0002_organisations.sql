-- Organisations, hubs and networks. What a hub's own staff may change is said
-- by row-level security; who may read what is public is everybody.

-- The rules for text that people type, used by CHECK constraints and by the
-- imports, which name the offending column before anything is written.

-- One line: no control characters (a line end would forge a mail header), none
-- that are invisible or turn the text around, no blanks around it, not too long.
CREATE FUNCTION is_line(value text, most integer) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT char_length(value) <= most AND value !~ ('[[:cntrl:]]|^\s|\s$'
		|| '|[\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]')
$$;

-- An address that every mail system can carry: ASCII, in lower case.
CREATE FUNCTION is_address(value text) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT char_length(value) <= 254 AND strpos(value, '@') <= 65 AND value ~ (
		'^[a-z0-9!#$%&''*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&''*+/=?^_`{|}~-]+)*'
		'@[a-z0-9]+(?:-+[a-z0-9]+)*(?:\.[a-z0-9]+(?:-+[a-z0-9]+)*)+$')
$$;

-- The outward half of a postcode, which points at a district and no house.
CREATE FUNCTION is_outward(value text) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT value ~ '^[A-Z]{1,2}[0-9][A-Z0-9]?$' OR value = ''
$$;

CREATE FUNCTION is_phone(value text) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT char_length(value) <= 30 AND value ~ '^[0-9+() -]*$'
$$;

CREATE FUNCTION is_nation(value text) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT value IN ('', 'england', 'scotland', 'wales', 'northern_ireland',
		'isle_of_man', 'jersey', 'guernsey', 'ireland', 'other')
$$;

-- Hubs and networks of which the caller is staff: other roles (a speaker, a
-- facilitator) do not open their people's details.
CREATE FUNCTION staff_scope_ids(kind text) RETURNS uuid[]
STABLE LANGUAGE sql AS $$
	SELECT coalesce(array_agg(split_part(g, ':', 3)::uuid), '{}')
	FROM unnest(string_to_array(current_setting('echo.grants', true), ' ')) g
	WHERE split_part(g, ':', 1) IN ('hub_admin', 'coordinator')
		AND split_part(g, ':', 2) = kind AND split_part(g, ':', 3) <> ''
$$;

CREATE TABLE organisation (
	organisation_id uuid PRIMARY KEY,
	name text NOT NULL,
	setting text,
	postcode_outward text NOT NULL,
	nation text NOT NULL,
	region text NOT NULL,
	version bigint NOT NULL,
	CONSTRAINT organisation_name CHECK (name <> '' AND is_line(name, 200)),
	CONSTRAINT organisation_setting FOREIGN KEY (setting) REFERENCES setting,
	CONSTRAINT organisation_postcode CHECK (is_outward(postcode_outward)),
	CONSTRAINT organisation_nation CHECK (is_nation(nation)),
	CONSTRAINT organisation_region CHECK (is_line(region, 60))
);
COMMENT ON CONSTRAINT organisation_name ON organisation IS
	'name: Give the organisation''s name, one line of at most 200 characters.';
COMMENT ON CONSTRAINT organisation_setting ON organisation IS
	'setting: This setting is not in the list.';
COMMENT ON CONSTRAINT organisation_postcode ON organisation IS
	'postcode_outward: Give only the first half of the postcode, such as HR1.';
COMMENT ON CONSTRAINT organisation_nation ON organisation IS
	'nation: This nation is not in the list.';
COMMENT ON CONSTRAINT organisation_region ON organisation IS
	'region: Give the region in one line of at most 60 characters.';

-- Two places of one name in one district are one place.
CREATE UNIQUE INDEX organisation_once
	ON organisation (lower(name), postcode_outward);
COMMENT ON INDEX organisation_once IS
	'name: There is an organisation of this name in this postcode district.';

CREATE TABLE hub (
	hub_id uuid PRIMARY KEY,
	organisation_id uuid NOT NULL,
	status text NOT NULL,
	lead_email text NOT NULL,
	zone text NOT NULL,
	trained_on date,
	launched_on date,
	agreement_on date,
	version bigint NOT NULL,
	CONSTRAINT hub_organisation FOREIGN KEY (organisation_id)
		REFERENCES organisation,
	CONSTRAINT hub_once UNIQUE (organisation_id),
	CONSTRAINT hub_status CHECK (status IN ('enquiry',
		'orientation_attended', 'applied', 'documents_sent', 'signed',
		'training_booked', 'trained', 'launched', 'active', 'dormant',
		'closed', 'withdrawn')),
	CONSTRAINT hub_lead_email
		CHECK (lead_email = '' OR is_address(lead_email)),
	CONSTRAINT hub_zone FOREIGN KEY (zone) REFERENCES zone
);
COMMENT ON CONSTRAINT hub_organisation ON hub IS
	'organisation_id: There is no such organisation.';
COMMENT ON CONSTRAINT hub_once ON hub IS
	'organisation_id: This organisation is a hub already.';
COMMENT ON CONSTRAINT hub_status ON hub IS
	'status: This is not a state of a hub.';
COMMENT ON CONSTRAINT hub_lead_email ON hub IS
	'lead_email: Give an e-mail address such as name@example.org.';
COMMENT ON CONSTRAINT hub_zone ON hub IS
	'zone: Give an IANA time zone such as Europe/London.';

CREATE TABLE network (
	network_id uuid PRIMARY KEY,
	hub_id uuid NOT NULL,
	title text NOT NULL,
	slug text NOT NULL,
	theme text NOT NULL,
	description text NOT NULL,
	audience text NOT NULL,
	visibility text NOT NULL,
	join_policy text NOT NULL,
	capacity integer NOT NULL,
	language text NOT NULL,
	status text NOT NULL,
	version bigint NOT NULL,
	UNIQUE (network_id, hub_id), -- for membership: one hub, the network's
	CONSTRAINT network_hub FOREIGN KEY (hub_id) REFERENCES hub,
	CONSTRAINT network_title CHECK (title <> '' AND is_line(title, 200)),
	CONSTRAINT network_slug CHECK (char_length(slug) <= 80
		AND slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
	CONSTRAINT network_slug_once UNIQUE (slug),
	CONSTRAINT network_theme CHECK (is_line(theme, 80)),
	CONSTRAINT network_description CHECK (char_length(description) <= 4000),
	CONSTRAINT network_audience CHECK (is_line(audience, 1000)),
	CONSTRAINT network_visibility
		CHECK (visibility IN ('public', 'listed', 'private')),
	CONSTRAINT network_join_policy
		CHECK (join_policy IN ('anyone', 'approval', 'invite')),
	CONSTRAINT network_capacity CHECK (capacity BETWEEN 0 AND 1000000),
	CONSTRAINT network_language CHECK (language IN ('en', 'cy')),
	CONSTRAINT network_status CHECK (status IN ('draft', 'open', 'paused',
		'closed', 'archived'))
);
COMMENT ON CONSTRAINT network_hub ON network IS
	'hub_id: There is no such hub.';
COMMENT ON CONSTRAINT network_title ON network IS
	'title: Give the network''s title, one line of at most 200 characters.';
COMMENT ON CONSTRAINT network_slug ON network IS
	'slug: Use small letters, digits and single hyphens, at most 80.';
COMMENT ON CONSTRAINT network_slug_once ON network IS
	'slug: Another network has this short name.';
COMMENT ON CONSTRAINT network_theme ON network IS
	'theme: Give the theme in one line of at most 80 characters.';
COMMENT ON CONSTRAINT network_description ON network IS
	'description: Use at most 4,000 characters.';
COMMENT ON CONSTRAINT network_audience ON network IS
	'audience: Give codes of settings in one line.';
COMMENT ON CONSTRAINT network_visibility ON network IS
	'visibility: Choose public, listed or private.';
COMMENT ON CONSTRAINT network_join_policy ON network IS
	'join_policy: Choose anyone, approval or invite.';
COMMENT ON CONSTRAINT network_capacity ON network IS
	'capacity: Give a number of members up to 1,000,000; 0 for no limit.';
COMMENT ON CONSTRAINT network_language ON network IS
	'language: Choose en or cy.';
COMMENT ON CONSTRAINT network_status ON network IS
	'status: Choose draft, open, paused, closed or archived.';
CREATE INDEX network_of_hub ON network (hub_id);

-- Networks are read by everybody and changed by their hub.
ALTER TABLE network ENABLE ROW LEVEL SECURITY;
CREATE POLICY network_read ON network FOR SELECT USING (true);
CREATE POLICY network_add ON network FOR INSERT WITH CHECK (
	(SELECT authority_all())
	OR hub_id = ANY ((SELECT staff_scope_ids('hub'))::uuid[]));
CREATE POLICY network_change ON network FOR UPDATE USING (
	(SELECT authority_all())
	OR hub_id = ANY ((SELECT staff_scope_ids('hub'))::uuid[]));

-- A hub as its message shows it.
CREATE VIEW hub_message WITH (security_invoker) AS
SELECT h.hub_id, h.organisation_id, o.name, h.status, h.lead_email, h.zone,
	h.trained_on, h.launched_on, h.agreement_on, h.version
FROM hub h JOIN organisation o USING (organisation_id);

SELECT publish_changes('organisation', 'organisation', 'organisation_id');
SELECT publish_changes('hub', 'hub', 'hub_id');
SELECT publish_changes('network', 'network', 'network_id');

-- The length of a list's page.
CREATE FUNCTION page(wanted integer) RETURNS integer
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT least(coalesce(nullif(greatest(wanted, 0), 0), 100), 500)
$$;
