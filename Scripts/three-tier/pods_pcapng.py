"""Merges captures of single pods into one pcapng file with one interface for each pod, in order of time.

usage: pods_pcapng.py OUTPUT (CAPTURE NODE NAMESPACE POD)...
Captures are classic pcap with microsecond timestamps in this machine's byte order, as tcpdump writes them. The
interface descriptions name node, namespace and pod, in the form that capture tools for Kubernetes use.
"""

import struct
import sys

SECTION_HEADER, INTERFACE, ENHANCED_PACKET = 0x0A0D0D0A, 1, 6
INTERFACE_NAME, INTERFACE_DESCRIPTION = 2, 3


def padded(data):
    return data + bytes(-len(data) % 4)


def block(kind, body):
    length = 12 + len(body)
    return struct.pack("=II", kind, length) + body + struct.pack("=I", length)


def option(code, text):
    data = text.encode()
    return struct.pack("=HH", code, len(data)) + padded(data)


def read_pcap(path):
    """The link type, the snapshot length and the packets (microseconds, original length, bytes) of a capture."""
    with open(path, "rb") as file:
        magic, _, _, _, _, snapshot_length, link_type = struct.unpack("=IHHiIII", file.read(24))
        if magic != 0xA1B2C3D4:
            raise ValueError(f"{path}: not a pcap file with microseconds in this byte order")
        packets = []
        while header := file.read(16):
            seconds, microseconds, captured, original = struct.unpack("=IIII", header)
            packets.append((seconds * 1_000_000 + microseconds, original, file.read(captured)))
    return link_type, snapshot_length, packets


def main(output, arguments):
    blocks = [block(SECTION_HEADER, struct.pack("=IHHq", 0x1A2B3C4D, 1, 0, -1))]
    packets = []
    for index in range(len(arguments) // 4):
        path, node, namespace, pod = arguments[4 * index:4 * index + 4]
        link_type, snapshot_length, captured = read_pcap(path)
        description = f"k8s.node={node};k8s.namespace={namespace};k8s.podName={pod}"
        options = (option(INTERFACE_NAME, f"{pod}-eth0") + option(INTERFACE_DESCRIPTION, description)
                   + struct.pack("=HH", 0, 0))
        blocks.append(block(INTERFACE, struct.pack("=HHI", link_type, 0, snapshot_length) + options))
        packets += [(time, index, original, data) for time, original, data in captured]
    for time, index, original, data in sorted(packets, key=lambda packet: packet[:2]):
        body = struct.pack("=IIIII", index, time >> 32, time & 0xFFFFFFFF, len(data), original)
        blocks.append(block(ENHANCED_PACKET, body + padded(data)))
    with open(output, "wb") as file:
        file.write(b"".join(blocks))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
