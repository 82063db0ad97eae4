// The shortest way over the sphere between two points that keeps out of closed cells of a grid of the world. Exact up
// to a hundredth of a per cent: a taut string bends only where a closed cell has a corner, so it is looked for among
// the corners (a visibility graph, searched lazily). What a route means to a leader: scenarios/flights.hpp.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace scenarios {

using Vector = std::array<double, 3>;  ///< on the unit sphere: towards (0 N, 0 E), (0 N, 90 E), the North Pole

struct Point {
  double lat = 0, lon = 0;  ///< degrees
  bool operator==(const Point&) const = default;
};
Vector on_sphere(Point point);
Point to_point(const Vector& v);

/// Great-circle distance in whole millimetres: sums of them are exact, and the same there and back.
std::int64_t millimetres(const Vector& a, const Vector& b);

/// The great circle from one point to another.
class Arc {
 public:
  Arc(const Vector& from, const Vector& to);
  Point at(double share) const;  ///< share of the way, 0 to 1

 private:
  Vector from_, across_;  ///< across: at a right angle to `from`, towards the end
  double angle_;
};

/// Cells between equally spaced parallels and meridians: row 0 begins at 90 N, column 0 at 180 W.
class Mesh {
 public:
  Mesh(int rows, int columns);
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  std::size_t cells() const { return static_cast<std::size_t>(rows_) * static_cast<std::size_t>(columns_); }
  std::size_t cell(int row, int column) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(column);
  }
  std::size_t cell_of(Point point) const;
  double row_degrees() const { return 180.0 / rows_; }
  double column_degrees() const { return 360.0 / columns_; }

 private:
  friend class Sight;
  int rows_, columns_;
  std::vector<double> tan_lat_;            ///< of the parallels, north to south; the poles are +-1e300
  std::vector<double> cos_lon_, sin_lon_;  ///< of the meridians, west to east
};

/// A point, and where it lies in the mesh.
struct Spot {
  Vector v;
  double tan_lat = 0;
  int row = 0, column = 0;
};
Spot spot(const Mesh& mesh, Point point);

struct Path {
  std::vector<Point> turns;  ///< from the beginning to the end, both included
  std::int64_t mm = 0;
};

/// The ways round one set of closed cells. Build once, ask often.
class Router {
 public:
  /// closed[cell]: nobody may fly there.
  Router(const Mesh& mesh, std::vector<bool> closed);
  ~Router();
  Router(Router&&) noexcept;

  /// Whether the great circle from one to the other meets no closed cell. Touching a corner counts as meeting.
  bool sees(const Spot& a, const Spot& b) const;

  /// Whether a way keeps out of closed cells. The cells of its ends, and those of `opened`, count as open.
  bool clear(const std::vector<Point>& turns, const std::vector<std::size_t>& opened = {}) const;

  /// The shortest way, none if there is none. The cells of the two ends count as open; `opened` lists further cells
  /// that are open on this way only. There and back are the same way.
  std::optional<Path> shortest(Point from, Point to, const std::vector<std::size_t>& opened = {}) const;

  /// The shortest ways from one place: what is found out for one of them serves the next. Lives as long as the router.
  class Fan;
  Fan from(Point point) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Router::Fan {
 public:
  std::optional<Path> shortest(Point to, const std::vector<std::size_t>& opened = {});
  ~Fan();
  Fan(Fan&&) noexcept;

 private:
  friend class Router;
  struct State;
  explicit Fan(State state);
  std::unique_ptr<State> state_;
};

}  // namespace scenarios
