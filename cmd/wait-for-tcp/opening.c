#include "cmd/wait-for-tcp/opening.h"

#include <string.h>

#include "cmd/wait-for-tcp/protocol.h"
#include "common/base/escape.h"
#include "common/base/file.h"

#include "common/base/banned.h"

enum { PASSWORD_MOST = 4096 };

bool opening_is_secret(const struct opening *opening)
{
    return opening->file || opening->password_file;
}

void opening_wipe(struct buf *bytes)
{
    if (bytes->data)
        explicit_bzero(bytes->data, bytes->capacity);
    buf_free(bytes);
}

/* Its first line. */
static bool password_read(const char *path, struct buf *password, struct reason *why)
{
    if (!file_read(path, password, NULL, why))
        return false;
    password->length = strcspn(password->data, "\r\n");
    return password->length > 0 || reason_set(why, CODE_USAGE, "%.256s: no password in its first line", path);
}

static bool opening_add_password(const struct opening *opening, struct buf *bytes, struct reason *why)
{
    struct buf password;

    buf_init(&password, PASSWORD_MOST);
    bool good = password_read(opening->password_file, &password, why);
    if (!good)
        reason_wrap(why, "--password-file");
    else if (!protocol_redis_opening(bytes, opening->user, &password))
        good = reason_set(why, CODE_USAGE, "--user: too long");
    opening_wipe(&password);
    return good;
}

bool opening_read(const struct opening *opening, const struct protocol *protocol, struct buf *bytes,
                  struct reason *why)
{
    if (opening->text)
        return escape_decode(opening->text, bytes, why);
    if (opening->password_file)
        return opening_add_password(opening, bytes, why);
    if (opening->file && !file_read(opening->file, bytes, NULL, why)) {
        reason_wrap(why, "--send-file");
        return false;
    }
    if (protocol)
        buf_add(bytes, protocol->opening, protocol->opening_length);
    return true;
}
