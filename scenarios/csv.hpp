// Small text tables with a header line: comma, quotes where needed, '#' begins a comment line. A byte-order mark
// before the first line is passed over. Every error names file and line, that of a cell its column too.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/date.hpp"

namespace scenarios {

/// A mistake in a table: "world/states.csv:61: state 'ZAF' listed twice (first in line 12)".
class TableError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Table;

/// One line of a table. Reading a field as what it is not throws TableError with the place.
class Row {
 public:
  const std::string& text(std::string_view column) const;
  bool empty(std::string_view column) const { return text(column).empty(); }
  double number(std::string_view column) const;
  double number(std::string_view column, double low, double high) const;
  std::optional<double> number_if_any(std::string_view column) const;
  std::optional<double> number_if_any(std::string_view column, double low, double high) const;
  int integer(std::string_view column) const;
  bool yes_no(std::string_view column) const;  ///< 1 or 0
  Date date(std::string_view column) const;
  std::optional<Date> date_if_any(std::string_view column) const;
  Period period(std::string_view from, std::string_view to) const;  ///< empty fields are open ends; from < to
  std::size_t line() const { return line_; }
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail(std::string_view column, const std::string& what) const;  ///< at the cell

 private:
  friend class Table;
  Row(const Table* table, std::size_t line, std::vector<std::string> fields, std::vector<std::uint32_t> begins)
      : table_(table), line_(line), fields_(std::move(fields)), begins_(std::move(begins)) {}
  const Table* table_;
  std::size_t line_;
  std::vector<std::string> fields_;
  std::vector<std::uint32_t> begins_;  ///< characters from the begin of the line, from 1
};

class Table {
 public:
  /// Reads a file; `columns` must all be there, further ones are kept too. Messages call it `shown`: a user's file as
  /// the user can open it; without, by its folder and name, as shipped tables are known.
  Table(const std::filesystem::path& file, const std::vector<std::string>& columns, std::string shown = {});
  /// The same from text; `name` stands for the file in messages.
  Table(std::string name, std::string_view text, const std::vector<std::string>& columns);
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  const std::string& name() const { return name_; }
  const std::vector<std::string>& header() const { return header_; }
  const std::vector<Row>& rows() const { return rows_; }
  std::size_t column(std::string_view name) const;  ///< throws TableError if there is none
  [[noreturn]] void fail(std::string_view column, const std::string& what) const;  ///< at the column's head

 private:
  void parse(std::string_view text, const std::vector<std::string>& columns);
  std::string name_;
  std::size_t header_line_ = 0;
  std::vector<std::string> header_;
  std::vector<std::uint32_t> header_begins_;
  std::vector<Row> rows_;
};

}  // namespace scenarios
