import NetworkTypes

/// What a packet says about its flow: one cache line, everything in host order.
///
/// The decoder fills addresses, protocol, ports and flags; whoever read the packet fills ``timestampNanoseconds``,
/// ``originalLength``, ``view`` and ``capture``.
@frozen
public struct DecodedPacket: BitwiseCopyable, Sendable {
  /// An IPv4 address is the low 32 bits of the low half, the high half 0, as in `IPAddress`.
  public var sourceHigh: UInt64 = 0
  public var sourceLow: UInt64 = 0
  public var destinationHigh: UInt64 = 0
  public var destinationLow: UInt64 = 0
  /// Nanoseconds since 1970-01-01T00:00:00Z, or `PacketRecord.unknownTime`.
  public var timestampNanoseconds: Int64 = 0
  /// Bytes of the whole frame on the wire.
  public var originalLength: UInt32 = 0
  /// TCP: the sequence number. SCTP: the initiate tag of INIT and INIT ACK. Fragments: the identification. ICMP errors:
  /// type and code.
  public var sequence: UInt32 = 0
  /// Both ports of an ICMP request or reply are its identifier, unless the decoder was told otherwise.
  public var sourcePort: UInt16 = 0
  public var destinationPort: UInt16 = 0
  /// From where the packet was seen; flows are counted for each view apart, and joined later.
  public var view: UInt16 = 0
  /// Index of the capture that holds the packet.
  public var capture: UInt16 = 0
  public var ipProtocol: UInt8 = 0
  /// The TCP flags; other protocols' packets that start, answer, end or refuse are given the flags of the TCP packets
  /// that do the same (see ``TCPFlags``).
  public var tcpFlags: UInt8 = 0
  /// 4 or 6.
  public var family: UInt8 = 4
  public var kind: PacketKind = .notIP
  /// IP headers around the one that is reported.
  public var tunnelDepth: UInt8 = 0
  /// Bytes of the frame before the transport header of ``PacketKind/flow``; 0 where they are more than 65,535.
  public var transportOffset: UInt16 = 0

  @inlinable
  public init() {}

  public var source: IPAddress { address(high: sourceHigh, low: sourceLow) }
  public var destination: IPAddress { address(high: destinationHigh, low: destinationLow) }

  private func address(high: UInt64, low: UInt64) -> IPAddress {
    family == 4
      ? IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) : IPAddress(ipv6High: high, low: low)
  }

  public var tuple: FiveTuple {
    FiveTuple(
      source: source, destination: destination, ipProtocol: IPProtocol(rawValue: ipProtocol),
      sourcePort: sourcePort, destinationPort: destinationPort)
  }
}

/// Bits of the TCP header's flags byte (RFC 9293, 3.1), and what they stand for in other protocols.
///
/// SCTP: INIT is SYN, INIT ACK is SYN and ACK, ABORT is RST, SHUTDOWN COMPLETE is FIN. ICMP: a request (echo, timestamp)
/// is SYN, its reply SYN and ACK.
public enum TCPFlags {
  public static let fin: UInt8 = 0x01
  public static let syn: UInt8 = 0x02
  public static let rst: UInt8 = 0x04
  public static let ack: UInt8 = 0x10
}
