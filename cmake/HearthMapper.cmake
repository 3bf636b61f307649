# SPDX-License-Identifier: Apache-2.0
# hearth_add_mapper(NAME SOURCES file … [JSON mapper.json] [LIBRARIES …] [DEFINITIONS …] [DIRECTORY dir])
#
# Builds NAME.so from the sources and the mapper.json beside them. The JSON, with the ABI number added, becomes the ELF
# note that the host reads before it loads the file; name, version and threads go into the descriptor from the same text.
# The file exports hearth_mapper_descriptor and nothing else. Target: hearth_mapper_NAME. Without a DIRECTORY of its own
# it is installed with the host.

set(HEARTH_MAPPER_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})
set(HEARTH_MAPPER_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/hearth/mappers)
add_custom_target(hearth_mappers) # all that are to be installed

# The ABI number as abi.h has it.
function(_hearth_abi_number out which)
  file(STRINGS ${HEARTH_MAPPER_CMAKE_DIR}/../sdk/mapper/abi.h line REGEX "#define HEARTH_ABI_${which} ")
  string(REGEX REPLACE ".* ([0-9]+).*" "\\1" number "${line}")
  set(${out} ${number} PARENT_SCOPE)
endfunction()

# Writes the note's text and the source that embeds it.
function(_hearth_write_note json_file text_file source_file)
  _hearth_abi_number(major MAJOR)
  _hearth_abi_number(minor MINOR)
  file(READ ${json_file} json)
  string(JSON json SET "${json}" abi "{\"major\": ${major}, \"minor\": ${minor}}")
  # A line break outside a string is only layout, and JSON allows none inside one.
  string(REGEX REPLACE "[ \t]*\n[ \t]*" "" json "${json}")
  file(CONFIGURE OUTPUT ${text_file} CONTENT "${json}" @ONLY)
  configure_file(${HEARTH_MAPPER_CMAKE_DIR}/mapper_note.cpp.in ${source_file} @ONLY)
endfunction()

function(hearth_add_mapper name)
  cmake_parse_arguments(ARG "" "JSON;DIRECTORY" "SOURCES;LIBRARIES;DEFINITIONS" ${ARGN})
  if(NOT ARG_JSON)
    set(ARG_JSON ${CMAKE_CURRENT_SOURCE_DIR}/mapper.json)
  endif()
  if(NOT ARG_DIRECTORY)
    set(ARG_DIRECTORY ${HEARTH_MAPPER_OUTPUT_DIRECTORY})
  endif()
  set(target hearth_mapper_${name})
  set(text ${CMAKE_CURRENT_BINARY_DIR}/${name}.note.json)
  set(note ${CMAKE_CURRENT_BINARY_DIR}/${name}.note.cpp)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARG_JSON})
  _hearth_write_note(${ARG_JSON} ${text} ${note})

  file(READ ${ARG_JSON} json)
  string(JSON note_name GET "${json}" name)
  string(JSON note_version GET "${json}" version)
  string(JSON note_threads ERROR_VARIABLE no_threads GET "${json}" threads)
  if(note_threads STREQUAL "ON")
    set(note_threads true)
  else()
    set(note_threads false)
  endif()

  add_library(${target} MODULE ${ARG_SOURCES} ${note})
  set_source_files_properties(${note} PROPERTIES OBJECT_DEPENDS ${text})
  set_target_properties(
    ${target}
    PROPERTIES PREFIX ""
               OUTPUT_NAME ${name}
               LIBRARY_OUTPUT_DIRECTORY ${ARG_DIRECTORY}
               LINK_DEPENDS ${HEARTH_MAPPER_CMAKE_DIR}/hearth_mapper.map)
  target_compile_definitions(
    ${target} PRIVATE HEARTH_MAPPER_NAME="${note_name}" HEARTH_MAPPER_VERSION="${note_version}"
                      HEARTH_MAPPER_THREADS=${note_threads} ${ARG_DEFINITIONS})
  target_link_libraries(${target} PRIVATE hearth_options hearth_mapper_sdk ${ARG_LIBRARIES})
  _hearth_mapper_link_options(${target})
  if(ARG_DIRECTORY STREQUAL HEARTH_MAPPER_OUTPUT_DIRECTORY)
    add_dependencies(hearth_mappers ${target})
    install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/hearth/mappers)
  endif()
endfunction()

# One symbol out, nothing unresolved, and the compiler's own run time inside, so that a mapper built elsewhere brings
# what it needs. A sanitizer's run time has to be the program's.
function(_hearth_mapper_link_options target)
  target_link_options(
    ${target} PRIVATE LINKER:--version-script=${HEARTH_MAPPER_CMAKE_DIR}/hearth_mapper.map LINKER:--exclude-libs,ALL
                      LINKER:--as-needed LINKER:--gc-sections)
  if(NOT HEARTH_SANITIZE)
    target_link_options(${target} PRIVATE LINKER:--no-undefined -static-libstdc++ -static-libgcc)
  endif()
endfunction()
