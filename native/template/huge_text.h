// The program's code on huge pages. A fork does not copy the page tables of a file that is mapped, so every worker
// takes a page fault for each 64 KiB of Node's code that it runs (some 90 of them, and as many pages to give back when
// it ends); what lies in anonymous huge pages is copied with the fork, at the price of one table entry for 2 MiB.
#pragma once

namespace stint {

/// Moves the code around `inside` (of the loaded object that holds it) to huge pages. Costs as much memory as the code
/// is long, once for a template with all its workers, and some 10 ms. Nothing changes where the kernel has no huge
/// pages to give (Documentation/admin-guide/mm/transhuge.rst). Other threads may run that code meanwhile.
bool MoveTextToHugePages(const void* inside);

}  // namespace stint
