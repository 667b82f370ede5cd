// left-out WAY ROUNDS FOLDER [COMETS]: what a rung would cost or bring that stint does not use (docs/design.md, section 5). Prints the
// milliseconds of each round: of a forked process that touches 256 kB and ends,
//   plain      with nothing around it
//   group      in a memory group of its own: made in FOLDER, limited, entered, read, removed
//   pool       in a group of FOLDER that was there before, emptied of what the last one has left (v1's memory.force_empty)
//   namespace  as the first process of a pid namespace, which runs it as its child
// and until no process of COMETS (test/fixtures/programs/comets.c) is left, once they are to be killed:
//   end-namespace  by the death of their namespace's first process
//   end-freezer    frozen in a group of FOLDER (v1's freezer), killed, thawed, until the group is empty
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char* folder;
static char group[512];

static double Now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static void Fail(const char* what) {
  perror(what);
  exit(1);
}

static void Put(const char* name, const char* text) {
  char path[600];
  snprintf(path, sizeof path, "%s/%s", group, name);
  const int file = open(path, O_WRONLY);
  if (file < 0 || write(file, text, strlen(text)) < 0) Fail(path);
  close(file);
}

static long Read(const char* name, char* text, size_t size) {
  char path[600];
  snprintf(path, sizeof path, "%s/%s", group, name);
  const int file = open(path, O_RDONLY);
  const long got = file < 0 ? -1 : read(file, text, size - 1);
  if (got < 0) Fail(path);
  text[got] = '\0';
  close(file);
  return got;
}

static void Make(void) {
  if (mkdir(group, 0755) != 0) Fail(group);
}

static void Remove(void) {
  if (rmdir(group) != 0) Fail(group);
}

static pid_t Fork(unsigned long flags) {
  const pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | flags, NULL, NULL, NULL, NULL);
  if (pid < 0) Fail("clone");
  return pid;
}

static void Await(pid_t pid) {
  if (waitpid(pid, NULL, 0) != pid) Fail("waitpid");
}

static void Touch(void) {
  volatile char* memory = malloc(256 << 10);
  for (size_t at = 0; at < 256 << 10; at += 4096) memory[at] = 7;
  _exit(0);
}

static void Plain(void) {
  const pid_t pid = Fork(0);
  if (pid == 0) Touch();
  Await(pid);
}

static void Inside(void) {
  const pid_t pid = Fork(0);
  if (pid == 0) {
    Put("cgroup.procs", "0");
    Touch();
  }
  Await(pid);
}

static void Group(void) {
  char text[4096];
  Make();
  Put("memory.limit_in_bytes", "268435456");
  Inside();
  Read("memory.max_usage_in_bytes", text, sizeof text);
  Read("memory.stat", text, sizeof text);
  Remove();
}

static void Pool(void) {
  char text[4096];
  Put("memory.limit_in_bytes", "268435456");
  Inside();
  Read("memory.max_usage_in_bytes", text, sizeof text);
  Read("memory.stat", text, sizeof text);
  Put("memory.force_empty", "0");
  Put("memory.max_usage_in_bytes", "0");
}

static void Namespace(void) {
  const pid_t first = Fork(CLONE_NEWPID);
  if (first == 0) {
    Plain();
    _exit(0);
  }
  Await(first);
}

static const struct timespec fill = {0, 300000000};

static double EndNamespace(char** comets) {
  const pid_t first = Fork(CLONE_NEWPID);
  if (first == 0) {
    if (Fork(0) == 0) execv(comets[0], comets);
    signal(SIGCHLD, SIG_IGN);
    for (;;) pause();
  }
  nanosleep(&fill, NULL);
  const double start = Now();
  kill(first, SIGKILL);
  Await(first);  // not before the last process of the namespace (pid_namespaces(7))
  return Now() - start;
}

static int KillAll(void) {
  static char text[1 << 16];
  int count = 0;
  if (Read("cgroup.procs", text, sizeof text) == 0) return 0;
  for (char* at = strtok(text, "\n"); at != NULL; at = strtok(NULL, "\n")) count += kill(atoi(at), SIGKILL) == 0;
  return count;
}

static double EndFreezer(char** comets) {
  char text[16];
  Make();
  const pid_t first = Fork(0);
  if (first == 0) {
    Put("cgroup.procs", "0");
    execv(comets[0], comets);
  }
  nanosleep(&fill, NULL);
  const double start = Now();
  for (int left = 1; left > 0;) {
    Put("freezer.state", "FROZEN");
    for (int tries = 0; tries < 50 && Read("freezer.state", text, sizeof text) && strncmp(text, "FROZEN", 6) != 0; tries++) sched_yield();
    left = KillAll();
    Put("freezer.state", "THAWED");
  }
  const double taken = Now() - start;
  Await(first);
  Remove();
  return taken;
}

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const char* way = argv[1];
  folder = argv[3];
  snprintf(group, sizeof group, "%s/left-out-%d", folder, getpid());
  const int pool = strcmp(way, "pool") == 0;
  if (pool) Make();
  for (int left = atoi(argv[2]); left > 0; left--) {
    double start = Now(), taken = 0;
    if (strcmp(way, "plain") == 0) Plain();
    if (strcmp(way, "group") == 0) Group();
    if (pool) Pool();
    if (strcmp(way, "namespace") == 0) Namespace();
    if (strcmp(way, "end-namespace") == 0) taken = EndNamespace(argv + 4);
    if (strcmp(way, "end-freezer") == 0) taken = EndFreezer(argv + 4);
    printf("%.3f\n", taken > 0 ? taken : Now() - start);
  }
  if (pool) Remove();
  return 0;
}
