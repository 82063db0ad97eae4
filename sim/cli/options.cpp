#include "sim/cli/options.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>

#include "scenarios/numbers.hpp"
#include "scenarios/problem.hpp"

namespace cli {
namespace {

namespace po = boost::program_options;

po::options_description describe(const Usage& usage) {
  po::options_description options;
  for (const Option& o : usage.options) {
    const std::string name(o.name), help(o.help);
    if (o.value.empty())
      options.add_options()(name.c_str(), help.c_str());
    else
      options.add_options()(name.c_str(), po::value<std::vector<std::string>>(), help.c_str());
  }
  options.add_options()("help,h", "this text");
  return options;
}

std::string shown(std::int64_t n) { return std::to_string(n); }
std::string shown(double x) { return scenarios::shortest(x); }

template <class Number>
std::optional<Number> in_range(const Arguments& arguments, std::string_view name, Number low, Number high,
                               const std::string& kind) {
  const auto given = arguments.text(name);
  if (!given) return {};
  Number n = 0;
  const char* end = given->data() + given->size();
  const auto [stop, error] = std::from_chars(given->data(), end, n);
  if (error != std::errc{} || stop != end || !(n >= low && n <= high))
    throw UsageError("option '--" + std::string(name) + "' takes " + kind + " from " + shown(low) + " to " +
                     shown(high) + ", not '" + scenarios::printable(*given) + "'");
  return n;
}

}  // namespace

std::string Usage::text() const {
  std::string out = "usage: safeconduct " + std::string(command);
  if (!words.empty()) out += " " + std::string(words);
  out += options.empty() ? "\n" : " [OPTIONS]\n";
  out += "\n" + std::string(summary) + "\n";
  if (options.empty()) return out;
  out += "\n";
  std::size_t widest = 0;
  const auto head = [](const Option& o) {
    return "--" + std::string(o.name) + (o.value.empty() ? "" : " " + std::string(o.value));
  };
  for (const Option& o : options) widest = std::max(widest, head(o).size());
  for (const Option& o : options)
    out += "  " + head(o) + std::string(widest + 2 - head(o).size(), ' ') + std::string(o.help) + "\n";
  return out;
}

Arguments::Arguments(const Usage& usage, const std::vector<std::string>& arguments) : typed_(arguments) {
  const auto wrong = [&](const std::string& what) {
    return UsageError(what + " (see 'safeconduct " + std::string(usage.command) + " --help')");
  };
  po::options_description options = describe(usage);
  options.add_options()("words", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("words", -1);
  try {
    namespace style = po::command_line_style;
    const int strict = style::unix_style & ~style::allow_guessing;
    const auto parsed = po::command_line_parser(arguments).options(options).positional(positional).style(strict).run();
    for (const auto& o : parsed.options) {
      if (o.string_key == "words")
        words_.insert(words_.end(), o.value.begin(), o.value.end());
      else
        given_.emplace_back(o.string_key, o.value.empty() ? "" : o.value.front());
    }
  } catch (const po::unknown_option& e) {
    std::vector<std::string> known = {"--help"};
    for (const Option& o : usage.options) known.push_back("--" + std::string(o.name));
    const std::string given = e.get_option_name(), typed = given.substr(0, given.find('='));
    throw UsageError(
        "unknown option '" + scenarios::printable(typed) + "': " +
        scenarios::suggestion(typed, known, "'safeconduct " + std::string(usage.command) + " --help' lists them"));
  } catch (const po::error& e) {
    throw wrong(scenarios::printable(e.what()));
  }
  help_ = flag("help");
  for (const Option& o : usage.options)
    if (!o.many && all(o.name).size() > 1) throw wrong("option '--" + std::string(o.name) + "' is given twice");
  if (!help_ && words_.size() > usage.most_words) throw wrong("unexpected word '" + words_[usage.most_words] + "'");
}

std::optional<std::string> Arguments::text(std::string_view name) const {
  const auto given = all(name);
  return given.empty() ? std::nullopt : std::optional(given.front());
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : given_)
    if (key == name) values.push_back(value);
  return values;
}

std::optional<std::int64_t> Arguments::whole(std::string_view name, std::int64_t low, std::int64_t high) const {
  return in_range(*this, name, low, high, "a whole number");
}

std::optional<double> Arguments::number(std::string_view name, double low, double high) const {
  return in_range(*this, name, low, high, "a number");
}

std::optional<scenarios::Date> Arguments::date(std::string_view name) const {
  const auto given = text(name);
  if (!given) return {};
  if (const auto date = scenarios::parse_date(*given)) return date;
  throw UsageError("option '--" + std::string(name) + "' takes a date such as 2026-01-01, not '" +
                   scenarios::printable(*given) + "'");
}

}  // namespace cli
