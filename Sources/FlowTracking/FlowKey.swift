import PacketDecode

/// A packet's key, direction and hash, made ready for the table.
struct FlowKey: BitwiseCopyable {
  /// As in ``FlowRecord``.
  var addresses: UInt64
  /// `ports` in the upper half, `meta` in the lower.
  var portsAndMeta: UInt64
  var hash: UInt64
  /// 0 or 1, as in ``FlowRecord``.
  var direction: Int

  var ports: UInt32 { UInt32(truncatingIfNeeded: portsAndMeta >> 32) }
  var meta: UInt32 { UInt32(truncatingIfNeeded: portsAndMeta) }
}

/// Secret numbers that the table's hash is keyed with, so that nobody can prepare packets that collide.
///
/// The results do not depend on them.
struct HashSeed: BitwiseCopyable {
  var first: UInt64
  var second: UInt64

  static func random() -> HashSeed {
    HashSeed(first: .random(in: .min ... .max) | 1, second: .random(in: .min ... .max) | 1)
  }

  /// Folds the 128-bit product: every input bit reaches every output bit.
  @inline(__always)
  func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = (left ^ first).multipliedFullWidth(by: right ^ second)
    return product.high ^ product.low
  }
}

extension FlowKey {
  /// The key of a packet. Both directions of a flow have the same key and hash; nothing branches on which side is low.
  @inline(__always)
  init(of packet: UnsafePointer<DecodedPacket>, seed: HashSeed) {
    // Safe: the caller passes a valid packet.
    let packet = unsafe packet.pointee
    let meta =
      UInt64(packet.view) << 16 | UInt64(packet.ipProtocol) << 8 | UInt64(packet.family)
    if packet.family == 4 {
      let source = packet.sourceLow << 16 | UInt64(packet.sourcePort)
      let destination = packet.destinationLow << 16 | UInt64(packet.destinationPort)
      // All ones if the source is the high side: both are 48 bits, so the difference's sign is right.
      let mask = UInt64(
        bitPattern: Int64(bitPattern: destination &- source) >> 63)
      let difference = (source ^ destination) & mask
      let low = source ^ difference
      let high = destination ^ difference
      addresses = (low >> 16) << 32 | high >> 16
      portsAndMeta = (low & 0xffff) << 48 | (high & 0xffff) << 32 | meta
      direction = Int(truncatingIfNeeded: mask & 1)
    } else {
      let ports = UInt64(packet.sourcePort) << 16 | UInt64(packet.destinationPort)
      let swappedPorts = UInt64(packet.destinationPort) << 16 | UInt64(packet.sourcePort)
      let isSwapped = Self.isHighFirst(packet)
      let low = (
        isSwapped ? packet.destinationHigh : packet.sourceHigh,
        isSwapped ? packet.destinationLow : packet.sourceLow
      )
      let high = (
        isSwapped ? packet.sourceHigh : packet.destinationHigh,
        isSwapped ? packet.sourceLow : packet.destinationLow
      )
      addresses = seed.mix(seed.mix(low.0, low.1), seed.mix(high.0 &+ 1, high.1))
      portsAndMeta = (isSwapped ? swappedPorts : ports) << 32 | meta
      direction = isSwapped ? 1 : 0
    }
    hash = seed.mix(addresses, portsAndMeta)
  }

  /// Whether the source of an IPv6 packet is the high side.
  @inline(__always)
  private static func isHighFirst(_ packet: DecodedPacket) -> Bool {
    if packet.sourceHigh != packet.destinationHigh {
      return packet.sourceHigh > packet.destinationHigh
    }
    if packet.sourceLow != packet.destinationLow {
      return packet.sourceLow > packet.destinationLow
    }
    return packet.sourcePort > packet.destinationPort
  }
}
