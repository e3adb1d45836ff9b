#!/bin/bash
# Two network namespaces, each with one card, 10.77.0.1 and 10.77.0.2, and weather.c between the cards.
#   unshare -rn lossy-pair.sh WEATHER-PROGRAM MTU LOSS REORDER DUPLICATE SEED
# "bridge" for the program: nothing is between the cards, and weather is theirs.
# Prints "pids A B": nsenter --preserve-credentials -U -n -t PID CMD runs a command on a side. All ends with standard input.
set -euo pipefail
weather=$1 mtu=$2
shift 2
ip link set lo up
# Each side lives as long as the pipe to it is open.
exec 4> >(exec unshare -n cat) && sides=($!)
exec 5> >(exec unshare -n cat) && sides+=($!)
own=$(readlink /proc/self/ns/net)
for i in 0 1; do
  pid=${sides[$i]}
  until [ "$(readlink /proc/"$pid"/ns/net)" != "$own" ]; do :; done
  ip link add "side$i" mtu "$mtu" type veth peer name eth0 mtu "$mtu" netns "$pid"
  ip link set "side$i" up
  nsenter -t "$pid" -n sh -c "ip link set lo up && ip addr add 10.77.0.$((i + 1))/24 dev eth0 && ip link set eth0 up && ip route add 224.0.0.0/4 dev eth0"
done
echo "pids ${sides[0]} ${sides[1]}"
if [ "$weather" = bridge ]; then
  ip link add between type bridge mcast_snooping 0
  ip link set side0 master between
  ip link set side1 master between
  ip link set between up
  echo ready
  exec cat >/dev/null
fi
exec "$weather" side0 side1 "$@"
