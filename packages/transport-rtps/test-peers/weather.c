/*
 * Two network cards joined by a wire with weather: what `tc netem` does, where the kernel does not have it. Ethernet frames with
 * IPv4 in them are lost, held back (so that later ones overtake them) and doubled at random; all others (ARP) pass.
 *
 *   weather CARD CARD LOSS REORDER DUPLICATE SEED      shares in per cent
 *
 * Says "ready" and ends with its standard input. Prints a line of counters then.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FRAME = 1 << 17, MAX_HELD = 4096, MAX_DELAY_US = 5000 };

static struct { uint8_t *bytes; int length, to; int64_t due; } held[MAX_HELD];
static int held_count;
static uint64_t state;
static long passed, lost, late, doubled;

/* xorshift64*, in [0, 100) */
static double chance(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (double)((state * 2685821657736338717ull) >> 11) / 9007199254740992.0 * 100;
}

static int64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int open_card(const char *name) {
  int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)if_nametoindex(name)};
  int on = 1, size = 64 << 20;
  /* Frames keep what the kernel has put off for them: checksums, segmentation. */
  if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof on) < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
    perror(name);
    exit(1);
  }
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  return fd;
}

static void send_frame(int fd, const uint8_t *bytes, int length) {
  if (write(fd, bytes, (size_t)length) < 0) lost++;
  else passed++;
}

static void hold(const uint8_t *bytes, int length, int to) {
  if (held_count == MAX_HELD) return;
  uint8_t *copy = malloc((size_t)length);
  memcpy(copy, bytes, (size_t)length);
  held[held_count].bytes = copy;
  held[held_count].length = length;
  held[held_count].to = to;
  held[held_count++].due = now_us() + (int64_t)(chance() / 100 * MAX_DELAY_US) + 100;
  late++;
}

static void release(void) {
  int64_t now = now_us();
  for (int i = 0; i < held_count;) {
    if (held[i].due > now) { i++; continue; }
    send_frame(held[i].to, held[i].bytes, held[i].length);
    free(held[i].bytes);
    held[i] = held[--held_count];
  }
}

int main(int argc, char **argv) {
  if (argc < 7) return 2;
  int cards[2] = {open_card(argv[1]), open_card(argv[2])};
  double loss = atof(argv[3]), reorder = atof(argv[4]), duplicate = atof(argv[5]);
  state = strtoull(argv[6], NULL, 10) * 0x9e3779b97f4a7c15ull | 1;
  puts("ready");
  fflush(stdout);
  static uint8_t frame[MAX_FRAME];
  for (;;) {
    struct pollfd polled[3] = {{cards[0], POLLIN, 0}, {cards[1], POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    poll(polled, 3, held_count > 0 ? 1 : 100);
    if (polled[2].revents != 0) break;
    for (int side = 0; side < 2; side++) {
      for (int burst = 0; burst < 64 && (polled[side].revents & POLLIN) != 0; burst++) {
        struct sockaddr_ll from;
        socklen_t size = sizeof from;
        ssize_t length = recvfrom(cards[side], frame, sizeof frame, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
        if (length < 0) break;
        if (from.sll_pkttype == PACKET_OUTGOING) continue; /* what we have sent ourselves */
        int to = cards[1 - side];
        const uint8_t *ethernet = frame + sizeof(struct virtio_net_hdr);
        int ipv4 = ethernet[12] == 0x08 && ethernet[13] == 0x00;
        if (ipv4 && chance() < loss) { lost++; continue; }
        if (ipv4 && chance() < duplicate) { send_frame(to, frame, (int)length); doubled++; }
        if (ipv4 && chance() < reorder) hold(frame, (int)length, to);
        else send_frame(to, frame, (int)length);
      }
    }
    release();
  }
  printf("passed %ld lost %ld late %ld doubled %ld\n", passed, lost, late, doubled);
  return 0;
}
