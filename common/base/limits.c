#include "common/base/limits.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/buf.h"
#include "common/base/file.h"
#include "common/base/units.h"

#include "common/base/banned.h"

enum { FILE_MAX = 64 * 1024 };

/* The files of a directory that hold what is looked for. */
enum { MEMORY = 1, CPU = 2, MEMORY_1 = 4, CPU_1 = 8, VERSION_2 = MEMORY | CPU, VERSION_1 = MEMORY_1 | CPU_1 };

/* Version 1 writes "no limit" as the largest number of whole pages. */
#define ABSURD (INT64_C(1) << 60)

/* The first line of a file that the kernel makes: it comes with one read. */
static bool read_line(const char *folder, const char *name, char *line, size_t size)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return false;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return false;
    ssize_t got = read(descriptor, line, size - 1);
    close(descriptor);
    if (got < 0)
        return false;
    line[got] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static void take_memory(struct limits *limits, const char *folder, const char *name)
{
    char line[64];
    int64_t bytes;

    if (!read_line(folder, name, line, sizeof line))
        return;
    if (!units_parse_number(line, 0, INT64_MAX, &bytes) || bytes >= ABSURD)
        bytes = LIMITS_NONE; /* "max" */
    if (limits->memory == LIMITS_UNKNOWN || bytes < limits->memory)
        limits->memory = bytes;
}

static void take_cpus(struct limits *limits, const char *quota_text, const char *period_text)
{
    int64_t quota, period;

    if (!units_parse_number(quota_text, 1, INT64_MAX / 2, &quota) ||
        !units_parse_number(period_text, 1, INT64_MAX / 2, &period))
        return;
    int64_t cpus = (quota + period - 1) / period;
    if (cpus < (int64_t)limits->cpus)
        limits->cpus = (unsigned)cpus;
}

/* One directory of a hierarchy. */
static void take_folder(struct limits *limits, const char *folder, unsigned files)
{
    char line[128], period[64];

    if (files & MEMORY)
        take_memory(limits, folder, "memory.max");
    if (files & MEMORY_1)
        take_memory(limits, folder, "memory.limit_in_bytes");
    if (files & CPU && read_line(folder, "cpu.max", line, sizeof line)) {
        char *space = strchr(line, ' ');
        if (space) {
            *space = '\0';
            take_cpus(limits, line, space + 1);
        }
    }
    if (files & CPU_1 && read_line(folder, "cpu.cfs_quota_us", line, sizeof line) &&
        read_line(folder, "cpu.cfs_period_us", period, sizeof period))
        take_cpus(limits, line, period);
}

/* A limit may be set anywhere between the root of the hierarchy and the process's own group. Without a cgroup namespace the
 * path is the host's: the container's own group is mounted at the root then, and directories that do not exist are skipped. */
static void take_path(struct limits *limits, const char *root, const char *path, unsigned files)
{
    char folder[PATH_MAX];
    int length = snprintf(folder, sizeof folder, "%s%s", root, path);

    if (length >= (int)sizeof folder)
        return;
    if (folder[length - 1] == '/')
        folder[length - 1] = '\0';
    while (strlen(folder) > strlen(root)) {
        take_folder(limits, folder, files);
        *strrchr(folder, '/') = '\0';
    }
    take_folder(limits, root, files);
}

/* Whether a list such as "cpuacct,cpu" contains the controller. */
static bool has_controller(const char *list, const char *name)
{
    while (*list != '\0') {
        size_t length = strcspn(list, ",");
        if (length == strlen(name) && strncmp(list, name, length) == 0)
            return true;
        list += length + (list[length] == ',');
    }
    return false;
}

/* "5:cpu,cpuacct:/path", or "0::/path" for version 2. */
static void take_hierarchy(struct limits *limits, const char *sys, char *line, unsigned files)
{
    static const struct {
        const char *name;
        unsigned file;
    } controllers[] = {{"memory", MEMORY_1}, {"cpu", CPU_1}};
    char *list = strchr(line, ':');
    char *path = list ? strchr(list + 1, ':') : NULL;
    char root[PATH_MAX];

    if (!path)
        return;
    *path++ = '\0';
    list++;
    if (*list == '\0') {
        take_path(limits, sys, path, files & VERSION_2);
        snprintf(root, sizeof root, "%s/unified", sys);
        take_path(limits, root, path, files & VERSION_2);
        return;
    }
    for (size_t i = 0; i < sizeof controllers / sizeof controllers[0]; i++) {
        if (!(files & controllers[i].file) || !has_controller(list, controllers[i].name))
            continue;
        snprintf(root, sizeof root, "%s/%s", sys, controllers[i].name);
        take_path(limits, root, path, controllers[i].file);
    }
}

/* Private writable memory of the process in bytes, as RLIMIT_DATA counts it; 0 when unknown. */
static int64_t data_in_use(void)
{
    enum { FIELD = 6 }; /* of statm, in pages */
    char line[128], *field = line;
    int64_t pages;

    if (!read_line("/proc/self", "statm", line, sizeof line))
        return 0;
    for (int i = 1; field && i < FIELD; i++) {
        field = strchr(field, ' ');
        field += field ? 1 : 0;
    }
    if (!field)
        return 0;
    field[strcspn(field, " ")] = '\0';
    return units_parse_number(field, 0, INT64_MAX / 4096, &pages) ? pages * sysconf(_SC_PAGESIZE) : 0;
}

void limits_hold_memory(const struct limits *limits)
{
    struct rlimit data;

    if (limits->memory == LIMITS_UNKNOWN || limits->memory == LIMITS_NONE ||
        getrlimit(RLIMIT_DATA, &data) != 0)
        return;
    int64_t most = limits->memory - limits->memory / 8; /* page tables and sockets count as well */
    /* Sanitizers reserve far more than they use. */
    if (data_in_use() > most / 2 || (rlim_t)most >= data.rlim_cur)
        return;
    data.rlim_cur = (rlim_t)most;
    setrlimit(RLIMIT_DATA, &data);
}

static void read_files(const char *proc, const char *sys, unsigned files, struct limits *limits)
{
    struct reason ignored;
    struct buf content;

    limits->memory = LIMITS_UNKNOWN;
    buf_init(&content, FILE_MAX);
    if (file_read(proc, &content, NULL, &ignored)) {
        char *rest = content.data, *line;
        while ((line = file_next_line(&rest)))
            take_hierarchy(limits, sys, line, files);
    }
    buf_free(&content);
}

void limits_read(const char *proc, const char *sys, struct limits *limits)
{
    cpu_set_t set;
    int cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

    limits->cpus = cpus > 0 ? (unsigned)cpus : 1;
    read_files(proc, sys, VERSION_1 | VERSION_2, limits);
}

int64_t limits_own_memory(void)
{
    static struct limits limits;
    static bool is_read;

    if (!is_read)
        read_files(LIMITS_PROC, LIMITS_SYS, MEMORY | MEMORY_1, &limits);
    is_read = true;
    return limits.memory;
}

void limits_hold_own_memory(void)
{
    const struct limits limits = {.cpus = 1, .memory = limits_own_memory()};

    limits_hold_memory(&limits);
}
