"""A capture of everything that the router receives, as a pcap file with nanoseconds (link type Ethernet).

A packet ring of the kernel, so that nothing is lost while probes are made and no special rights are needed beyond the
namespace. Each packet is taken once, where it comes in: before the router allows or denies it.
"""

import mmap
import socket
import struct

SOL_PACKET, PACKET_RX_RING, PACKET_STATISTICS, PACKET_VERSION, PACKET_IGNORE_OUTGOING = 263, 5, 6, 10, 23
TPACKET_V2 = 1
ETH_P_ALL = 0x0003
FRAME_SIZE, FRAMES_A_BLOCK, BLOCKS = 256, 256, 384
STATUS_USER = 1
# struct tpacket2_hdr: status, len, snaplen, mac, net, sec, nsec, ...
HEADER = struct.Struct("=IIIHHII")
RECORD = struct.Struct("=IIII")


class Capture:
    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.socket.setsockopt(SOL_PACKET, PACKET_VERSION, TPACKET_V2)
        self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        request = struct.pack("=IIII", FRAME_SIZE * FRAMES_A_BLOCK, BLOCKS, FRAME_SIZE, FRAMES_A_BLOCK * BLOCKS)
        self.socket.setsockopt(SOL_PACKET, PACKET_RX_RING, request)
        self.ring = mmap.mmap(self.socket.fileno(), FRAME_SIZE * FRAMES_A_BLOCK * BLOCKS)
        self.frame = 0
        self.records = []

    def drain(self):
        """Takes what the ring holds."""
        ring, records, frame = self.ring, self.records, self.frame
        while True:
            offset = frame * FRAME_SIZE
            status, length, captured, mac, _, seconds, nanoseconds = HEADER.unpack_from(ring, offset)
            if not status & STATUS_USER:
                break
            records.append(RECORD.pack(seconds, nanoseconds, captured, length))
            records.append(ring[offset + mac:offset + mac + captured])
            ring[offset:offset + 4] = b"\0\0\0\0"
            frame = (frame + 1) % (FRAMES_A_BLOCK * BLOCKS)
        self.frame = frame

    def discard(self):
        """Forgets what was received so far."""
        self.drain()
        self.records.clear()

    def write(self, path):
        """Writes everything since the last `discard` and forgets it."""
        self.drain()
        statistics = self.socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8)
        if struct.unpack("=II", statistics)[1]:
            raise RuntimeError("the capture lost packets")
        with open(path, "wb") as file:
            file.write(struct.pack("=IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 1))
            file.write(b"".join(self.records))
        count = len(self.records) // 2
        self.records.clear()
        return count
