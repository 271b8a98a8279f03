import CShims
import PacketDecode

/// The key of an IPv4 packet's flow, as in ``FlowRecord``, and the packet's direction in it.
///
/// Both directions of a flow have the same key; nothing branches on which side is low.
struct DirectedKey: BitwiseCopyable {
  let addresses: UInt64
  let portsAndMeta: UInt64
  /// 0 or 1.
  let direction: UInt64

  /// - Parameters:
  ///   - addresses: source << 32, destination.
  ///   - ports: source << 16, destination.
  ///   - meta: view << 16, protocol << 8, family.
  @inline(__always)
  init(addresses: UInt64, ports: UInt32, meta: UInt64) {
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

  /// The view in the lower half of a key.
  @inline(__always)
  static func view(of portsAndMeta: UInt64) -> UInt16 {
    UInt16(truncatingIfNeeded: portsAndMeta >> 16)
  }

  /// The lower half of a key with another view.
  @inline(__always)
  static func setting(view: UInt16, in portsAndMeta: UInt64) -> UInt64 {
    portsAndMeta & ~0xffff_0000 | UInt64(view) << 16
  }

  /// The key of an IPv4 packet.
  init(_ packet: DecodedPacket) {
    self.init(
      addresses: packet.sourceLow << 32 | packet.destinationLow,
      ports: UInt32(packet.sourcePort) << 16 | UInt32(packet.destinationPort),
      meta: UInt64(packet.view) << 16 | UInt64(packet.ipProtocol) << 8 | 4)
  }

  /// - Parameter view: as in ``DecodedPacket``.
  @inline(__always)
  init(_ packet: PlainPacket, view: UInt16) {
    self.init(
      addresses: packet.addresses, ports: packet.ports,
      meta: UInt64(view) << 16 | UInt64(packet.ipProtocol) << 8 | 4)
  }
}
