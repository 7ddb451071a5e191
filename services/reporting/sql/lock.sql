-- Feeds are followed side by side, but a fact is made of several of them, and
-- a roll-up of all. One change is applied at a time; the statements that follow
-- this one see everything that the transaction before it did.
SELECT pg_advisory_xact_lock(hashtext('reporting.roll_up'))
