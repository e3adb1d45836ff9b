/*
 * A program on Eclipse Cyclone DDS that behaves as a node of ROS 2 on that DDS: names, types and headers as rmw_cyclonedds_cpp has
 * them, without ROS.
 *
 *   ros2-peer DOMAIN pose-pub | pose-sub                 /pose, geometry_msgs/msg/PoseStamped
 *   ros2-peer DOMAIN add-server                          answers /add (example_interfaces/srv/AddTwoInts)
 *   ros2-peer DOMAIN call COUNT                          asks /add so many times
 *   ros2-peer DOMAIN parameters NODE                     what `ros2 param list|get|describe|set` ask a node
 *   ros2-peer DOMAIN parameter-server NODE               a node with one parameter, speed
 *   ros2-peer DOMAIN fibonacci                           what `ros2 action send_goal --feedback /fibonacci` does
 *   ros2-peer DOMAIN fibonacci-server                    a server of that action
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dds/dds.h"
#include "ros2-types.h"

enum { NOT_SET, BOOL, INTEGER, DOUBLE, STRING };
static dds_entity_t participant;

static void sleep_ms(int ms) { dds_sleepfor(DDS_MSECS(ms)); }

static dds_qos_t *services_qos(void) {
  dds_qos_t *qos = dds_create_qos();
  dds_qset_reliability(qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(10));
  dds_qset_history(qos, DDS_HISTORY_KEEP_LAST, 10);
  return qos;
}

static dds_entity_t make(bool writer, const dds_topic_descriptor_t *type, const char *name) {
  dds_entity_t topic = dds_create_topic(participant, type, name, NULL, NULL);
  dds_qos_t *qos = services_qos();
  dds_entity_t endpoint = writer ? dds_create_writer(participant, topic, qos, NULL) : dds_create_reader(participant, topic, qos, NULL);
  dds_delete_qos(qos);
  return endpoint;
}

/* Waits for the next sample: to be freed by who asks. */
static void *next(dds_entity_t reader) {
  for (int i = 0; i < 6000; i++) {
    void *samples[1] = {0};
    dds_sample_info_t info;
    int taken = dds_take(reader, samples, &info, 1, 1);
    if (taken > 0 && info.valid_data) return samples[0];
    if (taken > 0) dds_return_loan(reader, samples, 1);
    else sleep_ms(5);
  }
  puts("nothing came");
  exit(1);
}

/* What USER_DATA has behind "clientid=" or "serviceid=", by which rmw_cyclonedds_cpp knows which two endpoints belong together. */
static bool pair_id(const dds_builtintopic_endpoint_t *endpoint, const char *key, char id[128]) {
  void *data = NULL;
  size_t size = 0;
  id[0] = 0;
  if (endpoint == NULL || !dds_qget_userdata(endpoint->qos, &data, &size) || size == 0) return false;
  char text[512] = {0};
  memcpy(text, data, size < 511 ? size : 511);
  dds_free(data);
  char *at = strstr(text, key);
  if (at == NULL || (at != text && at[-1] != ';')) return false;
  sscanf(at + strlen(key), "%127[^;]", id);
  return true;
}

/* Whether the writer of answers has matched the reader of the client whose writer this is. As there: who has no id is taken as he is. */
static bool hears(dds_entity_t replies, dds_entity_t requests, dds_instance_handle_t client) {
  char wanted[128], id[128];
  dds_builtintopic_endpoint_t *asking = dds_get_matched_publication_data(requests, client);
  bool known = pair_id(asking, "clientid=", wanted), found = !known;
  if (!known) puts("a client without an id");
  dds_builtintopic_free_endpoint(asking);
  dds_instance_handle_t readers[16];
  dds_return_t count = dds_get_matched_subscriptions(replies, readers, 16);
  for (int i = 0; i < count && i < 16 && !found; i++) {
    dds_builtintopic_endpoint_t *reader = dds_get_matched_subscription_data(replies, readers[i]);
    found = pair_id(reader, "clientid=", id) && !strcmp(id, wanted);
    dds_builtintopic_free_endpoint(reader);
  }
  return found;
}

typedef struct { dds_entity_t requests, replies; } client_t;

/* Whether a server's reader of requests and its writer of answers are both matched, as rmw_service_server_is_available looks. */
static bool is_served(client_t by) {
  char id[128], other[128];
  dds_instance_handle_t readers[16], writers[16];
  dds_return_t reading = dds_get_matched_subscriptions(by.requests, readers, 16), writing = dds_get_matched_publications(by.replies, writers, 16);
  bool found = false;
  for (int i = 0; i < reading && i < 16; i++) {
    dds_builtintopic_endpoint_t *reader = dds_get_matched_subscription_data(by.requests, readers[i]);
    if (!pair_id(reader, "serviceid=", id)) puts("a server without an id");
    dds_builtintopic_free_endpoint(reader);
    for (int n = 0; n < writing && n < 16 && !found; n++) {
      dds_builtintopic_endpoint_t *writer = dds_get_matched_publication_data(by.replies, writers[n]);
      found = id[0] == 0 || (pair_id(writer, "serviceid=", other) && !strcmp(id, other));
      dds_builtintopic_free_endpoint(writer);
    }
  }
  return found;
}

static client_t client(const char *service, const dds_topic_descriptor_t *request, const dds_topic_descriptor_t *reply) {
  char name[256];
  snprintf(name, sizeof name, "rr%sReply", service);
  dds_entity_t replies = make(false, reply, name);
  snprintf(name, sizeof name, "rq%sRequest", service);
  dds_entity_t requests = make(true, request, name);
  while (!is_served((client_t){requests, replies})) sleep_ms(5);
  /* As rcl does: a service is there when both its topics are, which its own side may still have to see. */
  sleep_ms(300);
  return (client_t){requests, replies};
}

static void *ask(client_t to, void *request) {
  dds_write(to.requests, request);
  return next(to.replies);
}

static void list_of(const char *title, const dds_sequence_string *list) {
  printf("%s", title);
  for (uint32_t i = 0; i < list->_length; i++) printf(" %s", list->_buffer[i]);
  puts("");
}

static void parameters(const char *node) {
  char name[128];
  snprintf(name, sizeof name, "%s/list_parameters", node);
  client_t lists = client(name, &rcl_interfaces_srv_dds__ListParameters_Request__desc, &rcl_interfaces_srv_dds__ListParameters_Response__desc);
  rcl_interfaces_srv_dds__ListParameters_Request_ list = {.client = 1, .number = 1};
  rcl_interfaces_srv_dds__ListParameters_Response_ *listed = ask(lists, &list);
  list_of("names", (dds_sequence_string *)&listed->names);
  list_of("prefixes", (dds_sequence_string *)&listed->prefixes);

  char *asked[] = {"speed", "mode", "limits.lanes", "nothing"};
  snprintf(name, sizeof name, "%s/get_parameters", node);
  client_t gets = client(name, &rcl_interfaces_srv_dds__GetParameters_Request__desc, &rcl_interfaces_srv_dds__GetParameters_Response__desc);
  rcl_interfaces_srv_dds__GetParameters_Request_ get = {.client = 1, .number = 2};
  get.names._buffer = asked;
  get.names._length = get.names._maximum = 4;
  rcl_interfaces_srv_dds__GetParameters_Response_ *got = ask(gets, &get);
  for (uint32_t i = 0; i < got->values._length; i++) {
    rcl_interfaces_msg_dds__ParameterValue_ *value = &got->values._buffer[i];
    printf("get %s type %d ", asked[i], value->type);
    if (value->type == DOUBLE) printf("%g\n", value->double_value);
    else if (value->type == INTEGER) printf("%lld\n", (long long)value->integer_value);
    else puts(value->type == STRING ? value->string_value : "-");
  }

  snprintf(name, sizeof name, "%s/describe_parameters", node);
  client_t describes = client(name, &rcl_interfaces_srv_dds__DescribeParameters_Request__desc, &rcl_interfaces_srv_dds__DescribeParameters_Response__desc);
  rcl_interfaces_srv_dds__DescribeParameters_Request_ describe = {.client = 1, .number = 3};
  describe.names._buffer = asked;
  describe.names._length = describe.names._maximum = 3;
  rcl_interfaces_srv_dds__DescribeParameters_Response_ *described = ask(describes, &describe);
  for (uint32_t i = 0; i < described->descriptors._length; i++) {
    rcl_interfaces_msg_dds__ParameterDescriptor_ *of = &described->descriptors._buffer[i];
    printf("describe %s type %d '%s' '%s'", of->name, of->type, of->description, of->additional_constraints);
    if (of->floating_point_range._length > 0) printf(" %g..%g", of->floating_point_range._buffer[0].from_value, of->floating_point_range._buffer[0].to_value);
    if (of->integer_range._length > 0) printf(" %lld..%lld", (long long)of->integer_range._buffer[0].from_value, (long long)of->integer_range._buffer[0].to_value);
    puts("");
  }

  snprintf(name, sizeof name, "%s/set_parameters", node);
  client_t sets = client(name, &rcl_interfaces_srv_dds__SetParameters_Request__desc, &rcl_interfaces_srv_dds__SetParameters_Response__desc);
  rcl_interfaces_msg_dds__Parameter_ wanted[2] = {
    {.name = "speed", .value = {.type = DOUBLE, .double_value = 7.5, .string_value = ""}},
    {.name = "speed", .value = {.type = DOUBLE, .double_value = 700, .string_value = ""}},
  };
  rcl_interfaces_srv_dds__SetParameters_Request_ set = {.client = 1, .number = 4};
  set.parameters._buffer = wanted;
  set.parameters._length = set.parameters._maximum = 2;
  rcl_interfaces_srv_dds__SetParameters_Response_ *results = ask(sets, &set);
  for (uint32_t i = 0; i < results->results._length; i++)
    printf("set %s %s\n", results->results._buffer[i].successful ? "ok" : "refused:", results->results._buffer[i].reason);
}

static void parameter_server(const char *node) {
  double speed = 1.5;
  char name[128];
#define SERVER(service, Type) \
  snprintf(name, sizeof name, "rr%s/" service "Reply", node); \
  dds_entity_t Type##_replies = make(true, &rcl_interfaces_srv_dds__##Type##_Response__desc, name); \
  snprintf(name, sizeof name, "rq%s/" service "Request", node); \
  dds_entity_t Type##_requests = make(false, &rcl_interfaces_srv_dds__##Type##_Request__desc, name);
  SERVER("list_parameters", ListParameters)
  SERVER("get_parameters", GetParameters)
  SERVER("set_parameters", SetParameters)
  SERVER("describe_parameters", DescribeParameters)
  puts("serving");
  fflush(stdout);
  for (;;) {
    void *samples[1] = {0};
    dds_sample_info_t info;
    if (dds_take(ListParameters_requests, samples, &info, 1, 1) > 0 && info.valid_data) {
      rcl_interfaces_srv_dds__ListParameters_Request_ *request = samples[0];
      char *names[] = {"speed"};
      rcl_interfaces_srv_dds__ListParameters_Response_ reply = {.client = request->client, .number = request->number};
      reply.names._buffer = names;
      reply.names._length = reply.names._maximum = 1;
      dds_write(ListParameters_replies, &reply);
    }
    samples[0] = NULL;
    if (dds_take(GetParameters_requests, samples, &info, 1, 1) > 0 && info.valid_data) {
      rcl_interfaces_srv_dds__GetParameters_Request_ *request = samples[0];
      rcl_interfaces_msg_dds__ParameterValue_ values[8];
      memset(values, 0, sizeof values);
      for (uint32_t i = 0; i < request->names._length && i < 8; i++) {
        values[i].string_value = "";
        if (!strcmp(request->names._buffer[i], "speed")) values[i].type = DOUBLE, values[i].double_value = speed;
      }
      rcl_interfaces_srv_dds__GetParameters_Response_ reply = {.client = request->client, .number = request->number};
      reply.values._buffer = values;
      reply.values._length = reply.values._maximum = request->names._length;
      dds_write(GetParameters_replies, &reply);
    }
    samples[0] = NULL;
    if (dds_take(DescribeParameters_requests, samples, &info, 1, 1) > 0 && info.valid_data) {
      rcl_interfaces_srv_dds__DescribeParameters_Request_ *request = samples[0];
      rcl_interfaces_msg_dds__FloatingPointRange_ range = {.from_value = 0, .to_value = 10, .step = 0};
      rcl_interfaces_msg_dds__ParameterDescriptor_ of = {.name = "speed", .type = DOUBLE, .description = "how fast", .additional_constraints = ""};
      of.floating_point_range._buffer = &range;
      of.floating_point_range._length = of.floating_point_range._maximum = 1;
      rcl_interfaces_srv_dds__DescribeParameters_Response_ reply = {.client = request->client, .number = request->number};
      reply.descriptors._buffer = &of;
      reply.descriptors._length = reply.descriptors._maximum = 1;
      dds_write(DescribeParameters_replies, &reply);
    }
    samples[0] = NULL;
    if (dds_take(SetParameters_requests, samples, &info, 1, 1) > 0 && info.valid_data) {
      rcl_interfaces_srv_dds__SetParameters_Request_ *request = samples[0];
      rcl_interfaces_msg_dds__ParameterValue_ *value = &request->parameters._buffer[0].value;
      bool deletes = value->type == NOT_SET, good = value->type == DOUBLE && value->double_value < 10;
      if (good) speed = value->double_value;
      printf(deletes ? "deleted\n" : "set %g\n", value->double_value);
      fflush(stdout);
      rcl_interfaces_msg_dds__SetParametersResult_ result = {.successful = good || deletes, .reason = good || deletes ? "" : "too fast"};
      rcl_interfaces_srv_dds__SetParameters_Response_ reply = {.client = request->client, .number = request->number};
      reply.results._buffer = &result;
      reply.results._length = reply.results._maximum = 1;
      dds_write(SetParameters_replies, &reply);
    }
    sleep_ms(2);
  }
}

static void numbers(const char *title, const int32_t *list, uint32_t count) {
  printf("%s", title);
  for (uint32_t i = 0; i < count; i++) printf(" %d", list[i]);
  puts("");
  fflush(stdout);
}

static void fibonacci(void) {
  dds_entity_t feedback = make(false, &example_interfaces_action_dds__Fibonacci_FeedbackMessage__desc, "rt/fibonacci/_action/feedback");
  client_t goals = client("/fibonacci/_action/send_goal", &example_interfaces_action_dds__Fibonacci_SendGoal_Request__desc, &example_interfaces_action_dds__Fibonacci_SendGoal_Response__desc);
  client_t results = client("/fibonacci/_action/get_result", &example_interfaces_action_dds__Fibonacci_GetResult_Request__desc, &example_interfaces_action_dds__Fibonacci_GetResult_Response__desc);
  example_interfaces_action_dds__Fibonacci_SendGoal_Request_ goal = {.client = 5, .number = 1, .goal_id = {9, 9}, .order = 5};
  example_interfaces_action_dds__Fibonacci_SendGoal_Response_ *answer = ask(goals, &goal);
  printf("goal %s\n", answer->accepted ? "accepted" : "rejected");
  example_interfaces_action_dds__Fibonacci_FeedbackMessage_ *progress = next(feedback);
  numbers(progress->goal_id[0] == 9 ? "feedback" : "feedback of another", (int32_t *)progress->sequence_._buffer, progress->sequence_._length);
  example_interfaces_action_dds__Fibonacci_GetResult_Request_ question = {.client = 6, .number = 1, .goal_id = {9, 9}};
  example_interfaces_action_dds__Fibonacci_GetResult_Response_ *result = ask(results, &question);
  printf("status %d\n", result->status);
  numbers("result", (int32_t *)result->sequence_._buffer, result->sequence_._length);
}

static void fibonacci_server(void) {
  dds_entity_t feedback = make(true, &example_interfaces_action_dds__Fibonacci_FeedbackMessage__desc, "rt/fibonacci/_action/feedback");
  dds_entity_t accepted = make(true, &example_interfaces_action_dds__Fibonacci_SendGoal_Response__desc, "rr/fibonacci/_action/send_goalReply");
  dds_entity_t goals = make(false, &example_interfaces_action_dds__Fibonacci_SendGoal_Request__desc, "rq/fibonacci/_action/send_goalRequest");
  dds_entity_t results = make(true, &example_interfaces_action_dds__Fibonacci_GetResult_Response__desc, "rr/fibonacci/_action/get_resultReply");
  dds_entity_t questions = make(false, &example_interfaces_action_dds__Fibonacci_GetResult_Request__desc, "rq/fibonacci/_action/get_resultRequest");
  puts("serving");
  fflush(stdout);
  int32_t list[] = {0, 1, 1, 2, 3, 5};
  for (;;) {
    example_interfaces_action_dds__Fibonacci_SendGoal_Request_ *goal = next(goals);
    printf("goal %d\n", goal->order);
    fflush(stdout);
    /* The answers' way back is known to us later than the question's way here. */
    dds_publication_matched_status_t matched = {0};
    while (matched.current_count == 0) dds_get_publication_matched_status(accepted, &matched), sleep_ms(5);
    while (dds_get_publication_matched_status(feedback, &matched), matched.current_count == 0) sleep_ms(5);
    example_interfaces_action_dds__Fibonacci_SendGoal_Response_ yes = {.client = goal->client, .number = goal->number, .accepted = true};
    dds_write(accepted, &yes);
    example_interfaces_action_dds__Fibonacci_FeedbackMessage_ progress = {0};
    memcpy(progress.goal_id, goal->goal_id, 16);
    progress.sequence_._buffer = list;
    progress.sequence_._length = progress.sequence_._maximum = 3;
    dds_write(feedback, &progress);
    example_interfaces_action_dds__Fibonacci_GetResult_Request_ *question = next(questions);
    example_interfaces_action_dds__Fibonacci_GetResult_Response_ result = {.client = question->client, .number = question->number, .status = 4};
    result.sequence_._buffer = list;
    result.sequence_._length = result.sequence_._maximum = 6;
    dds_write(results, &result);
  }
}

/* As rmw_cyclonedds_cpp: of the answers that come, those that are not its own are left alone. */
static void call(int count) {
  client_t adds = client("/add", &example_interfaces_srv_dds__AddTwoInts_Request__desc, &example_interfaces_srv_dds__AddTwoInts_Response__desc);
  dds_instance_handle_t self;
  dds_get_instance_handle(adds.requests, &self);
  int right = 0, wrong = 0;
  for (int n = 1; n <= count; n++) {
    example_interfaces_srv_dds__AddTwoInts_Request_ request = {.client = self, .number = n, .a = 500000, .b = n};
    dds_write(adds.requests, &request);
    for (bool open = true; open;) {
      example_interfaces_srv_dds__AddTwoInts_Response_ *reply = next(adds.replies);
      open = reply->client != self;
      if (!open) (reply->number == n && reply->sum == 500000 + n ? right++ : wrong++);
      void *loan = reply;
      dds_return_loan(adds.replies, &loan, 1);
    }
  }
  printf("right %d wrong %d\n", right, wrong);
}

static void add_server(void) {
  dds_entity_t replies = make(true, &example_interfaces_srv_dds__AddTwoInts_Response__desc, "rr/addReply");
  dds_entity_t requests = make(false, &example_interfaces_srv_dds__AddTwoInts_Request__desc, "rq/addRequest");
  puts("serving");
  fflush(stdout);
  for (;;) {
    void *samples[1] = {0};
    dds_sample_info_t info;
    if (dds_take(requests, samples, &info, 1, 1) <= 0) { sleep_ms(2); continue; }
    if (info.valid_data) {
      example_interfaces_srv_dds__AddTwoInts_Request_ *request = samples[0];
      printf("add %lld %lld\n", (long long)request->a, (long long)request->b);
      for (int i = 0; i < 20 && !hears(replies, requests, info.publication_handle); i++) sleep_ms(5);
      fflush(stdout);
      example_interfaces_srv_dds__AddTwoInts_Response_ reply = {.client = request->client, .number = request->number, .sum = request->a + request->b};
      dds_write(replies, &reply);
    }
    dds_return_loan(requests, samples, 1);
  }
}

static void pose(bool publish) {
  dds_entity_t endpoint = make(publish, &geometry_msgs_msg_dds__PoseStamped__desc, "rt/pose");
  if (!publish) {
    geometry_msgs_msg_dds__PoseStamped_ *got = next(endpoint);
    printf("%d %u %s %g %g %g %g\n", got->header.stamp.sec, got->header.stamp.nanosec, got->header.frame_id, got->pose.position.x, got->pose.position.y, got->pose.position.z, got->pose.orientation.w);
    fflush(stdout);
    sleep_ms(300);
    return;
  }
  dds_publication_matched_status_t matched = {0};
  while (matched.current_count == 0) dds_get_publication_matched_status(endpoint, &matched), sleep_ms(5);
  sleep_ms(300);
  geometry_msgs_msg_dds__PoseStamped_ sample = {
    .header = {.stamp = {.sec = 12, .nanosec = 34}, .frame_id = "map"},
    .pose = {.position = {1, 2, 3}, .orientation = {0, 0, 0, 1}},
  };
  dds_write(endpoint, &sample);
  dds_wait_for_acks(endpoint, DDS_SECS(10));
  sleep_ms(300);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  participant = dds_create_participant(atoi(argv[1]), NULL, NULL);
  const char *role = argv[2];
  if (!strncmp(role, "pose-", 5)) pose(!strcmp(role, "pose-pub"));
  else if (!strcmp(role, "add-server")) add_server();
  else if (!strcmp(role, "call")) call(atoi(argv[3]));
  else if (!strcmp(role, "parameters")) parameters(argv[3]);
  else if (!strcmp(role, "parameter-server")) parameter_server(argv[3]);
  else if (!strcmp(role, "fibonacci")) fibonacci();
  else fibonacci_server();
  dds_delete(participant);
  return 0;
}
