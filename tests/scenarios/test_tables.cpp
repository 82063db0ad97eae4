#include <doctest/doctest.h>

#include "scenarios/csv.hpp"
#include "scenarios/load.hpp"
#include "scenarios/tables.hpp"
#include "tests/scenarios/same_world.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;

TEST_CASE("tables: what is exported is imported to the same world, and exported again to the same bytes") {
  std::vector<Scenario> scenarios;
  for (const auto& entry : std::filesystem::directory_iterator(house / "scenarios/cases"))
    if (entry.path().extension() == ".toml") scenarios.push_back(loader().load(entry.path()));
  scenarios.push_back(loader().load_text(everything, "everything.toml"));
  CHECK(scenarios.size() >= 7);
  for (const Scenario& s : scenarios) {
    CAPTURE(s.name);
    const auto tables = export_tables(s);
    CHECK(tables.size() == 11);
    const Scenario back = import_tables(tables);
    check_same_world(back.world, s.world);
    CHECK(back.title == s.title);
    CHECK(back.name == s.name);
    CHECK(back.start == s.start);
    CHECK(back.host_names == s.host_names);
    CHECK(back.leader_labels == s.leader_labels);
    CHECK(back.ngo_names == s.ngo_names);
    CHECK(back.event_labels == s.event_labels);
    CHECK(export_tables(back) == tables);
  }
}

TEST_CASE("tables: an unbounded membership is not mistaken for none") {
  const Scenario s =
      loader().load_text("start = 2025-01-01\nweeks = 4\n[leaders.putin]\n[hosts.MNG]\nmember = true\n", "a.toml");
  const std::string hosts = export_tables(s)["hosts.csv"];
  const std::string line = hosts.substr(hosts.find("MNG,"), 200);
  CHECK(line.find(",-2147483648,,") != line.npos);
}

TEST_CASE("tables: a mistake in a table is told with its line") {
  const auto tables = export_tables(loader().load_text(everything, "everything.toml"));
  const auto told = [&](const std::string& table, const std::string& from, const std::string& to) {
    auto changed = tables;
    std::string& text = changed[table];
    const std::size_t at = text.find(from);
    REQUIRE(at != text.npos);
    text.replace(at, from.size(), to);
    try {
      import_tables(changed);
    } catch (const TableError& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  CHECK(told("parameters.csv", "th_nu", "th_new") == "parameters.csv:3: unknown parameter 'th_new'");
  CHECK(told("parameters.csv", "th_a,4.5", "th_a,-4.5") == "parameters.csv:13:6: value = -4.5 is outside [0, 30]");
  CHECK(told("parameters.csv", "th_a,4.5", "th_a,inf") == "parameters.csv:13:6: value 'inf' is not a number");
  CHECK(told("parameters.csv", "H_v,156", "H_v,inf") == "nothing");
  CHECK(told("leaders.csv", "putin", "nobody").find("unknown leader") != std::string::npos);
  CHECK(told("events.csv", ",MNG,", ",XYZ,") == "events.csv:2: unknown host 'XYZ'");
  CHECK(told("shocks.csv", "nu,add", "nu,plus").find("unknown op 'plus'") != std::string::npos);
  auto without = tables;
  without.erase("reach.csv");
  CHECK_THROWS_WITH_AS(import_tables(without), "reach.csv: the table is missing", TableError);
}
