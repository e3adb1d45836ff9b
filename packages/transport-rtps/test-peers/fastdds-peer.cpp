/*
 * A DDS program on eProsima Fast DDS 2.x that Delos is tested against. Its types are written out by hand, so that it needs no
 * code generator.
 *
 *   fastdds-peer DOMAIN pub|sub TYPE TOPIC [count N] [size N] [be] [tl] [dispose] [go]
 *
 *   fastdds-peer DOMAIN offer|request TYPE TOPIC [any of the policies below]
 *
 * Policies: be, tl, deadline MS, budget MS, exclusive, order, live automatic|participant|topic MS, partition NAME,
 * scope topic|group, coherent, ordered. offer and request make an endpoint and tell each change of its own status.
 *
 * pub waits for a subscriber (go: for a line on standard input). PEER_ADDRESS in the environment: the card, if not loopback.
 *
 * TYPE is string (std_msgs/msg/String as ROS 2 names it), reading (key id) or blob. A line each for all that it sees.
 */
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>
#include <fastcdr/Cdr.h>
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
using eprosima::fastcdr::Cdr;
using eprosima::fastcdr::FastBuffer;
using eprosima::fastrtps::rtps::InstanceHandle_t;
using eprosima::fastrtps::rtps::SerializedPayload_t;

struct Value {
  int32_t number = 0;
  std::string text;
  std::vector<uint8_t> bytes;
};

class ValueType : public TopicDataType {
public:
  explicit ValueType(const std::string &kind) : kind_(kind) {
    setName(kind == "string" ? "std_msgs::msg::dds_::String_" : kind == "reading" ? "delos_test::Reading" : "delos_test::Blob");
    m_typeSize = kind == "blob" ? 17 * 1024 * 1024 : 4096;
    m_isGetKeyDefined = kind == "reading";
  }
  bool serialize(void *data, SerializedPayload_t *payload) override {
    auto *value = static_cast<Value *>(data);
    FastBuffer buffer(reinterpret_cast<char *>(payload->data), payload->max_size);
    Cdr cdr(buffer, Cdr::DEFAULT_ENDIAN, Cdr::DDS_CDR);
    payload->encapsulation = CDR_LE;
    cdr.serialize_encapsulation();
    if (kind_ != "string") cdr << value->number;
    if (kind_ == "blob") cdr << value->bytes;
    else cdr << value->text;
    payload->length = static_cast<uint32_t>(cdr.getSerializedDataLength());
    return true;
  }
  bool deserialize(SerializedPayload_t *payload, void *data) override {
    auto *value = static_cast<Value *>(data);
    FastBuffer buffer(reinterpret_cast<char *>(payload->data), payload->length);
    Cdr cdr(buffer, Cdr::DEFAULT_ENDIAN, Cdr::DDS_CDR);
    cdr.read_encapsulation();
    if (kind_ != "string") cdr >> value->number;
    if (kind_ == "blob") cdr >> value->bytes;
    else cdr >> value->text;
    return true;
  }
  std::function<uint32_t()> getSerializedSizeProvider(void *data) override {
    auto *value = static_cast<Value *>(data);
    return [value] { return static_cast<uint32_t>(32 + value->text.size() + value->bytes.size()); };
  }
  void *createData() override { return new Value; }
  void deleteData(void *data) override { delete static_cast<Value *>(data); }
  bool getKey(void *data, InstanceHandle_t *handle, bool) override {
    if (!m_isGetKeyDefined) return false;
    int32_t id = static_cast<Value *>(data)->number;
    memset(handle->value, 0, 16);
    for (int i = 0; i < 4; i++) handle->value[i] = static_cast<uint8_t>(id >> (24 - 8 * i));
    return true;
  }

private:
  std::string kind_;
};

static void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }
static uint8_t pattern(uint32_t n, uint32_t i) { return static_cast<uint8_t>(n * 31 + i * 7 + (i >> 8)); }

/* What was asked for on the command line, beside reliability and durability. */
struct Policies {
  int deadline_ms = 0, budget_ms = 0, lease_ms = 0;
  bool exclusive = false, by_source = false, coherent = false, ordered = false;
  LivelinessQosPolicyKind liveliness = AUTOMATIC_LIVELINESS_QOS;
  PresentationQosPolicyAccessScopeKind scope = INSTANCE_PRESENTATION_QOS;
  std::string partition;

  template <class Qos> void on_endpoint(Qos &qos) const {
    auto duration = [](int ms) { return eprosima::fastrtps::Duration_t(ms / 1000, static_cast<uint32_t>(ms % 1000) * 1000000u); };
    if (deadline_ms > 0) qos.deadline().period = duration(deadline_ms);
    if (budget_ms > 0) qos.latency_budget().duration = duration(budget_ms);
    if (lease_ms > 0) {
      qos.liveliness().kind = liveliness;
      qos.liveliness().lease_duration = duration(lease_ms);
      qos.liveliness().announcement_period = duration(lease_ms / 3);
    }
    if (exclusive) qos.ownership().kind = EXCLUSIVE_OWNERSHIP_QOS;
    if (by_source) qos.destination_order().kind = BY_SOURCE_TIMESTAMP_DESTINATIONORDER_QOS;
  }
  template <class Qos> void on_group(Qos &qos) const {
    if (!partition.empty()) qos.partition().push_back(partition.c_str());
    qos.presentation().access_scope = scope;
    qos.presentation().coherent_access = coherent;
    qos.presentation().ordered_access = ordered;
  }
};

template <class Incompatible, class Matched> static void tell_status(Incompatible incompatible, Matched matched) {
  printf("made\n");
  for (;;) {
    int policy = incompatible();
    if (policy > 0) printf("incompatible policy %d\n", policy);
    int now = matched();
    if (now >= 0) printf("matched %d\n", now);
    fflush(stdout);
    sleep_ms(5);
  }
}

int main(int argc, char **argv) {
  if (argc < 5) return 2;
  std::string role = argv[2], kind = argv[3];
  int count = 10, size = 0;
  bool best_effort = false, transient_local = false, with_dispose = false, go = false;
  Policies policies;
  for (int i = 5; i < argc; i++) {
    std::string word = argv[i];
    if (word == "count" && i + 1 < argc) count = atoi(argv[++i]);
    else if (word == "size" && i + 1 < argc) size = atoi(argv[++i]);
    else if (word == "be") best_effort = true;
    else if (word == "tl") transient_local = true;
    else if (word == "dispose") with_dispose = true;
    else if (word == "go") go = true;
    else if (word == "exclusive") policies.exclusive = true;
    else if (word == "order") policies.by_source = true;
    else if (word == "coherent") policies.coherent = true;
    else if (word == "ordered") policies.ordered = true;
    else if (word == "deadline" && i + 1 < argc) policies.deadline_ms = atoi(argv[++i]);
    else if (word == "budget" && i + 1 < argc) policies.budget_ms = atoi(argv[++i]);
    else if (word == "partition" && i + 1 < argc) policies.partition = argv[++i];
    else if (word == "scope" && i + 1 < argc) policies.scope = std::string(argv[++i]) == "group" ? GROUP_PRESENTATION_QOS : TOPIC_PRESENTATION_QOS;
    else if (word == "live" && i + 2 < argc) {
      std::string name = argv[++i];
      policies.liveliness = name == "topic" ? MANUAL_BY_TOPIC_LIVELINESS_QOS : name == "participant" ? MANUAL_BY_PARTICIPANT_LIVELINESS_QOS : AUTOMATIC_LIVELINESS_QOS;
      policies.lease_ms = atoi(argv[++i]);
    }
  }
  DomainParticipantQos participant_qos;
  auto udp = std::make_shared<eprosima::fastdds::rtps::UDPv4TransportDescriptor>();
  udp->interfaceWhiteList.push_back(getenv("PEER_ADDRESS") != nullptr ? getenv("PEER_ADDRESS") : "127.0.0.1");
  udp->receiveBufferSize = udp->sendBufferSize = 4 << 20;
  participant_qos.transport().use_builtin_transports = false;
  participant_qos.transport().user_transports.push_back(udp);
  auto *participant = DomainParticipantFactory::get_instance()->create_participant(atoi(argv[1]), participant_qos);
  if (participant == nullptr) return 1;
  TypeSupport type(new ValueType(kind));
  type.register_type(participant);
  auto *topic = participant->create_topic(argv[4], type.get_type_name(), TOPIC_QOS_DEFAULT);
  auto reliability = best_effort ? BEST_EFFORT_RELIABILITY_QOS : RELIABLE_RELIABILITY_QOS;
  auto durability = transient_local ? TRANSIENT_LOCAL_DURABILITY_QOS : VOLATILE_DURABILITY_QOS;
  if (role == "offer") {
    PublisherQos group;
    policies.on_group(group);
    DataWriterQos qos;
    qos.reliability().kind = reliability;
    qos.durability().kind = durability;
    qos.data_sharing().off();
    policies.on_endpoint(qos);
    auto *writer = participant->create_publisher(group)->create_datawriter(topic, qos);
    if (writer == nullptr) return printf("refused\n"), 1;
    tell_status(
        [&] { OfferedIncompatibleQosStatus s; writer->get_offered_incompatible_qos_status(s); return s.total_count_change > 0 ? static_cast<int>(s.last_policy_id) : 0; },
        [&] { PublicationMatchedStatus s; writer->get_publication_matched_status(s); return s.current_count_change != 0 ? s.current_count : -1; });
  } else if (role == "request") {
    SubscriberQos group;
    policies.on_group(group);
    DataReaderQos qos;
    qos.reliability().kind = reliability;
    qos.durability().kind = durability;
    qos.data_sharing().off();
    policies.on_endpoint(qos);
    auto *reader = participant->create_subscriber(group)->create_datareader(topic, qos);
    if (reader == nullptr) return printf("refused\n"), 1;
    tell_status(
        [&] { RequestedIncompatibleQosStatus s; reader->get_requested_incompatible_qos_status(s); return s.total_count_change > 0 ? static_cast<int>(s.last_policy_id) : 0; },
        [&] { SubscriptionMatchedStatus s; reader->get_subscription_matched_status(s); return s.current_count_change != 0 ? s.current_count : -1; });
  } else if (role == "pub") {
    auto *publisher = participant->create_publisher(PUBLISHER_QOS_DEFAULT);
    DataWriterQos qos;
    qos.reliability().kind = reliability;
    qos.durability().kind = durability;
    qos.history().kind = KEEP_LAST_HISTORY_QOS;
    qos.history().depth = 500;
    qos.resource_limits().max_samples = 5000;
    qos.resource_limits().max_instances = 10;
    qos.resource_limits().max_samples_per_instance = 500;
    qos.data_sharing().off();
    qos.endpoint().history_memory_policy = eprosima::fastrtps::rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
    qos.reliable_writer_qos().times.heartbeatPeriod = {0, 200000000};
    if (kind == "blob") qos.publish_mode().kind = ASYNCHRONOUS_PUBLISH_MODE;
    qos.writer_data_lifecycle().autodispose_unregistered_instances = false;
    auto *writer = publisher->create_datawriter(topic, qos);
    PublicationMatchedStatus status;
    if (go && getchar() == EOF) return 0;
    for (int i = 0; !transient_local && i < 2000 && status.current_count == 0; i++) {
      writer->get_publication_matched_status(status);
      sleep_ms(10);
    }
    if (!go) sleep_ms(500);
    for (int n = 1; n <= count; n++) {
      Value value;
      value.number = kind == "reading" ? n % 3 : n;
      value.text = "sample " + std::to_string(n);
      value.bytes.resize(kind == "blob" ? size : 0);
      for (size_t i = 0; i < value.bytes.size(); i++) value.bytes[i] = pattern(n, static_cast<uint32_t>(i));
      writer->write(&value);
      sleep_ms(2);
    }
    for (int id = 0; with_dispose && id < 3; id++) {
      Value value;
      value.number = id;
      InstanceHandle_t handle;
      type->getKey(&value, &handle, false);
      writer->dispose(&value, handle);
    }
    bool acknowledged = writer->wait_for_acknowledgments({go ? 120 : 10, 0}) == ReturnCode_t::RETCODE_OK;
    printf("written %d acknowledged %s\n", count, acknowledged ? "yes" : "no");
    fflush(stdout);
    sleep_ms(go ? 600000 : transient_local ? 20000 : 1000);
  } else {
    auto *subscriber = participant->create_subscriber(SUBSCRIBER_QOS_DEFAULT);
    DataReaderQos qos;
    qos.reliability().kind = reliability;
    qos.durability().kind = durability;
    qos.history().kind = KEEP_ALL_HISTORY_QOS;
    qos.data_sharing().off();
    qos.endpoint().history_memory_policy = eprosima::fastrtps::rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
    auto *reader = subscriber->create_datareader(topic, qos);
    for (int i = 0; i < 60000; i++) {
      Value value;
      SampleInfo info;
      while (reader->take_next_sample(&value, &info) == ReturnCode_t::RETCODE_OK) {
        if (!info.valid_data) printf("instance %s\n", info.instance_state == NOT_ALIVE_DISPOSED_INSTANCE_STATE ? "disposed" : "unregistered");
        else if (kind == "string") printf("text %s\n", value.text.c_str());
        else if (kind == "reading") printf("reading %d %s\n", value.number, value.text.c_str());
        else {
          bool whole = true;
          for (size_t b = 0; b < value.bytes.size(); b++) whole &= value.bytes[b] == pattern(value.number, static_cast<uint32_t>(b));
          printf("blob %d %zu %s\n", value.number, value.bytes.size(), whole ? "whole" : "torn");
        }
        fflush(stdout);
      }
      RequestedIncompatibleQosStatus incompatible;
      reader->get_requested_incompatible_qos_status(incompatible);
      if (incompatible.total_count_change > 0) {
        printf("incompatible policy %u\n", incompatible.last_policy_id);
        fflush(stdout);
      }
      sleep_ms(5);
    }
  }
  // Its own tearing down is not under test.
  _Exit(0);
}
