/// The protocol number of an IP packet's payload (IANA "Assigned Internet Protocol Numbers").
public struct IPProtocol: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8

  @inlinable
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let icmp = IPProtocol(rawValue: 1)
  public static let tcp = IPProtocol(rawValue: 6)
  public static let udp = IPProtocol(rawValue: 17)
  public static let icmpv6 = IPProtocol(rawValue: 58)
  public static let sctp = IPProtocol(rawValue: 132)

  /// Whether the protocol is one that NetworkPolicy ports name: TCP, UDP or SCTP (N30).
  @inlinable
  public var hasPorts: Bool { self == .tcp || self == .udp || self == .sctp }

  /// Reads `TCP`, `UDP`, `SCTP`, `ICMP`, `ICMPv6` in any case, or a protocol number 0 to 255.
  public init?(name: some StringProtocol) {
    switch name.lowercased() {
    case "tcp": self = .tcp
    case "udp": self = .udp
    case "sctp": self = .sctp
    case "icmp": self = .icmp
    case "icmpv6", "icmp6", "ipv6-icmp": self = .icmpv6
    case let digits:
      guard let number = UInt8(digits) else { return nil }
      self.init(rawValue: number)
    }
  }
}

extension IPProtocol: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tcp: "TCP"
    case .udp: "UDP"
    case .sctp: "SCTP"
    case .icmp: "ICMP"
    case .icmpv6: "ICMPv6"
    default: "\(rawValue)"
    }
  }
}
