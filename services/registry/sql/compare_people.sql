-- Timer: people who changed are compared with all others. No row is returned, so
-- that other timers come in between while many wait.
SELECT compared FROM request, find_duplicates(100) compared WHERE compared < 0
