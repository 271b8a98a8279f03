# shellcheck shell=bash
# The cluster's network: two nodes, six pods, Service addresses, and a host outside, each in a network namespace.
#
#   pods of node-1 -- cni0 [node-1] eth0 -- fabric -- eth0 [node-2] cni0 -- pods of node-2
#                                             |
#                                         [outside]
#
# Pods have a /32 (/128) address and a default route to a link-local gateway on the node's bridge, so that all their
# traffic is routed by the node, as most network plugins do it: the node's forward hook sees every packet after service
# translation. Everything lives in the namespaces that make-captures entered; the fabric is the namespace it started in.
# Addresses and MACs are fixed; cluster.yaml states the same addresses.

# name  node  last-octet; the pod's addresses are 10.244.<node>.<last> and fd00:10:244:<node>::<last>
readonly pod_table='
user         1 10
web          1 20
coredns      1 53
staging-api  1 60
api          2 30
db           2 40
'

# service-last-octet  protocol  port  pod-IPv4  pod-IPv6  pod-port; the Service's addresses are 10.96.0.<last>, fd00:10:96::<last>
readonly service_table='
10 udp   53 10.244.1.53 fd00:10:244:1::53   53
10 tcp   53 10.244.1.53 fd00:10:244:1::53   53
20 tcp   80 10.244.1.20 fd00:10:244:1::20   80
30 tcp 5000 10.244.2.30 fd00:10:244:2::30 5000
40 tcp 3306 10.244.2.40 fd00:10:244:2::40 3306
'

# Runs a command in a namespace of the lab.
inside() {
  local namespace=$1
  shift
  ip netns exec "$namespace" "$@"
}

build_topology() {
  ip link set lo up
  sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ip link add fabric address 02:00:00:00:ff:00 type bridge mcast_snooping 0
  ip link set fabric up
  attach_to_fabric node-1 11
  attach_to_fabric node-2 12
  attach_to_fabric outside 1
  build_node 1
  build_node 2
  build_outside
  local name node last
  while read -r name node last; do
    if [ -n "$name" ]; then build_pod "$name" "$node" "$last"; fi
  done <<<"$pod_table"
}

# A namespace with an interface eth0 in 172.18.0.0/24 and fd00:172:18::/64.
attach_to_fabric() {
  local name=$1 last=$2
  ip netns add "$name"
  ip link add "to-$name" master fabric type veth \
    peer name eth0 address "02:00:ac:12:00:$(printf %02x "$last")" netns "$name"
  ip link set "to-$name" up
  inside "$name" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
    net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0
  ip -n "$name" link set lo up
  ip -n "$name" link set eth0 up
  ip -n "$name" address add "172.18.0.$last/24" dev eth0
  ip -n "$name" address add "fd00:172:18::$last/64" dev eth0 nodad
}

# The node's bridge, its routes to the other node's pods, and service translation.
build_node() {
  local number=$1 other=$((3 - $1)) name="node-$1"
  without_bridge_netfilter "$name"
  ip -n "$name" link add cni0 address "02:00:0a:f4:0$number:01" type bridge mcast_snooping 0
  ip -n "$name" link set cni0 up
  ip -n "$name" address add 169.254.1.1/32 dev cni0
  ip -n "$name" address add fe80::1/64 dev cni0 nodad
  ip -n "$name" route add "10.244.$other.0/24" via "172.18.0.1$other"
  ip -n "$name" route add "fd00:10:244:$other::/64" via "fd00:172:18::1$other"
  ip -n "$name" route add default via 172.18.0.1
  ip -n "$name" route add default via fd00:172:18::1
  service_translation "$number" | inside "$name" nft -f -
}

# Where the kernel has br_netfilter it would translate Service addresses on the bridge already, and send packets twice.
without_bridge_netfilter() {
  # shellcheck disable=SC2016  # expanded by the inner shell
  inside "$1" sh -c 'for file in /proc/sys/net/bridge/bridge-nf-call-*; do
      if [ -e "$file" ]; then echo 0 >"$file"; fi
    done'
}

# A pod: eth0 in its own namespace, the other end on the node's bridge.
build_pod() {
  local name=$1 node="node-$2" last=$3
  local ipv4="10.244.$2.$3" ipv6="fd00:10:244:$2::$3"
  ip netns add "$name"
  ip link add "v-$name" netns "$node" type veth \
    peer name eth0 address "02:00:0a:f4:0$2:$(printf %02x "$last")" netns "$name"
  ip -n "$node" link set "v-$name" master cni0
  ip -n "$node" link set "v-$name" up
  inside "$name" sysctl -qw net.ipv6.conf.all.accept_ra=0 net.ipv6.conf.eth0.router_solicitations=0 \
    "net.ipv4.ip_local_port_range=40${last}0 40${last}9"
  ip -n "$name" link set lo up
  ip -n "$name" link set eth0 up
  ip -n "$name" address add "$ipv4/32" dev eth0
  ip -n "$name" address add "$ipv6/128" dev eth0 nodad
  ip -n "$name" route add default via 169.254.1.1 dev eth0 onlink
  ip -n "$name" route add default via fe80::1 dev eth0
  ip -n "$node" route add "$ipv4/32" dev cni0 src "172.18.0.1$2"
  ip -n "$node" route add "$ipv6/128" dev cni0 src "fd00:172:18::1$2"
}

# The router of the fabric and, behind it, a customer (.10) and an address of the range that web-policy excepts (.66).
build_outside() {
  local last node
  for last in 10 66; do
    ip -n outside address add "203.0.113.$last/32" dev lo
    ip -n outside address add "2001:db8:113::$last/128" dev lo nodad
  done
  for node in 1 2; do
    ip -n outside route add "10.244.$node.0/24" via "172.18.0.1$node" src 203.0.113.10
    ip -n outside route add "fd00:10:244:$node::/64" via "fd00:172:18::1$node" src 2001:db8:113::10
  done
  ip -n outside route add 198.51.100.80/32 via 172.18.0.11 src 203.0.113.10
  ip -n outside route add 2001:db8:198::80/128 via fd00:172:18::11 src 2001:db8:113::10
}

# What kube-proxy does: Service address and port -> pod address and port, for traffic of pods and of the node itself.
# The LoadBalancer address and the NodePort of Service web lead to node-1 only, where its pod is
# (externalTrafficPolicy Local), and keep the client's address. Nodes send no ICMPv6 redirects to their pods.
service_translation() {
  local node=$1 rules='' service protocol port pod4 pod6 pod_port
  while read -r service protocol port pod4 pod6 pod_port; do
    [ -n "$service" ] || continue
    rules+="    ip daddr 10.96.0.$service $protocol dport $port dnat ip to $pod4:$pod_port"$'\n'
    rules+="    ip6 daddr fd00:10:96::$service $protocol dport $port dnat ip6 to [$pod6]:$pod_port"$'\n'
  done <<<"$service_table"
  if [ "$node" = 1 ]; then
    rules+='    ip daddr 198.51.100.80 tcp dport 80 dnat ip to 10.244.1.20:80
    ip6 daddr 2001:db8:198::80 tcp dport 80 dnat ip6 to [fd00:10:244:1::20]:80
    ip daddr 172.18.0.11 tcp dport 30080 dnat ip to 10.244.1.20:80
    ip6 daddr fd00:172:18::11 tcp dport 30080 dnat ip6 to [fd00:10:244:1::20]:80'$'\n'
  fi
  printf 'table inet services {\n'
  printf '  chain services {\n%s  }\n' "$rules"
  printf '  chain prerouting {\n    type nat hook prerouting priority dstnat\n    jump services\n  }\n'
  printf '  chain output {\n    type nat hook output priority -100\n    jump services\n  }\n'
  printf '  chain redirects {\n    type filter hook output priority filter\n'
  printf '    icmpv6 type nd-redirect drop\n  }\n}\n'
}
