/*
 * A hand on endpoints of Eclipse Cyclone DDS: does what standard input says, tells what it sees.
 *
 *   cyclone-hand DOMAIN reader|writer TOPIC COUNT [tl] [transient] [persistent] [x2] [participant MS] [deadline MS] [exclusive STRENGTH]
 *
 * COUNT endpoints of delos_test::Reading. A line of input is `WORD KEY TEXT ENDPOINT`, with WORD one of write, dispose, unregister, delete,
 * userdata, assert. Lines of output: made, matched N, incompatible policy ID, alive A not alive B, liveliness lost N, deadline missed N,
 * data KEY TEXT, disposed KEY, no writers KEY.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include "dds/dds.h"
#include "peer-types.h"

static dds_entity_t endpoints[4];

static dds_qos_t *make_qos(bool writer, int argc, char **argv) {
  dds_qos_t *qos = dds_create_qos();
  dds_qset_reliability(qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(1));
  dds_qset_history(qos, DDS_HISTORY_KEEP_ALL, 0);
  dds_qset_writer_data_lifecycle(qos, false);
  for (int i = 5; i < argc; i++) {
    const char *word = argv[i];
    int value = i + 1 < argc ? atoi(argv[i + 1]) : 0;
    if (!strcmp(word, "tl")) {
      dds_qset_durability(qos, DDS_DURABILITY_TRANSIENT_LOCAL);
      dds_qset_durability_service(qos, 0, DDS_HISTORY_KEEP_LAST, 10, -1, -1, -1);
    } else if (!strcmp(word, "transient")) dds_qset_durability(qos, DDS_DURABILITY_TRANSIENT);
    else if (!strcmp(word, "persistent")) dds_qset_durability(qos, DDS_DURABILITY_PERSISTENT);
    else if (!strcmp(word, "participant")) dds_qset_liveliness(qos, DDS_LIVELINESS_MANUAL_BY_PARTICIPANT, DDS_MSECS(value));
    else if (!strcmp(word, "deadline")) dds_qset_deadline(qos, DDS_MSECS(value));
    else if (!strcmp(word, "exclusive")) {
      dds_qset_ownership(qos, DDS_OWNERSHIP_EXCLUSIVE);
      if (writer) dds_qset_ownership_strength(qos, value);
    } else if (!strcmp(word, "x2")) {
      dds_data_representation_id_t id = DDS_DATA_REPRESENTATION_XCDR2;
      dds_qset_data_representation(qos, 1, &id);
    }
  }
  return qos;
}

static bool obey(dds_entity_t participant) {
  char line[256], word[64] = "", text[128] = "";
  int key = 0, number = 0;
  if (fgets(line, sizeof line, stdin) == NULL) return false;
  sscanf(line, "%63s %d %127s %d", word, &key, text, &number);
  dds_entity_t endpoint = endpoints[number];
  delos_test_Reading sample = {.id = key, .text = text};
  if (!strcmp(word, "write")) dds_write(endpoint, &sample);
  else if (!strcmp(word, "dispose")) dds_dispose(endpoint, &sample);
  else if (!strcmp(word, "unregister")) dds_unregister_instance(endpoint, &sample);
  else if (!strcmp(word, "delete")) dds_delete(endpoint);
  else if (!strcmp(word, "assert")) dds_assert_liveliness(participant);
  else if (!strcmp(word, "userdata")) {
    dds_qos_t *qos = dds_create_qos();
    dds_qset_userdata(qos, text, strlen(text));
    if (dds_set_qos(endpoint, qos) < 0) puts("refused");
    dds_delete_qos(qos);
  }
  return true;
}

static void tell_of_writer(dds_entity_t writer) {
  dds_offered_incompatible_qos_status_t incompatible = {0};
  dds_publication_matched_status_t matched = {0};
  dds_liveliness_lost_status_t lost = {0};
  dds_offered_deadline_missed_status_t missed = {0};
  dds_get_offered_incompatible_qos_status(writer, &incompatible);
  dds_get_publication_matched_status(writer, &matched);
  dds_get_liveliness_lost_status(writer, &lost);
  dds_get_offered_deadline_missed_status(writer, &missed);
  if (incompatible.total_count_change) printf("incompatible policy %u\n", incompatible.last_policy_id);
  if (matched.current_count_change) printf("matched %u\n", matched.current_count);
  if (lost.total_count_change) printf("liveliness lost %u\n", lost.total_count);
  if (missed.total_count_change) printf("deadline missed %u\n", missed.total_count);
}

static void tell_of_reader(dds_entity_t reader) {
  dds_requested_incompatible_qos_status_t incompatible = {0};
  dds_subscription_matched_status_t matched = {0};
  dds_liveliness_changed_status_t liveliness = {0};
  dds_requested_deadline_missed_status_t missed = {0};
  dds_get_requested_incompatible_qos_status(reader, &incompatible);
  dds_get_subscription_matched_status(reader, &matched);
  dds_get_liveliness_changed_status(reader, &liveliness);
  dds_get_requested_deadline_missed_status(reader, &missed);
  if (incompatible.total_count_change) printf("incompatible policy %u\n", incompatible.last_policy_id);
  if (matched.current_count_change) printf("matched %u\n", matched.current_count);
  if (liveliness.alive_count_change || liveliness.not_alive_count_change)
    printf("alive %u not alive %u\n", liveliness.alive_count, liveliness.not_alive_count);
  if (missed.total_count_change) printf("deadline missed %u\n", missed.total_count);
  void *samples[1] = {NULL};
  dds_sample_info_t info[1];
  while (dds_take(reader, samples, info, 1, 1) > 0) {
    delos_test_Reading *reading = samples[0];
    if (info[0].valid_data) printf("data %d %s\n", reading->id, reading->text);
    else printf("%s %d\n", info[0].instance_state == DDS_IST_NOT_ALIVE_DISPOSED ? "disposed" : "no writers", reading->id);
    dds_return_loan(reader, samples, 1);
  }
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  bool writer = !strcmp(argv[2], "writer");
  int count = atoi(argv[4]);
  if (count < 1 || count > 4) return 2;
  setvbuf(stdin, NULL, _IONBF, 0);
  setvbuf(stdout, NULL, _IOLBF, 0);
  dds_entity_t participant = dds_create_participant(atoi(argv[1]), NULL, NULL);
  dds_entity_t topic = dds_create_topic(participant, &delos_test_Reading_desc, argv[3], NULL, NULL);
  dds_qos_t *qos = make_qos(writer, argc, argv);
  for (int i = 0; i < count; i++) {
    endpoints[i] = writer ? dds_create_writer(participant, topic, qos, NULL) : dds_create_reader(participant, topic, qos, NULL);
    if (endpoints[i] < 0) return 1;
  }
  dds_delete_qos(qos);
  puts("made");
  for (;;) {
    fd_set input;
    FD_ZERO(&input);
    FD_SET(0, &input);
    struct timeval wait = {0, 5000};
    if (select(1, &input, NULL, NULL, &wait) > 0 && !obey(participant)) return 0;
    for (int i = 0; i < count; i++) writer ? tell_of_writer(endpoints[i]) : tell_of_reader(endpoints[i]);
  }
}
