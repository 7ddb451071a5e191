-- How many seats are taken at this moment.
SELECT count(*) FROM membership WHERE status IN ('approved', 'paused')
