#include "cmd/fetch-config/request.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/fetch-config/partial.h"

#include "common/base/banned.h"

const struct url *request_first_url(const struct fetch *fetch)
{
    switch (fetch->phase) {
    case FETCH_CREDENTIALS:
        return &fetch->asked;
    case FETCH_SUM:
        return fetch->sum_url.scheme == URL_S3 ? &fetch->sum_object : &fetch->sum_url;
    case FETCH_BODY:
        break;
    }
    return fetch->url.scheme == URL_S3 ? &fetch->object : &fetch->url;
}

bool request_is_s3(const struct fetch *fetch)
{
    return (fetch->phase == FETCH_SUM && fetch->sum_url.scheme == URL_S3) ||
           (fetch->phase == FETCH_BODY && fetch->url.scheme == URL_S3);
}

bool request_needs_s3(const struct fetch *fetch)
{
    return fetch->url.scheme == URL_S3 || fetch->sum_url.scheme == URL_S3;
}

bool request_keeps_body(const struct fetch *fetch)
{
    const struct fetch_plan *plan = fetch->plan;

    return (fetch->path && strcmp(fetch->path, "/dev/null") != 0) || plan->render ||
           plan->validate != VALIDATE_NONE || plan->min_size > 1 || fetch->sha256 || fetch->sum_url.text;
}

/* A file that is compressed itself is requested without encoding: its published checksum is that of the compressed file. */
static bool may_be_encoded(const struct url *url)
{
    static const char *const endings[] = {".gz",  ".tgz",  ".zst", ".tzst", ".xz", ".txz",
                                          ".bz2", ".tbz2", ".zip", ".jar",  ".war"};
    size_t length = strlen(url->bare);

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcasecmp(url->bare + length - ending, endings[i]) == 0)
            return false;
    }
    return true;
}

static bool open_upload(struct fetch *fetch, struct exchange_request *request, struct reason *why)
{
    const char *path = fetch->plan->data_file;
    struct stat present;

    request->upload = -1;
    if (fetch->phase == FETCH_CREDENTIALS && fetch->upload >= 0) {
        request->method = "POST";
        request->upload = fetch->upload;
        request->upload_size = lseek(fetch->upload, 0, SEEK_END);
        lseek(fetch->upload, 0, SEEK_SET);
    }
    if (!path || fetch->phase != FETCH_BODY || (fetch->redirects > 0 && !fetch->method))
        return true;
    if (fetch->upload >= 0)
        close(fetch->upload);
    fetch->upload = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fetch->upload < 0 || fstat(fetch->upload, &present) != 0)
        return reason_set(why, CODE_FAILED, "--data-file: %.200s: %s", path, strerror(errno));
    if (!S_ISREG(present.st_mode))
        return reason_set(why, CODE_FAILED, "--data-file: %.200s: is not a file", path);
    request->upload = fetch->upload;
    request->upload_size = present.st_size;
    return true;
}

static const struct url *own_url(const struct fetch *fetch)
{
    return fetch->url.scheme == URL_S3 ? &fetch->object : &fetch->url;
}

/* Secrets, custom headers and the client certificate are for the URL's own host. */
static bool asks_own_host(const struct fetch *fetch)
{
    const struct url *own = own_url(fetch);

    return own->host[0] != '\0' && url_same_party(own, &fetch->at);
}

bool request_read_headers(struct fetch *fetch, struct reason *why)
{
    const struct headers_source *source = &fetch->plan->headers;
    const struct url *own = own_url(fetch), *sum = &fetch->sum_url;
    bool other = sum->text && sum->scheme != URL_S3 && !url_same_party(own, sum);

    return headers_read(source, own, true, &fetch->headers, why) &&
           (!other || headers_read(source, sum, false, &fetch->sum_headers, why));
}

/* The headers of the URL's own host, or of the checksum's host, while the hop goes to that host. After a redirect to another host
 * there are none, even if that is the host of another pair. */
static const struct strings *headers_for(const struct fetch *fetch)
{
    if (fetch->phase == FETCH_CREDENTIALS)
        return &fetch->asked_headers;
    if (fetch->phase == FETCH_SUM && fetch->sum_url.scheme == URL_S3)
        return &fetch->sum_headers;
    if (asks_own_host(fetch) && !(fetch->phase == FETCH_SUM && fetch->url.scheme == URL_S3))
        return &fetch->headers;
    return fetch->phase == FETCH_SUM && url_same_party(&fetch->sum_url, &fetch->at) ? &fetch->sum_headers
                                                                                    : NULL;
}

bool request_fill(struct fetch *fetch, struct exchange_request *request, struct reason *why)
{
    bool kept = fetch->phase != FETCH_BODY || request_keeps_body(fetch);

    *request = (struct exchange_request){
        .url = &fetch->at,
        .method = fetch->method,
        .headers = headers_for(fetch),
        .stranger = !asks_own_host(fetch),
        .kept = kept,
        .decode = kept && !(fetch->plan->extract && fetch->phase == FETCH_BODY) && may_be_encoded(&fetch->at),
        .resumable = fetch->plan->resume && fetch->phase == FETCH_BODY,
        .direct = fetch->phase == FETCH_CREDENTIALS && fetch->plan->aws->source == AWS_CONTAINER,
        .reach = fetch->reach,
        .deadline = fetch->deadline,
        .wall_time = time(NULL),
    };
    partial_ask(fetch, request);
    return open_upload(fetch, request, why);
}

/* Credentials from a server are short-lived: each attempt requests them again. */
bool request_credentials(struct fetch *fetch, struct reason *why)
{
    struct aws_question question;
    bool good = aws_ask(fetch->plan->aws, &question, why) && url_parse(question.url, "", &fetch->asked, why);

    if (good && question.form) {
        size_t length = strlen(question.form);
        fetch->upload = memfd_create("initkit", MFD_CLOEXEC);
        good = (fetch->upload >= 0 && write(fetch->upload, question.form, length) == (ssize_t)length) ||
               reason_set(why, CODE_FAILED, "no temporary file can be created: %s", strerror(errno));
    }
    fetch->asked_headers = question.headers;
    fetch->asked_reach = question.reach;
    question.headers = (struct strings){0};
    aws_question_free(&question);
    return good;
}

bool request_sign(struct fetch *fetch, struct reason *why)
{
    struct aws_key key;
    bool good = aws_take_key(fetch->plan->aws, fetch->sum.data, fetch->sum.length, &key, why);

    if (good && fetch->url.scheme == URL_S3)
        aws_sign(fetch->plan->aws, &key, &fetch->object, time(NULL), &fetch->headers);
    if (good && fetch->sum_url.scheme == URL_S3)
        aws_sign(fetch->plan->aws, &key, &fetch->sum_object, time(NULL), &fetch->sum_headers);
    aws_key_free(&key);
    return good;
}
