/* Functions that write past a buffer, drop an error or depend on hidden state: using one is a compile error.
 * Include this last. The idea is git's banned.h. */
#ifndef COMMON_BASE_BANNED_H
#define COMMON_BASE_BANNED_H

#define BANNED(function) use_of_##function##_is_banned_see_common_base_banned_h

#undef strcpy
#define strcpy(...) BANNED(strcpy)
#undef strcat
#define strcat(...) BANNED(strcat)
#undef strncpy
#define strncpy(...) BANNED(strncpy)
#undef strncat
#define strncat(...) BANNED(strncat)
#undef sprintf
#define sprintf(...) BANNED(sprintf)
#undef vsprintf
#define vsprintf(...) BANNED(vsprintf)
#undef gets
#define gets(...) BANNED(gets)
#undef atoi
#define atoi(...) BANNED(atoi)
#undef atol
#define atol(...) BANNED(atol)
#undef atof
#define atof(...) BANNED(atof)
#undef alloca
#define alloca(...) BANNED(alloca)
#undef strtok
#define strtok(...) BANNED(strtok)
#undef gmtime
#define gmtime(...) BANNED(gmtime)
#undef localtime
#define localtime(...) BANNED(localtime)
#undef getenv
#define getenv(...) BANNED(getenv)
#undef getaddrinfo
#define getaddrinfo(...) BANNED(getaddrinfo)

#endif
