-- What the feed must come to.
SELECT entry_id, version FROM entry
