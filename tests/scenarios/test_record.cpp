#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "scenarios/record.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;
namespace fs = std::filesystem;

namespace {

Record reading(const std::string& rows, const std::string& more_columns = "") {
  const support::Folder folder;
  const fs::path file = folder / "safeconduct_test_record.csv";
  std::ofstream(file) << "leader,id,start,host_iso3,city,event,kind,host_icc_member_at_date,outcome,confidence"
                      << more_columns << "\n"
                      << rows;
  return read_record(file, house / "scenarios/record", facts());
}
std::string complaint(const std::string& rows, const std::string& more_columns = "") {
  try {
    reading(rows, more_columns);
  } catch (const TableError& error) {
    const std::string text = error.what();
    return text.substr(text.find("safeconduct_test_record.csv") + 27);
  }
  return "none";
}

}  // namespace

TEST_CASE("record: the shipped record is read whole, without the rows about overflights") {
  const Record record = read_record(house / "scenarios/record/decisions.csv", house / "scenarios/record", facts());
  REQUIRE(record.decisions.size() == 127);
  CHECK(record.left_out == 2);
  int count[5] = {};
  for (const RecordedDecision& d : record.decisions) ++count[static_cast<int>(d.outcome)];
  // Bashir 72 visited, 2 cut short, 15 own choice, 9 kept away; Putin 17, 0, 11, 1.
  CHECK(count[0] == 89);
  CHECK(count[1] == 2);
  CHECK(count[2] == 26);
  CHECK(count[3] == 10);
  CHECK(count[4] == 0);
  double days = 0, delegated = 0;
  for (const RecordedDecision& d : record.decisions) {
    if (d.id == "BAS-090") CHECK(d.days == 10);  // 30 September to 9 October 2014
    if (d.id == "BAS-060") CHECK(d.days == 1);   // begins some day of a month
    days += d.days;
    delegated += d.delegated;
  }
  CHECK(delegated == 13);
  CHECK(days > 127);
  for (std::size_t i = 1; i < record.decisions.size(); ++i)
    CHECK(record.decisions[i - 1].date <= record.decisions[i].date);
}

TEST_CASE("record: words say which occasion it is, and a row may say better") {
  const Record r = reading(
      "L,1,2024-01-01,MNG,U,Talks,bilateral,1,visited,high,,,\n"
      "L,2,2024-02,ETH,A,African Union summit,multilateral,0,visited,high,,,\n"
      "L,3,2024-03-01,ETH,A,African Union summit,multilateral,,arrested,low,g20_summit,0.25,3\n"
      "L,4,2024-04-01,ETH,A,Opening of a dam,other,0,event_moved,low,,,\n",
      ",event_kind,value,lead_weeks");
  REQUIRE(r.decisions.size() == 4);
  CHECK(r.decisions[0].occasion.kind == "bilateral");
  CHECK(r.decisions[0].member == true);
  CHECK(to_text(r.decisions[1].date) == "2024-02-15");
  CHECK(r.decisions[1].occasion.kind == "african_union_summit");
  CHECK(r.decisions[1].occasion.lead_weeks == 8);
  CHECK(r.decisions[2].occasion.kind == "g20_summit");
  CHECK(r.decisions[2].occasion.value == 0.25);
  CHECK(r.decisions[2].occasion.lead_weeks == 3);
  CHECK(r.decisions[2].occasion.participants == 25);
  CHECK_FALSE(r.decisions[2].member);
  CHECK(r.decisions[2].outcome == RecordedOutcome::arrested);
  CHECK(r.decisions[3].occasion.kind == "other");
  CHECK(r.decisions[3].outcome == RecordedOutcome::kept_away);
}

TEST_CASE("record: a row that cannot be meant is refused with its line") {
  const std::string good = "L,1,2024-01-01,MNG,U,Talks,bilateral,1,visited,high";
  CHECK(complaint(good + "\n") == "none");
  CHECK(complaint(good + "\n" + good + "\n") == ":3:3: id '1' twice (first in line 2)");
  CHECK(complaint("L,1,2024-01-32,MNG,U,Talks,bilateral,1,visited,high\n") ==
        ":2:5: start '2024-01-32' is no day (2024-09-02) and no month (2024-09)");
  CHECK(complaint("L,1,2024-01-01,XXX,U,Talks,bilateral,1,visited,high\n") ==
        ":2:16: host_iso3 'XXX' is no state of world/states.csv");
  CHECK(complaint("L,1,2024-01-01,MNG,U,Talks,private,1,visited,high\n") ==
        ":2:28: kind 'private' is not bilateral, multilateral, inauguration, funeral or other");
  CHECK(complaint("L,1,2024-01-01,MNG,U,Talks,bilateral,1,visitd,high\n") ==
        ":2:40: outcome 'visitd' is not known: did you mean 'visited'?");
  CHECK(complaint("L,1,2024-01-01,MNG,U,Talks,bilateral,yes,visited,high\n") ==
        ":2:38: host_icc_member_at_date 'yes' is neither 0 nor 1");
  CHECK(complaint(good + ",summit\n", ",event_kind") ==
        ":2:53: event_kind 'summit' is no row of world/event_kinds.csv");
  CHECK(complaint(good + ",3.7\n", ",lead_weeks") == ":2:53: lead_weeks '3.7' is not a whole number");
  CHECK(complaint(good + ",2\n", ",cover") == ":2:53: cover = 2 is outside [0, 1]");
}
