// floor N: forks and waits N times, and prints each time in microseconds: what a fresh process costs with nothing in it.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double Now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

int main(int argc, char** argv) {
  for (int left = argc > 1 ? atoi(argv[1]) : 1000; left > 0; left--) {
    double started = Now();
    pid_t child = fork();
    if (child == 0) _exit(0);
    if (child < 0 || waitpid(child, NULL, 0) != child) return 1;
    printf("%.1f\n", Now() - started);
  }
  return 0;
}
