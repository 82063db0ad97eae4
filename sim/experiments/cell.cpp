#include "sim/experiments/cell.hpp"

#include <algorithm>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <system_error>

#include "sim/experiments/adaptive.hpp"
#include "sim/output/netcdf.hpp"
#include "sim/output/whole_file.hpp"
#include "sim/output/words.hpp"
#include "sim/run/run.hpp"

namespace sim {
namespace {

using agents::host_id;
using agents::leader_id;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

/// The columns of a cell's file, read and written alike.
template <class Sums, class Column>
void columns(Sums& s, Column column) {
  column("measure_sum", s.measure_sum);
  column("measure_squares", s.measure_squares);
  column("host", s.host);
  column("event", s.event);
  column("weekly", s.weekly);
  column("weekly_visits", s.weekly_visits);
  column("batch_sum", s.batch_sum);
}

}  // namespace

CellSums::CellSums(const agents::Stage& stage) : hosts(stage.hosts), weeks(static_cast<std::size_t>(stage.weeks())) {
  for (const agents::Leader& l : stage.world.leaders) leaders.push_back(l.name);
  for (const agents::Ngo& n : stage.world.ngos) ngos.push_back(n.name);
  for (std::size_t l = 0; l < stage.leaders; ++l)
    for (const agents::ScheduledTrip& trip : stage.calendars[l].trips)
      events.push_back(leaders[l] + " " + stage.world.events[trip.stages.front()].name);
  measure_sum.resize(leaders.size() * measures);
  measure_squares.resize(leaders.size() * measures);
  host.resize(leaders.size() * hosts * counts);
  event.resize(events.size() * counts);
  weekly.resize((2 + 2 * leaders.size() + ngos.size()) * weeks);
  weekly_visits.resize(leaders.size() * weeks);
  batch_replicates.resize(batches);
  batch_sum.resize(batches * leaders.size() * measures);
}

void CellSums::add(const Tally& tally, std::int64_t chunk) {
  const std::size_t L = leaders.size(), batch = static_cast<std::size_t>(chunk) % batches;
  replicates += tally.replicates();
  batch_replicates[batch] += tally.replicates();
  for (std::size_t l = 0; l < L; ++l)
    for (std::size_t m = 0; m < measures; ++m) {
      const double sum = tally.sum(leader_id(l), static_cast<Measure>(m));
      measure_sum[l * measures + m] += sum;
      measure_squares[l * measures + m] += tally.sum_of_squares(leader_id(l), static_cast<Measure>(m));
      batch_sum[(batch * L + l) * measures + m] += sum;
    }
  for (std::size_t i = 0; i < final_nu.size(); ++i) final_nu[i] += tally.final_nu_sums()[i];
  std::size_t row = 0;
  for (std::size_t l = 0; l < L; ++l)
    for (std::size_t h = 0; h < hosts; ++h)
      for (std::size_t c = 0; c < counts; ++c)
        host[row++] += tally.at_host(leader_id(l), host_id(h), static_cast<Count>(c));
  std::size_t first = 0;  // of the leader's events
  for (std::size_t l = 0; l < L; ++l) {
    std::size_t e = 0;
    for (; first + e < events.size() && events[first + e].starts_with(leaders[l] + " "); ++e)
      for (std::size_t c = 0; c < counts; ++c)
        event[(first + e) * counts + c] += tally.at_event(leader_id(l), e, static_cast<Count>(c));
    first += e;
  }
  for (std::size_t s = 0; s < tally.series().size(); ++s)
    for (std::size_t t = 0; t < weeks; ++t) weekly[s * weeks + t] += tally.weekly_sum(s, t);
  for (std::size_t l = 0; l < L; ++l)
    for (std::size_t t = 0; t < weeks; ++t) weekly_visits[l * weeks + t] += tally.weekly_visits_sum(leader_id(l), t);
}

std::int64_t CellSums::kept() const { return replicates % chunk_size == 0 ? replicates : 0; }

std::size_t measure_called(std::string_view name) {
  for (std::size_t m = 0; m < measures; ++m)
    if (info(static_cast<Measure>(m)).name == name) return m;
  throw std::invalid_argument("no measure " + std::string(name));
}

bool is_done(const Plan& plan, const CellSums& s) {
  if (s.replicates >= plan.goal.replicates) return true;
  const auto leader = std::find(s.leaders.begin(), s.leaders.end(), plan.goal.leader);
  if (!plan.goal.is_adaptive() || s.replicates < 2 || leader == s.leaders.end()) return false;
  const AdaptiveRule rule{plan.goal.standard_error, plan.goal.replicates};
  const std::size_t row =
      static_cast<std::size_t>(leader - s.leaders.begin()) * measures + measure_called(plan.goal.outcome);
  std::int64_t look = rule.first;  // the rule is asked at its looks alone
  while (look < s.replicates) look *= 2;
  const Estimate reached = estimate(s.replicates, s.measure_sum[row], s.measure_squares[row]);
  return look == s.replicates && rule.met(s.replicates, reached.mean, reached.standard_error);
}

std::filesystem::path cell_path(const std::filesystem::path& folder, std::size_t cell) {
  char name[32];
  std::snprintf(name, sizeof name, "cell_%06zu.h5", cell);
  return folder / "cells" / name;
}

std::vector<std::byte> cell_image(const CellSums& s, const CellIdentity& who) {
  NetcdfWriter file(NetcdfWriter::Packing::deflate);
  file.attribute("", "filetype", std::string(cell_filetype));
  file.attribute("", "version", sweep_version);
  file.attribute("", "source", "safeconduct " SAFECONDUCT_VERSION);
  file.write({"fingerprint", {}, std::vector{who.fingerprint}, {}, {}, false});
  file.write({"target", {}, std::vector{who.target}, {}, {}, false});
  file.dimension("", "number", 4);
  file.write({"numbers",
              {"number"},
              std::vector<std::int64_t>{who.cell, s.replicates, static_cast<std::int64_t>(s.hosts),
                                        static_cast<std::int64_t>(s.weeks)},
              {{"long_name", "cell, replicates, hosts, weeks"}},
              {},
              false});
  file.write({"leaders", {}, std::vector{joined(s.leaders)}, {}, {}, false});
  file.write({"ngos", {}, std::vector{joined(s.ngos)}, {}, {}, false});
  file.write({"events", {}, std::vector{joined(s.events)}, {}, {}, false});
  file.dimension("", "three", 3);
  file.write({"final_nu", {"three"}, std::vector<double>(s.final_nu.begin(), s.final_nu.end()), {}, {}, false});
  file.dimension("", "batch", batches);
  file.write({"batch_replicates", {"batch"}, s.batch_replicates, {}, {}, false});
  columns(s, [&](const std::string& name, const std::vector<double>& values) {
    file.dimension("", name + "_row", values.size());
    file.write({name, {name + "_row"}, values, {}, {}, false});
  });
  return sealed(file.finish());
}

FoundCell find_cell(const std::filesystem::path& folder, const Plan& plan, std::size_t cell) {
  const std::filesystem::path path = cell_path(folder, cell);
  FoundCell found;
  std::error_code error;
  const std::filesystem::file_status there = std::filesystem::symlink_status(path, error);
  if (!std::filesystem::status_known(there)) throw std::system_error(error, "cannot read " + path.string());
  if (!std::filesystem::exists(there)) return found;
  found.state = CellState::damaged;
  try {
    const NetcdfReader file(unsealed(read_whole(path)));
    if (file.text_attribute("", "filetype") != cell_filetype) throw std::runtime_error("no cell of a sweep");
    const auto numbers = file.numbers("numbers");
    if (numbers.size() != 4) throw std::runtime_error("its numbers are not those of a cell");
    const auto differs = [&](const std::string& why) {
      found.state = CellState::foreign;
      found.why = why;
      return found;
    };
    if (static_cast<std::size_t>(numbers[0]) != cell)
      return differs("it is cell " + std::to_string(std::int64_t(numbers[0])));
    if (const std::string print = file.texts("fingerprint").at(0); print != plan.fingerprints.at(cell))
      return differs("it belongs to another sweep: fingerprint " + print + ", here " + plan.fingerprints[cell]);
    if (file.texts("target").at(0) != plan.goal.target()) return differs("it was lived for another target");
    CellSums s;
    s.replicates = static_cast<std::int64_t>(numbers[1]);
    s.hosts = static_cast<std::size_t>(numbers[2]);
    s.weeks = static_cast<std::size_t>(numbers[3]);
    s.leaders = split(file.texts("leaders").at(0), '\n');
    s.ngos = split(file.texts("ngos").at(0), '\n');
    s.events = split(file.texts("events").at(0), '\n');
    const auto nu = file.numbers("final_nu");
    std::copy_n(nu.begin(), 3, s.final_nu.begin());
    for (const double n : file.numbers("batch_replicates")) s.batch_replicates.push_back(static_cast<std::int64_t>(n));
    columns(s, [&](const std::string& name, std::vector<double>& values) { values = file.numbers(name); });
    const std::size_t L = s.leaders.size();
    const bool fits = s.measure_sum.size() == L * measures && s.measure_squares.size() == L * measures &&
                      s.host.size() == L * s.hosts * counts && s.event.size() == s.events.size() * counts &&
                      s.weekly.size() == (2 + 2 * L + s.ngos.size()) * s.weeks &&
                      s.weekly_visits.size() == L * s.weeks && s.batch_replicates.size() == batches &&
                      s.batch_sum.size() == batches * L * measures;
    if (!fits) throw std::runtime_error("its columns are not those of a cell");
    found.state = is_done(plan, s) ? CellState::done : CellState::partial;
    found.sums = std::move(s);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::system_error& e) {
    // A folder or a link to nowhere is no cell; but a file that cannot be read today may be whole all the same.
    using enum std::filesystem::file_type;
    if (const auto type = std::filesystem::status(path, error).type(); type == regular || type == none) throw;
    found.why = e.what();
  } catch (const std::exception& e) {
    found.why = e.what();
  }
  return found;
}

}  // namespace sim
