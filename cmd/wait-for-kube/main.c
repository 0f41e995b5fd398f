/* wait-for-kube: until Kubernetes objects are in a state. */
#include <stdlib.h>
#include <string.h>

#include "cmd/wait-for-kube/run.h"
#include "cmd/wait-for-kube/versions.h"
#include "common/run/wait_tool.h"

#include "common/base/banned.h"

enum { OBJECTS_MAX = 50000 };

static bool check_goal(const char *value, struct reason *why)
{
    struct goal goal;
    bool good = goal_parse(value, &goal, why);

    goal_free(&goal);
    return good;
}

/* "v1" or "GROUP/VERSION", parts of a path. */
static bool check_version(const char *value, struct reason *why)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789.-/";
    const char *slash = strchr(value, '/');
    bool good = *value != '\0' && *value != '/' && strspn(value, letters) == strlen(value) &&
                !strstr(value, "..") && (!slash || (slash[1] != '\0' && !strchr(slash + 1, '/')));

    return good ||
           reason_set(why, CODE_USAGE, "expected VERSION or GROUP/VERSION, such as cert-manager.io/v1");
}

static bool check_selector(const char *value, struct reason *why)
{
    return value[strspn(value, " \t\r\n")] != '\0' ||
           reason_set(why, CODE_USAGE, "expected a label selector, such as app=db");
}

#define AT(member) offsetof(struct wait_for_kube_options, member)

static const struct option rows[] = {
    OPTION(
        "for", "STATE", TEXT, goal, .check = check_goal,
        .help =
            "complete, ready, available, exists, deleted, condition=TYPE[=STATUS] or json=POINTER[=VALUE]. Without it what a "
            "kind is usually waited for: job complete, pod ready, deployment, statefulset and daemonset available, service "
            "with endpoints, persistentvolumeclaim bound, customresourcedefinition established, others exist"),
    OPTION(
        "namespace", "N", TEXT, namespace, .letter = 'n', .empty_counts = true,
        .help = "Namespace of the objects (default: the pod's); empty with --api-version: they are in none"),
    OPTION("selector", "S", TEXT, selector, .letter = 'l', .check = check_selector,
           .help = "All objects of the KIND that this label selector matches, such as app=db"),
    OPTION("min-objects", "N", NUMBER, min_objects, .min = 1, .max = OBJECTS_MAX, .initial = "1",
           .help = "With --selector: at least N objects match"),
    OPTION("min-endpoints", "N", NUMBER, min_endpoints, .min = 1, .max = OBJECTS_MAX, .initial = "1",
           .help = "At least N endpoints of a service are ready"),
    OPTION(
        "api-version", "G/V", TEXT, api_version, .check = check_version,
        .help =
            "Group and version of a kind that is not known here, such as cert-manager.io/v1; KIND is its plural then"),
    OPTION("server", "URL", TEXT, server,
           .help = "API server (default: the cluster's own, KUBERNETES_SERVICE_HOST and _PORT)"),
    OPTION(
        "token-file", "F", TEXT, token_file, .check = http_options_check_path,
        .help =
            "Send the token in this file; read again for each connection (default, over https: the service account's)"),
    OPTION(
        "trust-store", "PATH", LIST, http.trust_stores,
        .help =
            "Trust what is in this file or directory (default: the service account's ca.crt, else the system's)"),
    {.name = "cacert", .argument = "PATH", .stands_for = "trust-store"},
    PROXY_ROWS,
    OPTION("stable", "D", DURATION, common.retry.stable,
           .help = "The condition must hold this long without a break"),
    RESOLVER_ROWS,
};

static const struct option_initial initials[] = {
    {"timeout", "4m"},  {"attempt-timeout", "10s"}, {"interval", "1s"},
    {"backoff", "1.5"}, {"max-interval", "10s"},    {NULL, NULL},
};

static const char *const examples[] = {
    "Wait until a migration Job is complete; a failed one ends the run",
    "wait-for-kube --timeout 10m job/migrate",
    "Wait until a Service has a ready endpoint",
    "wait-for-kube service/mydb",
    "Wait until three pods of a StatefulSet are ready",
    "wait-for-kube pod -l app=kafka --min-objects 3",
    "Wait until a certificate of cert-manager has been issued",
    "wait-for-kube --api-version cert-manager.io/v1 --for condition=Ready certificates/web",
    "Wait until a custom resource's definition is there",
    "wait-for-kube crd/databases.example.com",
    NULL,
};

static const char *const libraries[] = {"musl " VERSION_MUSL, HTTP_LIBRARIES, NULL};

extern const struct tool wait_for_kube_tool;
const struct tool wait_for_kube_tool = {
    .name = "wait-for-kube",
    .operands = "KIND/NAME...",
    .summary = "Wait until Kubernetes objects are in a state",
    .description =
        "KIND is pod, job, service, deployment, statefulset, daemonset, persistentvolumeclaim, "
        "customresourcedefinition, configmap, secret and others, also by plural or short name. "
        "With --selector the operand is a KIND "
        "alone.\n\n"
        "All objects of one kind are listed once and then watched, over one connection: nothing is polled. "
        "The pod's service account "
        "needs a Role that allows list and watch.",
    .examples = examples,
    .libraries = libraries,
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .initials = initials,
    .options_size = sizeof(struct wait_for_kube_options),
    .check_usage = kube_check_usage,
    .many_targets = true,
    .judges_servers = true,
};

static bool run_release(struct wait *wait)
{
    struct run *run = (struct run *)wait;
    struct claim *claims = wait->array;

    for (size_t i = 0; i < run->group_count; i++) {
        watcher_free(&run->groups[i].watcher);
        strings_clear(&run->groups[i].names);
    }
    for (size_t i = 0; i < wait->count; i++)
        claim_free(&claims[i]);
    for (size_t i = 0; i < CLAIM_INQUIRIES; i++)
        inquiry_cancel(&run->inquiries[i]);
    multi_free(run->plan.watcher.exchange.multi);
    https_free(&run->https);
    goal_free(&run->plan.watcher.goal);
    cluster_free(&run->cluster);
    free(run->groups);
    return true;
}

int main(int argc, char **argv)
{
    static const struct wait_tool tool = {
        .tool = &wait_for_kube_tool,
        .run_size = sizeof(struct run),
        .prepare = kube_prepare,
        .start = claim_start,
        .cancel = claim_cancel,
        .release = run_release,
    };

    return wait_tool_main(&tool, argc, argv);
}
