import PacketDecode

/// A packet in a ``DecodedPart``, in half of the bytes of a ``BatchEntry``: each goes from one processor's cache to
/// another's.
///
/// Packets of which more is to be known than fits (SYNs, and what is not of an IPv4 flow) are *detailed*: their entries are beside, in the same order.
struct PartEntry: BitwiseCopyable {
  /// As in ``FlowRecord``; 0 in a detailed entry.
  private(set) var addresses: UInt64 = 0
  private(set) var portsAndMeta: UInt64 = 0
  private(set) var timestampNanoseconds: Int64 = 0
  private(set) var originalLength: UInt32 = 0
  private(set) var tcpFlags: UInt8 = 0
  /// 0 or 1, as in ``FlowRecord``.
  private(set) var direction: UInt8 = 0
  private(set) var isDetailed = false
  private let padding: UInt8 = 0

  var view: UInt16 { DirectedKey.view(of: portsAndMeta) }

  init() {}

  /// A packet of an IPv4 flow, but for its sequence number.
  @inline(__always)
  init(
    _ key: DirectedKey, timestampNanoseconds: Int64, originalLength: UInt32, tcpFlags: UInt8
  ) {
    addresses = key.addresses
    portsAndMeta = key.portsAndMeta
    direction = UInt8(truncatingIfNeeded: key.direction)
    self.timestampNanoseconds = timestampNanoseconds
    self.originalLength = originalLength
    self.tcpFlags = tcpFlags
  }

  /// The place of a detailed packet.
  init(detailedAt timestampNanoseconds: Int64) {
    self.timestampNanoseconds = timestampNanoseconds
    isDetailed = true
  }
}
