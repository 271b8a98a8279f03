import NetworkTypes

/// Where the Linux "any" device saw a packet, as the cooked link header says.
public struct CookedPlace: Hashable, Sendable {
  /// Interface index; 0 in version 1, which does not say it.
  public var interface: UInt32
  /// 0 to us, 1 broadcast, 2 multicast, 3 to another host, 4 sent by us.
  public var packetType: UInt8

  /// Reads the header; all fields are 0 where it is cut off or the link type is not a cooked one.
  ///
  /// Safe while `count` bytes are readable at `bytes`.
  public init(_ bytes: UnsafeRawPointer, count: Int, linkType: LinkType) {
    interface = 0
    packetType = 0
    if linkType == .linuxCooked, count >= 16 {
      packetType = unsafe bytes.load(fromByteOffset: 1, as: UInt8.self)
    } else if linkType == .linuxCooked2, count >= 20 {
      interface = unsafe bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self).bigEndian
      packetType = unsafe bytes.load(fromByteOffset: 10, as: UInt8.self)
    }
  }
}
