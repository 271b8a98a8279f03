/// What a captured packet's first bytes are: a LINKTYPE number of the tcpdump.org registry.
///
/// The numbers are those of capture files. Some systems wrote their own DLT numbers into files; ``init(fileValue:)``
/// maps the ones that differ.
@frozen
public struct LinkType: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32

  @inlinable
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The link type of a file's or an interface's link-type field: the upper bits of a classic header's field (frame
  /// check sequence length) are cut off, and DLT_RAW of the BSDs (12, 14) reads as ``raw``.
  public init(fileValue: UInt32) {
    let number = fileValue & 0x03ff_ffff
    self.init(rawValue: number == 12 || number == 14 ? 101 : number)
  }

  @inlinable public static var null: LinkType { LinkType(rawValue: 0) }
  @inlinable public static var ethernet: LinkType { LinkType(rawValue: 1) }
  @inlinable public static var ppp: LinkType { LinkType(rawValue: 9) }
  /// PPP in HDLC-like framing, or Cisco HDLC (the first byte tells).
  @inlinable public static var pppHDLC: LinkType { LinkType(rawValue: 50) }
  @inlinable public static var pppoe: LinkType { LinkType(rawValue: 51) }
  @inlinable public static var raw: LinkType { LinkType(rawValue: 101) }
  @inlinable public static var ciscoHDLC: LinkType { LinkType(rawValue: 104) }
  @inlinable public static var loop: LinkType { LinkType(rawValue: 108) }
  @inlinable public static var linuxCooked: LinkType { LinkType(rawValue: 113) }
  /// PPP with a direction byte in front.
  @inlinable public static var pppWithDirection: LinkType { LinkType(rawValue: 204) }
  @inlinable public static var mpls: LinkType { LinkType(rawValue: 219) }
  @inlinable public static var ipv4: LinkType { LinkType(rawValue: 228) }
  @inlinable public static var ipv6: LinkType { LinkType(rawValue: 229) }
  @inlinable public static var netfilterLog: LinkType { LinkType(rawValue: 239) }
  @inlinable public static var linuxCooked2: LinkType { LinkType(rawValue: 276) }
}

/// The registry's name without `LINKTYPE_`, or the number.
extension LinkType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .null: "NULL"
    case .ethernet: "ETHERNET"
    case .ppp: "PPP"
    case .pppHDLC: "PPP_HDLC"
    case .pppoe: "PPP_ETHER"
    case .raw: "RAW"
    case .ciscoHDLC: "C_HDLC"
    case .loop: "LOOP"
    case .linuxCooked: "LINUX_SLL"
    case .pppWithDirection: "PPP_WITH_DIR"
    case .mpls: "MPLS"
    case .ipv4: "IPV4"
    case .ipv6: "IPV6"
    case .netfilterLog: "NFLOG"
    case .linuxCooked2: "LINUX_SLL2"
    default: "\(rawValue)"
    }
  }
}
