// Included before everything else in the addon (-include, native/binding.gyp), so that a binary built on a new machine
// loads on an old one. glibc 2.34 moved libpthread, libdl and librt into libc and gave their functions a new version;
// the old ones are still there and do the same. `npm run prebuilds` fails when a function that is used is missing here.
#pragma once
#include <features.h>  // __GLIBC__

#if defined(__GLIBC__) && (defined(__x86_64__) || defined(__aarch64__))

#ifdef __x86_64__
#define STINT_FIRST "GLIBC_2.2.5"
#define STINT_TIMERS "GLIBC_2.3.3"
#define STINT_NAMES "GLIBC_2.12"
#else
#define STINT_FIRST "GLIBC_2.17"  // the first that arm64 had
#define STINT_TIMERS "GLIBC_2.17"
#define STINT_NAMES "GLIBC_2.17"
#endif

#define STINT_BIND(name, version) __asm__(".symver " #name "," #name "@" version)

STINT_BIND(dladdr, STINT_FIRST);
STINT_BIND(dlclose, STINT_FIRST);
STINT_BIND(dlerror, STINT_FIRST);
STINT_BIND(dlopen, STINT_FIRST);
STINT_BIND(dlsym, STINT_FIRST);
STINT_BIND(pthread_attr_setstacksize, STINT_FIRST);
STINT_BIND(pthread_create, STINT_FIRST);
STINT_BIND(pthread_detach, STINT_FIRST);
STINT_BIND(pthread_getattr_np, STINT_FIRST);
STINT_BIND(pthread_join, STINT_FIRST);
STINT_BIND(pthread_kill, STINT_FIRST);
STINT_BIND(pthread_once, STINT_FIRST);
STINT_BIND(pthread_setname_np, STINT_NAMES);
STINT_BIND(pthread_sigmask, STINT_FIRST);
STINT_BIND(sem_destroy, STINT_FIRST);
STINT_BIND(sem_init, STINT_FIRST);
STINT_BIND(sem_post, STINT_FIRST);
STINT_BIND(sem_timedwait, STINT_FIRST);
STINT_BIND(sem_trywait, STINT_FIRST);
STINT_BIND(sem_wait, STINT_FIRST);
STINT_BIND(timer_create, STINT_TIMERS);
STINT_BIND(timer_delete, STINT_TIMERS);
STINT_BIND(timer_gettime, STINT_TIMERS);
STINT_BIND(timer_settime, STINT_TIMERS);

#undef STINT_BIND
#undef STINT_FIRST
#undef STINT_TIMERS
#undef STINT_NAMES
#endif
