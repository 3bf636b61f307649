/* SPDX-License-Identifier: Apache-2.0 */
/* The boundary between host and mapper: plain C, no C++ type and no exception crosses.
 *
 * A mapper exports one function, hearth_mapper_descriptor, which returns a constant table. Authors in C++ do not
 * write against this header but derive from the classes of sdk/mapper/mapper.hpp.
 *
 * Growth:  structs that begin with struct_size only ever grow at the end, with abi_minor one higher. Each side
 *          reads the smaller of both sizes; a member beyond it is absent. Structs without struct_size stand in
 *          arrays and never change within one abi_major.
 * Strings: pointer and length, UTF-8, not terminated. An empty one may have a null pointer.
 * Owners:  what the host passes in is the host's and valid during that call only, except hearth_host (until
 *          destroy) and a subscription's sink (until close). What a mapper hands to a sink is valid during that
 *          callback only. What a device call returns (texts, values) belongs to the device and is valid until the
 *          next call on the same device. Nothing is ever freed across the boundary.
 * Threads: calls on a hearth_mapper may come from several threads at once; calls on one hearth_device never
 *          overlap, nor do calls on devices with the same bus key.
 * Time:    deadlines are CLOCK_MONOTONIC in nanoseconds; source times are nanoseconds since 1970, 0 if unknown.
 * Errors:  every call gives a hearth_class; the text says it in one sentence for a user. */
#ifndef HEARTH_MAPPER_ABI_H
#define HEARTH_MAPPER_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HEARTH_ABI_MAJOR 1
#define HEARTH_ABI_MINOR 0

/* The ELF note that holds the mapper's JSON: section, owner and type. */
#define HEARTH_NOTE_SECTION ".note.hearth.mapper"
#define HEARTH_NOTE_OWNER "Hearth"
#define HEARTH_NOTE_TYPE 1

#define HEARTH_DESCRIPTOR_SYMBOL "hearth_mapper_descriptor"

typedef struct hearth_mapper hearth_mapper; /* the mapper's own; one for each time it is loaded */
typedef struct hearth_device hearth_device; /* the mapper's own; one for each open device */

typedef struct hearth_string {
  const char *data;
  size_t size;
} hearth_string;

/* What the host does about a status. */
typedef uint32_t hearth_class;
enum {
  HEARTH_OK = 0,
  HEARTH_CONFIG = 1, /* never retried until the configuration changes */
  HEARTH_POINT = 2,  /* this property only */
  HEARTH_UNIT = 3,   /* this device */
  HEARTH_LINK = 4,   /* the shared connection: back off */
  HEARTH_BUSY = 5,   /* soon again */
  HEARTH_BUG = 6     /* the mapper broke its own rules */
};

typedef struct hearth_status {
  hearth_class cls;
  uint32_t reserved;
  hearth_string text;
} hearth_status;

/* The types of a DeviceModel's properties. */
enum {
  HEARTH_INT = 0,
  HEARTH_FLOAT = 1,
  HEARTH_DOUBLE = 2,
  HEARTH_STRING = 3,
  HEARTH_BOOLEAN = 4,
  HEARTH_BYTES = 5
};

typedef struct hearth_value {
  uint32_t type;
  uint32_t reserved;
  union {
    int64_t integer;      /* HEARTH_INT */
    float single;         /* HEARTH_FLOAT */
    double real;          /* HEARTH_DOUBLE */
    uint8_t boolean;      /* HEARTH_BOOLEAN: 0 or 1 */
    hearth_string string; /* HEARTH_STRING; HEARTH_BYTES: any octets */
  } as;
} hearth_value;

enum { HEARTH_GOOD = 0, HEARTH_UNCERTAIN = 1, HEARTH_STALE = 2 };

typedef struct hearth_read_result {
  hearth_status status;
  hearth_value value; /* meaningful if status is HEARTH_OK */
  int64_t source_time;
  uint32_t quality;
  uint32_t reserved;
} hearth_read_result;

enum { HEARTH_CONFIRMED = 0, HEARTH_ACCEPTED = 1, HEARTH_MISMATCH = 2, HEARTH_FAILED = 3 };

typedef struct hearth_write_result {
  uint32_t outcome;
  uint32_t has_actual; /* 1 if actual was read back */
  hearth_status status;
  hearth_value actual;
} hearth_write_result;

/* Where a mapper puts a text; called at most once. */
typedef struct hearth_text_sink {
  void *context;
  void (*put)(void *context, hearth_string text);
} hearth_text_sink;

/* Where validate puts what is wrong, once for each finding. The path is relative to the device's spec:
 * "protocol.configData.chip", "properties[0].visitors.configData.line". */
typedef struct hearth_issue_sink {
  void *context;
  void (*put)(void *context, hearth_string path, hearth_string message);
} hearth_issue_sink;

typedef struct hearth_discover_sink {
  void *context;
  /* A proposed name, the protocolName, its configData as JSON, and what a user would recognise it by. */
  void (*put)(void *context, hearth_string name, hearth_string protocol, hearth_string config, hearth_string text);
} hearth_discover_sink;

typedef struct hearth_push_sink {
  void *context;
  void (*put)(void *context, uint64_t handle, const hearth_read_result *result);
} hearth_push_sink;

enum { HEARTH_READ_WRITE = 0, HEARTH_READ_ONLY = 1 };

typedef struct hearth_property_config {
  uint32_t struct_size;
  uint32_t type;
  uint32_t access;
  uint32_t reserved;
  hearth_string name;
  hearth_string unit;
  hearth_string config; /* visitors.configData: a JSON object */
} hearth_property_config;

typedef struct hearth_device_config {
  uint32_t struct_size;
  uint32_t property_count;
  hearth_string ns;
  hearth_string name;
  hearth_string model;
  hearth_string protocol;
  hearth_string config; /* protocol.configData: a JSON object */
  const hearth_property_config *const *properties;
} hearth_device_config;

enum { HEARTH_LOG_DEBUG = 0, HEARTH_LOG_INFO = 1, HEARTH_LOG_WARN = 2, HEARTH_LOG_ERROR = 3 };

/* What the host offers to a mapper. */
typedef struct hearth_host {
  uint32_t struct_size;
  uint32_t reserved;
  void *context;
  void (*log)(void *context, uint32_t level, hearth_string text); /* any thread */
} hearth_host;

/* The mapper starts threads of its own; close has joined those of the device when it returns. */
#define HEARTH_FLAG_THREADS UINT32_C(1)

typedef struct hearth_mapper_table {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;
  uint32_t flags;
  uint32_t reserved;
  hearth_string name;
  hearth_string version;

  /* On another class than HEARTH_OK the reason goes to the sink, and *mapper stays untouched. */
  hearth_class (*create)(const hearth_host *host, const hearth_text_sink *reason, hearth_mapper **mapper);
  void (*destroy)(hearth_mapper *mapper); /* every device has been closed */

  /* No I/O. HEARTH_OK: the mapper has given its opinion, which may hold issues. */
  hearth_class (*validate)(hearth_mapper *mapper, const hearth_device_config *config,
                           const hearth_issue_sink *issues, const hearth_text_sink *reason);
  /* No I/O. The text is the key; on another class than HEARTH_OK the reason. */
  hearth_class (*bus_key)(hearth_mapper *mapper, const hearth_device_config *config,
                          const hearth_text_sink *text);
  hearth_class (*open)(hearth_mapper *mapper, const hearth_device_config *config, int64_t deadline,
                       const hearth_text_sink *reason, hearth_device **device);

  /* Parses a property's text once. The handle is the mapper's choice. */
  void (*prepare)(hearth_device *device, const hearth_property_config *property, uint64_t *handle,
                  hearth_status *status);
  /* Fills results[0 … count). The mapper may read them in one request. */
  void (*read)(hearth_device *device, const uint64_t *handles, size_t count, int64_t deadline,
               hearth_read_result *results);
  void (*write)(hearth_device *device, uint64_t handle, const hearth_value *value, int64_t deadline,
                hearth_write_result *result);
  /* ok, or what stands in the way of the next call. No I/O. */
  void (*health)(hearth_device *device, hearth_status *status);
  void (*close)(hearth_device *device); /* *device is gone; no push comes after this */

  /* Optional, may be null: the mapper pushes the handles' values, from any thread if it has the threads flag. */
  void (*subscribe)(hearth_device *device, const uint64_t *handles, size_t count, const hearth_push_sink *sink,
                    hearth_status *status);
  /* Optional, may be null. */
  hearth_class (*discover)(hearth_mapper *mapper, int64_t deadline, const hearth_discover_sink *found,
                           const hearth_text_sink *reason);
} hearth_mapper_table;

/* The one exported function. The table is constant and lives as long as the file is loaded. */
typedef const hearth_mapper_table *(*hearth_mapper_descriptor_fn)(void);

#ifdef __cplusplus
}
#endif

#endif
