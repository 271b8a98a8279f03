"""The network: one namespace for each station, a router between them, all inside namespaces of this process.

    pod0 -- eth0 [pod0 | router] ... eth0 [out2 | router]

Every station has its two addresses and a default route to a link-local gateway; the router has one interface for each
station, named after it, and sees every packet that any two of them exchange.
"""

import ctypes
import os
import subprocess
import sys

GATEWAY_IPV4, GATEWAY_IPV6 = "169.254.1.1", "fe80::1"
ENTERED = "FLOWVERDICT_KERNEL_WITNESS"
CLONE_NEWNET = 0x40000000

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def enter_namespaces(script, arguments):
    """Starts the test again in mount, process and network namespaces of its own; returns once inside of them.

    Who is not root becomes root of a user namespace. Nothing outside is changed, and when the test ends, however that
    happens, the kernel ends its processes and drops its namespaces.
    """
    current = os.readlink("/proc/self/ns/net")
    if os.environ.get(ENTERED):
        if os.environ[ENTERED] == current or os.getpid() != 1:
            sys.exit(f"not inside namespaces of its own; start the test without {ENTERED}")
        check(libc.mount(b"tmpfs", b"/run", b"tmpfs", 0, None), "mount /run")
        os.mkdir("/run/netns")
        return
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    if subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL).returncode:
        sys.exit("this machine allows no namespaces here; run as root (in a container: with --privileged)")
    os.environ[ENTERED] = current
    os.execvp("unshare", [*unshare, sys.executable, script, *arguments])


class Network:
    """`inside(station)` moves this process's new sockets into the station's namespace; `outside()` back to the router."""

    def __init__(self, stations):
        self.router = os.open("/proc/self/ns/net", os.O_RDONLY)
        set_kernel("net/ipv4/ip_forward", 1)
        set_kernel("net/ipv6/conf/all/forwarding", 1)
        set_kernel("net/ipv4/conf/all/send_redirects", 0)
        set_kernel("net/netfilter/nf_conntrack_max", 1 << 20)
        run_ip([f"netns add {station.name}" for station in stations])
        run_ip([f"link add {station.name} address 02:00:00:00:ff:{station.index:02x} type veth peer name eth0 "
                f"address {mac(station)} netns {station.name}" for station in stations])
        router = []
        for station in stations:
            router += [f"link set {station.name} up",
                       f"address add {GATEWAY_IPV4}/32 dev {station.name}",
                       f"address add {GATEWAY_IPV6}/64 dev {station.name} nodad",
                       f"route add {station.ipv4}/32 dev {station.name}",
                       f"route add {station.ipv6}/128 dev {station.name}"]
            router += [f"neigh replace {address} lladdr {mac(station)} dev {station.name} nud permanent"
                       for address in (station.ipv4, station.ipv6)]
        run_ip(router)
        self.namespaces = []
        for station in stations:
            self.namespaces.append(os.open(f"/run/netns/{station.name}", os.O_RDONLY))
            self.set_up(station)

    def set_up(self, station):
        gateway = f"02:00:00:00:ff:{station.index:02x}"
        run_ip(["link set lo up", "link set eth0 up",
                f"address add {station.ipv4}/32 dev eth0", f"address add {station.ipv6}/128 dev eth0 nodad",
                f"neigh replace {GATEWAY_IPV4} lladdr {gateway} dev eth0 nud permanent",
                f"neigh replace {GATEWAY_IPV6} lladdr {gateway} dev eth0 nud permanent",
                f"route add default via {GATEWAY_IPV4} dev eth0 onlink",
                f"route add default via {GATEWAY_IPV6} dev eth0"], station.name)
        self.inside(station)
        set_kernel("net/ipv6/conf/eth0/accept_ra", 0)
        set_kernel("net/ipv6/conf/eth0/router_solicitations", 0)
        self.outside()

    def inside(self, station):
        check(libc.setns(self.namespaces[station.index], CLONE_NEWNET), "setns")

    def outside(self):
        check(libc.setns(self.router, CLONE_NEWNET), "setns")

    def load(self, rulesets):
        """Loads rules into the router, part by part."""
        for ruleset in rulesets:
            result = subprocess.run(["nft", "-f", "-"], input=ruleset, capture_output=True, text=True)
            if result.returncode:
                raise RuntimeError(f"nft refuses the rules: {result.stderr[:2000]}")


def mac(station):
    return f"02:00:00:00:00:{station.index:02x}"


def run_ip(lines, namespace=None):
    command = ["ip"] + (["-n", namespace] if namespace else []) + ["-batch", "-"]
    subprocess.run(command, input="\n".join(lines), text=True, check=True)


def set_kernel(name, value):
    """Sets a kernel parameter; some kernels lack some of them, which costs no more than noise or speed."""
    try:
        with open(f"/proc/sys/{name}", "w") as file:
            file.write(str(value))
    except OSError:
        pass
