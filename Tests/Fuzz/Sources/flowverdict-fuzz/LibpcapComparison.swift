import NetworkTypes
import PacketCapture

/// Our readers against libpcap: the same packets as far as libpcap reads.
struct LibpcapComparison {
  let input: [UInt8]
  let own: CaptureReading
  let peer: CaptureReading

  func check() {
    // libpcap does not look at the trailing length of the first section header.
    if let first = own.anomalies.first, first.byteOffset == 0, isPcapng { return }
    require(
      peer.packetCount <= own.packetCount,
      "libpcap reads \(peer.packetCount) packets, we read \(own.packetCount): \(own.anomalies)")
    // Of times it only says that it took the nearest.
    let hasStopped = peer.anomalies.contains { $0.action == .stopped }
    if !hasStopped, peer.anomalies.count == peer.anomalyCount {
      require(
        peer.packetCount == own.packetCount,
        "libpcap reads \(peer.packetCount) packets to the end, we read \(own.packetCount)")
    }
    let hasComparableTimes = !hasFineBinaryTime
    for (index, (packet, other)) in zip(own.packets, peer.packets).enumerated() {
      let linkType = own.interfaces[Int(packet.interface)].linkType
      guard isComparable(linkType) else { continue }
      require(
        hasSameBytes(packet, other), "packet \(index + 1) has other bytes than libpcap's")
      require(
        packet.originalLength == other.originalLength,
        "packet \(index + 1) has \(packet.originalLength) bytes, in libpcap \(other.originalLength)"
      )
      require(
        !hasComparableTimes || hasSameTime(packet.timestampNanoseconds, other.timestampNanoseconds),
        "packet \(index + 1) is of \(packet.timestampNanoseconds), in libpcap of \(other.timestampNanoseconds)"
      )
    }
  }

  private var isPcapng: Bool { input.starts(with: [0x0a, 0x0d, 0x0d, 0x0a]) }

  /// Link types whose headers libpcap turns into this machine's byte order, or whose lengths it corrects: CAN in SLL,
  /// PFLOG, the three of USB, NFLOG, SocketCAN.
  private func isComparable(_ linkType: LinkType) -> Bool {
    ![113, 276, 117, 186, 189, 220, 239, 227].contains(linkType.rawValue)
  }

  /// libpcap cuts a packet that is longer than the snapshot length, we do not. To that of "modified" captures it adds 14.
  private func hasSameBytes(_ packet: CaptureReading.Packet, _ other: CaptureReading.Packet) -> Bool
  {
    if packet.bytes == other.bytes { return true }
    let snapshotLength = Int(own.interfaces[Int(packet.interface)].snapshotLength)
    return [snapshotLength, snapshotLength + 14].contains(other.bytes.count)
      && packet.bytes.starts(with: other.bytes)
  }

  /// Whether an interface seems to count 2^-20 seconds or less: libpcap's arithmetic overflows there.
  private var hasFineBinaryTime: Bool {
    // `if_tsresol`, one byte long, in either byte order.
    input.indices.dropLast(4).contains { index in
      let option = Array(input[index..<index + 4])
      return (option == [9, 0, 1, 0] || option == [0, 9, 0, 1]) && input[index + 4] >= 0x80 + 20
    }
  }

  /// libpcap reads seconds and fractions of classic captures as signed numbers of 32 bits. Of pcapng it computes times
  /// with other overflows, so only those of our century count.
  private func hasSameTime(_ time: Int64, _ other: Int64) -> Bool {
    if isPcapng {
      return !(0..<4_102_444_800_000_000_000).contains(time)
        || !(0..<4_102_444_800_000_000_000).contains(other) || abs(time &- other) <= 1
    }
    let difference = time &- other
    let wrap: Int64 = 1 << 32
    return [0, wrap &* 1_000_000_000].contains { seconds in
      [0, wrap, wrap * 1_000].contains { difference == seconds &+ $0 }
    }
  }
}
