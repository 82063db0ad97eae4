#include "scenarios/routes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>
#include <set>
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

  bool free(const Spot& a, const Spot& b) const { return wall(a, b) < 0; }

  /// A closed cell that stands between the two; -1: none.
  std::int32_t wall(const Spot& a, const Spot& b) const {
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
      if (const std::int32_t cell = in_column(column, row, high, low); cell >= 0) return cell;
      if (i == steps) return -1;
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
  std::int32_t in_column(int column, int first, int last) const {
    std::size_t cell = mesh_.cell(first, column);
    for (int r = first; r <= last; ++r, cell += static_cast<std::size_t>(mesh_.columns()))
      if (closed_[cell]) return static_cast<std::int32_t>(cell);
    return -1;
  }
  /// A closed cell of a column between two latitudes (tangents), those touched included. `row`: where to begin.
  std::int32_t in_column(int column, int row, double high, double low) const {
    const int first = row_of(row, high + touching * (1 + high * high));
    return in_column(column, first, row_of(first, low - touching * (1 + low * low)));
  }
  std::int32_t along_meridian(const Spot& a, const Spot& b) const {
    const bool same = a.v[0] * b.v[0] + a.v[1] * b.v[1] >= 0;
    const double high = std::max(a.tan_lat, b.tan_lat), low = std::min(a.tan_lat, b.tan_lat);
    if (same) return std::max(in_column(a.column, a.row, high, low), in_column(b.column, b.row, high, low));
    const int pole = a.v[2] + b.v[2] >= 0 ? 0 : mesh_.rows() - 1;  // over it, the corner of all cells there
    const auto half = [&](const Spot& s) { return in_column(s.column, std::min(pole, s.row), std::max(pole, s.row)); };
    std::int32_t cell = std::max(half(a), half(b));
    for (int column = 0; column < mesh_.columns(); ++column) cell = std::max(cell, in_column(column, pole, pole));
    return cell;
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
  const double a = e * c.sx, b = n * c.sy;
  const double into = c.sx == 0 ? b : a * b > 0 ? std::min(std::abs(a), std::abs(b)) : 0;
  if (into <= give.place) return true;
  if (into > give.at(std::abs(e) + std::abs(n))) return false;  // most are told without a root
  return into <= give.at(std::sqrt(e * e + n * n));
}

/// Where something lies as a corner sees it: east, north, and how far off.
struct Bearing {
  double e, n, far;
};
Bearing bearing(const Corner& c, const Vector& to) {
  const double e = dot(c.east, to), n = dot(c.north, to);
  return {e, n, std::sqrt(e * e + n * n)};
}

/// Whether a string may lead from one corner to another.
bool linked(const Corner& c, const Corner& other, const Give& give) {
  return tangent(c, dot(c.east, other.at.v), dot(c.north, other.at.v), give) &&
         tangent(other, dot(other.east, c.at.v), dot(other.north, c.at.v), give);
}

/// The corner at the north-western end of a cell, if there is one; of row 0 and of the row after the last, the one that
/// leads past a closed cell at a pole, on the pole's other side.
std::optional<Corner> corner_at(const Mesh& mesh, const std::vector<std::uint8_t>& closed, int row, int column) {
  const int R = mesh.rows(), C = mesh.columns(), west = column == 0 ? C - 1 : column - 1;
  const auto shut = [&](int r, int c) { return closed[mesh.cell(r, c)] != 0; };
  const double off = clearance(mesh);
  const auto corner = [&](double lat, double lon, int sx, int sy) {
    const Spot at = spot(mesh, {lat, lon});
    const double ce = math::cos(lon * degree), se = math::sin(lon * degree);
    return Corner{at, {0 - se, ce, 0}, {0 - at.v[2] * ce, 0 - at.v[2] * se, math::cos(lat * degree)}, sx, sy};
  };
  if (row == 0 || row == R) {
    if (!shut(row == 0 ? 0 : R - 1, column)) return {};
    return corner(row == 0 ? 90 - off : off - 90, (column + 0.5) * mesh.column_degrees(), 0, 0);
  }
  const bool nw = shut(row - 1, west), ne = shut(row - 1, column), sw = shut(row, west), se = shut(row, column);
  const auto off_corner = [&](int sx, int sy) {
    return corner(90 - row * mesh.row_degrees() - sy * off, column * mesh.column_degrees() - 180 - sx * off, sx, sy);
  };
  const int count = nw + ne + sw + se;
  if (count == 1) return off_corner(ne || se ? 1 : -1, nw || ne ? 1 : -1);
  if (count == 2 && nw && ne && 2 * row < R) return off_corner(0, 1);
  if (count == 2 && sw && se && 2 * row > R) return off_corner(0, -1);
  return {};
}

/// Where a string comes to a corner from, which says where it may go on to: it bends towards what is closed.
class Bend {
 public:
  Bend(const Corner& c, const Spot& before, const Give& give)
      : give_(give),
        e_(0 - dot(c.east, before.v)),
        n_(0 - dot(c.north, before.v)),
        length_(std::sqrt(e_ * e_ + n_ * n_)) {
    const double side = e_ * c.sy - n_ * c.sx;
    per_ = side > 0 ? 1 : side < 0 ? -1 : 0;
  }
  bool leads(const Bearing& b) const {
    return (e_ * b.n - n_ * b.e) * per_ >= 0 - length_ * give_.at(b.far) - give_.place * b.far;
  }

 private:
  const Give& give_;
  double e_, n_, length_, per_;
};

/// A corner that a string may lead to from another.
struct Link {
  static constexpr std::int32_t unknown = -2, none = -1;
  std::int32_t corner;
  std::int32_t wall;  ///< the first closed cell between the two
  Bearing bearing;
  std::int64_t mm;
};

/// Closed cells, their corners, and what searches among them have found out.
class Ground {
 public:
  Ground(const Mesh& m, std::vector<std::uint8_t> shut) : mesh(m), closed(std::move(shut)), give(m) {}
  const Mesh& mesh;
  const std::vector<std::uint8_t> closed;
  const Give give;

  const std::vector<Corner>& corners() {
    if (number_.empty()) find_corners();
    return corners_;
  }
  /// Of the corner at the north-western end of a cell; -1: there is none.
  std::int32_t number(int row, int column) { return corners(), number_[mesh.cell(row, column)]; }

  std::vector<Link>& links(std::int32_t from) {
    std::optional<std::vector<Link>>& all = links_[static_cast<std::size_t>(from)];
    if (all) return *all;
    all.emplace();
    const Corner& c = corners_[static_cast<std::size_t>(from)];
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(corners_.size()); ++i) {
      const Corner& other = corners_[static_cast<std::size_t>(i)];
      if (i != from && linked(c, other, give))
        all->push_back({i, Link::unknown, bearing(c, other.at.v), Link::unknown});
    }
    return *all;
  }

  std::int32_t wall(std::int32_t from, std::int32_t number) {
    Link& link = links(from)[static_cast<std::size_t>(number)];
    if (link.wall == Link::unknown) link.wall = Sight(mesh, closed).wall(at(from), at(link.corner));
    return link.wall;
  }
  std::int64_t mm(std::int32_t from, std::int32_t number) {
    Link& link = links(from)[static_cast<std::size_t>(number)];
    if (link.mm == Link::unknown) link.mm = millimetres(at(from).v, at(link.corner).v);
    return link.mm;
  }

 private:
  const Spot& at(std::int32_t corner) const { return corners_[static_cast<std::size_t>(corner)].at; }
  void find_corners() {
    number_.assign(mesh.cells() + static_cast<std::size_t>(mesh.columns()), -1);
    for (int r = 0; r <= mesh.rows(); ++r)
      for (int c = 0; c < mesh.columns(); ++c)
        if (const auto corner = corner_at(mesh, closed, r, c)) {
          number_[mesh.cell(r, c)] = static_cast<std::int32_t>(corners_.size());
          corners_.push_back(*corner);
        }
    links_.resize(corners_.size());
  }
  std::vector<Corner> corners_;
  std::vector<std::int32_t> number_;
  std::vector<std::optional<std::vector<Link>>> links_;
};

/// Ways that may lead on, the shortest first. Most of what one corner offers is never looked at, so only its best
/// stands in the queue.
class Offers {
 public:
  struct Offer {
    std::int64_t total;  ///< with what is at least still to come
    std::int32_t to;
    std::int32_t link;  ///< among those of the corner it leads from; -1: none is kept
    auto operator<=>(const Offer&) const = default;
  };
  void add(const Offer& offer) { fresh_.push_back(offer); }
  /// What has been added leads on from here.
  void end(std::int32_t from) {
    if (fresh_.empty()) return;
    std::make_heap(fresh_.begin(), fresh_.end(), std::greater<>());
    queue_.push({fresh_.front(), piles_.size()});
    piles_.push_back({from, std::exchange(fresh_, {})});
  }
  bool empty() const { return queue_.empty(); }
  std::int64_t least() const { return queue_.top().first.total; }
  /// The best offer, and where it leads from. `done(to)`: what leads there need not be offered any more.
  template <class F>
  std::pair<Offer, std::int32_t> take(F done) {
    const auto [best, number] = queue_.top();
    queue_.pop();
    auto& [from, heap] = piles_[number];
    do {
      std::pop_heap(heap.begin(), heap.end(), std::greater<>());
      heap.pop_back();
    } while (!heap.empty() && done(heap.front().to));
    if (!heap.empty()) queue_.push({heap.front(), number});
    return {best, from};
  }

 private:
  using Best = std::pair<Offer, std::size_t>;
  struct Pile {
    std::int32_t from;
    std::vector<Offer> heap;
  };
  std::vector<Offer> fresh_;
  std::vector<Pile> piles_;  ///< one for each corner that was reached
  std::priority_queue<Best, std::vector<Best>, std::greater<>> queue_;
};

struct Reached {
  static constexpr std::int32_t start = -1;
  bool done = false;
  std::int32_t from = start;
  std::int64_t way = 0;
};

/// The shortest ways from one place to all corners, nearest first (Dijkstra), found as far as they have been asked for.
/// The line of sight between two corners is looked at only when they are next in the queue.
class Tree {
 public:
  Tree(Ground& ground, const Spot& root)
      : ground_(ground), root_(root), sight_(ground.mesh, ground.closed), reached_(ground.corners().size()) {
    for (std::size_t v = 0; v < reached_.size(); ++v) {
      const Corner& c = ground.corners()[v];
      const std::int64_t mm = millimetres(root.v, c.at.v);
      if (tangent(c, dot(c.east, root.v), dot(c.north, root.v), ground.give))
        offers_.add({mm, static_cast<std::int32_t>(v), -1});
    }
    offers_.end(Reached::start);
  }

  /// To a place that the root does not see.
  std::optional<std::vector<Spot>> to(const Spot& end) {
    best_ = {false, Reached::start, std::numeric_limits<std::int64_t>::max()};
    std::vector<std::pair<double, std::int32_t>> near;  // by the least a way over them can take
    for (const std::int32_t u : settled_) near.push_back({static_cast<double>(way(u)) + least(u, end), u});
    std::sort(near.begin(), near.end());
    for (const auto& [least, u] : near) {
      if (least > static_cast<double>(best_.way)) break;
      end_over(u, end);
    }
    while (!offers_.empty() && offers_.least() < best_.way)
      if (settle() &&
          static_cast<double>(way(settled_.back())) + least(settled_.back(), end) <= static_cast<double>(best_.way))
        end_over(settled_.back(), end);
    if (!best_.done) return {};
    std::vector<Spot> turns{end};
    for (std::int32_t v = best_.from; v != Reached::start; v = reached_[static_cast<std::size_t>(v)].from)
      turns.push_back(at(v));
    turns.push_back(root_);
    std::reverse(turns.begin(), turns.end());
    return turns;
  }

 private:
  const Corner& corner(std::int32_t v) const { return ground_.corners()[static_cast<std::size_t>(v)]; }
  const Spot& at(std::int32_t v) const { return v == Reached::start ? root_ : corner(v).at; }
  std::int64_t way(std::int32_t v) const { return reached_[static_cast<std::size_t>(v)].way; }
  /// From a corner to a place, in millimetres, straight through the Earth: soon told.
  double least(std::int32_t v, const Spot& to) const { return earth_radius_mm * chord(corner(v).at.v, to.v) - 1; }
  Bend bend(std::int32_t v) const { return {corner(v), at(reached_[static_cast<std::size_t>(v)].from), ground_.give}; }

  void end_over(std::int32_t u, const Spot& end) {
    const Corner& c = corner(u);
    const Bearing b = bearing(c, end.v);
    if (!tangent(c, b.e, b.n, ground_.give) || !bend(u).leads(b)) return;
    const std::int64_t total = way(u) + millimetres(c.at.v, end.v);
    if (total < best_.way && sight_.free(c.at, end)) best_ = {true, u, total};
  }

  bool done(std::int32_t v) const { return reached_[static_cast<std::size_t>(v)].done; }

  /// Takes the best offer; whether it reached another corner.
  bool settle() {
    const auto [next, from] = offers_.take([&](std::int32_t v) { return done(v); });
    const std::int32_t u = next.to;
    if (done(u)) return false;
    if (next.link < 0 ? !sight_.free(at(from), at(u)) : ground_.wall(from, next.link) != Link::none) return false;
    reached_[static_cast<std::size_t>(u)] = {true, from, next.total};
    settled_.push_back(u);
    const Bend bend = this->bend(u);
    std::int32_t number = 0;
    for (const Link& link : ground_.links(u)) {
      const bool open = link.wall < 0 && !done(link.corner) && bend.leads(link.bearing);
      if (open) offers_.add({next.total + ground_.mm(u, number), link.corner, number});
      ++number;
    }
    offers_.end(u);
    return true;
  }

  Ground& ground_;
  Spot root_;
  Sight sight_;
  Offers offers_;
  std::vector<Reached> reached_;  ///< by corner
  std::vector<std::int32_t> settled_;
  Reached best_;
};

/// The shortest way between two places where some of the closed cells are open for once: A* over the corners that there
/// are then, which are those of the ground but next to these cells.
class Search {
 public:
  Search(Ground& ground, const std::vector<std::uint8_t>& closed, const std::vector<std::size_t>& opened)
      : ground_(ground), closed_(closed), sight_(ground.mesh, closed), corners_(ground.corners()) {
    gone_.assign(corners_.size(), false);
    std::set<std::pair<int, int>> around;
    const int C = ground.mesh.columns();
    for (const std::size_t cell : opened) {
      const int r = static_cast<int>(cell) / C, c = static_cast<int>(cell) % C;
      for (const int row : {r, r + 1})
        for (const int column : {c, c + 1 == C ? 0 : c + 1}) around.insert({row, column});
    }
    for (const auto& [r, c] : around) {
      if (const std::int32_t known = ground.number(r, c); known >= 0) gone_[static_cast<std::size_t>(known)] = true;
      if (const auto corner = corner_at(ground.mesh, closed, r, c)) corners_.push_back(*corner);
    }
    gone_.resize(corners_.size(), false);
  }

  /// Between two that do not see each other. What is found within a limit is the shortest; only few corners lie within
  /// a tight one.
  std::optional<std::vector<Spot>> shortest(const Spot& from, const Spot& to) {
    from_ = &from;
    to_ = &to;
    std::vector<double> least;
    for (const Corner& c : corners_) least.push_back(chord(from.v, c.at.v) + chord(c.at.v, to.v));
    over_.assign(corners_.size(), {});
    const double crow = static_cast<double>(millimetres(from.v, to.v));
    for (const double times : {1.02, 1.1, 1.25, 1.6, 2.5, 1e6}) {
      limit_ = static_cast<std::int64_t>((crow + 1) * times);
      const double within = static_cast<double>(limit_ + 2) / earth_radius_mm * (1 + 1e-9);
      for (std::size_t v = 0; v < corners_.size(); ++v) {
        Way& over = over_[v];
        if (least[v] > within || gone_[v]) continue;
        if (over.behind < 0) over = {millimetres(from.v, corners_[v].at.v), millimetres(corners_[v].at.v, to.v)};
      }
      if (search()) return turns();
    }
    return {};
  }

 private:
  /// From end to end over a corner, as the crow flies.
  struct Way {
    std::int64_t behind = -1, ahead = 0;  ///< behind -1: gone, or beyond the limit
  };

  std::int32_t end() const { return static_cast<std::int32_t>(corners_.size()); }

  bool search() {
    reached_.assign(corners_.size() + 1, {});
    offers_ = {};
    for (std::int32_t v = 0; v < end(); ++v) {
      const Corner& c = corner(v);
      if (over(v).behind >= 0 && tangent(c, dot(c.east, from_->v), dot(c.north, from_->v), ground_.give))
        offer(v, over(v).behind);
    }
    offers_.end(Reached::start);
    while (!offers_.empty()) {
      const auto [next, from] = offers_.take([&](std::int32_t v) { return done(v); });
      if (done(next.to) || !sees(from, next)) continue;
      reached_[static_cast<std::size_t>(next.to)] = {true, from, next.total - ahead(next.to)};
      if (next.to == end()) return true;
      expand(next.to);
    }
    return false;
  }

  const Corner& corner(std::int32_t v) const { return corners_[static_cast<std::size_t>(v)]; }
  const Way& over(std::int32_t v) const { return over_[static_cast<std::size_t>(v)]; }
  const Spot& at(std::int32_t v) const { return v == Reached::start ? *from_ : v == end() ? *to_ : corner(v).at; }
  std::int64_t ahead(std::int32_t v) const { return v == end() ? 0 : over(v).ahead; }
  bool done(std::int32_t v) const { return reached_[static_cast<std::size_t>(v)].done; }
  bool open(std::int32_t v) const { return over(v).behind >= 0 && !done(v); }

  bool sees(std::int32_t from, const Offers::Offer& offer) {
    const std::int32_t wall = offer.link < 0 ? Link::unknown : ground_.wall(from, offer.link);
    if (wall >= 0 && closed_[static_cast<std::size_t>(wall)]) return false;
    return wall == Link::none || sight_.free(at(from), at(offer.to));
  }

  void offer(std::int32_t v, std::int64_t way, std::int32_t link = -1) {
    if (way + ahead(v) <= limit_) offers_.add({way + ahead(v), v, link});
  }

  void expand(std::int32_t u) {
    const Corner& c = corner(u);
    const std::int64_t way = reached_[static_cast<std::size_t>(u)].way;
    const Bend bend(c, at(reached_[static_cast<std::size_t>(u)].from), ground_.give);
    const auto known = static_cast<std::int32_t>(ground_.corners().size());
    std::int32_t number = 0;
    if (u < known)
      for (const Link& link : ground_.links(u)) {
        if (open(link.corner) && bend.leads(link.bearing)) offer(link.corner, way + ground_.mm(u, number), number);
        ++number;
      }
    for (std::int32_t v = u < known ? known : 0; v < end(); ++v) {
      if (!open(v)) continue;
      const double least = earth_radius_mm * chord(c.at.v, corner(v).at.v) - 1;
      if (static_cast<double>(way + over(v).ahead) + least > static_cast<double>(limit_)) continue;
      const Bearing b = bearing(c, corner(v).at.v);
      if (bend.leads(b) && linked(c, corner(v), ground_.give)) offer(v, way + millimetres(c.at.v, corner(v).at.v));
    }
    const Bearing b = bearing(c, to_->v);
    if (tangent(c, b.e, b.n, ground_.give) && bend.leads(b)) offer(end(), way + over(u).ahead);
    offers_.end(u);
  }

  std::vector<Spot> turns() const {
    std::vector<Spot> out;
    for (std::int32_t v = end(); v != Reached::start; v = reached_[static_cast<std::size_t>(v)].from)
      out.push_back(at(v));
    out.push_back(*from_);
    std::reverse(out.begin(), out.end());
    return out;
  }

  Ground& ground_;
  const std::vector<std::uint8_t>& closed_;
  Sight sight_;
  std::vector<Corner> corners_;  ///< the ground's, then those that are new
  std::vector<bool> gone_;
  const Spot *from_ = nullptr, *to_ = nullptr;
  std::int64_t limit_ = 0;
  std::vector<Way> over_;
  std::vector<Reached> reached_;  ///< by corner, then the end
  Offers offers_;
};

}  // namespace

struct Router::State {
  Ground ground;

  struct Fewer {
    std::vector<std::size_t> opened;
    std::vector<std::uint8_t> closed;
  };
  /// Without the cells that are open on this way; nothing: none of them is closed.
  std::optional<Fewer> without(Point from, Point to, std::vector<std::size_t> opened) const {
    opened.push_back(ground.mesh.cell_of(from));
    opened.push_back(ground.mesh.cell_of(to));
    std::erase_if(opened, [&](std::size_t cell) { return !ground.closed[cell]; });
    if (opened.empty()) return {};
    Fewer fewer{std::move(opened), ground.closed};
    for (const std::size_t cell : fewer.opened) fewer.closed[cell] = 0;
    return fewer;
  }
};

struct Router::Fan::State {
  Router::State& router;
  Point from;
  Spot root;
  std::optional<Tree> tree;  ///< grown when first asked for
};

Router::Router(const Mesh& mesh, std::vector<bool> closed)
    : state_(new State{{mesh, {closed.begin(), closed.end()}}}) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router::Fan::Fan(State state) : state_(new State(std::move(state))) {}
Router::Fan::~Fan() = default;
Router::Fan::Fan(Fan&&) noexcept = default;

bool Router::sees(const Spot& a, const Spot& b) const {
  return Sight(state_->ground.mesh, state_->ground.closed).free(a, b);
}

bool Router::clear(const std::vector<Point>& turns, const std::vector<std::size_t>& opened) const {
  const Mesh& mesh = state_->ground.mesh;
  const auto fewer = state_->without(turns.front(), turns.back(), opened);
  const Sight sight(mesh, fewer ? fewer->closed : state_->ground.closed);
  for (std::size_t i = 0; i + 1 < turns.size(); ++i)
    if (!sight.free(spot(mesh, turns[i]), spot(mesh, turns[i + 1]))) return false;
  return true;
}

Router::Fan Router::from(Point point) const { return Fan({*state_, point, spot(state_->ground.mesh, point), {}}); }

std::optional<Path> Router::Fan::shortest(Point to, const std::vector<std::size_t>& opened) {
  Ground& ground = state_->router.ground;
  const Spot &a = state_->root, b = spot(ground.mesh, to);
  const auto fewer = state_->router.without(state_->from, to, opened);
  std::optional<std::vector<Spot>> found;
  if (Sight(ground.mesh, fewer ? fewer->closed : ground.closed).free(a, b)) {
    found = {a, b};
  } else if (fewer) {
    found = Search(ground, fewer->closed, fewer->opened).shortest(b, a);  // a destination shut in is soon told
    if (found) std::reverse(found->begin(), found->end());
  } else {
    if (!state_->tree) state_->tree.emplace(ground, a);
    found = state_->tree->to(b);
  }
  if (!found) return {};
  Path path;
  for (std::size_t i = 0; i < found->size(); ++i) {
    path.turns.push_back(i == 0 ? state_->from : i + 1 == found->size() ? to : to_point((*found)[i].v));
    if (i > 0) path.mm += millimetres((*found)[i - 1].v, (*found)[i].v);
  }
  return path;
}

std::optional<Path> Router::shortest(Point from, Point to, const std::vector<std::size_t>& opened) const {
  if (std::tie(from.lat, from.lon) <= std::tie(to.lat, to.lon)) return this->from(from).shortest(to, opened);
  std::optional<Path> back = this->from(to).shortest(from, opened);
  if (back) std::reverse(back->turns.begin(), back->turns.end());
  return back;
}

}  // namespace scenarios
