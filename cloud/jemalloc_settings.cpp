// SPDX-License-Identifier: Apache-2.0
// How jemalloc is to behave in hearth-cloud; it looks for this name.
// Thread: read before main().   Errors: none.

/// One arena behind the threads' own caches, and nothing above 4 KiB in those, keeps an idle cloud small.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:1,lg_tcache_max:12,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
