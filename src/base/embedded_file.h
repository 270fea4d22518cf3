// A file that was put into the program by the build (cmake/Embed.cmake).
#pragma once

#include <string_view>

namespace ff {

struct EmbeddedFile {
  std::string_view path;   // relative to the embedded folder
  std::string_view bytes;  // alive as long as the program
};

}  // namespace ff
