/// What matters of a plain TCP or UDP packet over IPv4 and Ethernet, in host order, in registers.
@frozen
public struct PlainPacket: BitwiseCopyable, Sendable {
  /// Source address << 32, destination address.
  public let addresses: UInt64
  /// The first eight bytes of the transport header: source port << 48, destination port << 32, and for TCP the sequence
  /// number.
  public let transport: UInt64
  public let ipProtocol: UInt8
  /// 0 for UDP.
  public let tcpFlags: UInt8

  @inlinable @inline(__always)
  public init(addresses: UInt64, transport: UInt64, ipProtocol: UInt8, tcpFlags: UInt8) {
    self.addresses = addresses
    self.transport = transport
    self.ipProtocol = ipProtocol
    self.tcpFlags = tcpFlags
  }

  /// Source and destination port.
  @inlinable @inline(__always)
  public var ports: UInt32 { UInt32(truncatingIfNeeded: transport >> 32) }

  /// Whether it is a datagram from port 53.
  @inlinable @inline(__always)
  public var isFromDNSPort: Bool { transport >> 48 == 53 && ipProtocol == 17 }

  @inlinable @inline(__always)
  public var sequence: UInt32 { UInt32(truncatingIfNeeded: transport) }

  /// Writes the packet as an entry, but for what the decoder does not know.
  @inlinable @inline(__always)
  public func write(to output: UnsafeMutablePointer<DecodedPacket>) {
    unsafe output.pointee.sourceHigh = 0
    unsafe output.pointee.sourceLow = addresses >> 32
    unsafe output.pointee.destinationHigh = 0
    unsafe output.pointee.destinationLow = addresses & 0xffff_ffff
    unsafe output.pointee.sequence = sequence
    unsafe output.pointee.sourcePort = UInt16(truncatingIfNeeded: transport >> 48)
    unsafe output.pointee.destinationPort = UInt16(truncatingIfNeeded: transport >> 32)
    unsafe output.pointee.ipProtocol = ipProtocol
    unsafe output.pointee.tcpFlags = tcpFlags
    unsafe output.pointee.family = 4
    unsafe output.pointee.kind = .flow
    unsafe output.pointee.tunnelDepth = 0
    unsafe output.pointee.transportOffset = 34
  }
}
