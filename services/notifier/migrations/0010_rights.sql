-- Who changes what, by role, whatever a method's row admits: a hub's staff its
-- rules, the superhub's the rules of all; who is paused is the person's own
-- affair and the staff's.

CREATE POLICY reminder_rule_superhub ON reminder_rule USING (
	(SELECT granted('superhub_admin')));
CREATE POLICY reminder_rule_staff ON reminder_rule AS RESTRICTIVE
FOR INSERT WITH CHECK ((SELECT authority_all() OR granted('superhub_admin'))
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin coordinator'))::uuid[])
	OR network_id = ANY ((SELECT granted_ids('network', 'coordinator'))::uuid[]));
CREATE POLICY reminder_rule_staff_change ON reminder_rule AS RESTRICTIVE
FOR UPDATE USING ((SELECT authority_all() OR granted('superhub_admin'))
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin coordinator'))::uuid[])
	OR network_id = ANY ((SELECT granted_ids('network', 'coordinator'))::uuid[]));

-- What was sent to whom is for the hub's staff and for that person.
CREATE POLICY message_staff ON message AS RESTRICTIVE FOR SELECT USING (
	(SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[])
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin coordinator'))::uuid[])
	OR network_id = ANY ((SELECT granted_ids('network', 'coordinator'))::uuid[]));

-- Addresses that get nothing, and which: for the superhub's administrators.
ALTER TABLE suppression ENABLE ROW LEVEL SECURITY;
CREATE POLICY suppression_superhub ON suppression USING (
	(SELECT authority_all() OR granted('superhub_admin')));
