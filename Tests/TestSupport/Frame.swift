/// Packets for tests, from the inside to the outside: `Frame.ethernet(.ipv4("10.0.0.1", "10.0.0.2", .tcp(1, 2)))`.
public enum Frame {
  /// A payload and the number that says what it is, to the header around it.
  public struct Payload: Sendable {
    public var bytes: Bytes
    /// IP protocol number.
    public var ipProtocol: UInt8 = 0
    public var etherType: UInt16 = 0

    public init(bytes: Bytes, ipProtocol: UInt8 = 0, etherType: UInt16 = 0) {
      self.bytes = bytes
      self.ipProtocol = ipProtocol
      self.etherType = etherType
    }
  }

  // MARK: Transport

  /// Flags: 0x02 SYN, 0x12 SYN and ACK, 0x10 ACK, 0x01 FIN, 0x04 RST.
  public static func tcp(
    _ source: UInt16, _ destination: UInt16, flags: UInt8 = 0x10, sequence: UInt32 = 0,
    payloadCount: Int = 0
  ) -> Payload {
    var bytes = Bytes.big(source, destination) + .word32(sequence, isBig: true)
    bytes += .word32(0, isBig: true) + [0x50, flags] + .big(0x2000, 0, 0)
    bytes += .zeros(payloadCount)
    return Payload(bytes: bytes, ipProtocol: 6)
  }

  public static func udp(
    _ source: UInt16, _ destination: UInt16, _ payload: Bytes = []
  ) -> Payload {
    let length = UInt16(truncatingIfNeeded: 8 + payload.array.count)
    return Payload(
      bytes: Bytes.big(source, destination, length, 0) + payload, ipProtocol: 17)
  }

  /// An SCTP packet whose first chunk is of `chunk` (1 INIT, 2 INIT ACK, 6 ABORT, 0 DATA).
  public static func sctp(
    _ source: UInt16, _ destination: UInt16, chunk: UInt8, tag: UInt32 = 0
  ) -> Payload {
    var bytes = Bytes.big(source, destination) + .zeros(8)
    bytes += [chunk, 0, 0, 20] + .word32(tag, isBig: true) + .zeros(12)
    return Payload(bytes: bytes, ipProtocol: 132)
  }

  /// An ICMP message; `isVersion6` tells ICMPv6.
  public static func icmp(
    type: UInt8, code: UInt8 = 0, identifier: UInt16 = 0, _ rest: Bytes = .zeros(4),
    isVersion6: Bool = false
  ) -> Payload {
    Payload(
      bytes: [type, code, 0, 0] + .big(identifier) + [0, 0] + rest,
      ipProtocol: isVersion6 ? 58 : 1)
  }

  // MARK: Network

  public struct FragmentPlace: Sendable {
    /// In units of 8 bytes.
    public var offset: UInt16
    public var hasMore: Bool
    public init(offset: UInt16, hasMore: Bool) {
      self.offset = offset
      self.hasMore = hasMore
    }
  }

  /// - Parameters:
  ///   - options: a multiple of 4 bytes.
  ///   - totalLength: in place of the true one.
  public static func ipv4(
    _ source: String, _ destination: String, _ payload: Payload, options: Bytes = [],
    identification: UInt16 = 0, fragment: FragmentPlace? = nil, totalLength: UInt16? = nil
  ) -> Payload {
    let headerByteCount = 20 + options.array.count
    let length =
      totalLength ?? UInt16(truncatingIfNeeded: headerByteCount + payload.bytes.array.count)
    let place = fragment.map { $0.offset | ($0.hasMore ? 0x2000 : 0) } ?? 0x4000
    var bytes: Bytes = [UInt8(0x40 | headerByteCount / 4), 0]
    bytes += .big(length, identification, place) + [64, payload.ipProtocol, 0, 0]
    bytes += address4(source) + address4(destination) + options + payload.bytes
    return Payload(bytes: bytes, ipProtocol: 4, etherType: 0x0800)
  }

  public static func ipv6(
    _ source: [UInt16], _ destination: [UInt16], _ payload: Payload, payloadLength: UInt16? = nil
  ) -> Payload {
    let length = payloadLength ?? UInt16(truncatingIfNeeded: payload.bytes.array.count)
    var bytes: Bytes = [0x60, 0, 0, 0]
    bytes += .big(length) + [payload.ipProtocol, 64]
    for group in source + destination { bytes += .big(group) }
    return Payload(bytes: bytes + payload.bytes, ipProtocol: 41, etherType: 0x86dd)
  }

  /// An IPv6 extension header of `byteCount` bytes (a multiple of 8) in front of a payload.
  public static func extensionHeader(
    _ number: UInt8, byteCount: Int = 8, _ payload: Payload
  ) -> Payload {
    let bytes: Bytes = [payload.ipProtocol, UInt8(byteCount / 8 - 1)] + .zeros(byteCount - 2)
    return Payload(bytes: bytes + payload.bytes, ipProtocol: number)
  }

  public static func fragmentHeader(
    _ place: FragmentPlace, identification: UInt32, _ payload: Payload
  ) -> Payload {
    var bytes: Bytes = [payload.ipProtocol, 0]
    bytes += .big(place.offset << 3 | (place.hasMore ? 1 : 0))
    bytes += .word32(identification, isBig: true)
    return Payload(bytes: bytes + payload.bytes, ipProtocol: 44)
  }

  static func address4(_ text: String) -> Bytes {
    Bytes(text.split(separator: ".").map { UInt8($0) ?? 0 })
  }

  // MARK: Link

  public static func ethernet(_ payload: Payload) -> Bytes {
    .zeros(12) + .big(payload.etherType) + payload.bytes
  }

  /// An 802.1Q tag.
  public static func tagged(_ payload: Payload) -> Payload { tagged(0x8100, payload) }

  /// A tag of any type, such as 802.1ad (0x88a8).
  public static func tagged(_ type: UInt16, _ payload: Payload) -> Payload {
    Payload(bytes: .big(5, payload.etherType) + payload.bytes, etherType: type)
  }

  public static func mpls(labels: Int = 1, _ payload: Payload) -> Payload {
    var bytes: Bytes = []
    for label in 0..<labels { bytes += [0, 1, label == labels - 1 ? 1 : 0, 64] }
    return Payload(bytes: bytes + payload.bytes, ipProtocol: 137, etherType: 0x8847)
  }

  /// PPP with its protocol number, without address and control.
  public static func ppp(_ payload: Payload) -> Bytes {
    let number: UInt16 =
      switch payload.etherType {
      case 0x0800: 0x0021
      case 0x86dd: 0x0057
      default: 0x0281
      }
    return .big(number) + payload.bytes
  }

  public static func pppoe(_ payload: Payload) -> Payload {
    let inner = ppp(payload)
    return Payload(
      bytes: [0x11, 0, 0, 1] + .big(UInt16(inner.array.count)) + inner, etherType: 0x8864)
  }
}
