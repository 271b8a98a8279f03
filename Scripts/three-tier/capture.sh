# shellcheck shell=bash
# tcpdump at the places where people capture: a client's pod, a server's pod, the node's bridge, the node's `any`.
# Packets go to the file at once (immediate mode), so that none is missing when tcpdump is stopped.

# file  namespace  interface  tcpdump options
readonly capture_table='
client-pod user   eth0
server-pod db     eth0 --time-stamp-precision=nano
bridge     node-1 cni0
any        node-1 any
web        web    eth0
api        api    eth0
'

captures=()

start_captures() {
  local state=$1 point namespace interface options keep_user=()
  if [ "$(id -u)" -eq 0 ]; then keep_user=(-Z root); fi
  captures=()
  while read -r point namespace interface options; do
    [ -n "$point" ] || continue
    # shellcheck disable=SC2086  # options are words
    ip netns exec "$namespace" tcpdump "${keep_user[@]}" -U -n -s 4096 --immediate-mode -B 16384 $options -i "$interface" \
      -w "$work_folder/$state-$point.pcap" 2>"$work_folder/$state-$point.log" &
    captures+=($!)
  done <<<"$capture_table"
  local attempt
  for attempt in $(seq 100); do
    if [ "$(grep -l 'listening on' "$work_folder/$state"-*.log | wc -l)" -eq "${#captures[@]}" ]; then
      return
    fi
    sleep 0.1
  done
  fail "tcpdump does not start: $(cat "$work_folder/$state"-*.log)"
}

# Ends the captures, checks that no packet was lost, and puts the two pods in the middle into one pcapng file.
stop_captures() {
  local state=$1 process point
  sleep 0.5
  kill -TERM "${captures[@]}"
  for process in "${captures[@]}"; do wait "$process" || fail 'tcpdump failed'; done
  if grep -h 'dropped by kernel' "$work_folder/$state"-*.log | grep -qv '^0 '; then
    fail 'tcpdump lost packets'
  fi
  for point in client-pod server-pod bridge any; do
    cp "$work_folder/$state-$point.pcap" "$output_folder/$state-$point.pcap"
  done
  python3 "$script_folder/pods_pcapng.py" "$output_folder/$state-pods.pcapng" \
    "$work_folder/$state-web.pcap" node-1 prod web "$work_folder/$state-api.pcap" node-2 prod api
}
