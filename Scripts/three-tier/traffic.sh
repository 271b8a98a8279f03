# shellcheck shell=bash
# The shop's traffic: what the policies allow, what they deny, and what nobody answers.
#
# Every connection states what must come of it with nothing enforced and with the policies enforced; anything else stops
# the run, so that a capture never shows something else than expected.tsv speaks of.

# Source ports are fixed: those below with nothing enforced, and 1000 more with the policies enforced, as the kernel keeps
# the first ones busy for a while.

# client  protocol  source  source-port  destination  port  unenforced  enforced   (source `-`: the client's only address)
readonly connection_table='
# nothing applies: a refused port outside, a UDP port that nobody serves
user        tcp - 42101 203.0.113.10        443  open    open
user        tcp - 42102 2001:db8:113::10    443  open    open
user        tcp - 42103 203.0.113.10       8443  refused refused
user        tcp - 42104 2001:db8:113::10   8443  refused refused
user        udp - 42105 10.244.1.53        5353  refused refused
user        udp - 42106 fd00:10:244:1::53  5353  refused refused
# a pod answers its own node, whatever the policies (kubelet probes)
node-1      tcp - 42110 10.244.1.20          80  open    open
node-1      tcp - 42111 fd00:10:244:1::20    80  open    open
node-2      tcp - 42112 10.244.2.40        3306  open    open
# customers outside: LoadBalancer address and NodePort of Service web
outside     tcp 203.0.113.10      42120 198.51.100.80      80  open open
outside     tcp 2001:db8:113::10  42121 2001:db8:198::80   80  open open
outside     tcp 203.0.113.10      42122 172.18.0.11     30080  open open
# web reaches the database past the API
web         tcp - 42201 10.244.2.40        3306  open    silent
web         tcp - 42202 fd00:10:244:2::40  3306  open    silent
# a user reaches the API past web, and the database, through its Service address too
user        tcp - 42203 10.244.2.30        5000  open    silent
user        tcp - 42204 fd00:10:244:2::30  5000  open    silent
user        tcp - 42205 10.96.0.40         3306  open    silent
user        tcp - 42206 fd00:10:96::40     3306  open    silent
# the API pod of another namespace, with the same labels
staging-api tcp - 42207 10.244.2.40        3306  open    silent
staging-api tcp - 42208 fd00:10:244:2::40  3306  open    silent
staging-api tcp - 42209 10.96.0.20           80  open    silent
# the database opens a connection
db          tcp - 42210 203.0.113.10        443  open    silent
db          tcp - 42211 2001:db8:113::10    443  open    silent
db          udp - 42212 203.0.113.10        123  refused silent
db          udp - 42213 10.96.0.10           53  open    silent
db          udp - 42214 fd00:10:96::10       53  open    silent
# outside: the range that web-policy excepts, and the database directly
outside     tcp 203.0.113.66      42220 198.51.100.80      80  open silent
outside     tcp 2001:db8:113::66  42221 2001:db8:198::80   80  open silent
outside     tcp 203.0.113.10      42222 10.244.2.40      3306  open silent
outside     tcp 2001:db8:113::10  42223 fd00:10:244:2::40 3306 open silent
# only the own node is exempt, not the other one
node-1      tcp - 42230 10.244.2.40        3306  open    silent
# ports that nobody serves and no rule opens
user        tcp - 42231 10.244.1.20          81  refused silent
web         tcp - 42232 10.244.2.30        5001  refused silent
web         tcp - 42233 fd00:10:244:2::30  5001  refused silent
'

# Makes all of the traffic; the argument is `unenforced` or `enforced`.
make_traffic() {
  local state=$1 port_offset=0
  if [ "$state" = enforced ]; then port_offset=1000; fi
  make_requests
  make_pings "$state"
  local client protocol source source_port destination port unenforced enforced connections=()
  while read -r client protocol source source_port destination port unenforced enforced; do
    case $client in '' | '#') continue ;; esac
    check_connection "${!state}" "$client" "$protocol" "$source" \
      "$((source_port + port_offset))" "$destination" "$port" &
    connections+=($!)
    sleep 0.03
  done <<<"$connection_table"
  local connection
  for connection in "${connections[@]}"; do wait "$connection" || fail 'traffic is not as expected'; done
}

# One row of the table; the kernel sends a second SYN after one second, inside the time-out.
check_connection() {
  local expected=$1 client=$2 got
  shift 2
  got=$(inside "$client" python3 "$script_folder/connect.py" "$@" 1.3) || got=failed
  if [ "$got" != "$expected" ]; then
    printf 'make-captures: %s %s: %s, expected %s\n' "$client" "$*" "$got" "$expected" >&2
    return 1
  fi
}

# What users come for, through Service names and through a pod's address, and name resolution over UDP and TCP.
make_requests() {
  local web=http://web.prod.svc.cluster.local
  request 4 42001 "$web/items"
  request 6 42002 "$web/items6"
  request 4 42003 http://10.244.1.20/items
  resolve 42004 10.96.0.10 A db.prod.svc.cluster.local
  resolve 42005 10.96.0.10 AAAA web.prod.svc.cluster.local +tcp
  resolve 42006 fd00:10:96::10 A api.prod.svc.cluster.local
}

request() {
  local family=$1 port=$(($2 + port_offset)) url=$3 body
  body=$(inside user curl "-$family" --local-port "$port" --silent --fail --max-time 10 "$url") ||
    fail "user's request of $url failed"
  case $body in *plum*) ;; *) fail "user's request of $url gave: $body" ;; esac
}

resolve() {
  local port=$(($1 + port_offset)) server=$2 kind=$3 name=$4 source=0.0.0.0
  shift 4
  case $server in *:*) source=:: ;; esac
  [ -n "$(inside user dig "@$server" -b "$source#$port" +short +tries=1 +time=3 "$kind" "$name" "$@")" ] ||
    fail "user cannot resolve $name"
}

# ICMP to web is denied (its rules name ports), to coredns it is not (no policy there).
make_pings() {
  local state=$1 answered=0
  ping_once 10.244.1.53 || fail 'coredns does not answer to ping'
  ping_once fd00:10:244:1::53 || fail 'coredns does not answer to ping over IPv6'
  if ping_once 10.244.1.20; then answered=$((answered + 1)); fi
  if ping_once fd00:10:244:1::20; then answered=$((answered + 1)); fi
  case $state:$answered in
    unenforced:2 | enforced:0) ;;
    *) fail "$answered of two pings to web were answered with the policies $state" ;;
  esac
}

ping_once() {
  inside user ping -q -n -c 1 -W 1 "$1" >"$work_folder/ping.log" 2>&1
}
