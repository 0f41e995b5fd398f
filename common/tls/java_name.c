#include "common/tls/java_name.h"

#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "common/net/address.h"
#include "common/tls/java_letters.h"

#include "common/base/banned.h"

enum {
    LABEL_MOST = 63,
    STAR = '*',
};

/* --- what may be a name at all --- */

static bool is_letter_or_digit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

static const char *find_label_flaw(const char *label, size_t length)
{
    if (length == 0)
        return "a label in it is empty";
    if (length > LABEL_MOST)
        return "a label in it is longer than 63 characters";
    if (label[0] == '-' || label[length - 1] == '-')
        return "a label in it begins or ends with \"-\"";
    for (size_t i = 0; i < length; i++)
        if (label[i] == '_')
            return "it has an underscore";
        else if (!is_letter_or_digit(label[i]) && label[i] != '-')
            return "it has other characters than letters, digits and \"-\"";
    return NULL;
}

static const char *find_flaw(const char *name)
{
    const char *flaw = strlen(name) > JAVA_LETTERS ? "it is too long" : NULL;

    for (const char *at = name; !flaw;) {
        size_t length = strcspn(at, ".");
        flaw = find_label_flaw(at, length);
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    return flaw;
}

const char *java_name_flaw(const char *name)
{
    struct address ignored;

    if (address_parse(name, 0, &ignored))
        return NULL;
    /* To a JVM these are addresses, "127.1" among them, and to others they are none. */
    if (name[strspn(name, "0123456789.")] == '\0')
        return "it has only digits, and is not an address";
    return find_flaw(name);
}

/* --- comparing --- */

struct span {
    const uint32_t *at;
    size_t count;
};

static bool is_equal(struct span a, struct span b)
{
    return a.count == b.count && memcmp(a.at, b.at, a.count * sizeof a.at[0]) == 0;
}

static size_t index_of(struct span in, uint32_t letter)
{
    size_t i = 0;

    while (i < in.count && in.at[i] != letter)
        i++;
    return i;
}

static struct span behind(struct span in, size_t count)
{
    return (struct span){.at = in.at + count, .count = in.count - count};
}

/* Where `what` begins in `in`; in.count + 1: nowhere. */
static size_t find(struct span in, struct span what)
{
    for (size_t i = 0; i + what.count <= in.count; i++)
        if (is_equal((struct span){.at = in.at + i, .count = what.count}, what))
            return i;
    return in.count + 1;
}

/* HostnameChecker.matchWildCards: what stands between the wildcards is looked for in its order, and the earliest counts. */
static bool match_label(struct span name, struct span pattern)
{
    bool first = true;

    if (index_of(pattern, STAR) == pattern.count)
        return is_equal(name, pattern);
    if (name.count > 0 && name.at[0] == JAVA_MARK)
        return pattern.count == 1;
    for (size_t star; (star = index_of(pattern, STAR)) < pattern.count; first = false) {
        struct span before = {.at = pattern.at, .count = star};
        size_t start = find(name, before);
        if (start > name.count || (first && start != 0))
            return false;
        name = behind(name, start + star);
        pattern = behind(pattern, star + 1);
    }
    return name.count >= pattern.count && is_equal(behind(name, name.count - pattern.count), pattern);
}

/* In the first label alone, or in each. */
static bool match_letters(struct span name, struct span pattern, bool first_only)
{
    for (bool wild = true;; wild = !first_only) {
        size_t label = index_of(name, '.'), other = index_of(pattern, '.');
        struct span a = {.at = name.at, .count = label}, b = {.at = pattern.at, .count = other};
        if (!(wild ? match_label(a, b) : is_equal(a, b)))
            return false;
        if (label == name.count || other == pattern.count)
            return label == name.count && other == pattern.count;
        name = behind(name, label + 1);
        pattern = behind(pattern, other + 1);
    }
}

/* A name again, with a letter for each wildcard and for all that is not ASCII. */
static bool is_a_name(const struct java_letters *pattern)
{
    char text[JAVA_LETTERS + 1];

    for (size_t i = 0; i < pattern->count; i++)
        text[i] = pattern->at[i] == STAR || pattern->at[i] >= JAVA_BEYOND_ASCII ? 'z' : (char)pattern->at[i];
    text[pattern->count] = '\0';
    return find_flaw(text) == NULL;
}

static bool match(struct java_version version, const char *name, const struct java_letters *pattern)
{
    struct java_letters letters;
    struct span all = {.at = pattern->at, .count = pattern->count};
    size_t star = pattern->count;

    while (star > 0 && pattern->at[star - 1] != STAR)
        star--;
    if (star > 0 &&
        index_of(behind(all, star), '.') == pattern->count - star) /* a wildcard for a whole domain */
        return false;
    return is_a_name(pattern) && java_letters_read(name, &letters) &&
           match_letters((struct span){.at = letters.at, .count = letters.count}, all,
                         java_number(version, JAVA_LEFT_WILDCARDS) == 1);
}

/* Alternative names are ASCII; others are not what they seem to be. */
static bool match_dns(struct java_version version, const char *name, const char *pattern)
{
    struct java_letters letters;

    for (const char *at = pattern; *at != '\0'; at++)
        if ((unsigned char)*at >= JAVA_BEYOND_ASCII)
            return false;
    return java_letters_read(pattern, &letters) && match(version, name, &letters);
}

static bool match_common(struct java_version version, const char *name, const char *common)
{
    struct java_letters letters;

    return java_letters_read_utf8(common, &letters) && match(version, name, &letters);
}

/* As IPv6: InetAddress.getByName takes ::ffff:10.0.0.1 for 10.0.0.1. */
static struct in6_addr widen(const struct address *address)
{
    struct in6_addr wide = {.s6_addr = {[10] = 0xFF, [11] = 0xFF}};

    if (address_family(address) != AF_INET)
        return address->socket.v6.sin6_addr;
    memcpy(&wide.s6_addr[12], &address->socket.v4.sin_addr, sizeof address->socket.v4.sin_addr);
    return wide;
}

static bool is_address_listed(const struct strings *list, const struct address *wanted)
{
    struct in6_addr wide = widen(wanted);

    for (size_t i = 0; i < list->count; i++) {
        struct address other;
        if (!address_parse(list->items[i], 0, &other))
            continue;
        struct in6_addr listed = widen(&other);
        if (memcmp(&listed, &wide, sizeof wide) == 0)
            return true;
    }
    return false;
}

bool java_name_fits(struct java_version version, const struct certificate *certificate, const char *name)
{
    const struct strings *dns = &certificate->dns;
    struct address address;

    if (address_parse(name, 0, &address))
        return is_address_listed(&certificate->addresses, &address);
    if (java_name_flaw(name))
        return false;
    for (size_t i = 0; i < dns->count; i++)
        if (match_dns(version, name, dns->items[i]))
            return true;
    return dns->count == 0 && !certificate->names_left_out && certificate->last_common_name &&
           match_common(version, name, certificate->last_common_name);
}

/* --- name constraints --- */

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), part = strlen(end);

    return part <= length && strcasecmp(name + length - part, end) == 0;
}

/* DNSName.constrains: the name is the base, or below it. */
static bool is_within(const char *name, const char *base)
{
    size_t more = strlen(name) - strlen(base);

    if (!ends_with(name, base) || *base == '\0')
        return false;
    return more == 0 || (name[more - 1] == '.') != (*base == '.');
}

/* What a CA may not certify: whatever the wildcard could stand for. */
static bool is_excluded(struct java_version version, const char *pattern, const char *base)
{
    return is_within(pattern, base) || match_dns(version, base, pattern);
}

/* Whether the subtrees allow the wildcard. `excluded` tells which of the two kinds they are. */
static bool subtrees_allow(struct java_version version, const STACK_OF(GENERAL_SUBTREE) * trees,
                           bool excluded, const char *pattern)
{
    bool limited = false;

    for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(trees, i)->base;
        char text[JAVA_LETTERS + 1];
        if (base->type != GEN_DNS)
            continue;
        if (ASN1_STRING_length(base->d.dNSName) > JAVA_LETTERS)
            return false;
        snprintf(text, sizeof text, "%.*s", ASN1_STRING_length(base->d.dNSName),
                 (const char *)ASN1_STRING_get0_data(base->d.dNSName));
        if (excluded ? is_excluded(version, pattern, text) : is_within(pattern, text))
            return !excluded;
        limited = true;
    }
    return excluded || !limited;
}

static bool ca_allows(struct java_version version, const X509 *ca, const char *pattern)
{
    NAME_CONSTRAINTS *limits = X509_get_ext_d2i(ca, NID_name_constraints, NULL, NULL);
    bool allows = !limits || (subtrees_allow(version, limits->permittedSubtrees, false, pattern) &&
                              subtrees_allow(version, limits->excludedSubtrees, true, pattern));

    NAME_CONSTRAINTS_free(limits);
    return allows;
}

static bool path_allows(struct java_version version, const struct java_path *path, const char *pattern)
{
    for (int i = 1; strchr(pattern, STAR) && i < path->count; i++)
        if (!ca_allows(version, path->certificates[i], pattern))
            return false;
    return true;
}

const char *java_name_limits(struct java_version version, const struct java_path *path)
{
    struct certificate leaf;
    bool allows = true;

    if (java_number(version, JAVA_WILDCARD_LIMITS) == 0)
        return NULL;
    certificate_read(&leaf, path->certificates[0]);
    for (size_t i = 0; allows && i < leaf.dns.count; i++)
        allows = path_allows(version, path, leaf.dns.items[i]);
    if (allows && leaf.dns.count == 0 && leaf.last_common_name)
        allows = path_allows(version, path, leaf.last_common_name);
    certificate_free(&leaf);
    return allows ? NULL : "its wildcard covers names that a CA above it may not certify";
}
