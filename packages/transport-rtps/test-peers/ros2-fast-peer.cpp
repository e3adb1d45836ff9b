/*
 * A program on eProsima Fast DDS that behaves as nodes of ROS 2 on that DDS do: names, types, USER_DATA and sample identities as
 * rmw_fastrtps_cpp has them, without ROS.
 *
 *   ros2-fast-peer DOMAIN call CLIENTS COUNT          each client asks /add (example_interfaces/srv/AddTwoInts) so many times
 *   ros2-fast-peer DOMAIN serve [DELAY_MS]            answers /add
 *   ros2-fast-peer DOMAIN trigger-server BYTES        answers /trigger (std_srvs/srv/Trigger: an empty request) with a long text
 *   ros2-fast-peer DOMAIN trigger                     asks /trigger once
 *   ros2-fast-peer DOMAIN node 16|24 NAME...          nodes of the namespace /fast in ros_discovery_info; tells those of others.
 *                                                     On standard input: - one node less, + one more, x no /chatter any more
 *
 * PEER_TRANSPORT=default: Fast DDS' own transports, shared memory included, as ROS 2 starts it.
 */
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <vector>
#include <unistd.h>
#include <sys/select.h>
#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/TopicDataType.hpp>
#include <fastdds/dds/topic/TypeSupport.hpp>
#include <fastdds/rtps/transport/UDPv4TransportDescriptor.h>

using namespace eprosima::fastdds::dds;
using namespace eprosima::fastrtps::rtps;
using Bytes = std::vector<uint8_t>;

/* Samples as bytes behind their encapsulation header. */
class RawType : public TopicDataType {
public:
  explicit RawType(const std::string &name) {
    setName(name.c_str());
    m_typeSize = 4096;
    m_isGetKeyDefined = false;
  }
  bool serialize(void *data, SerializedPayload_t *payload) override {
    auto *bytes = static_cast<Bytes *>(data);
    const uint8_t header[] = {0, 1, 0, 0};
    memcpy(payload->data, header, 4);
    memcpy(payload->data + 4, bytes->data(), bytes->size());
    payload->length = static_cast<uint32_t>(bytes->size()) + 4;
    payload->encapsulation = CDR_LE;
    return true;
  }
  bool deserialize(SerializedPayload_t *payload, void *data) override {
    if (payload->length < 4) return false;
    static_cast<Bytes *>(data)->assign(payload->data + 4, payload->data + payload->length);
    return true;
  }
  std::function<uint32_t()> getSerializedSizeProvider(void *data) override {
    auto *bytes = static_cast<Bytes *>(data);
    return [bytes] { return static_cast<uint32_t>(bytes->size() + 4); };
  }
  void *createData() override { return new Bytes; }
  void deleteData(void *data) override { delete static_cast<Bytes *>(data); }
  bool getKey(void *, InstanceHandle_t *, bool) override { return false; }
};

static DomainParticipant *participant;
static Publisher *publisher;
static Subscriber *subscriber;
static void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

static Topic *topic_of(const std::string &name, const std::string &type) {
  if (auto *known = participant->lookup_topicdescription(name)) return static_cast<Topic *>(known);
  TypeSupport(new RawType(type)).register_type(participant);
  return participant->create_topic(name, type, TOPIC_QOS_DEFAULT);
}

static DataWriter *writer_of(const std::string &name, const std::string &type, bool latched = false) {
  DataWriterQos qos;
  qos.reliability().kind = RELIABLE_RELIABILITY_QOS;
  qos.durability().kind = latched ? TRANSIENT_LOCAL_DURABILITY_QOS : VOLATILE_DURABILITY_QOS;
  qos.history().kind = KEEP_LAST_HISTORY_QOS;
  qos.history().depth = latched ? 1 : 10;
  qos.data_sharing().off();
  qos.endpoint().history_memory_policy = PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
  qos.publish_mode().kind = ASYNCHRONOUS_PUBLISH_MODE;
  qos.reliable_writer_qos().times.heartbeatPeriod = {0, 200000000};
  return publisher->create_datawriter(topic_of(name, type), qos);
}

static DataReader *reader_of(const std::string &name, const std::string &type, bool latched = false) {
  DataReaderQos qos;
  qos.reliability().kind = RELIABLE_RELIABILITY_QOS;
  qos.durability().kind = latched ? TRANSIENT_LOCAL_DURABILITY_QOS : VOLATILE_DURABILITY_QOS;
  qos.history().kind = latched ? KEEP_ALL_HISTORY_QOS : KEEP_LAST_HISTORY_QOS;
  qos.history().depth = latched ? 1000 : 10;
  qos.data_sharing().off();
  qos.endpoint().history_memory_policy = PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
  return subscriber->create_datareader(topic_of(name, type), qos);
}

static int matched(DataWriter *writer) {
  PublicationMatchedStatus status;
  writer->get_publication_matched_status(status);
  return status.current_count;
}
static int matched(DataReader *reader) {
  SubscriptionMatchedStatus status;
  reader->get_subscription_matched_status(status);
  return status.current_count;
}
static bool take(DataReader *reader, Bytes &bytes, SampleInfo &info) {
  return reader->take_next_sample(&bytes, &info) == ReturnCode_t::RETCODE_OK && info.valid_data;
}

static void put(Bytes &bytes, const void *value, size_t size) {
  const auto *from = static_cast<const uint8_t *>(value);
  while (bytes.size() % std::min<size_t>(size, 8) != 0) bytes.push_back(0);
  bytes.insert(bytes.end(), from, from + size);
}
static void put_long(Bytes &bytes, int64_t value) { put(bytes, &value, 8); }
static void put_uint(Bytes &bytes, uint32_t value) { put(bytes, &value, 4); }
static void put_text(Bytes &bytes, const std::string &text) {
  put_uint(bytes, static_cast<uint32_t>(text.size() + 1));
  bytes.insert(bytes.end(), text.begin(), text.end());
  bytes.push_back(0);
}
static int64_t long_at(const Bytes &bytes, size_t at) {
  int64_t value = 0;
  if (at + 8 <= bytes.size()) memcpy(&value, bytes.data() + at, 8);
  return value;
}
static uint32_t uint_at(const Bytes &bytes, size_t at) {
  uint32_t value = 0;
  if (at + 4 <= bytes.size()) memcpy(&value, bytes.data() + at, 4);
  return value;
}

/* A client says with each request which reader waits for the answer: its related sample identity, without a number. */
struct Client {
  DataReader *replies;
  DataWriter *requests;
  Client(const std::string &name, const std::string &type)
      : replies(reader_of("rr" + name + "Reply", type + "_Response_")), requests(writer_of("rq" + name + "Request", type + "_Request_")) {}
  void wait() {
    while (matched(requests) == 0 || matched(replies) == 0) sleep_ms(5);
  }
  int64_t ask(Bytes request) {
    WriteParams params;
    params.related_sample_identity().writer_guid() = replies->guid();
    requests->write(&request, params);
    return (static_cast<int64_t>(params.sample_identity().sequence_number().high) << 32) | params.sample_identity().sequence_number().low;
  }
  bool is_ours(const SampleIdentity &id) { return id.writer_guid() == replies->guid() || id.writer_guid() == requests->guid(); }
};

/* An answer waits until its reader is matched, where the request has named it; else it goes out at once. */
static void answer(DataWriter *replies, const SampleInfo &request, Bytes &reply) {
  SampleIdentity to = request.sample_identity;
  const GUID_t &reader = request.related_sample_identity.writer_guid();
  bool named = reader != GUID_t::unknown();
  if (named) to.writer_guid() = reader;
  printf("the request names %s\n", named ? "its reader" : "no reader");
  for (int i = 0; named && i < 20; i++) {
    std::vector<InstanceHandle_t> handles;
    replies->get_matched_subscriptions(handles);
    InstanceHandle_t wanted(reader);
    if (std::find(handles.begin(), handles.end(), wanted) != handles.end()) break;
    sleep_ms(5);
  }
  WriteParams params;
  params.related_sample_identity() = to;
  replies->write(&reply, params);
}

static const char *ADD = "example_interfaces::srv::dds_::AddTwoInts";
static const char *TRIGGER = "std_srvs::srv::dds_::Trigger";

static void call(int clients, int count) {
  std::vector<Client> all;
  for (int i = 0; i < clients; i++) all.emplace_back("/add", ADD);
  for (auto &each : all) each.wait();
  sleep_ms(300);
  int wrong = 0, right = 0;
  for (int n = 0; n < count; n++) {
    std::map<int, int64_t> asked;
    for (int i = 0; i < clients; i++) {
      Bytes request;
      put_long(request, 1000 * i);
      put_long(request, n);
      asked[i] = all[i].ask(request);
    }
    /* Each hears the answers to all, and keeps the last ten. */
    for (int tries = 0; !asked.empty() && tries < 5000; tries++) {
      for (int i = 0; i < clients; i++) {
        Bytes reply;
        SampleInfo info;
        while (take(all[i].replies, reply, info)) {
          const SampleIdentity &id = info.related_sample_identity;
          if (!all[i].is_ours(id)) continue;
          int64_t sn = (static_cast<int64_t>(id.sequence_number().high) << 32) | id.sequence_number().low;
          bool fits = asked.count(i) > 0 && sn == asked[i] && long_at(reply, 0) == 1000 * i + n;
          (fits ? right : wrong)++;
          asked.erase(i);
        }
      }
      sleep_ms(1);
    }
    for (auto &each : asked) printf("client %d call %d: no answer\n", each.first, n);
  }
  printf("right %d wrong %d\n", right, wrong);
}

static void serve(int delay) {
  auto *replies = writer_of("rr/addReply", std::string(ADD) + "_Response_");
  auto *requests = reader_of("rq/addRequest", std::string(ADD) + "_Request_");
  printf("serving\n");
  for (;;) {
    Bytes request;
    SampleInfo info;
    if (!take(requests, request, info)) { fflush(stdout); sleep_ms(2); continue; }
    printf("add %lld %lld of %zu bytes\n", (long long)long_at(request, 0), (long long)long_at(request, 8), request.size());
    Bytes reply;
    put_long(reply, long_at(request, 0) + long_at(request, 8));
    sleep_ms(delay);
    answer(replies, info, reply);
  }
}

static void trigger_server(int size) {
  auto *replies = writer_of("rr/triggerReply", std::string(TRIGGER) + "_Response_");
  auto *requests = reader_of("rq/triggerRequest", std::string(TRIGGER) + "_Request_");
  printf("serving\n");
  for (;;) {
    Bytes request;
    SampleInfo info;
    if (!take(requests, request, info)) { fflush(stdout); sleep_ms(2); continue; }
    printf("request of %zu bytes\n", request.size());
    Bytes reply = {1};
    put_text(reply, std::string(size, 'x'));
    answer(replies, info, reply);
  }
}

static void trigger() {
  Client client("/trigger", TRIGGER);
  client.wait();
  sleep_ms(300);
  client.ask({0});
  for (int i = 0; i < 4000; i++) {
    Bytes reply;
    SampleInfo info;
    if (!take(client.replies, reply, info)) { sleep_ms(5); continue; }
    if (!client.is_ours(info.related_sample_identity)) { printf("another's\n"); continue; }
    printf("success %d text of %u\n", reply[0], uint_at(reply, 4));
    return;
  }
  printf("no answer\n");
}

static void put_gid(Bytes &bytes, const GUID_t &guid, int size) {
  bytes.insert(bytes.end(), guid.guidPrefix.value, guid.guidPrefix.value + 12);
  bytes.insert(bytes.end(), guid.entityId.value, guid.entityId.value + 4);
  bytes.insert(bytes.end(), size - 16, 0);
}

static const char *GRAPH = "rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_";

/* The text at a place, which then is behind it. Nothing when there is none. */
static bool text_at(const Bytes &bytes, size_t &at, std::string &text) {
  at = (at + 3) / 4 * 4;
  uint32_t length = uint_at(bytes, at);
  if (at + 4 + length > bytes.size() || length == 0 || bytes[at + 3 + length] != 0) return false;
  text.assign(reinterpret_cast<const char *>(bytes.data()) + at + 4, length - 1);
  at += 4 + length;
  return true;
}
static void tell_graph(const Bytes &bytes, int size) {
  size_t at = size;
  uint32_t nodes = uint_at(bytes, at);
  at += 4;
  std::string line = "graph " + std::to_string(nodes) + ":";
  for (uint32_t i = 0; i < nodes; i++) {
    std::string space, name;
    if (!text_at(bytes, at, space) || !text_at(bytes, at, name)) { printf("graph cannot be read\n"); return; }
    line += " " + space + "|" + name;
    for (int kind = 0; kind < 2; kind++) {
      at = (at + 3) / 4 * 4;
      uint32_t gids = uint_at(bytes, at);
      if (at + 4 + static_cast<size_t>(gids) * size > bytes.size()) { printf("graph cannot be read\n"); return; }
      line += "," + std::to_string(gids);
      at += 4 + gids * size;
    }
  }
  printf("%s%s\n", line.c_str(), at == bytes.size() || at + 3 >= bytes.size() ? "" : " and more");
}

static void node(int size, char **names, int count) {
  auto *graph = writer_of("ros_discovery_info", GRAPH, true);
  auto *others = reader_of("ros_discovery_info", GRAPH, true);
  auto *chatter = writer_of("rt/chatter", "std_msgs::msg::dds_::String_");
  GUID_t published = chatter->guid();
  auto tell = [&](int shown) {
    Bytes info;
    put_gid(info, participant->guid(), size);
    put_uint(info, static_cast<uint32_t>(shown));
    for (int i = 0; i < shown; i++) {
      put_text(info, "/fast");
      put_text(info, names[i]);
      put_uint(info, 0);
      put_uint(info, i == 0 ? 1 : 0);
      if (i == 0) put_gid(info, published, size);
    }
    graph->write(&info);
  };
  int shown = count;
  tell(shown);
  for (;;) {
    Bytes info;
    SampleInfo of;
    while (take(others, info, of)) {
      /* As the RMW: its own are left out. */
      if (memcmp(info.data(), participant->guid().guidPrefix.value, 12) != 0) tell_graph(info, size);
    }
    fflush(stdout);
    char c = 0;
    fd_set set;
    FD_ZERO(&set);
    FD_SET(0, &set);
    timeval wait = {0, 5000};
    if (select(1, &set, nullptr, nullptr, &wait) > 0 && read(0, &c, 1) == 0) sleep_ms(100);
    if (c == '+' && shown < count) tell(++shown);
    if (c == '-' && shown > 0) tell(--shown);
    if (c == 'x') { publisher->delete_datawriter(chatter); printf("chatter is gone\n"); }
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  setvbuf(stdout, nullptr, _IOLBF, 0);
  std::string role = argv[2];
  auto number = [&](int i, int otherwise) { return argc > i ? atoi(argv[i]) : otherwise; };
  DomainParticipantQos qos;
  qos.name("/");
  std::string enclave = "enclave=/;";
  qos.user_data().data_vec(std::vector<octet>(enclave.begin(), enclave.end()));
  const char *transport = getenv("PEER_TRANSPORT");
  if (transport == nullptr || strcmp(transport, "default") != 0) {
    auto udp = std::make_shared<eprosima::fastdds::rtps::UDPv4TransportDescriptor>();
    udp->interfaceWhiteList.push_back("127.0.0.1");
    udp->receiveBufferSize = udp->sendBufferSize = 4 << 20;
    qos.transport().use_builtin_transports = false;
    qos.transport().user_transports.push_back(udp);
  }
  participant = DomainParticipantFactory::get_instance()->create_participant(atoi(argv[1]), qos);
  if (participant == nullptr) return 1;
  publisher = participant->create_publisher(PUBLISHER_QOS_DEFAULT);
  subscriber = participant->create_subscriber(SUBSCRIBER_QOS_DEFAULT);
  if (role == "call") call(number(3, 1), number(4, 1));
  else if (role == "serve") serve(number(3, 0));
  else if (role == "trigger-server") trigger_server(number(3, 10));
  else if (role == "trigger") trigger();
  else if (role == "node") node(number(3, 16), argv + 4, argc - 4);
  fflush(stdout);
  /* Its own tearing down is not under test. */
  _Exit(0);
}
