#include "scenarios/routes.hpp"

#include <algorithm>
#include <cmath>
#include <queue>
#include <tuple>
#include <utility>

#include "agents/arithmetic.hpp"
#include "agents/flight.hpp"

namespace scenarios {
namespace {

namespace math = agents::math;
constexpr double degree = math::pi / 180;
constexpr double unbounded_tan = 1e300;  // of the poles
constexpr double touching = 1e-9;        // nearer than this to a corner is on it, radians

/// How far a turn keeps off the corner it goes round: twice what a parallel strays from the great circle in a cell.
double clearance(const Mesh& mesh) { return mesh.column_degrees() * mesh.column_degrees() * degree / 8; }

/// How exactly a string is asked whether it is taut.
struct Give {
  double turn;   ///< radians: along a parallel the great circle sets out with up to half a cell's width of turn
  double place;  ///< radians: turns lie off their corners, which tells where meridians run close together
  explicit Give(const Mesh& mesh) : turn(1.2 * mesh.column_degrees() * degree), place(3 * clearance(mesh) * degree) {}
  double at(double distance) const { return turn * distance + place; }
};

double dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

}  // namespace

Vector on_sphere(Point p) {
  const double c = math::cos(p.lat * degree);
  return {c * math::cos(p.lon * degree), c * math::sin(p.lon * degree), math::sin(p.lat * degree)};
}

Point to_point(const Vector& v) {
  return {math::asin(std::clamp(v[2], -1.0, 1.0)) / degree, math::atan2(v[1], v[0]) / degree};
}

namespace {

constexpr double earth_radius_mm = 1e6 * agents::earth_radius_km;

/// Straight through the Earth, in its radii.
double chord(const Vector& a, const Vector& b) {
  const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
  return std::sqrt(x * x + y * y + z * z);
}

}  // namespace

std::int64_t millimetres(const Vector& a, const Vector& b) {
  return static_cast<std::int64_t>(std::floor(2 * earth_radius_mm * math::asin(std::min(chord(a, b) / 2, 1.0)) + 0.5));
}

Arc::Arc(const Vector& from, const Vector& to) : from_(from), across_{}, angle_(0) {
  const double along = dot(from, to);
  for (std::size_t i = 0; i < 3; ++i) across_[i] = to[i] - along * from[i];
  const double length = std::sqrt(dot(across_, across_));
  for (double& x : across_) x = length > 0 ? x / length : 0;
  angle_ = math::atan2(length, along);
}

Point Arc::at(double share) const {
  const double c = math::cos(angle_ * share), s = math::sin(angle_ * share);
  return to_point({from_[0] * c + across_[0] * s, from_[1] * c + across_[1] * s, from_[2] * c + across_[2] * s});
}

Mesh::Mesh(int rows, int columns) : rows_(rows), columns_(columns) {
  for (int r = 0; r <= rows; ++r) {
    const double lat = (90 - r * row_degrees()) * degree;
    tan_lat_.push_back(r == 0 ? unbounded_tan : r == rows ? -unbounded_tan : math::sin(lat) / math::cos(lat));
  }
  for (int c = 0; c < columns; ++c) {
    cos_lon_.push_back(math::cos((c * column_degrees() - 180) * degree));
    sin_lon_.push_back(math::sin((c * column_degrees() - 180) * degree));
  }
}

std::size_t Mesh::cell_of(Point p) const {
  const int row = std::clamp(static_cast<int>(std::floor((90 - p.lat) / row_degrees())), 0, rows_ - 1);
  const int column = static_cast<int>(std::floor((p.lon + 180) / column_degrees()));
  return cell(row, (column % columns_ + columns_) % columns_);
}

Spot spot(const Mesh& mesh, Point point) {
  const Vector v = on_sphere(point);
  const double from_axis = std::sqrt(v[0] * v[0] + v[1] * v[1]);
  const std::size_t cell = mesh.cell_of(point);
  const auto columns = static_cast<std::size_t>(mesh.columns());
  return {v, from_axis > 0 ? v[2] / from_axis : v[2] * unbounded_tan, static_cast<int>(cell / columns),
          static_cast<int>(cell % columns)};
}

/// Walks along a great circle, column by column: in each, the rows between the latitudes of entry and exit (or the
/// turning point between them) are looked at.
class Sight {
 public:
  Sight(const Mesh& mesh, const std::vector<std::uint8_t>& closed) : mesh_(mesh), closed_(closed) {}

  bool free(const Spot& a, const Spot& b) const {
    const double nx = a.v[1] * b.v[2] - a.v[2] * b.v[1], ny = a.v[2] * b.v[0] - a.v[0] * b.v[2],
                 nz = a.v[0] * b.v[1] - a.v[1] * b.v[0];
    const int C = mesh_.columns();
    if (nz < 1e-14 && nz > -1e-14) return along_meridian(a, b);
    const bool east = nz > 0;
    int steps = east ? b.column - a.column : a.column - b.column;
    if (steps < 0) steps += C;
    if (steps > C / 2 + 1) return along_meridian(a, b);  // side by side at a meridian: the sign of nz is noise
    const double by_nz = 1 / nz, apex = std::sqrt(nx * nx + ny * ny) * (east ? by_nz : 0 - by_nz);
    const double rise = east ? by_nz : 0 - by_nz;
    double t = a.tan_lat, climb = (nx * a.v[1] - ny * a.v[0]) * rise;
    int column = a.column, row = a.row;
    for (int i = 0;; ++i) {
      double t_end, climb_end;
      if (i == steps) {
        t_end = b.tan_lat;
        climb_end = (nx * b.v[1] - ny * b.v[0]) * rise;
      } else {
        const auto edge = static_cast<std::size_t>(east ? (column + 1 == C ? 0 : column + 1) : column);
        t_end = 0 - (nx * mesh_.cos_lon_[edge] + ny * mesh_.sin_lon_[edge]) * by_nz;
        climb_end = (nx * mesh_.sin_lon_[edge] - ny * mesh_.cos_lon_[edge]) * rise;
      }
      double high = t > t_end ? t : t_end, low = t > t_end ? t_end : t;
      if (climb > 0 && climb_end < 0) high = apex;
      if (climb < 0 && climb_end > 0) low = 0 - apex;
      if (!column_free(column, row, high, low)) return false;
      if (i == steps) return true;
      row = row_of(row, t_end);
      t = t_end;
      climb = climb_end;
      column = east ? (column + 1 == C ? 0 : column + 1) : (column == 0 ? C - 1 : column - 1);
    }
  }

 private:
  int row_of(int row, double tan_lat) const {
    const std::vector<double>& edge = mesh_.tan_lat_;
    while (row > 0 && tan_lat > edge[static_cast<std::size_t>(row)]) --row;
    while (row + 1 < mesh_.rows() && tan_lat <= edge[static_cast<std::size_t>(row) + 1]) ++row;
    return row;
  }
  /// No closed cell of a column between two latitudes (tangents), those touched included. `row`: where to begin.
  bool column_free(int column, int row, double high, double low) const {
    const int first = row_of(row, high + touching * (1 + high * high));
    const int last = row_of(first, low - touching * (1 + low * low));
    const std::uint8_t* cell = &closed_[mesh_.cell(first, column)];
    for (int r = first; r <= last; ++r, cell += mesh_.columns())
      if (*cell) return false;
    return true;
  }
  bool along_meridian(const Spot& a, const Spot& b) const {
    const bool same = a.v[0] * b.v[0] + a.v[1] * b.v[1] >= 0;
    const double high = std::max(a.tan_lat, b.tan_lat), low = std::min(a.tan_lat, b.tan_lat);
    if (same) return column_free(a.column, a.row, high, low) && column_free(b.column, b.row, high, low);
    const int pole = a.v[2] + b.v[2] >= 0 ? 0 : mesh_.rows() - 1;  // over it, the corner of all cells there
    for (int column = 0; column < mesh_.columns(); ++column)
      if (closed_[mesh_.cell(pole, column)]) return false;
    const auto half = [&](const Spot& s) {
      for (int r = std::min(pole, s.row); r <= std::max(pole, s.row); ++r)
        if (closed_[mesh_.cell(r, s.column)]) return false;
      return true;
    };
    return half(a) && half(b);
  }

  const Mesh& mesh_;
  const std::vector<std::uint8_t>& closed_;
};

namespace {

/// Where a string may bend: just off a corner of a closed cell, or off a parallel that curves away from the great
/// circle that would follow it. (sx, sy): towards what is closed, east and north; sx = 0: all along the parallel; both
/// 0: anywhere.
struct Corner {
  Spot at;
  Vector east, north;
  int sx, sy;
};

/// Whether a straight line through a corner, towards (e, n), leaves what is closed on one side.
bool tangent(const Corner& c, double e, double n, const Give& give) {
  const double tolerance = give.at(std::sqrt(e * e + n * n));
  const double a = e * c.sx, b = n * c.sy;
  if (c.sx == 0) return b <= tolerance;
  return !((a > tolerance && b > tolerance) || (a < 0 - tolerance && b < 0 - tolerance));
}

/// Where something lies as a corner sees it: east, north, and how far off.
struct Bearing {
  double e, n, far;
};
Bearing bearing(const Corner& c, const Vector& to) {
  const double e = dot(c.east, to), n = dot(c.north, to);
  return {e, n, std::sqrt(e * e + n * n)};
}

/// Whether a string may lead from one corner to another, which lies at b.
bool linked(const Corner& c, const Bearing& b, const Corner& other, const Give& give) {
  return tangent(c, b.e, b.n, give) && tangent(other, dot(other.east, c.at.v), dot(other.north, c.at.v), give);
}

class Corners {
 public:
  Corners(const Mesh& mesh, const std::vector<std::uint8_t>& closed) : mesh_(mesh) {
    const int R = mesh.rows(), C = mesh.columns();
    const auto shut = [&](int r, int c) { return closed[mesh.cell(r, c)] != 0; };
    for (int r = 1; r < R; ++r)
      for (int c = 0; c < C; ++c) {
        const int west = c == 0 ? C - 1 : c - 1;
        const bool nw = shut(r - 1, west), ne = shut(r - 1, c), sw = shut(r, west), se = shut(r, c);
        const int count = nw + ne + sw + se;
        if (count == 1) add(r, c, ne || se ? 1 : -1, nw || ne ? 1 : -1);
        if (count == 2 && nw && ne && 2 * r < R) add(r, c, 0, 1);
        if (count == 2 && sw && se && 2 * r > R) add(r, c, 0, -1);
      }
    for (int c = 0; c < C; ++c) {  // a closed cell at a pole is passed on the pole's other side
      const double beyond = (c + 0.5) * mesh.column_degrees(), off = clearance(mesh);
      if (shut(0, c)) add({90 - off, beyond}, 0, 0);
      if (shut(R - 1, c)) add({off - 90, beyond}, 0, 0);
    }
  }
  std::vector<Corner> all;

 private:
  void add(int r, int c, int sx, int sy) {
    const double off = clearance(mesh_);
    add({90 - r * mesh_.row_degrees() - sy * off, c * mesh_.column_degrees() - 180 - sx * off}, sx, sy);
  }
  void add(Point point, int sx, int sy) {
    const Spot at = spot(mesh_, point);
    const double ce = math::cos(point.lon * degree), se = math::sin(point.lon * degree);
    all.push_back({at, {0 - se, ce, 0}, {0 - at.v[2] * ce, 0 - at.v[2] * se, math::cos(point.lat * degree)}, sx, sy});
  }
  const Mesh& mesh_;
};

/// What searches among the same corners have found out: which corners a string may lead to from one, and which see each
/// other.
class Known {
 public:
  explicit Known(const Mesh& mesh, const std::vector<Corner>& corners)
      : corners_(corners), give_(mesh), sights_(corners.size() * corners.size()), next_(corners.size()) {}

  static constexpr std::uint8_t unknown = 0, yes = 1, no = 2;
  std::uint8_t& sight(std::size_t a, std::size_t b) {
    return sights_[std::min(a, b) * corners_.size() + std::max(a, b)];
  }

  /// A corner that can be gone to.
  struct Next {
    std::size_t corner;
    Bearing bearing;
    std::int64_t mm;
  };
  const std::vector<Next>& next(std::size_t from) {
    std::optional<std::vector<Next>>& all = next_[from];
    if (all) return *all;
    all.emplace();
    const Corner& c = corners_[from];
    for (std::size_t i = 0; i < corners_.size(); ++i) {
      const Bearing b = bearing(c, corners_[i].at.v);
      if (i != from && linked(c, b, corners_[i], give_)) all->push_back({i, b, millimetres(c.at.v, corners_[i].at.v)});
    }
    return *all;
  }

 private:
  const std::vector<Corner>& corners_;
  Give give_;
  std::vector<std::uint8_t> sights_;
  std::vector<std::optional<std::vector<Next>>> next_;
};

/// A* over the corners. The line of sight between two of them is looked at only when they are next in the queue.
class Search {
 public:
  /// `known`: of earlier searches among the same corners; null: there are none, nor later ones.
  Search(const Mesh& mesh, const std::vector<std::uint8_t>& closed, const std::vector<Corner>& corners, Known* known)
      : sight_(mesh, closed), give_(mesh), all_(corners), known_(known) {}

  /// Between two that do not see each other.
  std::optional<std::vector<Spot>> shortest(const Spot& from, const Spot& to) {
    from_ = &from;
    to_ = &to;
    // What is found within a limit is the shortest; only few corners lie within a tight one. Straight through the Earth
    // is shorter and soon told.
    std::vector<double> least;
    for (const Corner& c : all_) least.push_back(chord(from.v, c.at.v) + chord(c.at.v, to.v));
    over_.assign(all_.size(), {});
    const double crow = static_cast<double>(millimetres(from.v, to.v));
    for (const double times : {1.02, 1.1, 1.25, 1.6, 2.5, 1e6}) {
      limit_ = static_cast<std::int64_t>((crow + 1) * times);
      const double within = static_cast<double>(limit_ + 2) / earth_radius_mm * (1 + 1e-9);
      corners_.clear();
      number_.clear();
      here_.assign(all_.size(), -1);
      for (std::size_t i = 0; i < all_.size(); ++i) {
        if (least[i] > within) continue;
        Way& over = over_[i];
        if (over.behind < 0) over = {millimetres(from.v, all_[i].at.v), millimetres(all_[i].at.v, to.v)};
        if (over.behind + over.ahead > limit_) continue;
        here_[i] = static_cast<std::int32_t>(corners_.size());
        corners_.push_back(all_[i]);
        number_.push_back(i);
      }
      if (search()) return turns();
    }
    return {};
  }

 private:
  static constexpr std::int32_t start = -1;
  struct Entry {
    std::int64_t total, way;
    std::int32_t to, from;
    auto operator<=>(const Entry&) const = default;
  };
  /// From end to end over a corner, as the crow flies.
  struct Way {
    std::int64_t behind = -1, ahead = 0;
  };
  struct Reached {
    bool done = false;
    std::int32_t from = start;
    std::int64_t way = 0;
  };

  /// Among `corners_`, whose number stands for the end.
  bool search() {
    const std::size_t n = corners_.size();
    reached_.assign(n + 1, {});
    queue_ = {};
    offers_.clear();
    ahead_.clear();
    for (const std::size_t i : number_) ahead_.push_back(over_[i].ahead);
    ahead_.push_back(0);
    for (std::size_t v = 0; v < n; ++v) {
      const Corner& c = corners_[v];
      if (tangent(c, dot(c.east, from_->v), dot(c.north, from_->v), give_)) push(v, start, over_[number_[v]].behind);
    }
    line_up();
    while (!queue_.empty()) {
      const Entry next = take();
      Reached& here = reached_[static_cast<std::size_t>(next.to)];
      if (here.done || !sees(next.from, next.to)) continue;
      here = {true, next.from, next.way};
      if (static_cast<std::size_t>(next.to) == n) return true;
      expand(next.to);
    }
    return false;
  }

  bool sees(std::int32_t u, std::int32_t v) {
    if (!known_ || u == start || static_cast<std::size_t>(v) == corners_.size()) return sight_.free(at(u), at(v));
    std::uint8_t& known = known_->sight(number_[static_cast<std::size_t>(u)], number_[static_cast<std::size_t>(v)]);
    if (known == Known::unknown) known = sight_.free(at(u), at(v)) ? Known::yes : Known::no;
    return known == Known::yes;
  }

  const Spot& at(std::int32_t v) const {
    if (v == start) return *from_;
    return static_cast<std::size_t>(v) == corners_.size() ? *to_ : corners_[static_cast<std::size_t>(v)].at;
  }

  void push(std::size_t v, std::int32_t from, std::int64_t way) {
    if (way + ahead_[v] <= limit_) fresh_.push_back({way + ahead_[v], way, static_cast<std::int32_t>(v), from});
  }
  /// What has been pushed becomes one offer: most of it is never looked at, so only its best stands in the queue.
  void line_up() {
    if (fresh_.empty()) return;
    std::make_heap(fresh_.begin(), fresh_.end(), std::greater<>());
    queue_.push({fresh_.front(), offers_.size()});
    offers_.push_back(std::exchange(fresh_, {}));
  }
  Entry take() {
    const auto [entry, number] = queue_.top();
    queue_.pop();
    std::vector<Entry>& offer = offers_[number];
    std::pop_heap(offer.begin(), offer.end(), std::greater<>());
    offer.pop_back();
    if (!offer.empty()) queue_.push({offer.front(), number});
    return entry;
  }

  void expand(std::int32_t u) {
    const Corner& c = corners_[static_cast<std::size_t>(u)];
    const Spot& before = at(reached_[static_cast<std::size_t>(u)].from);
    const std::int64_t way = reached_[static_cast<std::size_t>(u)].way;
    // The string comes from `before` in this direction, and bends towards what is closed.
    const double e0 = 0 - dot(c.east, before.v), n0 = 0 - dot(c.north, before.v);
    const double side = e0 * c.sy - n0 * c.sx, length = std::sqrt(e0 * e0 + n0 * n0);
    const double per = side > 0 ? 1 : side < 0 ? -1 : 0;
    const auto bends = [&](const Bearing& b) {
      return (e0 * b.n - n0 * b.e) * per >= 0 - length * give_.at(b.far) - give_.place * b.far;
    };
    if (known_) {
      for (const Known::Next& next : known_->next(number_[static_cast<std::size_t>(u)])) {
        const std::int32_t v = here_[next.corner];
        if (v >= 0 && !reached_[static_cast<std::size_t>(v)].done && bends(next.bearing))
          push(static_cast<std::size_t>(v), u, way + next.mm);
      }
    } else {
      for (std::size_t v = 0; v < corners_.size(); ++v) {
        const double least = earth_radius_mm * chord(c.at.v, corners_[v].at.v) - 1;
        if (static_cast<double>(way + ahead_[v]) + least > static_cast<double>(limit_) || reached_[v].done) continue;
        const Corner& other = corners_[v];
        const Bearing b = bearing(c, other.at.v);
        if (bends(b) && linked(c, b, other, give_)) push(v, u, way + millimetres(c.at.v, other.at.v));
      }
    }
    const Bearing b = bearing(c, to_->v);
    if (tangent(c, b.e, b.n, give_) && bends(b)) push(corners_.size(), u, way + ahead_[static_cast<std::size_t>(u)]);
    line_up();
  }

  std::vector<Spot> turns() const {
    std::vector<Spot> out;
    for (auto v = static_cast<std::int32_t>(corners_.size()); v != start;
         v = reached_[static_cast<std::size_t>(v)].from)
      out.push_back(at(v));
    out.push_back(*from_);
    std::reverse(out.begin(), out.end());
    return out;
  }

  Sight sight_;
  Give give_;
  const std::vector<Corner>& all_;
  Known* known_;
  const Spot *from_ = nullptr, *to_ = nullptr;
  std::int64_t limit_ = 0;
  std::vector<Corner> corners_;      ///< within the limit
  std::vector<std::size_t> number_;  ///< of each among all
  std::vector<std::int32_t> here_;   ///< of each among those within the limit; -1: beyond
  std::vector<Way> over_;            ///< of all, once it is known
  std::vector<std::int64_t> ahead_;  ///< from each corner to the end, as the crow flies
  std::vector<Reached> reached_;
  using Best = std::pair<Entry, std::size_t>;
  std::vector<Entry> fresh_;
  std::vector<std::vector<Entry>> offers_;  ///< heaps, one for each corner that was reached
  std::priority_queue<Best, std::vector<Best>, std::greater<>> queue_;
};

}  // namespace

struct Router::State {
  const Mesh& mesh;
  std::vector<std::uint8_t> closed;
  std::vector<Corner> corners;  ///< these two when first asked for
  std::optional<Known> known;
  /// Without the cells that are open on this way; nothing: none of them is closed.
  std::optional<std::vector<std::uint8_t>> without(Point from, Point to, const std::vector<std::size_t>& opened) const {
    std::vector<std::size_t> open = opened;
    open.push_back(mesh.cell_of(from));
    open.push_back(mesh.cell_of(to));
    if (std::none_of(open.begin(), open.end(), [&](std::size_t cell) { return closed[cell]; })) return {};
    std::vector<std::uint8_t> fewer = closed;
    for (const std::size_t cell : open) fewer[cell] = 0;
    return fewer;
  }
};

Router::Router(const Mesh& mesh, std::vector<bool> closed)
    : state_(new State{mesh, {closed.begin(), closed.end()}, {}, {}}) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;

bool Router::sees(const Spot& a, const Spot& b) const { return Sight(state_->mesh, state_->closed).free(a, b); }

bool Router::clear(const std::vector<Point>& turns, const std::vector<std::size_t>& opened) const {
  const auto fewer = state_->without(turns.front(), turns.back(), opened);
  const Sight sight(state_->mesh, fewer ? *fewer : state_->closed);
  for (std::size_t i = 0; i + 1 < turns.size(); ++i)
    if (!sight.free(spot(state_->mesh, turns[i]), spot(state_->mesh, turns[i + 1]))) return false;
  return true;
}

std::optional<Path> Router::shortest(Point from, Point to, const std::vector<std::size_t>& opened) const {
  const Mesh& mesh = state_->mesh;
  const bool turned = std::tie(to.lat, to.lon) < std::tie(from.lat, from.lon);  // there and back: the same search
  if (turned) std::swap(from, to);
  const Spot a = spot(mesh, from), b = spot(mesh, to);
  const auto fewer = state_->without(from, to, opened);
  const std::vector<std::uint8_t>& closed = fewer ? *fewer : state_->closed;
  std::optional<std::vector<Spot>> found;
  if (Sight(mesh, closed).free(a, b)) {
    found = {a, b};
  } else if (fewer) {
    const std::vector<Corner> corners = Corners(mesh, closed).all;
    found = Search(mesh, closed, corners, nullptr).shortest(a, b);
  } else {
    if (!state_->known) {
      state_->corners = Corners(mesh, closed).all;
      state_->known.emplace(mesh, state_->corners);
    }
    found = Search(mesh, closed, state_->corners, &*state_->known).shortest(a, b);
  }
  if (!found) return {};
  Path path;
  for (std::size_t i = 0; i < found->size(); ++i) {
    path.turns.push_back(i == 0 ? from : i + 1 == found->size() ? to : to_point((*found)[i].v));
    if (i > 0) path.mm += millimetres((*found)[i - 1].v, (*found)[i].v);
  }
  if (turned) std::reverse(path.turns.begin(), path.turns.end());
  return path;
}

}  // namespace scenarios
