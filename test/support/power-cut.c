// Keeps what a power cut would leave: each fsync and fdatasync of a file copies it to FILE.disk, as it is at the call, and takes
// POWER_CUT_US microseconds longer.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void copy(int file, off_t size, const char *path) {
  char part[PATH_MAX + 16], kept[PATH_MAX + 16], bytes[65536];
  snprintf(part, sizeof part, "%s.part", path);
  snprintf(kept, sizeof kept, "%s.disk", path);
  int to = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  for (off_t at = 0; at < size;) {
    off_t left = size - at;
    ssize_t got = pread(file, bytes, left < (off_t)sizeof bytes ? (size_t)left : sizeof bytes, at);
    if (got <= 0 || write(to, bytes, (size_t)got) != got) abort();
    at += got;
  }
  close(to);
  if (rename(part, kept) != 0) abort();
}

static int keep(int file, const char *name) {
  struct stat facts;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length > 0 && fstat(file, &facts) == 0 && S_ISREG(facts.st_mode)) {
    path[length] = 0;
    copy(file, facts.st_size, path);
  }
  const char *text = getenv("POWER_CUT_US");
  long us = text == NULL ? 0 : atol(text);
  struct timespec pause = {us / 1000000, us % 1000000 * 1000};
  if (us > 0) nanosleep(&pause, NULL);
  int (*sync_file)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return sync_file(file);
}

int fsync(int file) { return keep(file, "fsync"); }
int fdatasync(int file) { return keep(file, "fdatasync"); }
