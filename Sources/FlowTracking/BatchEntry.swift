import PacketDecode

/// A packet made ready for the table: its key, direction and hash, and what is counted. One cache line.
///
/// The details of packets that are not of a plain IPv4 flow are beside it, in ``PacketBatch/packets`` or in a
/// ``DecodedPart``.
struct BatchEntry: BitwiseCopyable {
  /// As in ``FlowRecord``.
  var addresses: UInt64 = 0
  var portsAndMeta: UInt64 = 0
  var hash: UInt64 = 0
  var timestampNanoseconds: Int64 = 0
  var originalLength: UInt32 = 0
  var sequence: UInt32 = 0
  /// The number of the record that it probably belongs to; some other, or 0, if there is none.
  var candidate: UInt32 = 0
  var capture: UInt16 = 0
  var kind = PacketKind.notIP
  var tcpFlags: UInt8 = 0
  /// 0 or 1, as in ``FlowRecord``.
  var direction: UInt64 = 0
  private var padding: UInt64 = 0

  var isVersion6: Bool { portsAndMeta & 0xff == 6 }

  var view: UInt16 { DirectedKey.view(of: portsAndMeta) }

  /// Whether it is a packet of a flow, and nothing is to be looked at but the counters, if its flow is known.
  @inline(__always)
  var isOrdinary: Bool { kind == .flow && tcpFlags & TCPFlags.syn == 0 }

  /// Gives the packet another view, which is part of its key.
  mutating func setView(_ view: UInt16, seed: HashSeed) {
    portsAndMeta = DirectedKey.setting(view: view, in: portsAndMeta)
    hash = seed.mix(addresses, portsAndMeta)
  }

  init() {}
}

extension BatchEntry {
  /// Makes this the entry of a plain packet, but for ``candidate``.
  ///
  /// - Parameter view: as in ``DecodedPacket``.
  @inline(__always)
  mutating func set(
    _ packet: PlainPacket, view: UInt16, capture: UInt16, timestampNanoseconds: Int64,
    originalLength: UInt32, seed: HashSeed
  ) {
    setKey(DirectedKey(packet, view: view), seed: seed)
    self.timestampNanoseconds = timestampNanoseconds
    self.originalLength = originalLength
    self.capture = capture
    sequence = packet.sequence
    kind = .flow
    tcpFlags = packet.tcpFlags
  }

  /// Makes this the entry of a part's packet that is not detailed, but for ``candidate``.
  ///
  /// - Parameter view: the run's number of the packet's view.
  @inline(__always)
  mutating func set(_ packet: PartEntry, view: UInt16, capture: UInt16, seed: HashSeed) {
    addresses = packet.addresses
    portsAndMeta = DirectedKey.setting(view: view, in: packet.portsAndMeta)
    direction = UInt64(packet.direction)
    hash = seed.mix(addresses, portsAndMeta)
    timestampNanoseconds = packet.timestampNanoseconds
    originalLength = packet.originalLength
    self.capture = capture
    sequence = 0
    kind = .flow
    tcpFlags = packet.tcpFlags
  }

  @inline(__always)
  private mutating func setKey(_ key: DirectedKey, seed: HashSeed) {
    addresses = key.addresses
    portsAndMeta = key.portsAndMeta
    direction = key.direction
    hash = seed.mix(addresses, portsAndMeta)
  }

  /// The entry of any packet.
  init(_ packet: DecodedPacket, seed: HashSeed) {
    if packet.family == 4 {
      setKey(DirectedKey(packet), seed: seed)
    } else {
      let isSwapped = Self.isHighFirst(packet)
      let source = seed.mix(packet.sourceHigh &+ 1, packet.sourceLow)
      let destination = seed.mix(packet.destinationHigh &+ 1, packet.destinationLow)
      let ports = (UInt64(packet.sourcePort), UInt64(packet.destinationPort))
      let meta =
        UInt64(packet.view) << 16 | UInt64(packet.ipProtocol) << 8 | UInt64(packet.family)
      addresses =
        isSwapped ? seed.mix(destination, source) : seed.mix(source, destination)
      portsAndMeta =
        (isSwapped ? ports.1 << 48 | ports.0 << 32 : ports.0 << 48 | ports.1 << 32) | meta
      direction = isSwapped ? 1 : 0
      hash = seed.mix(addresses, portsAndMeta)
    }
    timestampNanoseconds = packet.timestampNanoseconds
    originalLength = packet.originalLength
    capture = packet.capture
    sequence = packet.sequence
    kind = packet.kind
    tcpFlags = packet.tcpFlags
  }

  /// Whether the source of an IPv6 packet is the high side.
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
