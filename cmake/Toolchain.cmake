# Everything that decides how a translation unit is compiled; nothing that decides what is built.

find_program(CCACHE ccache)
if(CCACHE)
  # The precompiled header is compared by content, or every fresh clone would miss.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

set(FF_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")
if(FF_SANITIZE)
  add_compile_options(-fsanitize=${FF_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FF_SANITIZE})
  if(FF_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio's fences, which ThreadSanitizer does not model; its queues are guarded by mutexes besides.
    add_compile_options(-Wno-tsan)
  endif()
endif()

option(FF_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
if(FF_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_compile_definitions(
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE
  FF_VERSION="${PROJECT_VERSION}")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  # glibc's own bounds checks; libstdc++'s assertions stay off on the hot path.
  add_compile_definitions(_FORTIFY_SOURCE=2)
else()
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

# What every target of ours is held to. Headers of others are SYSTEM and exempt.
function(ff_target name)
  target_compile_options(${name} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                         -Wnon-virtual-dtor -Woverloaded-virtual)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # Clang builds the fuzzers only; its warnings are read, not obeyed.
    target_compile_options(${name} PRIVATE -Werror)
    # GCC 12 reports these from inside its own optimised std::string, std::variant and coroutine frames.
    target_compile_options(${name} PRIVATE -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow
                           -Wno-array-bounds -Wno-stringop-overread -Wno-free-nonheap-object
                           -Wno-mismatched-new-delete)
  endif()
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
endfunction()
