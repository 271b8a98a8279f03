# shellcheck shell=bash
# Builds the peers of the benchmarks (Benchmarks/Peers); to be sourced after packages.sh.

# Debian packages that the peers take: one line a peer, its name first.
readonly peer_packages=(
  'rte_acl libdpdk-dev'
  'ebpf libbpf-dev libc6-dev linux-libc-dev'
  'nftables libbpf-dev libnftables-dev linux-libc-dev'
  'libpcap-loop libpcap-dev'
  'captures tcpdump softflowd nfdump argus-server argus-client tshark'
)

# Says why a peer is left out. A run without it is a run all the same.
leave_out() { printf '%s is left out: %s\n' "$1" "$2" >&2; }

# Compiles one peer into a folder. Clang of the Swift toolchain knows the target bpf.
build_peer() {
  local name=$1 folder=$2
  local source=Benchmarks/Peers include=Benchmarks/Sources/CPeerInterface/include
  local library=(clang -std=gnu17 -O3 -march=native -shared -fPIC -I "$include")
  local kernel=(clang -target bpf -O2 -g -I "/usr/include/$(uname -m)-linux-gnu" -I "$source" -c)
  case $name in
    rte_acl)
      # rte_vect_set_max_simd_bitwidth, which asks for AVX-512, is not declared stable by DPDK.
      # shellcheck disable=SC2046 # several words each
      "${library[@]}" $(pkg-config --cflags libdpdk) -Wno-deprecated-declarations "$source/rte_acl.c" \
        -o "$folder/rte_acl.so" $(pkg-config --libs libdpdk)
      ;;
    ebpf)
      "${kernel[@]}" "$source/ebpf.bpf.c" -o "$folder/ebpf.bpf.o" &&
        "${library[@]}" "$source/ebpf.c" "$source/identities.c" -o "$folder/ebpf.so" -lbpf
      ;;
    nftables)
      "${kernel[@]}" "$source/nftables.bpf.c" -o "$folder/nftables.bpf.o" &&
        "${library[@]}" "$source/nftables.c" -o "$folder/nftables.so" -lbpf -lnftables
      ;;
    libpcap-loop)
      clang -std=gnu17 -O3 -march=native "$source/libpcap_loop.c" -o "$folder/libpcap-loop" -lpcap
      ;;
    # Programs of their own.
    captures) ;;
  esac
}

# Installs and builds all peers. Those that cannot be built are left out by name.
build_peers() {
  local folder=$1 line name packages
  mkdir -p "$folder"
  rm -f "$folder"/*.so "$folder/libpcap-loop"
  for line in "${peer_packages[@]}"; do
    name=${line%% *}
    read -r -a packages <<<"${line#* }"
    if ! install_missing "${packages[@]}"; then
      leave_out "$name" "its packages cannot be installed: ${packages[*]}"
    elif ! build_peer "$name" "$folder"; then
      leave_out "$name" 'it does not compile'
    fi
  done
}
