#include "template/huge_text.h"

#include <link.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace stint {
namespace {

constexpr std::uintptr_t kHuge = std::uintptr_t{2} << 20;

struct Text {
  std::uintptr_t inside = 0;
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::size_t size() const { return end - begin; }
};

int OnObject(dl_phdr_info* info, std::size_t, void* data) {
  auto* text = static_cast<Text*>(data);
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    const std::uintptr_t end = begin + header.p_memsz;
    if (header.p_type != PT_LOAD || !(header.p_flags & PF_X) || text->inside < begin || text->inside >= end) continue;
    text->begin = (begin + kHuge - 1) & ~(kHuge - 1);
    text->end = end & ~(kHuge - 1);
    return 1;
  }
  return 0;
}

long Faults() {
  rusage own{};
  getrusage(RUSAGE_SELF, &own);
  return own.ru_minflt;
}

/// Untouched memory that begins where a huge page can. Null where there is none.
char* MapAligned(std::size_t size) {
  void* mapped = mmap(nullptr, size + kHuge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  const auto at = reinterpret_cast<std::uintptr_t>(mapped);
  const std::uintptr_t begin = (at + kHuge - 1) & ~(kHuge - 1);
  if (begin > at) munmap(mapped, begin - at);
  munmap(reinterpret_cast<void*>(begin + size), at + kHuge - begin);
  return reinterpret_cast<char*>(begin);
}

/// False as soon as one piece of the copy did not get a huge page: small ones would make every fork dearer.
bool CopyToHugePages(char* copy, const Text& text) {
  if (madvise(copy, text.size(), MADV_HUGEPAGE) != 0) return false;
  for (std::size_t done = 0; done < text.size(); done += kHuge) {
    copy[done] = 0;
    const long before = Faults();
    copy[done + kHuge - 1] = 0;
    if (Faults() != before) return false;
    std::memcpy(copy + done, reinterpret_cast<const char*>(text.begin) + done, kHuge);
  }
  return true;
}

}  // namespace

bool MoveTextToHugePages(const void* inside) {
  Text text;
  text.inside = reinterpret_cast<std::uintptr_t>(inside);
  dl_iterate_phdr(OnObject, &text);
  if (text.begin >= text.end) return false;
  char* copy = MapAligned(text.size());
  if (copy == nullptr) return false;
  // One step for whoever runs there: mremap(2) holds the lock that a page fault in between would wait for.
  const bool moved = CopyToHugePages(copy, text) && mprotect(copy, text.size(), PROT_READ | PROT_EXEC) == 0 &&
                     mremap(copy, text.size(), text.size(), MREMAP_MAYMOVE | MREMAP_FIXED,
                            reinterpret_cast<void*>(text.begin)) != MAP_FAILED;
  if (!moved) munmap(copy, text.size());
  return moved;
}

}  // namespace stint
