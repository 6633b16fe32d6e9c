// Makes fsync and fdatasync of a process take SLOW_DISK_US microseconds longer: a disk that is slow to confirm a write.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static void wait_longer(void) {
  const char *text = getenv("SLOW_DISK_US");
  long us = text == NULL ? 0 : atol(text);
  struct timespec pause = {us / 1000000, us % 1000000 * 1000};
  if (us > 0) nanosleep(&pause, NULL);
}

int fsync(int file) {
  static int (*sync_file)(int) = NULL;
  if (sync_file == NULL) sync_file = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  wait_longer();
  return sync_file(file);
}

int fdatasync(int file) {
  static int (*sync_file)(int) = NULL;
  if (sync_file == NULL) sync_file = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  wait_longer();
  return sync_file(file);
}
