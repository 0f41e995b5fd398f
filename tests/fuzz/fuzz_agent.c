/* What an AppDynamics agent is told: JAVA_TOOL_OPTIONS on the first line, controller-info.xml behind it. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/tls-check/derive.h"
#include "common/base/log.h"
#include "common/base/strings.h"
#include "tests/fuzz/input.h"

static char folder[] = "/tmp/initkit-fuzz-agent-XXXXXX";
static char file[64];

/* The folder is this process's, and gone when it ends; a crash leaves it. */
static void clean(void)
{
    char conf[64];

    snprintf(conf, sizeof conf, "%s/conf", folder);
    unlink(file);
    rmdir(conf);
    rmdir(folder);
}

static void prepare(void)
{
    char conf[64];

    MUST(mkdtemp(folder));
    snprintf(conf, sizeof conf, "%s/conf", folder);
    snprintf(file, sizeof file, "%s/controller-info.xml", conf);
    MUST(mkdir(conf, 0700) == 0);
    atexit(clean);
    unsetenv("JAVA_HOME");
    log_setup("fuzz", LOG_TEXT, LOG_ERROR);
}

static void try_words(const char *options, const char *xml)
{
    char *property = agent_property(options, "http.proxyHost");
    struct agent agent = {0};
    struct reason why;

    MUST(!property || strlen(property) < strlen(options));
    free(property);
    if (!agent_take_xml(&agent, xml, "file", &why))
        MUST(why.code == CODE_USAGE && why.text[0] != '\0');
    for (int i = 0; i < AGENT_ITEMS; i++)
        MUST(!agent.values[i] || (*agent.values[i] != '\0' && agent.from[i]));
    agent_free(&agent);
    agent_needs_no_proxy(options, xml);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *xml, *options = input_first_line(data, size, &xml);
    struct settings settings = {.agent_dir = folder};
    struct derived derived;
    struct reason why;

    if (file[0] == '\0')
        prepare();
    int descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    MUST(descriptor >= 0 && write(descriptor, xml, strlen(xml)) == (ssize_t)strlen(xml));
    close(descriptor);
    setenv("JAVA_TOOL_OPTIONS", options, 1);
    try_words(options, xml);
    if (derive_from_agent(&derived, &settings, &why))
        MUST(settings.common.operands.count == 1 && settings.profile == TLS_JAVA);
    else
        MUST((why.code == CODE_USAGE || why.code == CODE_TRUST_STORE || why.code == CODE_PROTOCOL) &&
             why.text[0] != '\0');
    derived_free(&derived);
    strings_clear(&settings.common.operands);
    strings_clear(&settings.trust_stores);
    free(options);
    free(xml);
    return 0;
}
