-- Plans follow the sessions; see plan_sessions in the migrations.
SELECT plan_sessions(array_agg(change_key::uuid), min(now)) FROM request
