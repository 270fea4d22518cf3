# ff_room(NAME [ROOMS other...] [LIBS library...] [TEST_LIBS library...])
#
# src/NAME/*.cc becomes the static library ff_NAME; the files ending in _test.cc become the program
# NAME_test; with FF_FUZZ each *_fuzz.cc becomes a libFuzzer program. A room sees only the rooms that it names.
#
# One precompiled header (cmake/pch.h) serves every room: it holds the standard library and Asio, which
# would otherwise be most of a clean build.

add_library(ff_pch_host OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch.cc)
target_precompile_headers(ff_pch_host PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.h)
target_link_libraries(ff_pch_host PRIVATE fmt::fmt)  # its definitions are part of the header
ff_target(ff_pch_host)

function(ff_room name)
  cmake_parse_arguments(ROOM "" "" "ROOMS;LIBS;TEST_LIBS" ${ARGN})
  set(dir ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  list(TRANSFORM ROOM_ROOMS PREPEND ff_)
  if(NOT sources)
    add_library(ff_${name} INTERFACE)
    target_link_libraries(ff_${name} INTERFACE ${ROOM_ROOMS} ${ROOM_LIBS})
  else()
    add_library(ff_${name} STATIC ${sources})
    ff_target(ff_${name})
    target_precompile_headers(ff_${name} REUSE_FROM ff_pch_host)
    target_link_libraries(ff_${name} PUBLIC ${ROOM_ROOMS} ${ROOM_LIBS} Threads::Threads)
    file(GLOB sql CONFIGURE_DEPENDS ${dir}/*.sql ${dir}/*/*.sql)
    if(sql)
      ff_embed(${name}_sql FILES ${sql} ROOT ${dir} TARGET ff_${name})
    endif()
  endif()

  if(tests)
    add_executable(${name}_test EXCLUDE_FROM_ALL ${tests})
    ff_target(${name}_test)
    target_precompile_headers(${name}_test REUSE_FROM ff_pch_host)
    target_link_libraries(${name}_test PRIVATE ff_${name} ${ROOM_TEST_LIBS} GTest::gmock GTest::gtest_main)
    set_property(GLOBAL APPEND PROPERTY FF_UNIT_TESTS ${name}_test)
  endif()

  if(FF_FUZZ)
    file(GLOB_RECURSE fuzzers CONFIGURE_DEPENDS ${dir}/*_fuzz.cc)
    foreach(fuzzer IN LISTS fuzzers)
      get_filename_component(program ${fuzzer} NAME_WE)
      add_executable(${program} EXCLUDE_FROM_ALL ${fuzzer})
      ff_target(${program})
      target_link_libraries(${program} PRIVATE ff_${name})
      target_link_options(${program} PRIVATE -fsanitize=fuzzer)
      set_property(GLOBAL APPEND PROPERTY FF_FUZZERS ${program})
    endforeach()
  endif()
endfunction()
