// A library to preload that makes a chosen file-changing call of a program fail, or kills the program there.
//   FAILIO_MATCH  count only calls on paths that contain this text
//   FAILIO_AT     the call that fails, from 1; 0: none
//   FAILIO_MODE   kill (before the call), torn (kill after half a write), enospc, eio
//   FAILIO_ON     if set, all calls from FAILIO_AT on fail
//   FAILIO_COUNT  a file that receives the number of calls at exit
// Build: cc -shared -fPIC -O1 failio.c -o failio.so -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static long calls;

static int mode_is(const char* name) {
  const char* mode = getenv("FAILIO_MODE");
  return mode && strcmp(mode, name) == 0;
}

static int matches(const char* path) {
  const char* part = getenv("FAILIO_MATCH");
  return part && strstr(path, part) != NULL;
}

static int open_on_match(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = '\0';
  return matches(path);
}

// Counts a call; whether it is the one to fail.
static int chosen(void) {
  const char* at = getenv("FAILIO_AT");
  const long wanted = at ? atol(at) : 0;
  ++calls;
  return wanted > 0 && (calls == wanted || (getenv("FAILIO_ON") && calls > wanted));
}

static int fail(void) {
  if (mode_is("kill") || mode_is("torn")) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  errno = mode_is("eio") ? EIO : ENOSPC;
  return -1;
}

__attribute__((destructor)) static void report(void) {
  const char* name = getenv("FAILIO_COUNT");
  FILE* file = name ? fopen(name, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", calls);
  fclose(file);
}

ssize_t write(int fd, const void* bytes, size_t count) {
  ssize_t (*real)(int, const void*, size_t) = (ssize_t(*)(int, const void*, size_t))dlsym(RTLD_NEXT, "write");
  if (open_on_match(fd) && chosen()) {
    if (mode_is("torn") && real(fd, bytes, count / 2) < 0) return -1;
    return fail();
  }
  return real(fd, bytes, count);
}

int fsync(int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return open_on_match(fd) && chosen() ? fail() : real(fd);
}

int rename(const char* from, const char* to) {
  int (*real)(const char*, const char*) = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
  return matches(to) && chosen() ? fail() : real(from, to);
}
