#include "probe/imports.h"

#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

namespace stint {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kJumpSlot = R_X86_64_JUMP_SLOT;
constexpr std::uint32_t kGlobalData = R_X86_64_GLOB_DAT;
#elif defined(__aarch64__)
constexpr std::uint32_t kJumpSlot = R_AARCH64_JUMP_SLOT;
constexpr std::uint32_t kGlobalData = R_AARCH64_GLOB_DAT;
#else
constexpr std::uint32_t kJumpSlot = 0;  // no relocation matches: nothing is redirected
constexpr std::uint32_t kGlobalData = 0;
#endif

/// The parts of one object's dynamic section that are needed here.
struct Object {
  ElfW(Addr) base = 0;
  const ElfW(Sym) * symbols = nullptr;
  const char* strings = nullptr;
  std::span<const ElfW(Rela)> calls;  // DT_JMPREL
  std::span<const ElfW(Rela)> data;   // DT_RELA
  ElfW(Addr) relro_begin = 0;
  ElfW(Addr) relro_end = 0;
};

struct Walk {
  std::span<const Import> imports;
  const void* engine;
  int changed = 0;
  bool failed = false;
};

/// Addresses in a dynamic section are relocated by glibc, and relative to the object in musl.
template <typename Type>
const Type* At(const Object& object, ElfW(Addr) address) {
  return reinterpret_cast<const Type*>(address < object.base ? object.base + address : address);
}

void ReadDynamic(const ElfW(Dyn) * entry, Object* object) {
  ElfW(Addr) calls = 0, data = 0;
  std::size_t calls_size = 0, data_size = 0;
  for (; entry->d_tag != DT_NULL; entry++) {
    if (entry->d_tag == DT_SYMTAB) object->symbols = At<ElfW(Sym)>(*object, entry->d_un.d_ptr);
    if (entry->d_tag == DT_STRTAB) object->strings = At<char>(*object, entry->d_un.d_ptr);
    if (entry->d_tag == DT_JMPREL) calls = entry->d_un.d_ptr;
    if (entry->d_tag == DT_PLTRELSZ) calls_size = entry->d_un.d_val;
    if (entry->d_tag == DT_RELA) data = entry->d_un.d_ptr;
    if (entry->d_tag == DT_RELASZ) data_size = entry->d_un.d_val;
  }
  if (calls) object->calls = {At<ElfW(Rela)>(*object, calls), calls_size / sizeof(ElfW(Rela))};
  if (data) object->data = {At<ElfW(Rela)>(*object, data), data_size / sizeof(ElfW(Rela))};
}

bool Contains(const dl_phdr_info& info, const void* address) {
  const auto wanted = reinterpret_cast<ElfW(Addr)>(address);
  for (int i = 0; i < info.dlpi_phnum; i++) {
    const ElfW(Phdr)& header = info.dlpi_phdr[i];
    const ElfW(Addr) begin = info.dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_LOAD && wanted >= begin && wanted < begin + header.p_memsz) return true;
  }
  return false;
}

bool ReadObject(const dl_phdr_info& info, Object* object) {
  object->base = info.dlpi_addr;
  for (int i = 0; i < info.dlpi_phnum; i++) {
    const ElfW(Phdr)& header = info.dlpi_phdr[i];
    const ElfW(Addr) begin = info.dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_DYNAMIC) ReadDynamic(reinterpret_cast<const ElfW(Dyn)*>(begin), object);
    if (header.p_type == PT_GNU_RELRO) {
      object->relro_begin = begin;
      object->relro_end = begin + header.p_memsz;
    }
  }
  return object->symbols && object->strings;
}

bool SetWritable(const Object& object, ElfW(Addr) slot, bool on) {
  if (slot < object.relro_begin || slot >= object.relro_end) return true;
  const auto page = static_cast<ElfW(Addr)>(sysconf(_SC_PAGESIZE));
  void* begin = reinterpret_cast<void*>(slot & ~(page - 1));
  return mprotect(begin, page, on ? PROT_READ | PROT_WRITE : PROT_READ) == 0;
}

const Import* Wanted(const Object& object, const ElfW(Rela) & relocation, std::span<const Import> imports) {
  const auto type = static_cast<std::uint32_t>(ELF64_R_TYPE(relocation.r_info));
  if (type != kJumpSlot && type != kGlobalData) return nullptr;
  const char* name = object.strings + object.symbols[ELF64_R_SYM(relocation.r_info)].st_name;
  for (const Import& import : imports) {
    if (std::strcmp(name, import.name) == 0) return &import;
  }
  return nullptr;
}

struct Slots {
  std::span<const ElfW(Rela)> relocations;
  bool engine;
};

void Redirect(const Object& object, const Slots& slots, Walk* walk) {
  for (const ElfW(Rela) & relocation : slots.relocations) {
    const Import* import = Wanted(object, relocation, walk->imports);
    if (import == nullptr) continue;
    const ElfW(Addr) address = object.base + relocation.r_offset;
    auto* slot = reinterpret_cast<void**>(address);
    void* wrapper = slots.engine && import->engine_wrapper ? import->engine_wrapper : import->wrapper;
    if (*slot == wrapper) continue;
    if (!SetWritable(object, address, true)) {
      walk->failed = true;
      continue;
    }
    __atomic_store_n(slot, wrapper, __ATOMIC_RELAXED);  // other threads call through it meanwhile
    SetWritable(object, address, false);
    walk->changed++;
  }
}

int OnObject(dl_phdr_info* info, std::size_t, void* data) {
  auto* walk = static_cast<Walk*>(data);
  Object object;
  if (Contains(*info, reinterpret_cast<void*>(&OnObject)) || !ReadObject(*info, &object)) return 0;
  const bool engine = Contains(*info, walk->engine);
  Redirect(object, {object.calls, engine}, walk);
  Redirect(object, {object.data, engine}, walk);
  return 0;
}

/// How often objects were loaded so far (dl_iterate_phdr(3)).
unsigned long long LoadCount() {
  unsigned long long count = 0;
  const auto read = [](dl_phdr_info* info, std::size_t, void* out) {
    *static_cast<unsigned long long*>(out) = info->dlpi_adds;
    return 1;
  };
  dl_iterate_phdr(read, &count);
  return count;
}

}  // namespace

int RedirectImports(std::span<const Import> imports, const void* engine) {
  static unsigned long long seen = 0;
  const unsigned long long count = LoadCount();
  if (count == seen) return 0;
  seen = count;
  Walk walk{imports, engine};
  dl_iterate_phdr(OnObject, &walk);
  return walk.failed ? -1 : walk.changed;
}

}  // namespace stint
