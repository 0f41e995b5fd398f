#include "cmd/tls-check/wire.h"

#include <errno.h>
#include <sys/socket.h>

#include "common/base/mem.h"

#include "common/base/banned.h"

void wire_next_portion(struct wire *wire)
{
    wire->portion = WIRE_PORTION;
}

static int wire_read(BIO *bio, char *to, int size)
{
    struct wire *wire = BIO_get_data(bio);
    ssize_t got;

    BIO_clear_retry_flags(bio);
    if (wire->portion == 0) {
        BIO_set_retry_read(bio);
        errno = EAGAIN;
        return -1;
    }
    size_t most = (size_t)size < wire->portion ? (size_t)size : wire->portion;
    got = recv(wire->fd, to, most, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_read(bio);
    if (got > 0)
        wire->portion -= (size_t)got;
    if (got == 0)
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return (int)got;
}

static int wire_write(BIO *bio, const char *from, int size)
{
    const struct wire *wire = BIO_get_data(bio);
    ssize_t sent = send(wire->fd, from, (size_t)size, MSG_NOSIGNAL);

    BIO_clear_retry_flags(bio);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        BIO_set_retry_write(bio);
    return (int)sent;
}

static long wire_control(BIO *bio, int command, long number, void *pointer)
{
    (void)number, (void)pointer;
    if (command == BIO_CTRL_EOF)
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    return command == BIO_CTRL_FLUSH;
}

static const BIO_METHOD *wire_method(void)
{
    static BIO_METHOD *method;

    if (method)
        return method;
    method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire");
    if (!method || BIO_meth_set_read(method, wire_read) != 1 || BIO_meth_set_write(method, wire_write) != 1 ||
        BIO_meth_set_ctrl(method, wire_control) != 1)
        mem_exhausted();
    return method;
}

BIO *wire_bio(struct wire *wire)
{
    BIO *bio = BIO_new(wire_method());

    if (!bio)
        mem_exhausted();
    BIO_set_data(bio, wire);
    BIO_set_init(bio, 1);
    wire_next_portion(wire);
    return bio;
}
