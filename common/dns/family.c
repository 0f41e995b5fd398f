#include "common/dns/family.h"

#include "common/base/banned.h"

const char *const family_choices[] = {"any", "4", "6", NULL};

int family_chosen(int choice)
{
    static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6};

    return families[choice];
}

bool family_check(const struct address *address, int family, struct reason *why)
{
    return family == AF_UNSPEC || address_family(address) == family ||
           reason_set(why, CODE_USAGE, "--family %s excludes this address", family == AF_INET ? "4" : "6");
}
