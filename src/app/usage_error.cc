#include "app/usage_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/nearest.h"

namespace ff::app {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App* command(const CLI::App& app, std::string_view name) {
  for (const CLI::App* one : commands_of(app)) {
    if (one->get_name() == name) return one;
  }
  return nullptr;
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

/// Where in the tree of commands the arguments led, and what was not understood there.
struct Place {
  const CLI::App* app;
  std::string path = "fashionforward";
  std::optional<std::string_view> unknown{};
};

Place walk(const CLI::App& app, std::span<const std::string_view> arguments) {
  Place place{&app};
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--") break;
    if (argument.starts_with('-') && argument.size() > 1) {
      const std::size_t equals = argument.find('=');
      const CLI::Option* option = place.app->get_option_no_throw(std::string(argument.substr(0, equals)));
      if (!option) {
        place.unknown = argument.substr(0, equals);
        break;
      }
      if (takes_value(*option) && equals == argument.npos) ++i;
    } else if (const CLI::App* next = command(*place.app, argument)) {
      place.app = next;
      place.path += " " + next->get_name();
    } else if (!commands_of(*place.app).empty()) {
      place.unknown = argument;
      break;
    }
  }
  return place;
}

std::optional<std::string> meant(const Place& place) {
  std::vector<std::string> names;
  if (place.unknown->starts_with('-')) {
    for (const CLI::Option* option : place.app->get_options()) {
      for (const std::string& name : option->get_lnames())
        names.push_back("--" + name);
    }
  } else {
    for (const CLI::App* one : commands_of(*place.app))
      names.push_back(one->get_name());
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto found = nearest(*place.unknown, known);
  return found ? std::optional(std::string(*found)) : std::nullopt;
}

/// A message of the parser may have several lines.
std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::string explain_usage_error(const CLI::App& app, std::span<const std::string_view> arguments,
                                const CLI::ParseError& wrong) {
  const Place place = walk(app, arguments);
  if (!place.unknown) return fmt::format("{} (see {} --help)", one_line(wrong.what()), place.path);
  const bool is_option = place.unknown->starts_with('-');
  std::string line =
      fmt::format("{} has no {} {}", place.path, is_option ? "option" : "command", *place.unknown);
  if (const auto probably = meant(place)) line += fmt::format("; did you mean {}?", *probably);
  return line + fmt::format(" (see {} --help)", place.path);
}

}  // namespace ff::app
