import CShims
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
  /// In a part: one more than the place of the packet's details among the part's; 0 where there are none.
  var detailNumber: UInt32 = 0
  private var padding: UInt32 = 0

  var isVersion6: Bool { portsAndMeta & 0xff == 6 }

  var view: UInt16 { UInt16(truncatingIfNeeded: portsAndMeta >> 16) }

  /// Whether it is a packet of a flow, and nothing is to be looked at but the counters, if its flow is known.
  @inline(__always)
  var isOrdinary: Bool { kind == .flow && tcpFlags & TCPFlags.syn == 0 }

  /// Gives the packet another view, which is part of its key.
  mutating func setView(_ view: UInt16, seed: HashSeed) {
    portsAndMeta = portsAndMeta & ~0xffff_0000 | UInt64(view) << 16
    hash = seed.mix(addresses, portsAndMeta)
  }

  init() {}
}

extension BatchEntry {
  /// Makes this the entry of a plain packet, but for ``candidate`` and ``detailNumber``. Both directions of a flow have the
  /// same key and hash; nothing branches on which side is low.
  ///
  /// - Parameter place: view << 16, family; see ``FlowRecord``.
  @inline(__always)
  mutating func set(
    _ packet: PlainPacket, place: UInt64, capture: UInt16, timestampNanoseconds: Int64,
    originalLength: UInt32, seed: HashSeed
  ) {
    setEnds(
      addresses: packet.addresses, ports: packet.ports,
      meta: place | UInt64(packet.ipProtocol) << 8)
    hash = seed.mix(addresses, portsAndMeta)
    self.timestampNanoseconds = timestampNanoseconds
    self.originalLength = originalLength
    self.capture = capture
    sequence = packet.sequence
    kind = .flow
    tcpFlags = packet.tcpFlags
  }

  /// The entry of any packet.
  init(_ packet: DecodedPacket, seed: HashSeed) {
    let meta =
      UInt64(packet.view) << 16 | UInt64(packet.ipProtocol) << 8 | UInt64(packet.family)
    if packet.family == 4 {
      setEnds(
        addresses: packet.sourceLow << 32 | packet.destinationLow,
        ports: UInt32(packet.sourcePort) << 16 | UInt32(packet.destinationPort), meta: meta)
    } else {
      let isSwapped = Self.isHighFirst(packet)
      let source = seed.mix(packet.sourceHigh &+ 1, packet.sourceLow)
      let destination = seed.mix(packet.destinationHigh &+ 1, packet.destinationLow)
      let ports = (UInt64(packet.sourcePort), UInt64(packet.destinationPort))
      addresses =
        isSwapped ? seed.mix(destination, source) : seed.mix(source, destination)
      portsAndMeta =
        (isSwapped ? ports.1 << 48 | ports.0 << 32 : ports.0 << 48 | ports.1 << 32) | meta
      direction = isSwapped ? 1 : 0
    }
    hash = seed.mix(addresses, portsAndMeta)
    timestampNanoseconds = packet.timestampNanoseconds
    originalLength = packet.originalLength
    capture = packet.capture
    sequence = packet.sequence
    kind = packet.kind
    tcpFlags = packet.tcpFlags
  }

  /// Sets key and direction of IPv4.
  ///
  /// - Parameters:
  ///   - addresses: source << 32, destination.
  ///   - ports: source << 16, destination.
  @inline(__always)
  private mutating func setEnds(addresses: UInt64, ports: UInt32, meta: UInt64) {
    let swappedAddresses = addresses &<< 32 | addresses &>> 32
    let swappedPorts = ports &<< 16 | ports &>> 16
    // The source is the high side if its address is larger, or its port where an address talks to itself.
    let isSwapped =
      UInt128(addresses) << 64 | UInt128(ports)
      > UInt128(swappedAddresses) << 64 | UInt128(swappedPorts)
    self.addresses = flowverdict_select(isSwapped, swappedAddresses, addresses)
    let lowFirst = flowverdict_select(isSwapped, UInt64(swappedPorts), UInt64(ports))
    portsAndMeta = lowFirst << 32 | meta
    direction = flowverdict_select(isSwapped, 1, 0)
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
