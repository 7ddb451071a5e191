# The build's only logic: contracts into C, SQL into C, a service, a test.

set(GENERATED "${CMAKE_BINARY_DIR}/generated")
file(MAKE_DIRECTORY "${GENERATED}")

# add_contract(registry): proto/registry.proto -> registry.pb-c.[ch]
function(add_contract NAME)
	cmake_parse_arguments(ARG "" "FROM" "" ${ARGN})
	if(NOT ARG_FROM)
		set(ARG_FROM "${CMAKE_SOURCE_DIR}/proto")
	endif()
	get_filename_component(stem "${NAME}" NAME)
	get_filename_component(folder "${NAME}" DIRECTORY)
	set(out "${GENERATED}")
	set(base "${out}/${NAME}.pb-c")
	add_custom_command(OUTPUT "${base}.c" "${base}.h"
		COMMAND "${PROTOC_C}" "-I${ARG_FROM}" "-I${CMAKE_SOURCE_DIR}/proto"
			"-I${PROTOBUF_INCLUDE}"
			"--c_out=${out}" "${NAME}.proto"
		DEPENDS "${ARG_FROM}/${NAME}.proto" WORKING_DIRECTORY "${ARG_FROM}")
	set_source_files_properties("${base}.c" PROPERTIES
		COMPILE_OPTIONS "-w")
	set(CONTRACT_SOURCES ${CONTRACT_SOURCES} "${base}.c" PARENT_SCOPE)
endfunction()

# embed_sql(TARGET NAME PREFIX FOLDER): FOLDER/sql and FOLDER/migrations
function(embed_sql TARGET NAME PREFIX FOLDER)
	file(GLOB files CONFIGURE_DEPENDS "${FOLDER}/sql/*.sql"
		"${FOLDER}/migrations/*.sql")
	add_custom_command(
		OUTPUT "${GENERATED}/${NAME}_sql.c" "${GENERATED}/${NAME}_sql.h"
		COMMAND "${CMAKE_COMMAND}" -DNAME=${NAME} -DPREFIX=${PREFIX}
			"-DSQL=${FOLDER}/sql" "-DMIGRATIONS=${FOLDER}/migrations"
			"-DOUT=${GENERATED}" -P "${CMAKE_SOURCE_DIR}/cmake/embed.cmake"
		DEPENDS ${files} "${CMAKE_SOURCE_DIR}/cmake/embed.cmake")
	target_sources(${TARGET} PRIVATE "${GENERATED}/${NAME}_sql.c")
endfunction()

# add_service(registry LIBS ...): the daemon, and its tests by script
function(add_service NAME)
	cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
	file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.c")
	add_executable(${NAME} ${sources})
	embed_sql(${NAME} ${NAME} sql "${CMAKE_CURRENT_SOURCE_DIR}")
	target_link_libraries(${NAME} PRIVATE echo_common ${ARG_LIBS})

	if(ECHO_TESTS)
		add_executable(${NAME}_script ${sources}
			"${CMAKE_SOURCE_DIR}/tests/support/script.c"
			"${CMAKE_SOURCE_DIR}/tests/support/script_line.c"
			"${CMAKE_SOURCE_DIR}/tests/support/naughty.c"
			"${CMAKE_SOURCE_DIR}/tests/support/database.c")
		target_sources(${NAME}_script PRIVATE
			"${GENERATED}/${NAME}_sql.c")
		add_dependencies(${NAME}_script ${NAME})
		target_compile_options(${NAME}_script PRIVATE
			-Wno-missing-prototypes)
		target_compile_definitions(${NAME}_script PRIVATE
			main=${NAME}_main SERVICE=${NAME})
		target_link_libraries(${NAME}_script PRIVATE echo_common
			${ARG_LIBS} PkgConfig::JANSSON)
		file(GLOB scripts CONFIGURE_DEPENDS
			"${CMAKE_SOURCE_DIR}/tests/services/${NAME}/*.rpc"
			"${CMAKE_CURRENT_SOURCE_DIR}/*.rpc")
		foreach(script IN LISTS scripts)
			get_filename_component(stem "${script}" NAME_WE)
			echo_test(${NAME}/${stem} ${NAME}_script "${script}")
		endforeach()
		set(rights "${CMAKE_SOURCE_DIR}/tests/rights/${NAME}.txt")
		if(EXISTS "${rights}")
			echo_test(${NAME}/rights
				"${CMAKE_SOURCE_DIR}/tests/rights/run"
				$<TARGET_FILE:${NAME}_script> "${rights}")
		endif()
	endif()
endfunction()
