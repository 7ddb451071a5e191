-- Timer: people who changed are compared with all others.
SELECT compared FROM request, find_duplicates(200) compared WHERE compared > 0
