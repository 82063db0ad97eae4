#include <doctest/doctest.h>

#include <filesystem>
#include <functional>

#include "scenarios/csv.hpp"

using namespace scenarios;

namespace {
std::string complaint(const std::function<void()>& act) {
  try {
    act();
  } catch (const TableError& error) {
    return error.what();
  }
  return "none";
}

std::string reading(std::string_view text) {
  return complaint([&] { Table("t.csv", text, {"a", "b"}); });
}
}  // namespace

TEST_CASE("csv: quotes, comments, empty fields and Windows line ends are read") {
  const Table table("t.csv", "# words\r\na,b,c\r\n\r\n1,\"x, \"\"y\"\"\",\r\n", {"a", "b"});
  REQUIRE(table.rows().size() == 1);
  const Row& row = table.rows()[0];
  CHECK(row.number("a") == 1);
  CHECK(row.text("b") == "x, \"y\"");
  CHECK(row.empty("c"));
  CHECK(row.line() == 4);
}

TEST_CASE("csv: a table that does not hold together is refused with its line") {
  CHECK(reading("") == "t.csv: no header line");
  CHECK(reading("# only words\n") == "t.csv: no header line");
  CHECK(reading("a,c\n") == "t.csv:1: column 'b' is missing");
  CHECK(reading("a;b\n1;2\n") ==
        "t.csv:1: column 'a' is missing: fields are separated by commas here, save the table with them");
  CHECK(reading("a,b\n1,Caf\xC3\xA9 Caf\xE9\n") == "t.csv:2:11: not UTF-8: save the table as 'CSV UTF-8'");
  CHECK(reading("\xFF\xFE\x61") == "t.csv:1:1: not UTF-8: save the table as 'CSV UTF-8'");
  CHECK(reading("a,b,a\n") == "t.csv:1:5: column 'a' twice");
  CHECK(reading("a,b\n1,2\n1,2,3\n") == "t.csv:3: 3 fields, but the header has 2");
  CHECK(reading("a,b\n1,\"2\n") == "t.csv:2:3: a quote is not closed");
  CHECK(reading("a,b\n1,2\n") == "none");
}

TEST_CASE("csv: a folder in the place of a table is named") {
  const auto read = [] { Table(std::filesystem::path(SAFECONDUCT_SCENARIOS_DIR), {}, "t.csv"); };
  CHECK_THROWS_WITH(read(), "cannot read " SAFECONDUCT_SCENARIOS_DIR ": Is a directory");
}

TEST_CASE("csv: a field that is not what the column says is refused with its line and column") {
  const Table table("t.csv", "a,b\n1.5x,2025-02-30\n2.5,\nnan,2025-01-01\n", {});
  const auto& rows = table.rows();
  CHECK(complaint([&] { rows[0].number("a"); }) == "t.csv:2:1: a '1.5x' is not a number");
  CHECK(complaint([&] { rows[0].date("b"); }) == "t.csv:2:6: b '2025-02-30' is not a date (year-month-day)");
  CHECK(complaint([&] { rows[1].number("a", 0, 1); }) == "t.csv:3:1: a = 2.5 is outside [0, 1]");
  CHECK(complaint([&] { rows[1].integer("a"); }) == "t.csv:3:1: a '2.5' is not a whole number");
  CHECK(complaint([&] { rows[1].yes_no("a"); }) == "t.csv:3:1: a '2.5' is neither 0 nor 1");
  CHECK_FALSE(rows[1].number_if_any("b"));
  CHECK(complaint([&] { rows[2].number("a"); }) == "t.csv:4:1: a 'nan' is not a number");
  CHECK(complaint([&] { rows[2].text("c"); }) == "t.csv: column 'c' is missing");
}

TEST_CASE("csv: a column is counted in characters, quotes among them") {
  const Table table("t.csv", "name,x\n\"C\xc3\xb4te, d'\"\"I\"\"\",many\n", {});
  CHECK(complaint([&] { table.rows()[0].number("x"); }) == "t.csv:2:17: x 'many' is not a number");
}

TEST_CASE("csv: the mark that spreadsheets put before UTF-8 is passed over") {
  const Table table("t.csv",
                    "\xEF\xBB\xBF"
                    "a,b\n1,2\n",
                    {"a", "b"});
  CHECK(table.header() == std::vector<std::string>{"a", "b"});
  CHECK(table.rows().at(0).number("a") == 1);
}

TEST_CASE("csv: a period ends after it begins") {
  const Table table("t.csv", "from,to\n2025-01-01,2025-01-01\n2025-01-01,\n", {});
  CHECK(complaint([&] { table.rows()[0].period("from", "to"); }) ==
        "t.csv:2:12: to 2025-01-01 is not after from 2025-01-01");
  CHECK_FALSE(table.rows()[1].period("from", "to").to);
}
