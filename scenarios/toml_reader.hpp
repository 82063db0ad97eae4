// TOML as plain data that remembers where each key and value stands. Only toml_reader.cpp knows the TOML library, and
// keeps it behind guards: caps on lines, files and nesting.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scenarios/date.hpp"
#include "scenarios/problem.hpp"

namespace scenarios {

/// A text that was read: a file or the argument of --set. Outlives what is read from it.
struct Source {
  std::string name;   ///< in messages: the path as given, or `--set`
  std::string label;  ///< in origins: the file's name without folders, or `--set`
  std::string text;
  int rank = 0;  ///< order of reading, for the order of messages
};

struct Place {
  const Source* source = nullptr;
  std::uint32_t line = 0, column = 0, width = 1;
};

struct TomlEntry;

/// Keys in the order of the file.
class TomlTable {
 public:
  const std::vector<TomlEntry>& entries() const { return entries_; }
  const TomlEntry* find(std::string_view key) const;  ///< nullptr if there is none
  /// Adds what `over` has and replaces what both have; tables merge, and lists named in `appended` grow. A key keeps
  /// the position that it got first.
  void merge(TomlTable&& over, std::span<const std::string_view> appended = {});
  void add(TomlEntry entry);
  void erase(std::string_view key);
  /// To change what stands under a key; nullptr if there is nothing of this kind.
  template <class T>
  T* change(std::string_view key);

 private:
  std::vector<TomlEntry> entries_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

/// A value of a kind that scenarios do not use.
struct TomlOther {
  std::string kind;  ///< "a time"
};

struct TomlValue {
  std::variant<bool, std::int64_t, double, std::string, Date, TomlOther, std::vector<TomlValue>, TomlTable> value;
  Place place;
  template <class T>
  const T* as() const {
    return std::get_if<T>(&value);
  }
};

struct TomlEntry {
  std::string key;
  Place place;  ///< of the key
  TomlValue value;
};

template <class T>
T* TomlTable::change(std::string_view key) {
  const auto at = index_.find(key);
  return at == index_.end() ? nullptr : std::get_if<T>(&entries_[at->second].value.value);
}

// What a table says under a key, if it says so in the right kind.
inline const TomlValue* value_in(const TomlTable& table, std::string_view key) {
  const TomlEntry* entry = table.find(key);
  return entry ? &entry->value : nullptr;
}
template <class T>
const T* in(const TomlTable& table, std::string_view key) {
  const TomlValue* value = value_in(table, key);
  return value ? value->as<T>() : nullptr;
}
inline std::optional<double> number_of(const TomlValue& value) {
  if (const auto* whole = value.as<std::int64_t>()) return static_cast<double>(*whole);
  if (const auto* number = value.as<double>()) return *number;
  return {};
}
inline std::optional<double> number_in(const TomlTable& table, std::string_view key) {
  const TomlValue* value = value_in(table, key);
  return value ? number_of(*value) : std::nullopt;
}
inline std::optional<Date> date_in(const TomlTable& table, std::string_view key) {
  const Date* date = in<Date>(table, key);
  return date ? std::optional(*date) : std::nullopt;
}
inline std::string text_in(const TomlTable& table, std::string_view key, std::string_view otherwise = {}) {
  const std::string* text = in<std::string>(table, key);
  return text ? *text : std::string(otherwise);
}
inline bool flag_in(const TomlTable& table, std::string_view key) {
  const bool* flag = in<bool>(table, key);
  return flag && *flag;
}
/// An empty table if there is none.
const TomlTable& table_in(const TomlTable& table, std::string_view key);
/// An empty list if there is none.
const std::vector<TomlValue>& list_in(const TomlTable& table, std::string_view key);

/// Longer texts and lines are refused: scenarios are written by people, and the library recurses once for each part of
/// a dotted key.
inline constexpr std::size_t longest_text = 1u << 20, longest_line = 2000;

/// Throws ScenarioError with one problem.
TomlTable read_toml(const Source& source);

/// "a number", "a text", "a table" ...
std::string kind_of(const TomlValue& value);

Problem problem_at(const Place& place, std::string text, std::string help = {});

/// As written right of '=', on one line.
std::string to_toml(const TomlValue& value);
std::string to_toml(double number);
std::string to_toml(std::string_view text);
std::string toml_key(std::string_view key);

}  // namespace scenarios
