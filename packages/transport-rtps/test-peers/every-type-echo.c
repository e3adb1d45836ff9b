/*
 * Every type of every-type.idl, there and back through Eclipse Cyclone DDS.
 *
 *   every-type-echo DOMAIN [xcdr2]
 *
 * What comes on in_<Type> goes out on out_<Type> again, decoded and encoded by Cyclone DDS; so do the ends of instances.
 */
#include <stdio.h>
#include <stdlib.h>
#include "dds/dds.h"
#include "every-type.h"

#define TYPE(name) {#name, &every_##name##_desc},
static const struct { const char *name; const dds_topic_descriptor_t *descriptor; } types[] = {
  TYPE(Primitives) TYPE(APrimitives) TYPE(Enums) TYPE(Sequences) TYPE(Arrays) TYPE(Aliases) TYPE(Bounded) TYPE(Nested) TYPE(ANested)
  TYPE(MNested) TYPE(Derived) TYPE(ADerived) TYPE(Optionals) TYPE(AOptionals) TYPE(MOptionals) TYPE(Unions) TYPE(AUnions) TYPE(Externals)
  TYPE(Keyed) TYPE(KeyedByParts) TYPE(KeyedByIds) TYPE(KeyedByName) TYPE(AKeyed) TYPE(AKeyedByName) TYPE(MKeyed)
};
enum { TYPES = sizeof types / sizeof types[0] };

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  dds_entity_t participant = dds_create_participant(atoi(argv[1]), NULL, NULL);
  dds_entity_t readers[TYPES], writers[TYPES];
  dds_qos_t *qos = dds_create_qos();
  dds_qset_reliability(qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(10));
  dds_qset_durability(qos, DDS_DURABILITY_TRANSIENT_LOCAL);
  dds_qset_history(qos, DDS_HISTORY_KEEP_ALL, 0);
  dds_qset_writer_data_lifecycle(qos, false);
  if (argc > 2) {
    dds_data_representation_id_t id = DDS_DATA_REPRESENTATION_XCDR2;
    dds_qset_data_representation(qos, 1, &id);
  }
  for (int i = 0; i < TYPES; i++) {
    char in[64], out[64];
    snprintf(in, sizeof in, "in_%s", types[i].name);
    snprintf(out, sizeof out, "out_%s", types[i].name);
    readers[i] = dds_create_reader(participant, dds_create_topic(participant, types[i].descriptor, in, NULL, NULL), qos, NULL);
    writers[i] = dds_create_writer(participant, dds_create_topic(participant, types[i].descriptor, out, NULL, NULL), qos, NULL);
    if (readers[i] < 0 || writers[i] < 0) return 1;
  }
  puts("made");
  fflush(stdout);
  for (;;) {
    for (int i = 0; i < TYPES; i++) {
      void *samples[1] = {NULL};
      dds_sample_info_t info[1];
      while (dds_take(readers[i], samples, info, 1, 1) > 0) {
        if (info[0].valid_data) dds_write(writers[i], samples[0]);
        if (info[0].instance_state == DDS_IST_NOT_ALIVE_DISPOSED) dds_dispose(writers[i], samples[0]);
        else if (!info[0].valid_data) dds_unregister_instance(writers[i], samples[0]);
        dds_return_loan(readers[i], samples, 1);
      }
    }
    dds_sleepfor(DDS_MSECS(2));
  }
}
