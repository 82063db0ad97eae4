// One recorded decision and the chances that were given to its outcomes beforehand: what the filter makes, and what
// scores are computed from.
#pragma once
#include <cstdint>
#include <string>

#include "agents/decision.hpp"

namespace sim {

using agents::ByFate;
using agents::Fate;
using agents::fate_names;

inline bool went(Fate f) { return f == Fate::visited || f == Fate::cut_short || f == Fate::arrested; }
inline double p_went(const ByFate& p) { return p[0] + p[1] + p[4]; }

/// What simple models know about a decision: figures of the world on its date, none of them from the record.
struct Features {
  double km = 0;         ///< great circle between the capitals
  double unga = 0;       ///< agreement in the General Assembly, rescaled as in the world
  double blocs = 0;      ///< shared blocs
  double trade = 0;      ///< trade share
  double judiciary = 0;  ///< J of the host
};

struct Prediction {
  std::string id;      ///< of the record's row
  std::string leader;  ///< readable name
  std::string host;    ///< ISO 3166-1 alpha-3
  std::string event;   ///< equal texts on one date are one event
  std::string kind;    ///< bilateral, multilateral, inauguration, funeral, other
  std::string confidence;
  std::int32_t day = 0;  ///< days since 1970-01-01
  bool member = false;   ///< duty of the host to arrest, in the model's world
  Features features;
  ByFate p{};  ///< from what was known before; sums to 1
  Fate outcome = Fate::visited;
};

}  // namespace sim
