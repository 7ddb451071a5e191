-- Who may do what: a role within a scope, from a moment to a moment. A
-- credential carries the grants that hold when it is issued.

CREATE TABLE role_grant (
	grant_id uuid PRIMARY KEY,
	person_id uuid NOT NULL,
	role text NOT NULL,
	scope text NOT NULL,
	scope_id uuid,
	from_at timestamptz NOT NULL,
	to_at timestamptz,
	granted_by uuid, -- NULL: the operator
	CONSTRAINT grant_person FOREIGN KEY (person_id)
		REFERENCES person ON DELETE CASCADE,
	CONSTRAINT grant_role CHECK (role IN ('superhub_admin',
		'superhub_viewer', 'hub_admin', 'coordinator', 'facilitator',
		'network_lead', 'speaker', 'it_support', 'evaluator')),
	CONSTRAINT grant_scope CHECK (CASE
		WHEN role LIKE 'superhub%' THEN scope = 'superhub'
		WHEN role = 'hub_admin' THEN scope = 'hub'
		ELSE scope IN ('hub', 'network', 'session') END),
	CONSTRAINT grant_scope_id
		CHECK ((scope = 'superhub') = (scope_id IS NULL)),
	CONSTRAINT grant_time CHECK (to_at >= from_at)
);
COMMENT ON CONSTRAINT grant_person ON role_grant IS
	'person_id: There is no such person.';
COMMENT ON CONSTRAINT grant_role ON role_grant IS
	'role: This role is not in the list.';
COMMENT ON CONSTRAINT grant_scope ON role_grant IS
	'scope: This role does not exist within this scope.';
COMMENT ON CONSTRAINT grant_scope_id ON role_grant IS
	'scope_id: Name the hub, network or session; nothing for the superhub.';
COMMENT ON CONSTRAINT grant_time ON role_grant IS
	'to_at: A grant ends after it begins.';
CREATE INDEX grant_of_person ON role_grant (person_id);

ALTER TABLE role_grant ENABLE ROW LEVEL SECURITY;
CREATE POLICY grant_own ON role_grant USING (
	(SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[]));
