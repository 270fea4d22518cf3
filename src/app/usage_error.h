// What is said to somebody who mistyped a command or an option: which one was not understood, which one they
// probably meant, and whose --help lists the others.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>

namespace ff::app {

/// One line, without the program's name. `arguments` as they were given to `app`, whose parse threw `wrong`.
std::string explain_usage_error(const CLI::App& app, std::span<const std::string_view> arguments,
                                const CLI::ParseError& wrong);

}  // namespace ff::app
