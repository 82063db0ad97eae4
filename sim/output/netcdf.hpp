// HDF5 files laid out as netCDF-4, built and read in memory: HDF5 never meets a full disk, which it may not survive,
// and equal contents give equal bytes. Format: the HDF5 and netCDF-4 file format documents, CF-1.10.
#pragma once
#include <hdf5.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sim {

/// An identifier of the HDF5 library, closed with its owner.
class H5Handle {
 public:
  H5Handle() = default;
  /// Throws std::runtime_error naming the call if `id` says that it failed.
  H5Handle(hid_t id, herr_t (*close)(hid_t), const char* call);
  H5Handle(H5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  H5Handle& operator=(H5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~H5Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }

 private:
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

/// The values of a dataset, slowest dimension first.
using Values =
    std::variant<std::vector<std::string>, std::vector<std::int8_t>, std::vector<std::int16_t>,
                 std::vector<std::int32_t>, std::vector<std::int64_t>, std::vector<float>, std::vector<double>>;

struct Variable {
  std::string path;                     ///< "host" or "trips/rep"
  std::vector<std::string> dimensions;  ///< names; a variable named like its only dimension gives its coordinates
  Values values;
  std::map<std::string, std::string> attributes;  ///< units, long_name, ...
  std::vector<std::string> meanings;              ///< of the values 0, 1, ... (CF flags)
  bool may_be_nan = false;                        ///< NaN is a missing value
};

/// Writes one file. Errors of HDF5: std::runtime_error.
class NetcdfWriter {
 public:
  enum class Packing { deflate, plain };  ///< both shuffled and with checksums
  explicit NetcdfWriter(Packing packing);

  /// A group at the root; "" is the root, always there.
  void group(const std::string& name);
  void attribute(const std::string& group, const std::string& name, const std::string& text);
  void attribute(const std::string& group, const std::string& name, std::int64_t number);
  void attribute(const std::string& group, const std::string& name, std::uint64_t number);
  void attribute(const std::string& group, const std::string& name, std::span<const std::int32_t> numbers);
  /// A dimension without coordinates.
  void dimension(const std::string& group, const std::string& name, std::size_t size);
  /// Dimensions must be there already, in the variable's group or in the root.
  void write(const Variable& variable);

  /// Adds the root attribute `digest`; the whole file.
  std::vector<std::byte> finish();

 private:
  hid_t place(const std::string& group) const;
  void make_scale(const H5Handle& dataset, const std::string& name);

  Packing packing_;
  H5Handle file_;
  std::map<std::string, H5Handle> groups_;
  std::map<std::string, H5Handle> scales_;             ///< by path
  std::map<std::string, std::vector<hsize_t>> sizes_;  ///< by path of the scale
  std::map<std::string, std::string> digests_;         ///< of the datasets, by path
  int dimensions_ = 0;
};

/// Reads one file. Everything throws std::runtime_error where the file does not hold what is asked for.
class NetcdfReader {
 public:
  explicit NetcdfReader(std::vector<std::byte> file);

  /// Paths of all datasets with values, sorted.
  std::vector<std::string> datasets() const;
  bool has(const std::string& path) const;
  std::vector<std::size_t> shape(const std::string& path) const;
  Values values(const std::string& path) const;
  std::vector<std::string> texts(const std::string& path) const;
  std::vector<double> numbers(const std::string& path) const;

  std::string text_attribute(const std::string& group, const std::string& name) const;
  std::int64_t integer_attribute(const std::string& group, const std::string& name) const;
  std::uint64_t unsigned_attribute(const std::string& group, const std::string& name) const;
  std::vector<std::int32_t> integers_attribute(const std::string& group, const std::string& name) const;
  bool has_attribute(const std::string& group, const std::string& name) const;

  /// What the attribute `digest` must say.
  std::string digest() const;

 private:
  H5Handle attribute(const std::string& group, const std::string& name) const;

  std::vector<std::byte> bytes_;
  H5Handle file_;
};

}  // namespace sim
