/* Whether other clients read a PEM file as it is read here: OpenSSL's own reader refuses a whole file for one bad block, and curl,
 * Python and Node.js with it. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

#include "common/base/mem.h"
#include "common/trust/anchors.h"
#include "common/trust/pem_ciphers.h"

#include "common/base/banned.h"

/* Nobody is asked for a password. A pem_password_cb. NOLINTNEXTLINE(readability-non-const-parameter) */
static int give_nothing(char *to, int size, int writing, void *owner)
{
    (void)to, (void)size, (void)writing, (void)owner;
    return -1;
}

/* A BIO_callback_fn_ex: OpenSSL reads line by line, and ends where it gets none. */
static long give_line(BIO *bio, int operation, const char *bytes, size_t length, int argument, long number,
                      int result, size_t *processed) /* NOLINT(readability-non-const-parameter) */
{
    (void)bytes, (void)length, (void)argument, (void)number, (void)processed;
    if (operation != BIO_CB_GETS || anchors_go_on((const struct truststore *)BIO_get_callback_arg(bio)))
        return result;
    return -1;
}

/* How many certificates OpenSSL's reader finds; 0 where it refuses the file, with its error in the queue. */
static size_t count_certificates(struct truststore *store, const struct buf *content)
{
    BIO *in = BIO_new_mem_buf(content->data, (int)content->length);
    size_t count = 0;

    if (!in)
        mem_exhausted();
    BIO_set_callback_arg(in, (char *)store);
    BIO_set_callback_ex(in, give_line);
    pem_ciphers_add(content->data, content->length);
    ERR_clear_error();
    STACK_OF(X509_INFO) *found = PEM_X509_INFO_read_bio(in, NULL, give_nothing, NULL);
    for (int i = 0; i < sk_X509_INFO_num(found); i++)
        count += sk_X509_INFO_value(found, i)->x509 != NULL;
    sk_X509_INFO_pop_free(found, X509_INFO_free);
    BIO_free(in);
    return count;
}

static const char *cause(unsigned long error)
{
    if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_BAD_END_LINE)
        return "two blocks are joined without a newline, or one has no end";
    if (ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_BAD_BASE64_DECODE)
        return "one block has something between its lines that is not base64";
    return "a certificate, CRL or key in it is broken";
}

void anchors_warn_openssl(struct truststore *store, const char *path, const struct buf *content, size_t found)
{
    size_t count = count_certificates(store, content);
    unsigned long error = ERR_peek_error();
    if (count == 0 && found > 0)
        anchors_warn(
            store,
            "%.200s: clients that use OpenSSL (curl, Python, Node.js) cannot read this file: %s; Java and this tool read the rest",
            path, cause(error));
    else if (count < found)
        anchors_warn(
            store,
            "%.200s: clients that use OpenSSL (curl, Python, Node.js) will find %zu of its %zu certificates",
            path, count, found);
    ERR_clear_error();
}
