// The flights of a world: for each leader, host and period the direct way, which keeps out of states that refuse
// overflight, and where it crosses states whose public chance of arrest exceeds `avoid`, the way round these too.
// Equations: agents/ODD.md, "Flight". The geometry: scenarios/routes.hpp.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agents/world.hpp"
#include "scenarios/airspace.hpp"
#include "scenarios/routes.hpp"

namespace scenarios {

struct Capital {
  std::string code;  ///< of the state
  Point point;
};

/// A way to one place, and over whom it leads.
struct Leg {
  struct Over {
    std::string state;
    double hours = 0;
    bool operator==(const Over&) const = default;
  };
  std::vector<Point> turns;
  double hours = 0;
  std::vector<Over> over;  ///< in the order reached; home and destination left out
};

/// Keeps texts under names, for as long as it likes: whatever it has lost is worked out again.
class Shelf {
 public:
  virtual ~Shelf() = default;
  virtual std::optional<std::string> find(const std::string& name) = 0;
  virtual void keep(const std::string& name, const std::string& text) = 0;
  /// Told while a leader's flights are worked out, which takes seconds where much is dated.
  virtual void working_on(const std::string& leader, std::size_t done, std::size_t periods) = 0;
};

/// Plans ways from home capitals. What it has planned it remembers; the flights of a world on the shelf too.
class Planner {
 public:
  explicit Planner(const Airspace& airspace, Shelf* shelf = nullptr);
  ~Planner();

  /// The shortest ways that keep out of `closed` (states; home and the destination's own are open), one for each
  /// destination; null: there is no way. What is pointed to lives as long as the planner.
  std::vector<const Leg*> plan(const Capital& home, const std::vector<Capital>& to, std::vector<std::string> closed);

  /// All flights of a world whose hosts, leaders, stances, shocks and parameters are complete. `overflight`: by leader.
  std::vector<agents::Flight> flights(const agents::World& world, const std::vector<Overflight>& overflight);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// States whose public chance of arrest of the leader exceeds `avoid` in a week; home left out.
std::vector<std::string> avoided(const agents::World& world, agents::LeaderId leader, agents::Week week);
/// States that refuse overflight in a week, sorted.
std::vector<std::string> refusing(const Overflight& overflight, agents::Week week);
/// The same on the way to one host, which may have a corridor through some.
std::vector<std::string> refusing(const Overflight& overflight, agents::Week week, const std::string& host);

}  // namespace scenarios
