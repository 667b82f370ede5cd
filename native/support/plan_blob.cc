#include "support/plan_blob.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "support/memfd.h"

namespace stint {
namespace {

constexpr std::size_t kMaxBlob = UINT32_MAX;

std::size_t BlobSize(const PlanSource& source, std::size_t strings) {
  std::size_t size = sizeof(PlanHeader) + strings * sizeof(std::uint32_t) + source.cwd.size() + 1;
  for (const auto* list : {&source.files, &source.argv, &source.env, &source.cgroups})
    for (const std::string& text : *list) size += text.size() + 1;
  return size;
}

class BlobWriter {
 public:
  BlobWriter(char* blob, std::size_t strings)
      : blob_(blob), table_(sizeof(PlanHeader)), next_(sizeof(PlanHeader) + strings * sizeof(std::uint32_t)) {}

  void Add(const std::string& text) {
    const auto offset = static_cast<std::uint32_t>(next_);
    std::memcpy(blob_ + table_, &offset, sizeof offset);
    std::memcpy(blob_ + next_, text.c_str(), text.size() + 1);
    table_ += sizeof offset;
    next_ += text.size() + 1;
  }

 private:
  char* blob_;
  std::size_t table_;
  std::size_t next_;
};

bool HeaderSound(const PlanHeader& header, std::size_t size) {
  return header.magic == kPlanMagic && header.version == kPlanVersion && header.total_size == size &&
         (header.flags & ~kPlanAllFlags) == 0 && header.file_count > 0 && header.argv_count > 0 &&
         (header.cgroup_count == 0 || header.cgroup_count == kCgroupTexts) && (header.without & ~kAllRungs) == 0;
}

class BlobReader {
 public:
  BlobReader(char* blob, std::size_t size, std::size_t strings)
      : blob_(blob), size_(size), first_(sizeof(PlanHeader) + strings * sizeof(std::uint32_t)) {}

  /// The next string; null when its offset lies outside the strings. The blob's last byte is NUL, so each one ends.
  char* Next() {
    std::uint32_t offset = 0;
    std::memcpy(&offset, blob_ + table_, sizeof offset);
    table_ += sizeof offset;
    return offset >= first_ && offset < size_ ? blob_ + offset : nullptr;
  }

  bool List(std::size_t count, std::vector<char*>* list) {
    list->clear();
    list->reserve(count + 1);
    for (std::size_t i = 0; i < count; i++) {
      list->push_back(Next());
      if (list->back() == nullptr) return false;
    }
    list->push_back(nullptr);
    return true;
  }

 private:
  char* blob_;
  std::size_t size_;
  std::size_t first_;
  std::size_t table_ = sizeof(PlanHeader);
};

}  // namespace

std::vector<char> EncodePlan(const PlanSource& source) {
  const std::size_t strings = 1 + source.files.size() + source.argv.size() + source.env.size() + source.cgroups.size();
  const std::size_t size = BlobSize(source, strings);
  if (size > kMaxBlob) return {};
  std::vector<char> blob(size);
  PlanHeader header = source.header;
  header.magic = kPlanMagic;
  header.version = kPlanVersion;
  header.total_size = static_cast<std::uint32_t>(size);
  header.file_count = static_cast<std::uint32_t>(source.files.size());
  header.argv_count = static_cast<std::uint32_t>(source.argv.size());
  header.env_count = static_cast<std::uint32_t>(source.env.size());
  header.cgroup_count = static_cast<std::uint32_t>(source.cgroups.size());
  std::memcpy(blob.data(), &header, sizeof header);
  BlobWriter writer(blob.data(), strings);
  writer.Add(source.cwd);
  for (const auto* list : {&source.files, &source.argv, &source.env, &source.cgroups})
    for (const std::string& text : *list) writer.Add(text);
  return blob;
}

bool DecodePlan(char* blob, std::size_t size, Plan* plan) {
  if (size <= sizeof(PlanHeader) || blob[size - 1] != '\0') return false;
  std::memcpy(&plan->header, blob, sizeof(PlanHeader));
  const PlanHeader& header = plan->header;
  if (!HeaderSound(header, size)) return false;
  const std::size_t strings =
      std::size_t{1} + header.file_count + header.argv_count + header.env_count + header.cgroup_count;
  if (strings * sizeof(std::uint32_t) >= size - sizeof(PlanHeader)) return false;
  BlobReader reader(blob, size, strings);
  plan->cwd = reader.Next();
  return plan->cwd != nullptr && reader.List(header.file_count, &plan->files) &&
         reader.List(header.argv_count, &plan->argv) && reader.List(header.env_count, &plan->env) &&
         reader.List(header.cgroup_count, &plan->cgroups);
}

UniqueFd SealPlan(const std::vector<char>& blob) {
  UniqueFd fd = MakeMemfd("stint-plan");
  if (!fd.valid() || WriteAt(fd.get(), blob.data(), blob.size(), 0) != 0 || SealMemfd(fd.get()) != 0) return UniqueFd();
  return fd;
}

int MapPlan(int fd, Plan* plan) {
  if (!IsSealed(fd)) return EPERM;
  const std::int64_t end = MemfdSize(fd);
  if (end < 0) return errno;
  const auto size = static_cast<std::size_t>(end);
  if (size <= sizeof(PlanHeader) || size > kMaxBlob) return EBADMSG;
  void* blob = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (blob == MAP_FAILED) return errno;
  return DecodePlan(static_cast<char*>(blob), size, plan) ? 0 : EBADMSG;
}

}  // namespace stint
