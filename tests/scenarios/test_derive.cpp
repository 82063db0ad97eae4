#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "scenarios/derive.hpp"
#include "tests/scenarios/shipped.hpp"

using namespace scenarios;
using doctest::Approx;

namespace {

BaseWorld world(const char* start, agents::Week weeks, const LeaderRequest& leader) {
  const LeaderRequest requests[] = {leader};
  return derive(facts(), day(start), weeks, requests);
}

int row(const BaseWorld& w, const std::string& code) {
  for (std::size_t h = 0; h < w.hosts.size(); ++h)
    if (w.hosts[h].name == code) return static_cast<int>(h);
  FAIL("no host " << code);
  return -1;
}

int feature(const BaseWorld& w, const std::string& name) {
  return static_cast<int>(std::find(w.features.begin(), w.features.end(), name) - w.features.begin());
}

double tie(const BaseWorld& w, const std::string& code, const std::string& name) {
  return w.dyads.at(0)(row(w, code), feature(w, name));
}

/// The values that a feature of a host is set to, as week and value.
std::vector<std::pair<int, double>> later(const BaseWorld& w, const std::string& code, const std::string& name) {
  std::vector<std::pair<int, double>> found;
  for (const agents::Shock& s : w.shocks)
    if (s.target == agents::ShockTarget::feature && s.host == row(w, code) && s.feature == feature(w, name))
      found.emplace_back(s.week, s.value);
  return found;
}

double stance(const BaseWorld& w, const std::string& code, agents::StanceKind kind, agents::Week week) {
  for (const agents::Stance& s : w.stances)
    if (s.host.index == row(w, code) && s.kind == kind && s.when.holds(week)) return s.value;
  return 0;
}

/// A copy of the world's folder in which one file is changed.
std::string complaint_after(const std::string& file, const std::string& from, const std::string& to) {
  const support::Folder own;
  const std::filesystem::path folder = own / "world";
  std::filesystem::copy(world_folder, folder);
  std::string text = text_of(folder / file);
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
  std::ofstream(folder / file) << text;
  std::string what = "none";
  try {
    read_facts(folder);
  } catch (const TableError& error) {
    what = error.what();
  }
  return what;
}

}  // namespace

TEST_CASE("derive: every state of the world is a host, in the order of its code") {
  const BaseWorld w = world("2025-01-01", 104, {"putin", "RUS"});
  CHECK(w.hosts.size() == 197);
  CHECK(std::is_sorted(w.hosts.begin(), w.hosts.end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
  CHECK(w.host_names[row(w, "TJK")] == "Tajikistan");
  CHECK(w.dyads[0].row(row(w, "RUS")).isZero());
  for (const agents::Host& h : w.hosts)
    for (double x : {h.J, h.Q, h.C, h.W, h.mass}) CHECK((x >= 0 && x <= 1));
  CHECK(w.dyads[0].col(feature(w, "hostility")).maxCoeff() == 0);
  CHECK(w.dyads[0].leftCols(8).minCoeff() == 0);
  CHECK(w.dyads[0].maxCoeff() == 1);
}

TEST_CASE("derive: attributes known by hand") {
  const BaseWorld w = world("2023-03-17", 146, {"putin", "RUS"});
  const agents::Host& zaf = w.hosts[row(w, "ZAF")];
  CHECK(zaf.region == "Southern Africa");
  CHECK(zaf.Q == 1);
  CHECK(zaf.membership.at(0).holds(0));
  CHECK(w.hosts[row(w, "USA")].W == 1);
  CHECK(w.hosts[row(w, "USA")].membership.empty());
  CHECK(w.hosts[row(w, "DEU")].W == 0.95);
  CHECK(w.hosts[row(w, "FIN")].W == 0.9);  // in the EU, not yet in NATO
  CHECK(w.hosts[row(w, "TUR")].W == 0.6);
  CHECK(w.hosts[row(w, "BLR")].W == Approx(0.6 * (0.0001 + 0.5 * 0.0012) / 0.02));
  CHECK(w.hosts[row(w, "VAT")].J == 0.5);                          // no figure in either epoch
  CHECK(w.hosts[row(w, "MCO")].J == Approx((0.841 + 0.833) / 2));  // the older figures
  CHECK(w.hosts[row(w, "ARM")].membership.at(0).from == 46);
  CHECK(w.leaders[0].issue == 0);
  CHECK(w.leaders[0].lam == 0.1);
  CHECK(w.leaders[0].D == 10000);
  CHECK(tie(w, "TJK", "pact") == 1);
  CHECK(tie(w, "TJK", "base") == 1);
  CHECK(tie(w, "TJK", "blocs") == Approx(0.6));  // CSTO, CIS, SCO
  CHECK(tie(w, "KAZ", "border") == 1);
  CHECK(tie(w, "UKR", "hostility") == -1);
}

TEST_CASE("derive: a start before 2016 reads the older figures") {
  const BaseWorld early = world("2015-12-31", 10, {"bashir", "SDN"});
  const BaseWorld late = world("2016-01-01", 10, {"bashir", "SDN"});
  CHECK(early.hosts[row(early, "ALB")].J == Approx((0.5033 + 0.6724) / 2));
  CHECK(late.hosts[row(late, "ALB")].J == Approx((0.569 + 0.746) / 2));
}

TEST_CASE("derive: what changes up to the start is in the values, what changes later is a shock") {
  const BaseWorld before = world("2023-03-17", 146, {"putin", "RUS"});
  CHECK(tie(before, "ARM", "pact") == 1);
  CHECK(later(before, "ARM", "pact") == std::vector<std::pair<int, double>>{{49, 0.0}});
  CHECK(later(before, "ARM", "blocs") == std::vector<std::pair<int, double>>{{49, 0.4}});
  CHECK(later(before, "IRN", "blocs") == std::vector<std::pair<int, double>>{{16, 0.2}, {42, 0.4}});  // SCO, BRICS
  CHECK(later(before, "PRK", "pact") == std::vector<std::pair<int, double>>{{90, 1.0}});
  const BaseWorld after = world("2025-01-01", 104, {"putin", "RUS"});
  CHECK(tie(after, "ARM", "pact") == 0);
  CHECK(tie(after, "ARM", "blocs") == Approx(0.4));
  CHECK(later(after, "ARM", "pact").empty());
  CHECK(after.leaders[0].Pi == 1);
  CHECK(after.leaders[0].lam == 0.45);
  CHECK(std::any_of(after.shocks.begin(), after.shocks.end(), [](const agents::Shock& s) {
    return s.target == agents::ShockTarget::Pi && s.week == 3 && s.value == 0.6;
  }));
  CHECK(world("2025-02-01", 104, {"putin", "RUS"}).leaders[0].Pi == 0.6);
  CHECK(std::is_sorted(before.shocks.begin(), before.shocks.end(),
                       [](const auto& a, const auto& b) { return a.week < b.week; }));
}

TEST_CASE("derive: nothing later than the horizon is told") {
  for (const agents::Week weeks : {16, 20, 42, 49})  // some of them would have a change in their first week
    for (const agents::Shock& s : world("2023-03-17", weeks, {"putin", "RUS"}).shocks)
      CHECK((s.week > 0 && s.week < weeks));
}

TEST_CASE("derive: what is dated on the first day holds from the first day") {
  CHECK(world("2025-01-20", 20, {"putin", "RUS"}).leaders[0].Pi == 0.6);
  CHECK(tie(world("2024-02-23", 20, {"putin", "RUS"}), "ARM", "pact") == 0);
  CHECK(tie(world("2011-02-11", 20, {"bashir", "SDN"}), "EGY", "tenure") == 0);  // the ruler of that day
}

TEST_CASE("derive: where the home state joins a bloc, it comes nearer to every member") {
  Facts own = facts();
  own.home_blocs.push_back({"RUS", "CLUB"});
  const auto add = [&](const char* code, const Period& when) {
    own.blocs.push_back({"CLUB", code, when, "member"});
    own.members["CLUB"][code].push_back(when);
  };
  for (const char* member : {"BRA", "MNG"}) add(member, {});
  add("RUS", {day("2025-03-05"), {}});
  const LeaderRequest requests[] = {{"putin", "RUS"}};
  const BaseWorld w = derive(own, day("2025-01-01"), 104, requests);
  for (const char* member : {"BRA", "MNG"}) {
    const auto steps = later(w, member, "blocs");
    REQUIRE(steps.size() == 1);
    CHECK(steps[0].first == 9);
    CHECK(steps[0].second == Approx(tie(w, member, "blocs") + 0.2));
  }
}

TEST_CASE("derive: Sudan before the secession borders Uganda, Kenya and the Congo") {
  const BaseWorld w = world("2009-03-04", 528, {"bashir", "SDN"});
  for (const char* neighbour : {"UGA", "KEN", "COD"}) {
    CHECK(tie(w, neighbour, "border") == 1);
    CHECK(later(w, neighbour, "border") == std::vector<std::pair<int, double>>{{123, 0.0}});
  }
  CHECK(w.hosts[row(w, "SSD")].exists == agents::Span{123, agents::no_end});
  CHECK(tie(w, "UGA", "hostility") == -1);
  CHECK(later(w, "UGA", "hostility") == std::vector<std::pair<int, double>>{{148, 0.0}});
  CHECK(later(w, "TCD", "hostility") == std::vector<std::pair<int, double>>{{46, 0.0}});
  CHECK(tie(world("2012-01-01", 52, {"bashir", "SDN"}), "UGA", "border") == 0);
}

TEST_CASE("derive: tenure is that of the ruler at the start and falls to 0 with a change") {
  const BaseWorld w = world("2009-03-04", 528, {"bashir", "SDN"});
  CHECK(tie(w, "EGY", "tenure") > 0.7);  // Mubarak, since 1981
  CHECK(later(w, "EGY", "tenure") == std::vector<std::pair<int, double>>{{102, 0.0}});
  CHECK(later(w, "USA", "tenure").empty());  // too small to tell
}

TEST_CASE("derive: stances of organisations follow their membership, governments speak for themselves") {
  using enum agents::StanceKind;
  const BaseWorld w = world("2009-03-04", 528, {"bashir", "SDN"});
  CHECK(stance(w, "KEN", organisation, 17) == 0);
  CHECK(stance(w, "KEN", organisation, 18) == -1);
  CHECK(stance(w, "MAR", organisation, 412) == 0);
  CHECK(stance(w, "MAR", organisation, 413) == -1);  // joins on 2017-01-30
  CHECK(stance(w, "HRV", organisation, 225) == 0);
  CHECK(stance(w, "HRV", organisation, 226) == 1);
  CHECK(stance(w, "ZAF", own, 9) == 0);
  CHECK(stance(w, "ZAF", own, 10) == 1);
  CHECK(stance(w, "ZAF", own, 96) == 0);
  CHECK(stance(w, "MWI", own, 165) == 1);
  for (const agents::Stance& s : w.stances) CHECK(s.host.index != row(w, "SDN"));
  CHECK(world("2009-03-04", 528, {"", "SDN"}).stances.empty());
}

TEST_CASE("derive: an organisation speaks for its full members, while they belong to it") {
  Facts own = facts();
  own.blocs.push_back({"CLUB", "MNG", {{}, day("2025-03-05")}, "member"});
  own.blocs.push_back({"CLUB", "TKM", {}, "associate"});
  Statement said;
  said.leader = "putin", said.kind = agents::StanceKind::organisation, said.bloc = "CLUB", said.value = 0.125;
  own.statements.push_back(said);
  const LeaderRequest requests[] = {{"putin", "RUS"}};
  const BaseWorld w = derive(own, day("2025-01-01"), 104, requests);
  REQUIRE(w.stances.back().value == 0.125);
  CHECK(w.stances.back().host.index == row(w, "MNG"));
  CHECK(w.stances.back().when == agents::Span{agents::no_start, 9});
  CHECK(std::count_if(w.stances.begin(), w.stances.end(), [](const agents::Stance& s) { return s.value == 0.125; }) ==
        1);
}

TEST_CASE("derive: membership is counted at the date") {
  CHECK(member_of(facts(), "CIS", "TJK", day("2025-01-01")));
  CHECK_FALSE(member_of(facts(), "CIS", "TKM", day("2025-01-01")));  // associate
  CHECK_FALSE(member_of(facts(), "AU", "MAR", day("2017-01-29")));
  CHECK(member_of(facts(), "AU", "MAR", day("2017-01-30")));
  CHECK_FALSE(member_of(facts(), "CSTO", "ARM", day("2024-02-23")));
}

TEST_CASE("derive: the organisations' budgets sum to 5 and reach lies in [0, 1]") {
  const BaseWorld w = world("2025-01-01", 104, {"putin", "RUS"});
  double budget = 0;
  for (const agents::Ngo& n : w.ngos) budget += n.B;
  CHECK(budget == Approx(5));
  CHECK(w.reach.rows() == static_cast<Eigen::Index>(w.ngos.size()));
  CHECK((w.reach.minCoeff() > 0 && w.reach.maxCoeff() <= 1));
  const auto reach = [&](const char* ngo, const char* host) {
    for (std::size_t n = 0; n < w.ngos.size(); ++n)
      if (w.ngos[n].name == ngo) return w.reach(static_cast<Eigen::Index>(n), row(w, host));
    return -1.0;
  };
  CHECK(reach("salc", "MWI") == 1);
  CHECK(reach("salc", "MNG") == 0.05);
  CHECK(reach("cicc", "MNG") == 0.6);
  CHECK(reach("cicc", "CHN") == 0.2);
}

TEST_CASE("derive: a home state without a table is told what is missing and how to add it") {
  CHECK_THROWS_WITH_AS(world("2025-01-01", 52, {"", "USA"}), doctest::Contains("scenarios/world/dyads_usa.csv"),
                       WorldError);
  CHECK_THROWS_WITH_AS(world("2025-01-01", 52, {"", "USA"}), doctest::Contains("there are: ISR, RUS, SDN"), WorldError);
  CHECK_THROWS_WITH_AS(world("2025-01-01", 52, {"", "ATL"}), "home 'ATL' is not a state of world/states.csv",
                       WorldError);
  CHECK_THROWS_WITH_AS(world("2025-01-01", 52, {"nobody", "RUS"}), "leader 'nobody' is not in world/leaders.csv",
                       WorldError);
}

TEST_CASE("facts: mistakes in the tables are told with file and line") {
  CHECK(complaint_after("states.csv", "\nZMB,", "\nZAF,").ends_with(": state 'ZAF' listed twice (first in line 197)"));
  CHECK(complaint_after("vdem.csv", "\nZMB,", "\nZZZ,").ends_with(": state 'ZZZ' is not a state of world/states.csv"));
  CHECK(complaint_after("dated.csv", ",hostility,,SDN,UGA,-1,", ",hostility,,SDN,UGA,1,")
            .ends_with(": value = 1 is outside [-1, 0]"));
  CHECK(complaint_after("dated.csv", ",pact,,RUS,PRK,0,", ",pakt,,RUS,PRK,0,")
            .ends_with(": target 'pakt' is none of government, S, Pi, lam and the features of a dyad"));
  CHECK(complaint_after("dyads_isr.csv", "\nZWE,", "\nZMB,").find("host 'ZMB' listed twice") != std::string::npos);
  CHECK(complaint_after("stances.csv", "bashir,,AU,", "bashir,,UA,")
            .ends_with(": bloc 'UA' is not a bloc of world/blocs.csv"));
  CHECK(complaint_after("ngo_reach.csv", "region,East Africa", "region,Narnia")
            .ends_with(": region 'Narnia' is not in world/states.csv"));
}
