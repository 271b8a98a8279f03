/// What a captured packet's first bytes are: a LINKTYPE number of the tcpdump.org registry.
///
/// The numbers are those of capture files. Some systems wrote their own DLT numbers into files; ``init(fileValue:)``
/// maps the ones that differ.
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

  public static let null = LinkType(rawValue: 0)
  public static let ethernet = LinkType(rawValue: 1)
  public static let ppp = LinkType(rawValue: 9)
  /// PPP in HDLC-like framing, or Cisco HDLC (the first byte tells).
  public static let pppHDLC = LinkType(rawValue: 50)
  public static let pppoe = LinkType(rawValue: 51)
  public static let raw = LinkType(rawValue: 101)
  public static let ciscoHDLC = LinkType(rawValue: 104)
  public static let loop = LinkType(rawValue: 108)
  public static let linuxCooked = LinkType(rawValue: 113)
  /// PPP with a direction byte in front.
  public static let pppWithDirection = LinkType(rawValue: 204)
  public static let mpls = LinkType(rawValue: 219)
  public static let ipv4 = LinkType(rawValue: 228)
  public static let ipv6 = LinkType(rawValue: 229)
  public static let netfilterLog = LinkType(rawValue: 239)
  public static let linuxCooked2 = LinkType(rawValue: 276)
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
