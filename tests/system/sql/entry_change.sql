-- Another version of it.
UPDATE entry SET amount = amount + 1, version = version + 1
WHERE entry_id = $1::uuid
