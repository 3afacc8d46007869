/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prefetch: has the processor fetch memory that will be needed soon, where the compiler knows how. */
#ifndef WIRETRUTH_PREFETCH_H
#define WIRETRUTH_PREFETCH_H

#if defined(__GNUC__) /* and clang */
#define WT_PREFETCH(address)       __builtin_prefetch(address)
#define WT_PREFETCH_WRITE(address) __builtin_prefetch((address), 1)
#else
#define WT_PREFETCH(address)       ((void)(address))
#define WT_PREFETCH_WRITE(address) ((void)(address))
#endif

/* A function that only fetches is taken by gcc for one without effect, and the call dropped, unless inlined. */
#if defined(__GNUC__)
#define WT_PREFETCHING static inline __attribute__((always_inline))
#elif defined(_MSC_VER)
#define WT_PREFETCHING static __forceinline
#else
#define WT_PREFETCHING static inline
#endif

#endif
