/* Numbers, durations and sizes: whatever is taken is within its bounds, and can be shown. */
#include "common/base/units.h"

#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = input_text(data, size), shown[UNITS_TEXT];
    int64_t number;
    double factor;

    if (units_parse_number(text, 1, 5, &number))
        MUST(number >= 1 && number <= 5);
    if (units_parse_number(text, 0, INT64_MAX, &number))
        MUST(number >= 0);
    if (units_parse_factor(text, 1, 100, &factor))
        MUST(factor >= 1 && factor <= 100);
    if (units_parse_duration(text, &number)) {
        MUST(number >= 0 && number <= INT64_C(10) * 366 * 24 * 3600 * 1000);
        MUST(strlen(units_format_duration(number, shown)) < UNITS_TEXT);
    }
    if (units_parse_size(text, &number))
        MUST(number >= 0 && number <= INT64_C(1) << 62);
    free(text);
    return 0;
}
