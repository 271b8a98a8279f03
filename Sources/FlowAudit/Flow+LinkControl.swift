import FlowTracking
import NetworkTypes

extension Flow {
  /// Whether this is housekeeping of a link, as ARP is: ICMPv6 with a link-local, multicast or unspecified address at one
  /// end (neighbour discovery, RFC 4861; multicast listener discovery, RFC 3810), or IGMP (RFC 3376).
  ///
  /// Network plugins let it pass whatever policies say, so that addresses can be found at all; no policy is asked.
  public var isLinkControl: Bool {
    if tuple.ipProtocol == Self.igmp { return true }
    guard tuple.ipProtocol == .icmpv6 else { return false }
    return Self.isOfTheLink(tuple.source) || Self.isOfTheLink(tuple.destination)
  }

  /// Link-local (`fe80::/10`), multicast (`ff00::/8`) or unspecified (`::`).
  private static func isOfTheLink(_ address: IPAddress) -> Bool {
    guard address.family == .ipv6 else { return false }
    if address.high == 0 { return address.low == 0 }
    return address.high >> 54 == 0x3fa || address.high >> 56 == 0xff
  }

  private static let igmp = IPProtocol(rawValue: 2)
}
