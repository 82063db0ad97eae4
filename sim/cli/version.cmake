# Writes version.hpp at build time, touching it only when something changed. Without git the commit is "unknown".
set(commit "")
find_program(git NAMES git)
if(git AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${git} --no-optional-locks describe --always --dirty --abbrev=12 --exclude=*
    WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT commit)
  set(commit unknown)
endif()
string(REGEX REPLACE [["|\\]] "'" FLAGS "${FLAGS}")
file(CONFIGURE OUTPUT ${HEADER} @ONLY CONTENT [[
// Made by sim/cli/version.cmake. Nothing here may reach a results file but the version.
#pragma once
#define SAFECONDUCT_VERSION "@VERSION@"
#define SAFECONDUCT_COMMIT "@commit@"
#define SAFECONDUCT_COMPILER "@COMPILER@"
#define SAFECONDUCT_FLAGS "@FLAGS@"
]])
