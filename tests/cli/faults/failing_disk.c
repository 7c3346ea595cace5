/* A disk that fails at the nth call, for one process: loaded before the C library (LD_PRELOAD).

   Calls that change files under FAULT_ROOT are counted. The nth one fails with an error, is where the
   process is killed, or writes half of what it was given before that. The counters lie in memory that
   is shared with the process that forked this one, so that they outlive it. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOTHING = 0, KILL = -1, TORN = -2 };

struct state {
    long fail_at;   /* which call, from 1; 0 for none */
    int fault;      /* an errno, KILL or TORN */
    long calls;     /* how many there were */
    size_t told;
    char trace[1 << 20]; /* the calls and on what, up to the one that failed; a line each */
};

static struct state *shared;
static char root[PATH_MAX];

__attribute__((constructor)) static void prepare(void) {
    const char *named = getenv("FAULT_ROOT");
    snprintf(root, sizeof root, "%s", named ? named : "/nowhere");
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

void fault_arm(long fail_at, int fault) {
    memset(shared, 0, offsetof(struct state, trace) + shared->told + 1);
    shared->fault = fault;
    shared->fail_at = fail_at;
}
void fault_disarm(void) { shared->fail_at = -1; }
const char *fault_trace(void) { return shared->trace; }

static void tell(const char *call, const char *path) {
    size_t room = sizeof shared->trace - shared->told;
    int length = snprintf(shared->trace + shared->told, room, "%s %s\n", call, path);
    if (length > 0 && (size_t)length < room)
        shared->told += (size_t)length;
}

static int is_inside(int folder, const char *path) {
    char whole[PATH_MAX], link[64];
    if (path[0] == '/')
        return !strncmp(path, root, strlen(root));
    if (folder == AT_FDCWD)
        return getcwd(whole, sizeof whole) && !strncmp(whole, root, strlen(root));
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, whole, sizeof whole - 1);
    return length > 0 && (whole[length] = 0, !strncmp(whole, root, strlen(root)));
}

/* What becomes of a call on PATH: NOTHING for the usual, an errno, or TORN. Returns not for KILL. */
static int fault_of(const char *call, int folder, const char *path) {
    if (!shared || shared->fail_at < 0 || !is_inside(folder, path))
        return NOTHING;
    long number = __atomic_add_fetch(&shared->calls, 1, __ATOMIC_SEQ_CST);
    if (!shared->fail_at || number <= shared->fail_at)
        tell(call, path);
    if (number != shared->fail_at)
        return NOTHING;
    if (shared->fault == KILL)
        kill(getpid(), SIGKILL);
    return shared->fault;
}

static int fault_of_file(const char *call, int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = file > 2 ? readlink(link, path, sizeof path - 1) : -1;
    if (length <= 0)
        return NOTHING;
    path[length] = 0;
    return path[0] == '/' ? fault_of(call, AT_FDCWD, path) : NOTHING;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL_IF(fault) do { int f_ = (fault); if (f_ > 0) { errno = f_; return -1; } if (f_) kill(getpid(), SIGKILL); } while (0)

#define WRITER(name, params, half, whole)                                                          \
    ssize_t name params {                                                                          \
        int fault = fault_of_file(#name, file);                                                    \
        if (fault == TORN) { (void)!(half); kill(getpid(), SIGKILL); }                             \
        FAIL_IF(fault);                                                                            \
        return whole;                                                                              \
    }
WRITER(write, (int file, const void *data, size_t size), REAL(write)(file, data, size / 2), REAL(write)(file, data, size))
WRITER(pwrite, (int file, const void *data, size_t size, off_t at), REAL(pwrite)(file, data, size / 2, at), REAL(pwrite)(file, data, size, at))
WRITER(pwrite64, (int file, const void *data, size_t size, off64_t at), REAL(pwrite64)(file, data, size / 2, at), REAL(pwrite64)(file, data, size, at))
WRITER(sendfile, (int file, int from, off_t *at, size_t size), REAL(sendfile)(file, from, at, size / 2), REAL(sendfile)(file, from, at, size))
WRITER(sendfile64, (int file, int from, off64_t *at, size_t size), REAL(sendfile64)(file, from, at, size / 2), REAL(sendfile64)(file, from, at, size))

#define ON_FILE(name, params, call)                                                                \
    int name params { FAIL_IF(fault_of_file(#name, file)); return REAL(name) call; }
ON_FILE(fsync, (int file), (file))
ON_FILE(fdatasync, (int file), (file))
ON_FILE(ftruncate, (int file, off_t size), (file, size))
ON_FILE(ftruncate64, (int file, off64_t size), (file, size))
ON_FILE(fchmod, (int file, mode_t mode), (file, mode))

#define ON_PATH(name, params, folder, path, call)                                                  \
    int name params { FAIL_IF(fault_of(#name, folder, path)); return REAL(name) call; }
ON_PATH(rename, (const char *from, const char *to), AT_FDCWD, to, (from, to))
ON_PATH(renameat, (int a, const char *from, int b, const char *to), b, to, (a, from, b, to))
ON_PATH(link, (const char *from, const char *to), AT_FDCWD, to, (from, to))
ON_PATH(linkat, (int a, const char *from, int b, const char *to, int flags), b, to, (a, from, b, to, flags))
ON_PATH(unlink, (const char *path), AT_FDCWD, path, (path))
ON_PATH(unlinkat, (int folder, const char *path, int flags), folder, path, (folder, path, flags))
ON_PATH(rmdir, (const char *path), AT_FDCWD, path, (path))
ON_PATH(mkdir, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
ON_PATH(mkdirat, (int folder, const char *path, mode_t mode), folder, path, (folder, path, mode))
ON_PATH(chmod, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))

#define OPENER(name, params, folder, call)                                                         \
    int name params {                                                                              \
        mode_t mode = 0;                                                                           \
        if (flags & (O_CREAT | O_TMPFILE)) {                                                       \
            va_list rest;                                                                          \
            va_start(rest, flags);                                                                 \
            mode = va_arg(rest, mode_t);                                                           \
            va_end(rest);                                                                          \
        }                                                                                          \
        if (flags & (O_WRONLY | O_RDWR | O_CREAT))                                                 \
            FAIL_IF(fault_of(#name, folder, path));                                                \
        return REAL(name) call;                                                                    \
    }
OPENER(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPENER(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPENER(openat, (int folder, const char *path, int flags, ...), folder, (folder, path, flags, mode))
OPENER(openat64, (int folder, const char *path, int flags, ...), folder, (folder, path, flags, mode))
