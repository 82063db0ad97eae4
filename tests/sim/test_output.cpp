#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <sstream>

#include "sim/output/export.hpp"
#include "sim/output/netcdf.hpp"
#include "sim/output/results.hpp"
#include "sim/output/run_log.hpp"
#include "sim/output/schema.hpp"
#include "sim/output/sha256.hpp"
#include "sim/output/trips.hpp"
#include "sim/output/whole_file.hpp"
#include "tests/support/files.hpp"
#include "tests/support/statistics.hpp"
#include "tests/support/worlds.hpp"

namespace {

namespace fs = std::filesystem;
using support::Folder;
using support::text_of;

/// Three hosts, two leaders who like to travel, one NGO and two events for each leader.
agents::World lively_world() {
  agents::World w = support::exchangeable_hosts(3, 30);
  w.parameters = agents::Parameters();
  w.leaders[0].lam = 0.5;
  w.leaders[0].Lambda = 5;
  support::add_leader(w, "other leader");
  support::add_ngo(w, 1, 0.5, 0.5);
  support::add_event(w, 0, 10, 4);
  support::add_event(w, 1, 20, 4);
  return w;
}

/// A run of a world, ready to be stored.
struct Lived {
  agents::Stage stage;
  sim::ResultsText text;
  sim::RunSettings settings;
  sim::TripTable trips;
  sim::Tally tally;

  explicit Lived(agents::World world, std::int64_t replicates = 100, agents::Manner manner = {})
      : stage(std::move(world)), tally(live(replicates, manner)) {
    text.title = "A test, with “quotes”";
    text.scenario_name = "test";
    text.start_date = "2025-01-01";
    text.resolved_scenario = "title = \"A test\"\n";
    text.world_tables = {{"hosts.csv", "host\nH0\n"}, {"run.csv", "name,value\nstart,2025-01-01\n"}};
    text.host_display.assign(stage.hosts, "Côte d’Ivoire, \"the coast\"");
    for (std::size_t l = 0; l < stage.leaders; ++l) text.leader_display.push_back("Leader " + std::to_string(l));
    for (std::size_t e = 0; e < stage.world.events.size(); ++e)
      text.events.push_back({"Summit", "summit", "2025-03-12"});
  }

  sim::Tally live(std::int64_t replicates, agents::Manner manner) {
    settings.replicates = replicates;
    settings.manner = manner;
    settings.trips = 10;
    settings.on_trips = [this](const sim::TripTable& some) { trips.add(some); };
    return sim::run(stage, settings);
  }

  sim::Results results() const {
    return {stage, text, settings.seed, settings.manner, tally, sim::ridge(stage.world, settings), 100, trips, 10, {}};
  }
  std::vector<std::byte> image() const { return sim::results_image(results()); }
  fs::path write(const Folder& folder, const char* name = "r.h5") const {
    sim::write_whole(folder / name, image());
    return folder / name;
  }
};

std::string error_of(const fs::path& path) {
  try {
    sim::read_stored_run(path);
  } catch (const std::exception& e) {
    return e.what();
  }
  return "no error";
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("output: the digest is SHA-256") {
  CHECK(sim::Sha256().digest() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sim::Sha256().add("abc").digest() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sim::Sha256().add(std::string(1'000'000, 'a')).digest() ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  CHECK(sim::Sha256().add("abcdbcdecdefdefgefghfghighij").add("hijkijkljklmklmnlmnomnopnopq").digest() ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("output: equal runs give equal bytes, another seed gives others") {
  const Lived a(lively_world()), b(lively_world());
  const std::vector<std::byte> image = a.image();
  CHECK(image == b.image());
  Lived c(lively_world());
  c.settings.seed = 2;
  CHECK(image != c.image());
}

TEST_CASE("output: what describes a run comes back from the file") {
  const Folder folder;
  const Lived lived(lively_world(), 100, {agents::leader_id(1)});
  const sim::StoredRun run = sim::read_stored_run(lived.write(folder));
  sim::ResultsText expected = lived.text;
  expected.events.clear();
  CHECK(run.text == expected);
  CHECK(run.seed == lived.settings.seed);
  CHECK(run.replicates == 100);
  CHECK(run.trips_replicates == 10);
  CHECK(run.manner.weighed == agents::leader_id(1));
  CHECK(run.version == sim::results_version);
  CHECK(run.digest.size() == 64);
  CHECK(run.program_version == "0.1.0");
}

TEST_CASE("output: the largest seed survives") {
  const Folder folder;
  Lived lived(lively_world());
  lived.settings.seed = std::numeric_limits<std::uint64_t>::max();
  CHECK(sim::read_stored_run(lived.write(folder)).seed == lived.settings.seed);
}

TEST_CASE("output: the file says what the tally says") {
  const Lived lived(lively_world());
  const sim::NetcdfReader file(lived.image());
  const std::vector<double> visited = file.numbers("host_visited"), mean = file.numbers("measure_mean");
  const std::vector<double> isolation = file.numbers("isolation_quantile");
  REQUIRE(file.shape("host_visited") == std::vector<std::size_t>{2, 3});
  REQUIRE(file.shape("isolation_quantile") == std::vector<std::size_t>{2, 30, 5});
  double all = 0;
  for (std::uint16_t l = 0; l < 2; ++l) {
    for (std::uint16_t h = 0; h < 3; ++h) {
      CHECK(visited[l * 3u + h] == lived.tally.at_host({l}, {h}, sim::Count::visited));
      all += visited[l * 3u + h];
    }
    for (std::size_t m = 0; m < sim::measures; ++m)
      CHECK(mean[l * sim::measures + m] == lived.tally.estimate({l}, static_cast<sim::Measure>(m)).mean);
    CHECK(isolation[(l * 30u + 29) * 5 + 2] == lived.tally.weekly_quantile(2u + l, 29, 0.5));  // after nu and pressure
  }
  CHECK(all > 100);  // or the comparison would say little
  CHECK(std::holds_alternative<std::vector<std::int64_t>>(file.values("host_visited")));
  CHECK(file.texts("event_leader") == std::vector<std::string>{"leader", "leader", "other leader", "other leader"});
  CHECK(file.numbers("event_row") == std::vector<double>{0, 1, 0, 1});
  const std::vector<double> rep = file.numbers("trips/rep"), host = file.numbers("trips/host");
  REQUIRE(rep.size() == lived.trips.rows());
  CHECK(rep.back() == static_cast<double>(lived.trips.replicate.back()));
  CHECK(host.back() == lived.trips.host.back());
}

TEST_CASE("output: each figure is of its own leader, host, event, week, point and set") {
  agents::World w = lively_world();
  w.hosts[1].membership = {{0, 20}};
  w.hosts[2].exists = {agents::no_end, agents::no_end};  // nobody comes
  w.leaders[1].Lambda = 9, w.leaders[1].lam = 0.8, w.leaders[1].issue = 7;
  support::add_ngo(w, 2, 0.1, 0.5, 0.3);
  support::add_event(w, 1, 26, 3).trip = "tour";
  support::add_event(w, 1, 25, 3).trip = "tour";
  Lived lived(w, 10);  // all in the sample
  lived.text.host_display = {"A", "B", "C"};
  for (std::size_t e = 0; e < lived.text.events.size(); ++e) lived.text.events[e].name = "stage " + std::to_string(e);
  sim::Results results = lived.results();
  const sim::Ensemble ensemble{2, 64, [&](std::size_t) { return w; }};
  sim::RunSettings settings = lived.settings;
  settings.replicates = 128;
  settings.on_trips = nullptr;
  const sim::EnsembleResult by_set = sim::run(ensemble, settings);
  results.sets.emplace(sim::ResultsBySet{{"b_0"}, {1, 2}, 64, by_set.by_set});
  const Folder folder;
  const fs::path path = folder / "r.h5";
  sim::write_whole(path, sim::results_image(results));
  const sim::NetcdfReader file(sim::read_whole(path));

  CHECK(file.numbers("host_member_at_start") == std::vector<double>{1, 1, 1});
  CHECK(file.numbers("host_member_at_end") == std::vector<double>{1, 0, 1});
  CHECK(file.numbers("leader_warrant_week") == std::vector<double>{0, 7});
  CHECK(file.texts("event_name") ==
        std::vector<std::string>{"stage 0", "stage 1", "stage 3", "stage 0", "stage 1", "stage 3"});
  const auto visits = file.numbers("host_visits"), error = file.numbers("host_visits_se"),
             p = file.numbers("host_p_arrest");
  for (std::uint16_t l = 0; l < 2; ++l)
    for (std::uint16_t h = 0; h < 3; ++h) {
      std::vector<double> of_history(10, 0);
      lived.trips.each([&](const sim::TripRecord& trip) {
        if (trip.decision.leader.index == l && trip.decision.host.index == h)
          of_history[static_cast<std::size_t>(trip.replicate)] += agents::is_visit(trip.decision.outcome);
      });
      support::Sample sample;
      for (const double n : of_history) sample.add(n);
      CHECK(visits[l * 3u + h] == doctest::Approx(sample.mean()));
      CHECK(error[l * 3u + h] == doctest::Approx(sample.error()));
      CHECK(std::isnan(p[l * 3u + h]) == (lived.tally.at_host({l}, {h}, sim::Count::arrivals) == 0));
    }
  CHECK(std::isnan(p[2]));
  const auto at_point = [&](const char* name, std::size_t l, std::size_t i) { return file.numbers(name)[l * 5 + i]; };
  for (std::size_t l = 0; l < 2; ++l)
    for (std::size_t i = 0; i < 5; ++i) {
      const sim::RidgePoint& point = results.ridge[i];
      CHECK(at_point("ridge_Lambda", l, i) == point.Lambda[l]);
      CHECK(at_point("ridge_p_arrest", l, i) == point.p_arrest[l].mean);
      CHECK(at_point("ridge_visits", l, i) == point.visits[l].mean);
      CHECK(at_point("ridge_visits_se", l, i) == point.visits[l].standard_error);
      CHECK(at_point("ridge_member_visits", l, i) == point.member_visits[l].mean);
    }
  const sim::OutcomeRows rows(lived.stage);
  const auto goes = file.numbers("posterior/goes_chance"), means = file.numbers("posterior/set_measure_mean");
  for (std::size_t e = 0; e < 6; ++e) CHECK(goes[e] == sim::split(by_set.by_set, rows.event(e)).chance);
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t i = 0; i < 2 * sim::measures; ++i)
      CHECK(means[k * 2 * sim::measures + i] == by_set.by_set[k][i].mean);
  CHECK(sim::run_fingerprint(lived.text, 1) != sim::run_fingerprint(lived.text, 2));

  // The same in the tables.
  const auto line_of = [](const std::string& text, const std::string& begins) {
    std::map<std::string, std::string> cells;
    std::istringstream head(text.substr(0, text.find('\n'))), line(text.substr(text.find("\n" + begins) + 1));
    for (std::string name, cell; std::getline(head, name, ',') && std::getline(line, cell, ',');) cells[name] = cell;
    return cells;
  };
  std::ostringstream weeks, hosts;
  sim::export_weeks(weeks, path);
  sim::export_hosts(hosts, path);
  auto week = line_of(weeks.str(), "other leader,29,"), host = line_of(hosts.str(), "other leader,H0,");
  const auto number = [](const std::string& text) { return std::strtod(text.c_str(), nullptr); };
  CHECK(week["date"] == "2025-07-23");
  CHECK(number(week["nu_mean"]) == file.numbers("nu_mean")[29]);
  CHECK(number(week["isolation_mean"]) == file.numbers("isolation_mean")[30 + 29]);
  CHECK(number(week["isolation_p95"]) == file.numbers("isolation_quantile")[(30 + 29) * 5 + 4]);
  CHECK(number(week["budget_mean_N0"]) == file.numbers("budget_mean")[29]);
  CHECK(number(week["budget_mean_N1"]) == file.numbers("budget_mean")[30 + 29]);
  CHECK(week["budget_mean_N0"] != week["budget_mean_N1"]);
  const auto opportunities = file.numbers("host_opportunities");
  CHECK(number(host["host_opportunities"]) == opportunities[3]);
  CHECK(opportunities[0] != opportunities[3]);
}

TEST_CASE("output: weighed arrests make the counts sums of weights") {
  const Lived lived(lively_world(), 100, {agents::leader_id(0)});
  const sim::NetcdfReader file(lived.image());
  CHECK(std::holds_alternative<std::vector<double>>(file.values("host_visited")));
  CHECK(file.text_attribute("", "weighed_leader") == "leader");
}

TEST_CASE("output: every field of the schema is in the file, and nothing else but the texts") {
  const Lived lived(lively_world());
  sim::Ensemble sets{2, 64, [](std::size_t) { return lively_world(); }};
  const sim::EnsembleResult by_set = sim::run(sets, lived.settings);
  sim::Results results = lived.results();
  results.sets.emplace(sim::ResultsBySet{{"b_0"}, {1, 2}, sets.block, by_set.by_set});
  const sim::NetcdfReader file(sim::results_image(results));
  std::vector<std::string> expected = {"provenance/scenario", "world/hosts.csv", "world/run.csv"};
  for (const sim::Field& f : sim::results_schema())
    expected.push_back((f.group.empty() ? "" : std::string(f.group) + "/") + std::string(f.name));
  std::sort(expected.begin(), expected.end());
  CHECK(file.datasets() == expected);
  CHECK(file.digest() == file.text_attribute("", "digest"));
}

TEST_CASE("output: a world without NGOs, events, ridge and trips is stored all the same") {
  const Folder folder;
  const Lived lived(support::exchangeable_hosts(2, 3));
  sim::Results results = lived.results();
  results.ridge.clear();
  results.trips_replicates = 0;
  sim::write_whole(folder / "bare.h5", sim::results_image(results));
  CHECK(sim::read_stored_run(folder / "bare.h5").replicates == 100);
  const sim::NetcdfReader file(sim::read_whole(folder / "bare.h5"));
  CHECK(file.shape("event") == std::vector<std::size_t>{0});
  CHECK(file.numbers("event_visited").empty());
  CHECK(!file.has("trips/rep"));
  CHECK(!file.has("posterior/set"));
  if (const char* keep = std::getenv("SAFECONDUCT_KEEP_BARE")) fs::copy_file(folder / "bare.h5", keep);
}

TEST_CASE("output: the schema's page is the one in the repository") {
  CHECK_MESSAGE(text_of(SAFECONDUCT_SOURCE_DIR "/sim/output/SCHEMA.md") == sim::schema_page(),
                "print it again: safeconduct page schema > sim/output/SCHEMA.md");
}

TEST_CASE("output: a file that cannot be read says why") {
  const Folder folder;
  const std::string good = text_of(Lived(lively_world()).write(folder));
  const auto error = [&](const std::string& contents) {
    sim::write_whole(folder / "x.h5", contents);
    return error_of(folder / "x.h5");
  };
  REQUIRE(error(good) == "no error");
  CHECK(holds(error_of(folder / "none.h5"), "cannot read " + (folder / "none.h5").string() + ": No such file"));
  CHECK(holds(error_of(folder.path()), "Is a directory"));
  CHECK(holds(error(""), "x.h5 is empty"));
  CHECK(holds(error("rep,leader\n"), "is not an HDF5 file"));
  CHECK(holds(error(good.substr(0, good.size() / 2)), "is cut short or damaged"));

  std::string changed = good;  // a text outside HDF5's own checksums
  changed.replace(changed.find("title = \"A test\""), 5, "tytle");
  CHECK(holds(error(changed), "its values do not match their digest"));

  sim::NetcdfWriter foreign(sim::NetcdfWriter::Packing::deflate);
  sim::write_whole(folder / "f.h5", foreign.finish());
  CHECK(holds(error_of(folder / "f.h5"), "does not hold results of safeconduct"));
  CHECK(!sim::is_file_of(sim::results_filetype, folder / "f.h5"));

  sim::NetcdfWriter later(sim::NetcdfWriter::Packing::deflate);
  later.attribute("", "filetype", std::string(sim::results_filetype));
  later.attribute("", "version", std::vector<std::int32_t>{sim::results_version[0] + 1, 3});
  later.attribute("", "source", "safeconduct 7.1.0");
  sim::write_whole(folder / "later.h5", later.finish());
  const std::string said = error_of(folder / "later.h5");
  CHECK(holds(said, "has results format 2.3; this program reads 1.x. It was written by safeconduct 7.1.0"));
  CHECK(sim::is_file_of(sim::results_filetype, folder / "later.h5"));
}

TEST_CASE("output: no flipped bit changes a value unnoticed") {
  // One bit in every 397th byte. HDF5 itself may die of a damaged text, so each is read in a process of its own (which
  // finds nothing in memory that an earlier one left there).
  const Folder folder;
  const Lived lived(support::exchangeable_hosts(2, 3));
  const std::string good = text_of(lived.write(folder));
  const std::string digest = sim::read_stored_run(folder / "r.h5").digest;
  constexpr int changed_unnoticed = 42;
  int noticed = 0;
  for (std::size_t i = 0; i < good.size(); i += 397) {
    std::string changed = good;
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
    sim::write_whole(folder / "x.h5", changed);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::signal(SIGSEGV, SIG_DFL);  // not doctest's: it would report
      ::signal(SIGABRT, SIG_DFL);
      ::close(STDERR_FILENO);
      ::alarm(20);
      try {
        ::_exit(sim::read_stored_run(folder / "x.h5").digest == digest ? 0 : changed_unnoticed);
      } catch (const std::exception&) {
        ::_exit(2);
      }
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK_MESSAGE(!(WIFEXITED(status) && WEXITSTATUS(status) == changed_unnoticed), "byte " << i);
    noticed += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  CHECK(noticed > 50);
}

TEST_CASE("output: two files in memory at once do not mix") {
  sim::NetcdfWriter one(sim::NetcdfWriter::Packing::deflate), other(sim::NetcdfWriter::Packing::plain);
  one.write({"x", {"x"}, std::vector<double>{1}, {}, {}, false});
  other.write({"x", {"x"}, std::vector<double>{2}, {}, {}, false});
  const sim::NetcdfReader first(one.finish()), second(other.finish());
  CHECK(first.numbers("x") == std::vector<double>{1});
  CHECK(second.numbers("x") == std::vector<double>{2});
}

TEST_CASE("output: plain columns are read back by the library, which checks their sums") {
  for (const std::size_t rows : {1u, 3u, 719u, 65536u, 65537u, 400001u}) {
    CAPTURE(rows);
    std::map<std::string, sim::Values> columns = {{"zero", std::vector<std::int16_t>(rows, 0)},
                                                  {"ones", std::vector<std::int8_t>(rows, -1)},
                                                  {"wide", std::vector<std::int64_t>(rows)},
                                                  {"real", std::vector<float>(rows)}};
    for (std::size_t i = 0; i < rows; ++i) {
      std::get<std::vector<std::int64_t>>(columns["wide"])[i] = static_cast<std::int64_t>(i * i * 0x9E3779B97F4A7C15u);
      std::get<std::vector<float>>(columns["real"])[i] = 1 / static_cast<float>(1 + i);
    }
    sim::NetcdfWriter writer(sim::NetcdfWriter::Packing::plain);
    writer.dimension("", "row", rows);
    for (const auto& [name, values] : columns) writer.write({name, {"row"}, values, {}, {}, false});
    const sim::NetcdfReader reader(writer.finish());
    for (const auto& column : columns) CHECK_MESSAGE((reader.values(column.first) == column.second), column.first);
  }
}

TEST_CASE("output: trips are exported with the columns that others rely on") {
  agents::World world = support::exchangeable_hosts(2, 10);
  world.hosts[1].name = "a, b";
  const agents::Stage stage(world);
  agents::Decision d;
  d.host = agents::host_id(1);
  d.event = 3;
  d.answer = agents::Answer::go;
  d.outcome = agents::Outcome::cut_short;
  d.week = 4;
  d.week_out = 7;
  d.order = true;
  d.days = 0.5f;
  d.hours = 2.2707155f;
  d.pi_arrest = 1e-7f;
  d.p_arrest = 0.1f;
  d.V = 2;
  sim::TripTable trips;
  trips.add({12, d});
  std::ostringstream out;
  sim::export_trips_header(out);
  sim::export_trips(out, stage, trips);
  CHECK(out.str() ==
        "rep,leader,host,ev,ans,out,wk,wk_out,order,days,hours,pi_a,P_arr,V,second_stop,duty,detour_hours,diverted_to,"
        "over\n"
        "12,leader,\"a, b\",3,go,cut short,4,7,1,0.5,2.2707155,1e-07,0.1,2,0,0,0,,\n");
}

TEST_CASE("output: a trip's states are those of the route flown, in the week it was flown") {
  agents::World world = support::exchangeable_hosts(4, 10);
  using agents::RouteKind;
  const auto fly = [&](agents::Span when, RouteKind kind, std::size_t over) {
    world.flights.push_back({agents::leader_id(0), agents::host_id(0), when, kind, 5, {{agents::host_id(over), 1}}});
  };
  fly({0, 6}, RouteKind::direct, 1);
  fly({6, 10}, RouteKind::direct, 2);
  fly({0, 10}, RouteKind::avoid, 3);
  const agents::Stage stage(world);
  const auto over = [&](float hours, float detour_hours) {
    agents::Decision d;
    d.week = 4, d.week_out = 7, d.hours = hours, d.detour_hours = detour_hours;
    sim::TripTable trips;
    trips.add({0, d});
    std::ostringstream out;
    sim::export_trips(out, stage, trips);
    return out.str().substr(out.str().rfind(',') + 1);
  };
  CHECK(over(5, 0) == "H2\n");
  CHECK(over(5, 1) == "H3\n");
  CHECK(over(0, 0) == "\n");
}

TEST_CASE("output: hosts and weeks are exported from the file") {
  const Folder folder;
  const Lived lived(lively_world());
  const fs::path path = lived.write(folder);
  std::ostringstream hosts, weeks;
  sim::export_hosts(hosts, path);
  sim::export_weeks(weeks, path);
  std::istringstream lines(hosts.str());
  std::string header, first;
  std::getline(lines, header);
  std::getline(lines, first);
  CHECK(holds(header, "leader,host,host_name,region,member_at_start,member_at_end,replicates,host_opportunities,"));
  CHECK(holds(first, "leader,H0,\"Côte d’Ivoire, \"\"the coast\"\"\",R,1,1,100,"));
  const std::string visits = std::to_string(
      static_cast<long>(lived.tally.at_host(agents::leader_id(0), agents::host_id(0), sim::Count::opportunities)));
  CHECK(holds(first, ",100," + visits + ","));
  CHECK(holds(weeks.str(), "leader,week,date,nu_mean,nu_p05,"));
  CHECK(holds(weeks.str(), "\nother leader,29,2025-07-23,"));
  const std::string text = weeks.str();
  CHECK(std::count(text.begin(), text.end(), '\n') == 1 + 2 * 30);
}

TEST_CASE("output: a folder of trips has all parts or keeps its other name") {
  const Folder folder;
  const Lived lived(lively_world());
  const fs::path done = folder / "r.trips", partial = folder / "r.trips.partial";
  sim::TripsWriter writer(folder / "r.h5", lived.stage, lived.text, 1, 2000);
  writer.add(lived.trips);
  CHECK(fs::exists(partial));
  CHECK(!fs::exists(done));
  writer.finish(10);
  CHECK(!fs::exists(partial));
  std::int64_t next = 0;
  std::size_t rows = 0;
  for (int part = 0; next < 10; ++part) {
    const fs::path path = done / ("part_00000" + std::to_string(part) + ".h5");
    const sim::NetcdfReader file(sim::read_whole(path));
    CHECK(file.integer_attribute("", "part") == part);
    CHECK(file.integer_attribute("", "first_replicate") == next);
    CHECK(file.text_attribute("", "fingerprint") == sim::run_fingerprint(lived.text, 1));
    CHECK(file.digest() == file.text_attribute("", "digest"));
    next = file.integer_attribute("", "past_replicate");
    for (const double rep : file.numbers("rep")) CHECK(static_cast<std::int64_t>(rep) == lived.trips.replicate[rows++]);
    CHECK(sim::is_file_of(sim::trips_filetype, path));
  }
  CHECK(next == 10);
  CHECK(rows == lived.trips.rows());

  SUBCASE("an older folder is replaced whole") {
    sim::TripsWriter again(folder / "r.h5", lived.stage, lived.text, 1);
    again.add(lived.trips);
    again.finish(10);
    CHECK(std::distance(fs::directory_iterator(done), {}) == 1);
  }
  SUBCASE("a run that fails leaves the older folder and nothing else") {
    { sim::TripsWriter(folder / "r.h5", lived.stage, lived.text, 1).add(lived.trips); }
    CHECK(!fs::exists(partial));
    CHECK(fs::exists(done / "part_000001.h5"));
  }
  SUBCASE("a folder with other people's files is left alone, and said before anything is lived") {
    sim::write_whole(done / "notes.txt", std::string_view("mine"));
    CHECK_THROWS_AS(sim::TripsWriter(folder / "r.h5", lived.stage, lived.text, 1), sim::ResultsError);
    CHECK(fs::exists(done / "notes.txt"));
    CHECK(fs::exists(done / "part_000001.h5"));
  }
}

TEST_CASE("output: what a process with our number on another machine writes beside it is left to it") {
  const Folder folder;
  const fs::path theirs = folder / (".r.h5." + std::to_string(getpid()) + ".tmp").c_str();
  std::ofstream(theirs) << "theirs";
  sim::write_whole(folder / "r.h5", std::string_view("ours"));
  CHECK(text_of(theirs) == "theirs");
  CHECK(text_of(folder / "r.h5") == "ours");
}

TEST_CASE("output: a file that cannot be written is an error naming it, and nothing is left behind") {
  const Folder folder;
  const auto error = [](const fs::path& path) -> std::string {
    try {
      sim::write_whole(path, std::string_view("x"));
    } catch (const std::system_error& e) {
      return e.what();
    }
    return "no error";
  };
  CHECK(error(folder / "none" / "r.h5") ==
        "cannot write " + (folder / "none" / "r.h5").string() + ": No such file or directory");
  fs::create_directory(folder / "taken");
  CHECK(holds(error(folder / "taken"), "Is a directory"));
  CHECK(holds(error(folder / std::string(300, 'n').c_str()), "File name too long"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
  CHECK(error(folder / "r.h5") == "no error");
  CHECK(text_of(folder / "r.h5") == "x");
}

TEST_CASE("output: the run's log stands beside the results, as JSON") {
  const Folder folder;
  sim::RunLog log;
  log.started = sim::utc_now();
  log.command_line = {"safeconduct", "run", "a \"b\"", "\xff"};
  log.threads = 3;
  sim::write_run_log(folder / "r.h5", log);
  const std::string text = text_of(folder / "r.run.json");
  CHECK(holds(text, "\"threads\": 3"));
  CHECK(holds(text, "\"a \\\"b\\\"\""));
  CHECK(log.started.size() == 20);
  CHECK(log.started[10] == 'T');
}
