/* Parses the answers of the services that issue credentials. */
#ifndef FETCH_CONFIG_AWS_ANSWER_H
#define FETCH_CONFIG_AWS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/fetch-config/aws.h"

/* Each fills `key`, which the caller frees in either case. False: id or secret is missing. */
bool aws_answer_xml(const char *text, size_t length, struct aws_key *key);  /* STS */
bool aws_answer_json(const char *text, size_t length, struct aws_key *key); /* the container endpoint */

#endif
