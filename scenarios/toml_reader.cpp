#include "scenarios/toml_reader.hpp"

// The guards around toml++ 3.3. Its asserts must neither abort (a stray bracket reaches one) nor become assumptions of
// the optimiser, as they do with NDEBUG under clang.
#ifdef NDEBUG
#undef NDEBUG
#endif
#define TOML_MAX_NESTED_VALUES 64
#define TOML_ASSERT(expression) static_assert(true)
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>

#include "scenarios/numbers.hpp"

namespace scenarios {
namespace {

std::string line_of(const Source& source, std::uint32_t line) {
  std::string_view rest = source.text;
  for (std::uint32_t n = 1; n < line; ++n) {
    const std::size_t end = rest.find('\n');
    if (end == rest.npos) return {};
    rest.remove_prefix(end + 1);
  }
  std::string text = printable(rest.substr(0, rest.find('\n')));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

Place place_of(const Source& source, const toml::source_region& region) {
  const bool one_line = region.end.line == region.begin.line && region.end.column > region.begin.column;
  return {&source, region.begin.line, std::max<std::uint32_t>(1, region.begin.column),
          one_line ? region.end.column - region.begin.column : 1};
}

TomlTable table_of(const Source& source, const toml::table& table);

TomlValue value_of(const Source& source, const toml::node& node) {
  TomlValue out;
  out.place = place_of(source, node.source());
  if (const auto* flag = node.as_boolean())
    out.value = flag->get();
  else if (const auto* whole = node.as_integer())
    out.value = whole->get();
  else if (const auto* number = node.as_floating_point())
    out.value = number->get();
  else if (const auto* text = node.as_string())
    out.value = text->get();
  else if (const auto* date = node.as_date())
    out.value = Date(std::chrono::year(date->get().year) / date->get().month / date->get().day);
  else if (const auto* list = node.as_array()) {
    std::vector<TomlValue> values;
    for (const toml::node& element : *list) values.push_back(value_of(source, element));
    out.value = std::move(values);
  } else if (const auto* table = node.as_table())
    out.value = table_of(source, *table);
  else
    out.value = TomlOther{node.is_time() ? "a time" : "a date with a time"};
  return out;
}

TomlTable table_of(const Source& source, const toml::table& table) {
  std::vector<TomlEntry> entries;
  for (const auto& [key, node] : table)
    entries.push_back({std::string(key.str()), place_of(source, key.source()), value_of(source, node)});
  std::stable_sort(entries.begin(), entries.end(), [](const TomlEntry& a, const TomlEntry& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
  TomlTable out;
  for (TomlEntry& entry : entries) out.add(std::move(entry));
  return out;
}

}  // namespace

const TomlEntry* TomlTable::find(std::string_view key) const {
  const auto at = index_.find(key);
  return at == index_.end() ? nullptr : &entries_[at->second];
}

void TomlTable::add(TomlEntry entry) {
  index_.emplace(entry.key, entries_.size());
  entries_.push_back(std::move(entry));
}

void TomlTable::erase(std::string_view key) {
  const auto at = index_.find(key);
  if (at == index_.end()) return;
  const std::size_t gone = at->second;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(gone));
  index_.erase(at);
  for (auto& [name, position] : index_)
    if (position > gone) --position;
}

void TomlTable::merge(TomlTable&& over, std::span<const std::string_view> appended) {
  for (TomlEntry& entry : over.entries_) {
    const auto at = index_.find(entry.key);
    if (at == index_.end()) {
      add(std::move(entry));
      continue;
    }
    TomlValue& mine = entries_[at->second].value;
    auto* my_table = std::get_if<TomlTable>(&mine.value);
    auto* its_table = std::get_if<TomlTable>(&entry.value.value);
    auto* my_list = std::get_if<std::vector<TomlValue>>(&mine.value);
    auto* its_list = std::get_if<std::vector<TomlValue>>(&entry.value.value);
    const bool grows = std::find(appended.begin(), appended.end(), entry.key) != appended.end();
    if (my_table && its_table)
      my_table->merge(std::move(*its_table));
    else if (my_list && its_list && grows)
      std::move(its_list->begin(), its_list->end(), std::back_inserter(*my_list));
    else
      mine = std::move(entry.value);
  }
}

const TomlTable& table_in(const TomlTable& table, std::string_view key) {
  static const TomlTable none;
  const TomlTable* found = in<TomlTable>(table, key);
  return found ? *found : none;
}

const std::vector<TomlValue>& list_in(const TomlTable& table, std::string_view key) {
  static const std::vector<TomlValue> none;
  const auto* found = in<std::vector<TomlValue>>(table, key);
  return found ? *found : none;
}

TomlTable read_toml(const Source& source) {
  const auto fail = [&](Place place, std::string text) -> TomlTable {
    throw ScenarioError({problem_at(place, std::move(text))});
  };
  if (source.text.size() > longest_text)
    return fail({&source, 0, 0}, "larger than 1 MiB; a scenario is text written by people");
  std::uint32_t line = 1;
  for (std::size_t begin = 0; begin < source.text.size(); ++line) {
    const std::size_t end = std::min(source.text.find('\n', begin), source.text.size());
    if (end - begin > longest_line) {
      Problem problem = problem_at({&source, line, 1}, "line longer than " + std::to_string(longest_line) + " bytes");
      problem.source_line.clear();
      throw ScenarioError({problem});
    }
    begin = end + 1;
  }
  try {
    return table_of(source, toml::parse(std::string_view(source.text), std::string_view(source.name)));
  } catch (const toml::parse_error& error) {
    std::string text(error.description());
    if (constexpr std::string_view prefix = "Error while parsing "; text.starts_with(prefix))
      text.erase(0, prefix.size());
    if (text.ends_with('.')) text.pop_back();
    Problem problem = problem_at(place_of(source, error.source()), "not valid TOML: " + printable(text));
    if (problem.source_line.find("\xE2\x80") != std::string::npos) problem.help = "texts stand in straight quotes";
    throw ScenarioError({problem});
  }
}

std::string kind_of(const TomlValue& value) {
  struct {
    std::string operator()(bool) { return "true or false"; }
    std::string operator()(std::int64_t) { return "a whole number"; }
    std::string operator()(double) { return "a number"; }
    std::string operator()(const std::string&) { return "a text"; }
    std::string operator()(Date) { return "a date"; }
    std::string operator()(const TomlOther& other) { return other.kind; }
    std::string operator()(const std::vector<TomlValue>&) { return "a list"; }
    std::string operator()(const TomlTable&) { return "a table"; }
  } name;
  return std::visit(name, value.value);
}

Problem problem_at(const Place& place, std::string text, std::string help) {
  Problem problem;
  problem.where = place.source ? printable(place.source->name) : "scenario";
  problem.line = place.line;
  problem.column = place.column;
  problem.width = place.width;
  problem.text = std::move(text);
  problem.help = std::move(help);
  if (place.source && place.line) problem.source_line = line_of(*place.source, place.line);
  return problem;
}

std::string to_toml(double number) {
  if (std::isnan(number)) return "nan";
  std::string text = shortest(number);
  return text.find_first_of(".ein") == text.npos ? text + ".0" : text;
}

std::string to_toml(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      constexpr char hex[] = "0123456789ABCDEF";
      out += std::string("\\u00") + hex[(c >> 4) & 15] + hex[c & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string toml_key(std::string_view key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? std::string(key) : to_toml(key);
}

std::string to_toml(const TomlValue& value) {
  struct {
    std::string operator()(bool flag) { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t whole) { return std::to_string(whole); }
    std::string operator()(double number) { return to_toml(number); }
    std::string operator()(const std::string& text) { return to_toml(std::string_view(text)); }
    std::string operator()(Date date) { return to_text(date); }
    std::string operator()(const TomlOther&) { return "\"\""; }
    std::string operator()(const std::vector<TomlValue>& list) {
      std::string out;
      for (const TomlValue& element : list) out += (out.empty() ? "" : ", ") + to_toml(element);
      return "[" + out + "]";
    }
    std::string operator()(const TomlTable& table) {
      std::string out;
      for (const TomlEntry& entry : table.entries())
        out += (out.empty() ? "" : ", ") + toml_key(entry.key) + " = " + to_toml(entry.value);
      return "{" + out + "}";
    }
  } write;
  return std::visit(write, value.value);
}

}  // namespace scenarios
