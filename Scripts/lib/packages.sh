# shellcheck shell=bash
# Installs what a script needs and this machine lacks; to be sourced.

# Debian packages that building and testing take, beside the Swift toolchain.
readonly build_packages=(binutils libpcap-dev libzstd-dev pkg-config zlib1g-dev)
# Debian packages that the kernel test takes.
readonly kernel_test_packages=(iproute2 nftables python3 util-linux)

# Installs the Debian packages that are missing, with sudo where needed. Asks nothing.
install_missing() {
  local package missing=()
  if ! command -v dpkg-query >/dev/null; then
    printf 'note: no Debian packages here; these are taken to be installed: %s\n' "$*" >&2
    return
  fi
  for package in "$@"; do
    if ! dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
      missing+=("$package")
    fi
  done
  if [ ${#missing[@]} -eq 0 ]; then return; fi
  printf 'Installing %s\n' "${missing[*]}" >&2
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then as_root=(sudo); fi
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends "${missing[@]}")
  # A machine with old package lists fails first and works after an update.
  "${install[@]}" >/dev/null 2>&1 ||
    { "${as_root[@]}" apt-get update --quiet=2 >&2 && "${install[@]}" >&2; } ||
    { printf 'cannot install: %s\n' "${missing[*]}" >&2; return 1; }
}

# Stops where there is no Swift toolchain, or one that is too old for Package.swift.
require_swift() {
  local version
  if ! command -v swift >/dev/null; then
    printf 'no swift in PATH; install the Swift 6.3 toolchain (https://www.swift.org/install)\n' >&2
    return 1
  fi
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  if [ "$(printf '6.3\n%s\n' "${version:-0}" | sort --version-sort | head -n 1)" != 6.3 ]; then
    printf 'Swift %s is too old; 6.3 or newer is needed\n' "${version:-of unknown version}" >&2
    return 1
  fi
}

# Whether this machine allows network namespaces: as root, or in a user namespace.
can_make_namespaces() {
  unshare --mount --net true 2>/dev/null ||
    unshare --user --map-root-user --mount --net true 2>/dev/null
}
