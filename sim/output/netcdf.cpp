#include "sim/output/netcdf.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdio>
#include <cstring>
#include <functional>
#include <numeric>
#include <stdexcept>

#include "sim/output/columns.hpp"
#include "sim/output/sha256.hpp"

namespace sim {
namespace {

static_assert(std::endian::native == std::endian::little, "digests are taken over little-endian values");

/// Rows of a long column that are packed and checked together.
constexpr hsize_t longest_chunk = 65536;

void must(herr_t result, const char* call) {
  if (result < 0) throw std::runtime_error(std::string("HDF5: ") + call + " failed");
}

/// HDF5 prints its errors unless told otherwise.
void silence() { must(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "H5Eset_auto2"); }

H5Handle text_type() {
  H5Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "H5Tcopy");
  must(H5Tset_size(type, H5T_VARIABLE), "H5Tset_size");
  must(H5Tset_cset(type, H5T_CSET_UTF8), "H5Tset_cset");
  return type;
}

H5Handle scalar_space() { return {H5Screate(H5S_SCALAR), H5Sclose, "H5Screate"}; }

H5Handle simple_space(std::span<const hsize_t> shape) {
  return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose, "H5Screate_simple"};
}

template <class T>
hid_t number_type() {
  if constexpr (std::is_same_v<T, std::int8_t>) return H5T_STD_I8LE;
  if constexpr (std::is_same_v<T, std::int16_t>) return H5T_STD_I16LE;
  if constexpr (std::is_same_v<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::is_same_v<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::is_same_v<T, std::uint64_t>) return H5T_STD_U64LE;
  if constexpr (std::is_same_v<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::is_same_v<T, double>) return H5T_IEEE_F64LE;
}

void write_attribute(hid_t object, const std::string& name, hid_t type, const H5Handle& space, const void* values) {
  const H5Handle a(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "H5Acreate");
  must(H5Awrite(a, type, values), "H5Awrite");
}

void write_text(hid_t object, const std::string& name, const std::string& text) {
  const char* start = text.c_str();
  write_attribute(object, name, text_type(), scalar_space(), &start);
}

template <class T>
void write_numbers(hid_t object, const std::string& name, std::span<const T> numbers) {
  const hsize_t n = numbers.size();
  write_attribute(object, name, number_type<T>(), simple_space({&n, 1}), numbers.data());
}

template <class T>
void write_number(hid_t object, const std::string& name, T number) {
  write_attribute(object, name, number_type<T>(), scalar_space(), &number);
}

/// No clock in the file, attributes in the order of writing (netCDF lists them so).
H5Handle creation_list() {
  H5Handle list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "H5Pcreate");
  must(H5Pset_obj_track_times(list, false), "H5Pset_obj_track_times");
  must(H5Pset_attr_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "H5Pset_attr_creation_order");
  return list;
}

std::string path_in(const std::string& group, const std::string& name) {
  return group.empty() ? name : group + "/" + name;
}

std::string group_of(const std::string& path) {
  const auto slash = path.find('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  const auto slash = path.find('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string dataset_digest(const Values& values) {
  Sha256 sum;
  std::visit(
      [&](const auto& v) {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::vector<std::string>>)
          for (const std::string& text : v) sum.add(text).add(std::string_view("\0", 1));
        else
          sum.add(std::as_bytes(std::span(v)));
      },
      values);
  return sum.digest();
}

/// One line a dataset, sorted by path: its path and the digest of its values.
std::string file_digest(const std::map<std::string, std::string>& datasets) {
  Sha256 sum;
  for (const auto& [path, digest] : datasets) sum.add(path).add(" ").add(digest).add("\n");
  return sum.digest();
}

/// Bob Jenkins's lookup3, the checksum of HDF5's metadata.
std::uint32_t lookup3(std::span<const std::byte> key) {
  const auto n = key.size();
  std::uint32_t a = 0xdeadbeef + static_cast<std::uint32_t>(n), b = a, c = a;
  std::size_t at = 0;
  const auto word = [&](std::size_t offset) {
    std::uint32_t w = 0;
    for (std::size_t i = 0; i < 4; ++i)
      if (at + offset + i < n) w |= std::to_integer<std::uint32_t>(key[at + offset + i]) << (8 * i);
    return w;
  };
  const auto step = [](std::uint32_t& x, std::uint32_t& y, std::uint32_t& z, int bits) {  // of the mix
    x -= z;
    x ^= std::rotl(z, bits);
    z += y;
  };
  const auto last = [](std::uint32_t& x, std::uint32_t y, int bits) { x = (x ^ y) - std::rotl(y, bits); };
  const auto take = [&] { a += word(0), b += word(4), c += word(8); };
  for (; n - at > 12; at += 12) {
    take();
    step(a, b, c, 4);
    step(b, c, a, 6);
    step(c, a, b, 8);
    step(a, b, c, 16);
    step(b, c, a, 19);
    step(c, a, b, 4);
  }
  take();
  last(c, b, 14);
  last(a, c, 11);
  last(b, a, 25);
  last(c, b, 16);
  last(a, c, 4);
  last(b, a, 14);
  last(c, b, 24);
  return c;
}

/// Fletcher's checksum of bytes as pairs, the first of a pair the upper one, as HDF5's filter takes it; as sums that a
/// compiler takes several terms of at once.
std::uint32_t fletcher32(std::span<const std::byte> bytes) {
  constexpr std::size_t most = 360;  // pairs whose sum of sums holds 32 bits
  static constexpr auto weights = [] {
    std::array<std::uint16_t, most> falling{};
    for (std::size_t i = 0; i < most; ++i) falling[i] = static_cast<std::uint16_t>(most - i);
    return falling;
  }();
  constexpr std::uint64_t modulus = 65535;
  std::uint64_t first = 0, second = 0;
  bool nothing = true;
  while (!bytes.empty()) {
    const auto now = bytes.first(std::min(2 * most, bytes.size()));
    bytes = bytes.subspan(now.size());
    const std::size_t pairs = (now.size() + 1) / 2;
    std::uint16_t pair[most];
    pair[pairs - 1] = 0;
    std::memcpy(pair, now.data(), now.size());
    std::uint32_t sum = 0, sum_of_sums = 0;
    for (std::size_t i = 0; i < pairs; ++i) {
      sum += pair[i];
      sum_of_sums += std::uint32_t{pair[i]} * weights[most - pairs + i];
    }
    second = (second + pairs * first + sum_of_sums) % modulus;
    first = (first + sum) % modulus;
    nothing &= sum == 0;
  }
  // Pairs were read with the first byte as the lower one, which is 1/256 of them; a sum that went round is never 0.
  const auto whole = [&](std::uint64_t sum) {
    sum = 256 * sum % modulus;
    return static_cast<std::uint32_t>(sum == 0 && !nothing ? modulus : sum);
  };
  return whole(second) << 16 | whole(first);
}

/// The n first bytes of values of a size, then the second ones, ...; each lot in its place among `rows`.
template <std::size_t size>
void shuffle(const std::byte* values, std::size_t n, std::byte* to, std::size_t rows) {
  for (std::size_t byte = 0; byte < size; ++byte)
    for (std::size_t i = 0; i < n; ++i) to[byte * rows + i] = values[i * size + byte];
}

/// Writes a column as H5Dwrite would with the filters shuffle and fletcher32, which are several times as fast here.
template <class T>
void write_chunks(hid_t dataset, std::span<const T> column) {
  const std::size_t rows = std::min<std::size_t>(column.size(), longest_chunk), size = rows * sizeof(T);
  std::vector<std::byte> chunk(size + sizeof(std::uint32_t));
  for (std::size_t from = 0; from < column.size(); from += rows) {
    const auto part = column.subspan(from, std::min(rows, column.size() - from));
    if (part.size() < rows) std::fill(chunk.begin(), chunk.end(), std::byte{0});
    shuffle<sizeof(T)>(std::as_bytes(part).data(), part.size(), chunk.data(), rows);
    const std::uint32_t sum = fletcher32(std::span(chunk).first(size));
    std::memcpy(&chunk[size], &sum, sizeof sum);
    const hsize_t start = from;
    must(H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, &start, chunk.size(), chunk.data()), "H5Dwrite_chunk");
  }
}

/// H5Fget_file_image of HDF5 before 1.14.7 clears the status flags of a superblock of version 2 or 3 and leaves its old
/// checksum, so that nobody can open the image. On a good image this changes nothing.
void mend_superblock(std::span<std::byte> image) {
  constexpr std::size_t sum_at = 44;
  if (image.size() < sum_at + 4 || std::to_integer<int>(image[8]) < 2) return;
  const std::uint32_t sum = lookup3(image.first(sum_at));
  for (std::size_t i = 0; i < 4; ++i) image[sum_at + i] = static_cast<std::byte>(sum >> (8 * i));
}

H5Handle core_access() {
  H5Handle list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "H5Pcreate");
  must(H5Pset_fapl_core(list, 1 << 20, false), "H5Pset_fapl_core");
  return list;
}

/// HDF5 takes two files in memory of one name for the same file.
std::string name_in_memory() {
  static std::atomic<std::uint64_t> files{0};
  return "file " + std::to_string(++files) + " in memory";
}

constexpr std::string_view no_values = "This is a netCDF dimension but not a netCDF variable.";

}  // namespace

H5Handle::H5Handle(hid_t id, herr_t (*close)(hid_t), const char* call) : id_(id), close_(close) {
  if (id < 0) throw std::runtime_error(std::string("HDF5: ") + call + " failed");
}

NetcdfWriter::NetcdfWriter(Packing packing) : packing_(packing) {
  silence();
  const H5Handle creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "H5Pcreate");
  must(H5Pset_obj_track_times(creation, false), "H5Pset_obj_track_times");
  must(H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
       "H5Pset_link_creation_order");
  must(H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED),
       "H5Pset_attr_creation_order");
  const H5Handle access = core_access();
  // Checksums on all metadata, and old enough for the readers people have.
  must(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110), "H5Pset_libver_bounds");
  file_ = {H5Fcreate(name_in_memory().c_str(), H5F_ACC_TRUNC, creation, access), H5Fclose, "H5Fcreate"};
}

hid_t NetcdfWriter::place(const std::string& group) const { return group.empty() ? file_ : groups_.at(group); }

void NetcdfWriter::group(const std::string& name) {
  const H5Handle list(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "H5Pcreate");
  must(H5Pset_obj_track_times(list, false), "H5Pset_obj_track_times");
  must(H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "H5Pset_link_creation_order");
  groups_[name] = {H5Gcreate2(file_, name.c_str(), H5P_DEFAULT, list, H5P_DEFAULT), H5Gclose, "H5Gcreate"};
}

void NetcdfWriter::attribute(const std::string& group, const std::string& name, const std::string& text) {
  write_text(place(group), name, text);
}
void NetcdfWriter::attribute(const std::string& group, const std::string& name, std::int64_t number) {
  write_number(place(group), name, number);
}
void NetcdfWriter::attribute(const std::string& group, const std::string& name, std::uint64_t number) {
  write_number(place(group), name, number);
}
void NetcdfWriter::attribute(const std::string& group, const std::string& name, std::span<const std::int32_t> numbers) {
  write_numbers(place(group), name, numbers);
}

void NetcdfWriter::make_scale(const H5Handle& dataset, const std::string& name) {
  must(H5DSset_scale(dataset, name.c_str()), "H5DSset_scale");
  write_number<std::int32_t>(dataset, "_Netcdf4Dimid", dimensions_++);
}

void NetcdfWriter::dimension(const std::string& group, const std::string& name, std::size_t size) {
  const hsize_t n = size;
  H5Handle dataset(H5Dcreate2(place(group), name.c_str(), H5T_IEEE_F32BE, simple_space({&n, 1}), H5P_DEFAULT,
                              creation_list(), H5P_DEFAULT),
                   H5Dclose, "H5Dcreate");
  char length[16];
  std::snprintf(length, sizeof length, "%10llu", static_cast<unsigned long long>(n));
  make_scale(dataset, std::string(no_values) + length);
  sizes_[path_in(group, name)] = {n};
  scales_[path_in(group, name)] = std::move(dataset);
}

void NetcdfWriter::write(const Variable& v) {
  const std::string group = group_of(v.path), name = name_of(v.path);
  const bool is_scale = v.dimensions.size() == 1 && v.dimensions[0] == name;
  const std::size_t count = std::visit([](const auto& x) { return x.size(); }, v.values);

  std::vector<std::string> scales;
  std::vector<hsize_t> shape;
  if (is_scale) shape = {count};
  if (!is_scale)
    for (const std::string& d : v.dimensions) {
      scales.push_back(scales_.contains(path_in(group, d)) ? path_in(group, d) : d);
      shape.push_back(sizes_.at(scales.back()).at(0));
    }
  if (std::accumulate(shape.begin(), shape.end(), hsize_t{1}, std::multiplies<>()) != count)
    throw std::logic_error(v.path + ": the values do not fill the dimensions");

  const H5Handle list = creation_list();
  const bool text = std::holds_alternative<std::vector<std::string>>(v.values);
  if (shape.empty() && !text) must(H5Pset_layout(list, H5D_COMPACT), "H5Pset_layout");  // under the header's checksum
  if (!shape.empty() && !text) {  // HDF5 has no checksums for texts: the digest covers them
    std::vector<hsize_t> chunk;
    for (const hsize_t n : shape) chunk.push_back(std::clamp<hsize_t>(n, 1, longest_chunk));
    must(H5Pset_chunk(list, static_cast<int>(chunk.size()), chunk.data()), "H5Pset_chunk");
    must(H5Pset_shuffle(list), "H5Pset_shuffle");
    if (packing_ == Packing::deflate) must(H5Pset_deflate(list, 4), "H5Pset_deflate");
    must(H5Pset_fletcher32(list), "H5Pset_fletcher32");
  }
  const bool by_chunk = std::endian::native == std::endian::little && packing_ == Packing::plain && shape.size() == 1 &&
                        !is_scale && count > 0 && !v.may_be_nan;
  if (v.may_be_nan) must(H5Pset_fill_value(list, H5T_NATIVE_DOUBLE, &nan), "H5Pset_fill_value");

  const H5Handle space = shape.empty() ? scalar_space() : simple_space(shape);
  H5Handle dataset;
  const auto create = [&](hid_t type) {
    dataset = {H5Dcreate2(place(group), name.c_str(), type, space, H5P_DEFAULT, list, H5P_DEFAULT), H5Dclose,
               "H5Dcreate"};
  };
  const auto write = [&](hid_t type, const void* values) {
    if (count > 0) must(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "H5Dwrite");
  };
  std::visit(
      [&]<class T>(const std::vector<T>& x) {
        if constexpr (std::is_same_v<T, std::string>) {
          std::vector<const char*> starts;
          for (const std::string& s : x) starts.push_back(s.c_str());
          create(text_type());
          write(text_type(), starts.data());
        } else {
          create(number_type<T>());
          if (by_chunk)
            write_chunks<T>(dataset, x);
          else
            write(number_type<T>(), x.data());
          std::vector<T> flags(v.meanings.size());
          std::iota(flags.begin(), flags.end(), T{});
          if (!flags.empty()) write_numbers<T>(dataset, "flag_values", flags);
        }
      },
      v.values);
  if (v.may_be_nan) write_number(dataset, "_FillValue", nan);
  if (!v.meanings.empty()) {
    std::string all;
    for (const std::string& meaning : v.meanings) all += (all.empty() ? "" : " ") + meaning;
    write_text(dataset, "flag_meanings", all);
  }
  for (const auto& [key, value] : v.attributes) write_text(dataset, key, value);

  digests_[v.path] = dataset_digest(v.values);
  if (is_scale) {
    make_scale(dataset, name);
    sizes_[v.path] = shape;
    scales_[v.path] = std::move(dataset);
  } else {
    for (std::size_t i = 0; i < scales.size(); ++i)
      must(H5DSattach_scale(dataset, scales_.at(scales[i]), static_cast<unsigned>(i)), "H5DSattach_scale");
  }
}

std::vector<std::byte> NetcdfWriter::finish() {
  write_text(file_, "digest", file_digest(digests_));
  must(H5Fflush(file_, H5F_SCOPE_GLOBAL), "H5Fflush");
  const ssize_t size = H5Fget_file_image(file_, nullptr, 0);
  if (size <= 0) throw std::runtime_error("HDF5: H5Fget_file_image failed");
  std::vector<std::byte> image(static_cast<std::size_t>(size));
  if (H5Fget_file_image(file_, image.data(), image.size()) != size)
    throw std::runtime_error("HDF5: H5Fget_file_image failed");
  mend_superblock(image);
  return image;
}

NetcdfReader::NetcdfReader(std::vector<std::byte> file) : bytes_(std::move(file)) {
  silence();
  const H5Handle access = core_access();
  must(H5Pset_file_image(access, bytes_.data(), bytes_.size()), "H5Pset_file_image");
  file_ = {H5Fopen(name_in_memory().c_str(), H5F_ACC_RDONLY, access), H5Fclose, "H5Fopen"};
  bytes_.clear();
  bytes_.shrink_to_fit();
}

namespace {

H5Handle open_dataset(hid_t file, const std::string& path) {
  return {H5Dopen2(file, path.c_str(), H5P_DEFAULT), H5Dclose, ("H5Dopen of " + path).c_str()};
}

bool is_bare_dimension(const H5Handle& dataset) {
  if (H5DSis_scale(dataset) <= 0) return false;
  char name[128] = "";
  return H5DSget_scale_name(dataset, name, sizeof name) > 0 && std::string_view(name).starts_with(no_values);
}

template <class T>
std::vector<T> read_numbers(const H5Handle& dataset, std::size_t count) {
  std::vector<T> values(count);
  if (count > 0) must(H5Dread(dataset, number_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "H5Dread");
  return values;
}

std::vector<std::string> read_texts(const H5Handle& dataset, const H5Handle& space, std::size_t count) {
  std::vector<std::string> texts;
  if (count == 0) return texts;
  const H5Handle type = text_type();
  std::vector<char*> starts(count);
  must(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, starts.data()), "H5Dread");
  for (const char* s : starts) texts.emplace_back(s ? s : "");
  must(H5Dvlen_reclaim(type, space, H5P_DEFAULT, starts.data()), "H5Dvlen_reclaim");
  return texts;
}

herr_t collect_path(hid_t, const char* name, const H5O_info_t* object, void* paths) {
  if (object->type == H5O_TYPE_DATASET) static_cast<std::vector<std::string>*>(paths)->push_back(name);
  return 0;
}

}  // namespace

std::vector<std::string> NetcdfReader::datasets() const {
  std::vector<std::string> all, paths;
  must(H5Ovisit2(file_, H5_INDEX_NAME, H5_ITER_INC, collect_path, &all, H5O_INFO_BASIC), "H5Ovisit");
  for (const std::string& path : all)
    if (!is_bare_dimension(open_dataset(file_, path))) paths.push_back(path);
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool NetcdfReader::has(const std::string& path) const {
  const std::string group = group_of(path);
  return (group.empty() || H5Lexists(file_, group.c_str(), H5P_DEFAULT) > 0) &&
         H5Lexists(file_, path.c_str(), H5P_DEFAULT) > 0;
}

std::vector<std::size_t> NetcdfReader::shape(const std::string& path) const {
  const H5Handle dataset = open_dataset(file_, path), space(H5Dget_space(dataset), H5Sclose, "H5Dget_space");
  std::vector<hsize_t> sizes(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  must(H5Sget_simple_extent_dims(space, sizes.data(), nullptr), "H5Sget_simple_extent_dims");
  return {sizes.begin(), sizes.end()};
}

Values NetcdfReader::values(const std::string& path) const {
  const H5Handle dataset = open_dataset(file_, path), space(H5Dget_space(dataset), H5Sclose, "H5Dget_space");
  const H5Handle type(H5Dget_type(dataset), H5Tclose, "H5Dget_type");
  const auto count = static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space)));
  const std::size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_STRING:
      if (H5Tis_variable_str(type) > 0) return read_texts(dataset, space, count);
      break;
    case H5T_INTEGER:
      if (size == 1) return read_numbers<std::int8_t>(dataset, count);
      if (size == 2) return read_numbers<std::int16_t>(dataset, count);
      if (size == 4) return read_numbers<std::int32_t>(dataset, count);
      if (size == 8) return read_numbers<std::int64_t>(dataset, count);
      break;
    case H5T_FLOAT:
      if (size == 4) return read_numbers<float>(dataset, count);
      if (size == 8) return read_numbers<double>(dataset, count);
      break;
    default:
      break;
  }
  throw std::runtime_error("HDF5: " + path + " is of a type that these files do not have");
}

std::vector<std::string> NetcdfReader::texts(const std::string& path) const {
  Values all = values(path);
  if (auto* texts = std::get_if<std::vector<std::string>>(&all)) return std::move(*texts);
  throw std::runtime_error("HDF5: " + path + " is not text");
}

std::vector<double> NetcdfReader::numbers(const std::string& path) const {
  return std::visit(
      [&]<class T>(const std::vector<T>& x) -> std::vector<double> {
        if constexpr (std::is_same_v<T, std::string>)
          throw std::runtime_error("HDF5: " + path + " is not a number");
        else
          return {x.begin(), x.end()};
      },
      values(path));
}

bool NetcdfReader::has_attribute(const std::string& group, const std::string& name) const {
  return H5Aexists_by_name(file_, group.empty() ? "." : group.c_str(), name.c_str(), H5P_DEFAULT) > 0;
}

H5Handle NetcdfReader::attribute(const std::string& group, const std::string& name) const {
  return {H5Aopen_by_name(file_, group.empty() ? "." : group.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
          ("H5Aopen of " + name).c_str()};
}

std::string NetcdfReader::text_attribute(const std::string& group, const std::string& name) const {
  const H5Handle a = attribute(group, name), type(H5Aget_type(a), H5Tclose, "H5Aget_type");
  if (H5Tis_variable_str(type) <= 0) throw std::runtime_error("HDF5: attribute " + name + " is not text");
  char* start = nullptr;
  must(H5Aread(a, text_type(), &start), "H5Aread");
  const std::string text = start ? start : "";
  H5free_memory(start);
  return text;
}

std::int64_t NetcdfReader::integer_attribute(const std::string& group, const std::string& name) const {
  std::int64_t number = 0;
  must(H5Aread(attribute(group, name), H5T_NATIVE_INT64, &number), "H5Aread");
  return number;
}

std::uint64_t NetcdfReader::unsigned_attribute(const std::string& group, const std::string& name) const {
  std::uint64_t number = 0;
  must(H5Aread(attribute(group, name), H5T_NATIVE_UINT64, &number), "H5Aread");
  return number;
}

std::vector<std::int32_t> NetcdfReader::integers_attribute(const std::string& group, const std::string& name) const {
  const H5Handle a = attribute(group, name), space(H5Aget_space(a), H5Sclose, "H5Aget_space");
  std::vector<std::int32_t> numbers(
      static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space))));
  must(H5Aread(a, H5T_NATIVE_INT32, numbers.data()), "H5Aread");
  return numbers;
}

std::string NetcdfReader::digest() const {
  std::map<std::string, std::string> digests;
  for (const std::string& path : datasets()) digests[path] = dataset_digest(values(path));
  return file_digest(digests);
}

}  // namespace sim
