-- Whose figures: the superhub's people see all hubs', a hub's staff their hub's
-- and its networks', who leads a network that network's.

CREATE OR REPLACE FUNCTION visible_scope_ids() RETURNS uuid[]
STABLE LANGUAGE sql AS $$
	SELECT granted_ids('hub', 'hub_admin coordinator')
		|| granted_ids('network', 'coordinator network_lead facilitator')
		|| ARRAY(SELECT network_id FROM network WHERE hub_id = ANY (
			granted_ids('hub', 'hub_admin coordinator')))
$$;

DO $$
DECLARE
	relation text;
BEGIN
	FOREACH relation IN ARRAY '{tally, reach, hub, network}'::text[] LOOP
		EXECUTE format('CREATE POLICY superhub ON %I FOR SELECT USING (
			(SELECT granted(''superhub_admin superhub_viewer'')))',
			relation);
	END LOOP;
END $$;
DROP POLICY scope ON hub;
CREATE POLICY scope ON hub USING ((SELECT authority_all())
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin coordinator'))::uuid[]));
DROP POLICY scope ON network;
CREATE POLICY scope ON network USING ((SELECT authority_all())
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin coordinator'))::uuid[])
	OR network_id = ANY ((SELECT granted_ids('network',
		'coordinator network_lead facilitator'))::uuid[]));
