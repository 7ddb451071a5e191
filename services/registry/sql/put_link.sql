-- A link that is about to be mailed.
INSERT INTO sign_in_link (link_id, address, token_hash, expires_at)
SELECT link_id, address, token_hash, expires_at FROM request
