// One control group of a job's own, in one hierarchy: a directory that is made, written to, read, and removed.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "support/unique_fd.h"

namespace stint {

class CgroupDirectory {
 public:
  CgroupDirectory() = default;
  ~CgroupDirectory() { Remove(); }
  CgroupDirectory(const CgroupDirectory&) = delete;
  CgroupDirectory& operator=(const CgroupDirectory&) = delete;

  /// mkdir(2) of `parent`/`name`. False with errno where it may not be made.
  bool Make(const char* parent, const char* name);
  /// Uses a directory that is there already, and leaves it there.
  bool Adopt(const char* path);
  bool valid() const { return fd_.valid(); }
  /// For CLONE_INTO_CGROUP (clone3(2)).
  int fd() const { return fd_.get(); }
  bool Has(const char* file) const;
  /// False with errno.
  bool Write(const char* file, std::string_view text) const;
  bool Write(const char* file, std::int64_t number) const;
  /// A file that holds one number; -1 where it is missing or holds none ("max").
  std::int64_t Number(const char* file) const;
  /// The number after `name` (with its space) in a file of lines `name number`; -1 where there is none.
  std::int64_t Field(const char* file, const char* name) const;
  /// True when no process is in it.
  bool Empty() const;
  /// rmdir(2), with whatever groups the job has made below it. It must be empty of processes; those that have just
  /// died may hold it for a moment.
  void Remove();

 private:
  UniqueFd fd_;
  std::string path_;  // empty: adopted, not ours to remove
};

}  // namespace stint
