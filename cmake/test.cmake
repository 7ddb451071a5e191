# echo_test(NAME COMMAND ...): a test that also fails when a sanitizer or a
# filter that matched nothing says so although the exit code is 0.
function(echo_test NAME)
	add_test(NAME ${NAME} COMMAND ${ARGN})
	set_tests_properties(${NAME} PROPERTIES TIMEOUT 300
		FAIL_REGULAR_EXPRESSION
		"ERROR: (Address|Leak|Thread)Sanitizer;WARNING: ThreadSanitizer;runtime error:;Tested: 0 ")
endfunction()
