/*
 * A DDS program on Eclipse Cyclone DDS that Delos is tested against.
 *
 *   cyclone-peer DOMAIN pub|sub TYPE TOPIC [count N] [size N] [be] [tl] [dispose] [xcdr2] [go]
 *   cyclone-peer DOMAIN offer|request TYPE TOPIC [any of the policies below]
 *   cyclone-peer DOMAIN nodes|call
 *
 * Policies: be, tl, deadline MS, budget MS, exclusive, order, live automatic|participant|topic MS, partition NAME,
 * scope topic|group, coherent, ordered. offer and request make an endpoint and tell each change of its own status.
 *
 * TYPE is string, reading (short key), named (long key) or blob. Everything it sees goes to standard output, a line each.
 * pub waits for a subscriber (go: for a line on standard input), writes N samples and waits until they are acknowledged; sub prints what comes until it is
 * killed or has N samples; nodes prints the nodes that ros_discovery_info tells of; call asks the service /add for 2 + 40.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dds/dds.h"
#include "peer-types.h"

static int count = 10, size = 0;
static bool best_effort, transient_local, with_dispose, xcdr2, go, exclusive, by_source, coherent, ordered;
static int deadline_ms, budget_ms, lease_ms;
static dds_liveliness_kind_t liveliness = DDS_LIVELINESS_AUTOMATIC;
static dds_presentation_access_scope_kind_t scope = DDS_PRESENTATION_INSTANCE;
static const char *partition;

static dds_qos_t *make_qos(bool writer) {
  dds_qos_t *qos = dds_create_qos();
  dds_qset_reliability(qos, best_effort ? DDS_RELIABILITY_BEST_EFFORT : DDS_RELIABILITY_RELIABLE, DDS_SECS(10));
  dds_qset_durability(qos, transient_local ? DDS_DURABILITY_TRANSIENT_LOCAL : DDS_DURABILITY_VOLATILE);
  if (writer) dds_qset_history(qos, DDS_HISTORY_KEEP_LAST, 5000);
  else dds_qset_history(qos, DDS_HISTORY_KEEP_ALL, 0);
  if (writer) dds_qset_writer_data_lifecycle(qos, false);
  if (writer && transient_local) dds_qset_durability_service(qos, 0, DDS_HISTORY_KEEP_LAST, 5000, -1, -1, -1);
  if (xcdr2) {
    dds_data_representation_id_t ids[] = {DDS_DATA_REPRESENTATION_XCDR2};
    dds_qset_data_representation(qos, 1, ids);
  }
  if (deadline_ms > 0) dds_qset_deadline(qos, DDS_MSECS(deadline_ms));
  if (budget_ms > 0) dds_qset_latency_budget(qos, DDS_MSECS(budget_ms));
  if (lease_ms > 0) dds_qset_liveliness(qos, liveliness, DDS_MSECS(lease_ms));
  if (exclusive) dds_qset_ownership(qos, DDS_OWNERSHIP_EXCLUSIVE);
  if (by_source) dds_qset_destination_order(qos, DDS_DESTINATIONORDER_BY_SOURCE_TIMESTAMP);
  return qos;
}

/* Partition and presentation belong to the publisher or subscriber. */
static dds_entity_t make_group(dds_entity_t participant, bool writer) {
  dds_qos_t *qos = dds_create_qos();
  if (partition != NULL) dds_qset_partition1(qos, partition);
  if (scope != DDS_PRESENTATION_INSTANCE || coherent || ordered) dds_qset_presentation(qos, scope, coherent, ordered);
  dds_entity_t group = writer ? dds_create_publisher(participant, qos, NULL) : dds_create_subscriber(participant, qos, NULL);
  dds_delete_qos(qos);
  return group;
}

static void sleep_ms(int ms) { dds_sleepfor(DDS_MSECS(ms)); }

static const dds_topic_descriptor_t *descriptor_of(const char *type) {
  if (!strcmp(type, "string")) return &std_msgs_msg_dds__String__desc;
  if (!strcmp(type, "reading")) return &delos_test_Reading_desc;
  if (!strcmp(type, "named")) return &delos_test_Named_desc;
  return &delos_test_Blob_desc;
}

static void publish(dds_entity_t participant, const char *type, const char *name) {
  dds_entity_t topic = dds_create_topic(participant, descriptor_of(type), name, NULL, NULL);
  dds_qos_t *qos = make_qos(true);
  dds_entity_t writer = dds_create_writer(participant, topic, qos, NULL);
  dds_delete_qos(qos);
  dds_publication_matched_status_t status = {0};
  if (go && getchar() == EOF) return;
  if (!transient_local) {
    for (int i = 0; i < 2000 && status.current_count == 0; i++) {
      dds_get_publication_matched_status(writer, &status);
      sleep_ms(10);
    }
    if (!go) sleep_ms(300);
  }
  char text[64];
  unsigned char *bytes = malloc(size > 0 ? size : 1);
  for (int n = 1; n <= count; n++) {
    snprintf(text, sizeof text, "sample %d", n);
    if (!strcmp(type, "string")) {
      std_msgs_msg_dds__String_ sample = {.data = text};
      dds_write(writer, &sample);
    } else if (!strcmp(type, "reading")) {
      delos_test_Reading sample = {.id = n % 3, .text = text};
      dds_write(writer, &sample);
    } else if (!strcmp(type, "named")) {
      char key[64];
      snprintf(key, sizeof key, "a-name-of-more-than-16-bytes-%d", n % 3);
      delos_test_Named sample = {.name = key, .n = n};
      dds_write(writer, &sample);
    } else {
      for (int i = 0; i < size; i++) bytes[i] = (n * 31 + i * 7 + (i >> 8)) & 0xff;
      delos_test_Blob sample = {.n = n, .data = {._length = size, ._maximum = size, ._buffer = bytes}};
      dds_write(writer, &sample);
    }
    sleep_ms(2);
  }
  if (with_dispose) {
    for (int id = 0; id < 3; id++) {
      char key[64];
      snprintf(key, sizeof key, "a-name-of-more-than-16-bytes-%d", id);
      delos_test_Reading reading = {.id = id, .text = ""};
      delos_test_Named named = {.name = key};
      dds_dispose(writer, !strcmp(type, "named") ? (void *)&named : (void *)&reading);
    }
  }
  dds_return_t acked = dds_wait_for_acks(writer, DDS_SECS(go ? 120 : 10));
  printf("written %d acknowledged %s\n", count, acked == DDS_RETCODE_OK ? "yes" : "no");
  fflush(stdout);
  sleep_ms(go ? 600000 : transient_local ? 20000 : 1000);
}

static void subscribe(dds_entity_t participant, const char *type, const char *name) {
  dds_entity_t topic = dds_create_topic(participant, descriptor_of(type), name, NULL, NULL);
  dds_qos_t *qos = make_qos(false);
  dds_entity_t reader = dds_create_reader(participant, topic, qos, NULL);
  dds_delete_qos(qos);
  dds_requested_incompatible_qos_status_t incompatible = {0};
  int seen = 0;
  for (int i = 0; i < 60000; i++) {
    void *samples[64] = {0};
    dds_sample_info_t infos[64];
    int taken = dds_take(reader, samples, infos, 64, 64);
    for (int k = 0; k < taken; k++) {
      bool valid = infos[k].valid_data;
      if (!valid) printf("instance %s\n", infos[k].instance_state == DDS_IST_NOT_ALIVE_DISPOSED ? "disposed" : "unregistered");
      else if (!strcmp(type, "string")) printf("text %s\n", ((std_msgs_msg_dds__String_ *)samples[k])->data);
      else if (!strcmp(type, "reading")) {
        delos_test_Reading *reading = samples[k];
        printf("reading %d %s\n", reading->id, reading->text);
      } else if (!strcmp(type, "named")) {
        delos_test_Named *named = samples[k];
        printf("named %s %u\n", named->name, named->n);
      } else {
        delos_test_Blob *blob = samples[k];
        bool whole = true;
        for (uint32_t b = 0; b < blob->data._length; b++) whole &= blob->data._buffer[b] == ((blob->n * 31 + b * 7 + (b >> 8)) & 0xff);
        printf("blob %u %u %s\n", blob->n, blob->data._length, whole ? "whole" : "torn");
      }
      /* An end that comes before its instance's last sample is taken shows in that sample only. */
      if (valid && infos[k].sample_rank == 0 && infos[k].instance_state == DDS_IST_NOT_ALIVE_DISPOSED) puts("instance disposed");
      seen += valid;
    }
    if (taken > 0) {
      dds_return_loan(reader, samples, taken);
      fflush(stdout);
    } else if (seen >= count && !with_dispose) break;
    dds_get_requested_incompatible_qos_status(reader, &incompatible);
    if (incompatible.total_count_change > 0) {
      printf("incompatible policy %u\n", incompatible.last_policy_id);
      fflush(stdout);
    }
    sleep_ms(5);
  }
  sleep_ms(300);
}

static void tell_status(dds_entity_t participant, bool writer, const char *type, const char *name) {
  dds_entity_t topic = dds_create_topic(participant, descriptor_of(type), name, NULL, NULL);
  dds_qos_t *qos = make_qos(writer);
  dds_entity_t group = make_group(participant, writer);
  dds_entity_t endpoint = writer ? dds_create_writer(group, topic, qos, NULL) : dds_create_reader(group, topic, qos, NULL);
  dds_delete_qos(qos);
  printf(endpoint < 0 ? "refused %s\n" : "made\n", endpoint < 0 ? dds_strretcode(-endpoint) : "");
  fflush(stdout);
  for (;;) {
    dds_requested_incompatible_qos_status_t requested = {0};
    dds_offered_incompatible_qos_status_t offered = {0};
    dds_subscription_matched_status_t subscription = {0};
    dds_publication_matched_status_t publication = {0};
    if (writer) {
      dds_get_offered_incompatible_qos_status(endpoint, &offered);
      dds_get_publication_matched_status(endpoint, &publication);
    } else {
      dds_get_requested_incompatible_qos_status(endpoint, &requested);
      dds_get_subscription_matched_status(endpoint, &subscription);
    }
    if (offered.total_count_change + requested.total_count_change > 0)
      printf("incompatible policy %u\n", writer ? offered.last_policy_id : requested.last_policy_id);
    if (publication.current_count_change + subscription.current_count_change != 0)
      printf("matched %u\n", publication.current_count + subscription.current_count);
    fflush(stdout);
    sleep_ms(5);
  }
}

static void nodes(dds_entity_t participant) {
  dds_entity_t topic = dds_create_topic(participant, &rmw_dds_common_msg_dds__ParticipantEntitiesInfo__desc, "ros_discovery_info", NULL, NULL);
  transient_local = true;
  dds_qos_t *qos = make_qos(false);
  dds_entity_t reader = dds_create_reader(participant, topic, qos, NULL);
  dds_delete_qos(qos);
  for (int i = 0; i < 2000; i++) {
    void *samples[1] = {0};
    dds_sample_info_t info;
    while (dds_take(reader, samples, &info, 1, 1) > 0) {
      rmw_dds_common_msg_dds__ParticipantEntitiesInfo_ *entities = samples[0];
      for (uint32_t k = 0; info.valid_data && k < entities->node_entities_info_seq._length; k++) {
        rmw_dds_common_msg_dds__NodeEntitiesInfo_ *node = &entities->node_entities_info_seq._buffer[k];
        printf("node %s %s readers %u writers %u\n", node->node_namespace, node->node_name, node->reader_gid_seq._length, node->writer_gid_seq._length);
      }
      dds_return_loan(reader, samples, 1);
      fflush(stdout);
    }
    sleep_ms(10);
  }
}

static void call(dds_entity_t participant) {
  dds_entity_t requests = dds_create_topic(participant, &example_interfaces_srv_dds__AddTwoInts_Request__desc, "rq/addRequest", NULL, NULL);
  dds_entity_t replies = dds_create_topic(participant, &example_interfaces_srv_dds__AddTwoInts_Response__desc, "rr/addReply", NULL, NULL);
  dds_qos_t *writer_qos = make_qos(true), *reader_qos = make_qos(false);
  dds_entity_t writer = dds_create_writer(participant, requests, writer_qos, NULL);
  dds_entity_t reader = dds_create_reader(participant, replies, reader_qos, NULL);
  dds_delete_qos(writer_qos);
  dds_delete_qos(reader_qos);
  dds_publication_matched_status_t published = {0};
  dds_subscription_matched_status_t subscribed = {0};
  for (int i = 0; i < 2000 && (published.current_count == 0 || subscribed.current_count == 0); i++) {
    dds_get_publication_matched_status(writer, &published);
    dds_get_subscription_matched_status(reader, &subscribed);
    sleep_ms(10);
  }
  sleep_ms(300);
  example_interfaces_srv_dds__AddTwoInts_Request_ request = {.client = 0x1122334455667788, .number = 7, .a = 2, .b = 40};
  dds_write(writer, &request);
  for (int i = 0; i < 2000; i++) {
    void *samples[1] = {0};
    dds_sample_info_t info;
    if (dds_take(reader, samples, &info, 1, 1) > 0 && info.valid_data) {
      example_interfaces_srv_dds__AddTwoInts_Response_ *reply = samples[0];
      printf("reply client %s sequence %lld sum %lld\n", reply->client == request.client ? "ours" : "foreign", (long long)reply->number, (long long)reply->sum);
      fflush(stdout);
      return;
    }
    sleep_ms(5);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  for (int i = 5; i < argc; i++) {
    if (!strcmp(argv[i], "count") && i + 1 < argc) count = atoi(argv[++i]);
    else if (!strcmp(argv[i], "size") && i + 1 < argc) size = atoi(argv[++i]);
    else if (!strcmp(argv[i], "be")) best_effort = true;
    else if (!strcmp(argv[i], "tl")) transient_local = true;
    else if (!strcmp(argv[i], "dispose")) with_dispose = true;
    else if (!strcmp(argv[i], "xcdr2")) xcdr2 = true;
    else if (!strcmp(argv[i], "go")) go = true;
    else if (!strcmp(argv[i], "exclusive")) exclusive = true;
    else if (!strcmp(argv[i], "order")) by_source = true;
    else if (!strcmp(argv[i], "coherent")) coherent = true;
    else if (!strcmp(argv[i], "ordered")) ordered = true;
    else if (!strcmp(argv[i], "deadline") && i + 1 < argc) deadline_ms = atoi(argv[++i]);
    else if (!strcmp(argv[i], "budget") && i + 1 < argc) budget_ms = atoi(argv[++i]);
    else if (!strcmp(argv[i], "partition") && i + 1 < argc) partition = argv[++i];
    else if (!strcmp(argv[i], "scope") && i + 1 < argc) scope = !strcmp(argv[++i], "group") ? DDS_PRESENTATION_GROUP : DDS_PRESENTATION_TOPIC;
    else if (!strcmp(argv[i], "live") && i + 2 < argc) {
      const char *kind = argv[++i];
      liveliness = !strcmp(kind, "topic") ? DDS_LIVELINESS_MANUAL_BY_TOPIC : !strcmp(kind, "participant") ? DDS_LIVELINESS_MANUAL_BY_PARTICIPANT : DDS_LIVELINESS_AUTOMATIC;
      lease_ms = atoi(argv[++i]);
    }
  }
  dds_entity_t participant = dds_create_participant(atoi(argv[1]), NULL, NULL);
  if (!strcmp(argv[2], "pub")) publish(participant, argv[3], argv[4]);
  else if (!strcmp(argv[2], "sub")) subscribe(participant, argv[3], argv[4]);
  else if (!strcmp(argv[2], "offer")) tell_status(participant, true, argv[3], argv[4]);
  else if (!strcmp(argv[2], "request")) tell_status(participant, false, argv[3], argv[4]);
  else if (!strcmp(argv[2], "nodes")) nodes(participant);
  else call(participant);
  dds_delete(participant);
  return 0;
}
