/* What libc's getaddrinfo says of names: a line each, "NAME ADDRESS" (the first address) or "NAME -". All names are asked for at
 * the same time, in a process each. Built for glibc and for musl by tests/differential/run. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void look_up(const char *name)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found = NULL;
    char text[INET6_ADDRSTRLEN] = "-", line[512];

    if (getaddrinfo(name, "80", &hints, &found) == 0)
        getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
    int length = snprintf(line, sizeof line, "%s %s\n", name, text);
    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        _exit(1);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        pid_t child = fork();
        if (child < 0)
            return 1;
        if (child == 0) {
            look_up(argv[i]);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}
