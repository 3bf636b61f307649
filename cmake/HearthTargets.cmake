# SPDX-License-Identifier: Apache-2.0
# One folder, one target. A folder's headers are included by their path from the root ("sdk/base/error.hpp"), and are
# visible only to targets that name the folder among their DEPS: each target exports an include root of its own that
# holds nothing but a link to its folder. A forbidden include therefore fails to build.

function(_hearth_export_folder name)
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  get_filename_component(parent ${folder} DIRECTORY)
  set(root ${CMAKE_BINARY_DIR}/include/${name})
  file(MAKE_DIRECTORY ${root}/${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${root}/${folder} SYMBOLIC)
  target_include_directories(${name} PUBLIC ${root})
endfunction()

# The precompiled header brings Boost.Asio into every file, and with it the need for Asio's function bodies.
function(_hearth_precompile name)
  target_link_libraries(${name} PRIVATE hearth_asio)
  if(HEARTH_PCH)
    target_precompile_headers(${name} REUSE_FROM hearth_pch)
  endif()
endfunction()

# hearth_library(NAME [DEPS …] [PRIVATE_DEPS …] [EXCLUDE file …] [TEST_DEPS …] [PLAIN])
# Every *.cpp of this folder but main.cpp and *_test.cpp. With *_test.cpp files there is also NAME_test.
# PLAIN: without Asio and the precompiled header, for what plugins link.
function(hearth_library name)
  cmake_parse_arguments(ARG "PLAIN" "" "DEPS;PRIVATE_DEPS;EXCLUDE;TEST_DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp ${tests})
  foreach(file ${ARG_EXCLUDE})
    list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  if(sources)
    add_library(${name} STATIC ${sources})
  else()
    message(FATAL_ERROR "${name}: no sources in ${CMAKE_CURRENT_SOURCE_DIR}")
  endif()
  _hearth_export_folder(${name})
  target_link_libraries(${name} PUBLIC hearth_options ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  if(NOT ARG_PLAIN)
    _hearth_precompile(${name})
  endif()
  if(HEARTH_TESTS AND tests)
    hearth_test(${name}_test SOURCES ${tests} DEPS ${name} ${ARG_PRIVATE_DEPS} ${ARG_TEST_DEPS})
  endif()
endfunction()

# hearth_test(NAME SOURCES … DEPS … [LABELS …] [TIMEOUT seconds]): one program; ctest sees each test of it.
function(hearth_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE hearth_options ${ARG_DEPS} hearth_test_support GTest::gtest GTest::gmock
                        GTest::gtest_main)
  _hearth_precompile(${name})
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                       PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

# hearth_program(NAME DEPS …): the main.cpp of this folder.
function(hearth_program name)
  cmake_parse_arguments(ARG "" "MAIN" "DEPS" ${ARGN})
  if(NOT ARG_MAIN)
    set(ARG_MAIN main.cpp)
  endif()
  add_executable(${name} ${ARG_MAIN})
  target_link_libraries(${name} PRIVATE hearth_options ${ARG_DEPS})
  _hearth_precompile(${name})
endfunction()
