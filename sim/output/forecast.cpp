#include "sim/output/forecast.hpp"

#include <nlohmann/json.hpp>

#include "sim/output/results.hpp"
#include "sim/output/sha256.hpp"
#include "sim/output/whole_file.hpp"

namespace sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view head = R"({"filetype": "safeconduct forecast", "version": 1, "sha256": ")";
constexpr std::string_view head_end = "\", \"forecast\":\n";
constexpr std::string_view tail = "}\n";
constexpr const char* caveat =
    "Counts are of histories. P(arrest) rests on assumed parameters (kap_arrest, Lambda): no sitting leader has been "
    "arrested on such a trip. The histories begin with the scenario and know nothing of what really happened since.";

// One list of fields for each struct, for writing and for reading.
template <class Do>
void fields(HostForecast& h, Do field) {
  field("host", h.host), field("member", h.member), field("visited", h.visited), field("visits", h.visits);
}
template <class Do>
void fields(EventForecast& e, Do field) {
  field("name", e.name), field("date", e.date), field("host", e.host), field("member", e.member);
  field("goes", e.goes), field("cut_short", e.cut_short), field("delegates", e.delegates), field("skips", e.skips);
  field("stays_home", e.stays_home), field("withdrawn", e.withdrawn), field("arrested", e.arrested);
}
template <class Do>
void fields(LeaderForecast& l, Do field) {
  field("id", l.id), field("name", l.name), field("by_visits", l.by_visits);
  field("by_member_visits", l.by_member_visits), field("arrested", l.arrested);
}
template <class Do>
void fields(Forecast& f, Do field) {
  field("stated", f.stated), field("from", f.from), field("to", f.to), field("scenario", f.scenario);
  field("title", f.title), field("program", f.program), field("fingerprint", f.fingerprint), field("seed", f.seed);
  field("histories", f.histories), field("sets", f.sets);
}

template <class Thing>
Json written(Thing thing) {
  Json json;
  fields(thing, [&](const char* name, const auto& value) { json[name] = value; });
  return json;
}

template <class Thing>
Thing read(const Json& json) {
  Thing thing;
  fields(thing, [&](const char* name, auto& value) { json.at(name).get_to(value); });
  return thing;
}

}  // namespace

std::string forecast_text(const Forecast& forecast) {
  Json json = written(forecast);
  json["about"] = caveat;
  Json& leaders = json["leaders"] = Json::array();
  for (const LeaderForecast& l : forecast.leaders) {
    Json leader = written(l);
    Json &hosts = leader["hosts"] = Json::array(), &events = leader["events"] = Json::array();
    for (const HostForecast& h : l.hosts) {
      hosts.push_back(written(h));
      if (!h.member_changes.empty()) hosts.back()["member_changes"] = h.member_changes;
    }
    for (const EventForecast& e : l.events) events.push_back(written(e));
    leaders.push_back(std::move(leader));
  }
  const std::string body = json.dump(1) + "\n";
  return std::string(head) + Sha256().add(body).digest() + std::string(head_end) + body + std::string(tail);
}

Forecast read_forecast(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_whole(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t begin = head.size() + 64 + head_end.size();
  if (!text.starts_with(R"({"filetype": "safeconduct forecast")"))
    throw ResultsError(path.string() + " is no forecast of safeconduct");
  if (!text.starts_with(head) || text.size() < begin + tail.size() || !text.ends_with(tail) ||
      text.substr(head.size() + 64, head_end.size()) != head_end)
    throw ResultsError(path.string() + " is cut short or of another version than 1");
  const std::string_view body = text.substr(begin, text.size() - begin - tail.size());
  if (Sha256().add(body).digest() != text.substr(head.size(), 64))
    throw ResultsError(path.string() + " is not what it was when it was made: its hash does not agree with its text");
  try {
    const Json json = Json::parse(body);
    Forecast f = read<Forecast>(json);
    for (const Json& leader : json.at("leaders")) {
      f.leaders.push_back(read<LeaderForecast>(leader));
      for (const Json& h : leader.at("hosts")) {
        f.leaders.back().hosts.push_back(read<HostForecast>(h));
        if (h.contains("member_changes")) h.at("member_changes").get_to(f.leaders.back().hosts.back().member_changes);
      }
      for (const Json& e : leader.at("events")) f.leaders.back().events.push_back(read<EventForecast>(e));
    }
    if (f.histories < 1) throw std::runtime_error("no histories");
    return f;
  } catch (const std::exception& e) {  // the hash agrees: somebody made it so
    throw ResultsError(path.string() + " holds no forecast that can be read: " + e.what());
  }
}

}  // namespace sim
