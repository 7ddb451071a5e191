# Embeds .sql files as C strings:
#   cmake -DNAME=registry -DPREFIX=sql -DSQL=<dir> -DMIGRATIONS=<dir>
#         -DOUT=<dir> -P embed.cmake
# writes OUT/NAME_sql.h and OUT/NAME_sql.c: one `struct statement PREFIX_stem`
# for each file in SQL, and `PREFIX_migrations[]`, ended by a NULL file.

string(CONCAT header "/* Generated from the .sql files. */\n#pragma once\n"
	"#include \"services/common/data/sql.h\"\n")
set(source "#include \"${NAME}_sql.h\"\n")

function(bytes_of file result)
	file(READ "${file}" hex HEX)
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
	set(${result} "${bytes}0" PARENT_SCOPE)
endfunction()

file(GLOB statements "${SQL}/*.sql")
list(SORT statements)
foreach(file IN LISTS statements)
	get_filename_component(stem "${file}" NAME_WE)
	bytes_of("${file}" bytes)
	string(APPEND header "extern const struct statement ${PREFIX}_${stem};\n")
	string(APPEND source "static const char text_${stem}[] = {\n${bytes}};\n"
		"const struct statement ${PREFIX}_${stem} = "
		"{ \"${stem}.sql\", text_${stem} };\n")
endforeach()

string(APPEND header
	"extern const struct statement ${PREFIX}_migrations[];\n")
set(rows "")
file(GLOB migrations "${MIGRATIONS}/*.sql")
list(SORT migrations)
foreach(file IN LISTS migrations)
	get_filename_component(stem "${file}" NAME_WE)
	bytes_of("${file}" bytes)
	string(APPEND source
		"static const char migration_${stem}[] = {\n${bytes}};\n")
	string(APPEND rows "\t{ \"${stem}.sql\", migration_${stem} },\n")
endforeach()
string(APPEND source "const struct statement ${PREFIX}_migrations[] = {\n"
	"${rows}\t{ 0, 0 },\n};\n")

file(WRITE "${OUT}/${NAME}_sql.h" "${header}")
file(WRITE "${OUT}/${NAME}_sql.c" "${source}")
