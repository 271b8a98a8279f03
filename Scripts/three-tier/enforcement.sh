# shellcheck shell=bash
# The policies of captures/three-tier/policies.yaml as the nodes would enforce them, written by hand from their text.
#
# Each node checks, in its forward hook and so after service translation, the egress of the pods it hosts and the ingress
# of the pods it hosts; what no rule accepts is dropped. Traffic of the node itself does not pass this hook: a pod's own
# node is exempt. `return` means that this side allows and the next is asked.

# Loads the policies into both nodes.
enforce_policies() {
  local name
  for name in node-1 node-2; do
    inside "$name" nft -f - <<'NFT'
table inet policies {
  chain forward {
    type filter hook forward priority filter
    ct state established,related accept
    ip saddr vmap { 10.244.1.20 : jump web_egress, 10.244.2.30 : jump api_egress, 10.244.2.40 : jump db_egress }
    ip6 saddr vmap { fd00:10:244:1::20 : jump web_egress, fd00:10:244:2::30 : jump api_egress, fd00:10:244:2::40 : jump db_egress }
    ip daddr vmap { 10.244.1.20 : jump web_ingress, 10.244.2.30 : jump api_ingress, 10.244.2.40 : jump db_ingress }
    ip6 daddr vmap { fd00:10:244:1::20 : jump web_ingress, fd00:10:244:2::30 : jump api_ingress, fd00:10:244:2::40 : jump db_ingress }
  }
  # web-policy: namespace users, and customers outside but for one range of them
  chain web_ingress {
    ip saddr 10.244.1.10 tcp dport 80 return
    ip6 saddr fd00:10:244:1::10 tcp dport 80 return
    ip saddr 203.0.113.0/24 ip saddr != 203.0.113.64/26 tcp dport 80 return
    ip6 saddr 2001:db8:113::/64 ip6 saddr != 2001:db8:113::40/122 tcp dport 80 return
    drop
  }
  chain web_egress {
    ip daddr 10.244.2.30 tcp dport 5000 return
    ip6 daddr fd00:10:244:2::30 tcp dport 5000 return
    goto dns
  }
  # api-policy
  chain api_ingress {
    ip saddr 10.244.1.20 tcp dport 5000 return
    ip6 saddr fd00:10:244:1::20 tcp dport 5000 return
    drop
  }
  chain api_egress {
    ip daddr 10.244.2.40 tcp dport 3306 return
    ip6 daddr fd00:10:244:2::40 tcp dport 3306 return
    goto dns
  }
  # db-policy: the API pod of namespace prod, not its namesake in staging
  chain db_ingress {
    ip saddr 10.244.2.30 tcp dport 3306 return
    ip6 saddr fd00:10:244:2::30 tcp dport 3306 return
    drop
  }
  # db-egress
  chain db_egress {
    drop
  }
  # allow-dns
  chain dns {
    ip daddr 10.244.1.53 meta l4proto { tcp, udp } th dport 53 return
    ip6 daddr fd00:10:244:1::53 meta l4proto { tcp, udp } th dport 53 return
    drop
  }
}
NFT
  done
}
