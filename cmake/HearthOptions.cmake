# SPDX-License-Identifier: Apache-2.0
# Compiler, warnings, sanitizers and the third-party packages: what every target shares.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# One set of code-generation flags for libraries and programs, so that they can share the precompiled header.
set(CMAKE_CXX_COMPILE_OPTIONS_PIE "-fPIC")
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# Line numbers in a backtrace are enough; full debug information doubles the link time.
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
# What nothing calls is not mapped either.
set(CMAKE_EXE_LINKER_FLAGS_RELEASE "-Wl,-O1,--as-needed,--gc-sections")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1 ${CCACHE})
endif()

set(HEARTH_SANITIZE "" CACHE STRING "Sanitizers to build with, such as address,undefined")
option(HEARTH_COVERAGE "Instrument for gcov" OFF)

add_library(hearth_options INTERFACE)
target_compile_options(hearth_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                                                -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # ccache needs -fpch-preprocess to see what a precompiled header holds.
  target_compile_options(hearth_options INTERFACE -fpch-preprocess)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 warns of its own inlining: std::string's operator+ (PR 105651) and the frames of Asio's coroutines.
    target_compile_options(hearth_options INTERFACE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow
                                                     -Wno-mismatched-new-delete)
  endif()
endif()
target_compile_definitions(
  hearth_options
  INTERFACE BOOST_ASIO_SEPARATE_COMPILATION
            BOOST_BEAST_SEPARATE_COMPILATION
            BOOST_ASIO_NO_DEPRECATED
            BOOST_DLL_USE_STD_FS
            BOOST_PROCESS_USE_STD_FS
            SPDLOG_FMT_EXTERNAL
            # A json that turns silently into anything would also turn into an Error and make Result<json> ambiguous.
            JSON_USE_IMPLICIT_CONVERSIONS=0
            HEARTH_VERSION="${PROJECT_VERSION}"
            HEARTH_INSTALLED_MAPPERS="${CMAKE_INSTALL_FULL_LIBDIR}/hearth/mappers")
if(HEARTH_SANITIZE)
  target_compile_options(hearth_options INTERFACE -fsanitize=${HEARTH_SANITIZE} -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
  target_link_options(hearth_options INTERFACE -fsanitize=${HEARTH_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 17)
    # Its prefix data before a function ends in another section than a coroutine's parts (LLVM issue 49689).
    target_compile_options(hearth_options INTERFACE -fno-sanitize=function)
  endif()
endif()
if(HEARTH_FUZZ)
  # Lets libFuzzer see which branches of a library an input takes.
  target_compile_options(hearth_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(HEARTH_COVERAGE)
  target_compile_options(hearth_options INTERFACE --coverage)
  target_link_options(hearth_options INTERFACE --coverage)
endif()

include(GNUInstallDirs)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS filesystem url)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(ZLIB REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(JWT REQUIRED IMPORTED_TARGET libjwt)
if(HEARTH_TESTS OR HEARTH_BENCH)
  # The other client: an MQTT library that is not the one under test.
  find_package(PahoMqttCpp REQUIRED)
endif()
if(HEARTH_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
