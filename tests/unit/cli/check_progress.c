#include "common/cli/progress.h"

#include <unistd.h>

#include "common/base/deadline.h"
#include "tests/unit/capture.h"
#include "tests/unit/suite.h"

static const char *say(struct progress *progress, uint64_t file_count, uint64_t total)
{
    capture_begin(STDERR_FILENO);
    progress_say(progress, 1, file_count, 1048576, total);
    return capture_end();
}

START_TEST(a_line_a_second_and_no_more)
{
    struct progress progress;

    progress_begin(&progress, true, "DEST");
    ck_assert_str_eq(say(&progress, 2, 4194304), "");
    progress.began -= 2000;
    progress.said -= 1000;
    const char *line = say(&progress, 2, 4194304);
    expect_contains(line, "DEST: 1 of 2 files, 1.0 of 4.0 MiB (25 %), 0.5 MiB/s\n");
    ck_assert_str_eq(say(&progress, 2, 4194304), "");
}
END_TEST

START_TEST(what_is_not_known_is_left_out)
{
    struct progress progress;

    progress_begin(&progress, true, "DEST");
    progress.began -= 1000;
    progress.said -= 1000;
    expect_contains(say(&progress, 0, 0), "DEST: 1.0 MiB, 1.0 MiB/s\n");
}
END_TEST

START_TEST(off_unless_it_is_wanted)
{
    struct progress progress;

    capture_begin(STDERR_FILENO);
    progress_begin(&progress, false, "DEST");
    capture_end();
    progress.began -= 5000;
    progress.said -= 5000;
    ck_assert_str_eq(say(&progress, 2, 4), "");
}
END_TEST

SUITE("progress", a_line_a_second_and_no_more, what_is_not_known_is_left_out, off_unless_it_is_wanted)
