#include "scenarios/csv.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <system_error>

#include "scenarios/numbers.hpp"
#include "scenarios/problem.hpp"

namespace scenarios {
namespace {

[[noreturn]] void fail_at(const std::string& name, std::size_t line, const std::string& what) {
  throw TableError(name + ":" + std::to_string(line) + ": " + what);
}

[[noreturn]] void fail_at(const std::string& name, std::size_t line, std::size_t column, const std::string& what) {
  fail_at(name + ":" + std::to_string(line), column, what);
}

/// The fields of one line and where they begin, in characters from 1; "" inside quotes is a quote.
std::vector<std::string> split(std::string_view line, const std::string& name, std::size_t number,
                               std::vector<std::uint32_t>& begins) {
  std::vector<std::string> fields(1);
  begins.assign(1, 1);
  bool quoted = false;
  std::uint32_t characters = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;  // all but the further bytes of a character
    if (quoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (i + 1 < line.size() && line[i + 1] == '"') {
        fields.back() += line[++i];
        ++characters;
      } else {
        quoted = false;
      }
    } else if (c == '"' && fields.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
      begins.push_back(characters + 1);
    } else {
      fields.back() += c;
    }
  }
  if (quoted) fail_at(name, number, begins.back(), "a quote is not closed");
  return fields;
}

/// What to do about a header that spreadsheets wrote with another sign than the comma.
std::string other_comma(const std::vector<std::string>& header) {
  const bool one = header.size() == 1 && header[0].find_first_of(";\t") != std::string::npos;
  return one ? ": fields are separated by commas here, save the table with them" : "";
}

}  // namespace

Table::Table(const std::filesystem::path& file, const std::vector<std::string>& columns, std::string shown)
    : name_(shown.empty() ? (file.parent_path().filename() / file.filename()).generic_string() : std::move(shown)) {
  std::ifstream in(file, std::ios::binary);
  int error = in ? 0 : errno;
  if (std::error_code ignored; std::filesystem::is_directory(file, ignored)) error = EISDIR;
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot read " + file.string());
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  parse(text, columns);
}

Table::Table(std::string name, std::string_view text, const std::vector<std::string>& columns)
    : name_(std::move(name)) {
  parse(text, columns);
}

void Table::parse(std::string_view text, const std::vector<std::string>& columns) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // spreadsheets put one before "CSV UTF-8"
  std::size_t number = 0;
  std::vector<std::uint32_t> begins;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (const std::uint32_t character = not_utf8_at(line))
      fail_at(name_, number, character, "not UTF-8: save the table as 'CSV UTF-8'");
    if (line.empty() || line.front() == '#') continue;
    auto fields = split(line, name_, number, begins);
    if (header_.empty()) {
      header_ = std::move(fields);
      header_begins_ = begins;
      header_line_ = number;
      for (std::size_t i = 0; i < header_.size(); ++i)
        if (std::find(header_.begin(), header_.begin() + i, header_[i]) != header_.begin() + i)
          fail_at(name_, number, begins[i], "column '" + header_[i] + "' twice");
      for (const std::string& wanted : columns)
        if (std::find(header_.begin(), header_.end(), wanted) == header_.end())
          fail_at(name_, number, "column '" + wanted + "' is missing" + other_comma(header_));
      continue;
    }
    if (fields.size() != header_.size())
      fail_at(name_, number,
              std::to_string(fields.size()) + (fields.size() == 1 ? " field, but" : " fields, but") +
                  " the header has " + std::to_string(header_.size()));
    rows_.push_back(Row(this, number, std::move(fields), begins));
  }
  if (header_.empty()) throw TableError(name_ + ": no header line");
}

std::size_t Table::column(std::string_view name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) throw TableError(name_ + ": column '" + std::string(name) + "' is missing");
  return static_cast<std::size_t>(found - header_.begin());
}

void Table::fail(std::string_view column, const std::string& what) const {
  fail_at(name_, header_line_, header_begins_[this->column(column)], what);
}

void Row::fail(const std::string& what) const { fail_at(table_->name(), line_, what); }

void Row::fail(std::string_view column, const std::string& what) const {
  fail_at(table_->name(), line_, begins_[table_->column(column)], what);
}

const std::string& Row::text(std::string_view column) const { return fields_[table_->column(column)]; }

double Row::number(std::string_view column) const {
  const std::string& field = text(column);
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value))
    fail(column, std::string(column) + " '" + field + "' is not a number");
  return value;
}

double Row::number(std::string_view column, double low, double high) const {
  const double value = number(column);
  if (value < low || value > high)
    fail(column,
         std::string(column) + " = " + shortest(value) + " is outside [" + shortest(low) + ", " + shortest(high) + "]");
  return value;
}

std::optional<double> Row::number_if_any(std::string_view column) const {
  if (empty(column)) return std::nullopt;
  return number(column);
}

std::optional<double> Row::number_if_any(std::string_view column, double low, double high) const {
  if (empty(column)) return std::nullopt;
  return number(column, low, high);
}

int Row::integer(std::string_view column) const {
  const double value = number(column, -1e9, 1e9);
  if (value != static_cast<int>(value))
    fail(column, std::string(column) + " '" + text(column) + "' is not a whole number");
  return static_cast<int>(value);
}

bool Row::yes_no(std::string_view column) const {
  const std::string& field = text(column);
  if (field != "0" && field != "1") fail(column, std::string(column) + " '" + field + "' is neither 0 nor 1");
  return field == "1";
}

Date Row::date(std::string_view column) const {
  const auto date = parse_date(text(column));
  if (!date) fail(column, std::string(column) + " '" + text(column) + "' is not a date (year-month-day)");
  return *date;
}

std::optional<Date> Row::date_if_any(std::string_view column) const {
  if (empty(column)) return std::nullopt;
  return date(column);
}

Period Row::period(std::string_view from, std::string_view to) const {
  const Period period{date_if_any(from), date_if_any(to)};
  if (period.from && period.to && *period.to <= *period.from)
    fail(to, std::string(to) + " " + text(to) + " is not after " + std::string(from) + " " + text(from));
  return period;
}

}  // namespace scenarios
