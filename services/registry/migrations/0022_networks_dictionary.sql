-- What the columns of networks and memberships mean: the data dictionary of an
-- export says so.

COMMENT ON TABLE network IS 'Themed communities of practice, each run by a hub.';
COMMENT ON COLUMN network.slug IS
	'Short name in addresses and import files.';
COMMENT ON COLUMN network.audience IS
	'Whom it is for: codes of settings, separated by semicolons.';
COMMENT ON COLUMN network.audience_settings IS
	'Whom it is for: codes of settings; none: all.';
COMMENT ON COLUMN network.audience_professions IS
	'Whom it is for: codes of professions; none: all.';
COMMENT ON COLUMN network.audience_regions IS
	'Whom it is for: names of regions; none: all.';
COMMENT ON COLUMN network.visibility IS
	'public: the world; listed: who has signed in; private: its people.';
COMMENT ON COLUMN network.join_policy IS
	'anyone: joins; approval: asks; invite: the hub invites.';
COMMENT ON COLUMN network.join_questions IS
	'What it asks of who wants to join: text, and whether an answer is required.';
COMMENT ON COLUMN network.capacity IS 'Number of seats; 0: no limit.';
COMMENT ON COLUMN network.language IS 'Main language: en or cy.';
COMMENT ON COLUMN network.other_languages IS 'Languages besides the main one.';
COMMENT ON COLUMN network.status_reason IS 'Why it came into this state.';

COMMENT ON TABLE membership IS
	'A person''s standing membership of a network, or the wish for one.';
COMMENT ON COLUMN membership.hub_id IS 'The network''s hub.';
COMMENT ON COLUMN membership.source IS
	'How it began: self, invite, import, guest_upgrade.';
COMMENT ON COLUMN membership.joined_on IS 'First day as a member.';
COMMENT ON COLUMN membership.requested_at IS
	'When the person asked; the order of the waiting list.';
COMMENT ON COLUMN membership.invited_until IS 'When the invitation lapses.';
COMMENT ON COLUMN membership.decided_by IS
	'Who made the last decision; empty: nobody, or the operator.';
COMMENT ON COLUMN membership.status_reason IS 'Why it came into this state.';
COMMENT ON COLUMN membership.answers IS
	'The network''s questions as they were asked, and what the person wrote.';
COMMENT ON COLUMN membership.directory_opt_in IS
	'Whether the other members may see the name.';
COMMENT ON COLUMN membership.statement_id IS
	'The text of the statement of collaboration that was accepted last.';
COMMENT ON COLUMN membership.statement_at IS 'When it was accepted.';

COMMENT ON TABLE statement IS
	'Texts of the statement of collaboration, which who takes part accepts.';
COMMENT ON COLUMN statement.hub_id IS
	'Whose text it is; empty: the superhub''s, for hubs without one.';
COMMENT ON COLUMN statement.number IS 'Counts the texts of a hub: 1, 2, 3 ...';
