/// What decoding a packet came to. Every packet is counted under exactly one kind, but ``quotedPacket`` and
/// ``fragmentIdentity``, which only accompany another.
@frozen
public enum PacketKind: UInt8, Sendable, Hashable, CaseIterable, BitwiseCopyable {
  /// A packet of a flow.
  case flow
  /// The first fragment of a datagram: a packet of a flow, followed by a ``fragmentIdentity``.
  case firstFragment
  /// A fragment that is not the first: it has no ports.
  case laterFragment
  /// An ICMP error, followed by the ``quotedPacket`` that it answers.
  case icmpError
  /// An ICMP error whose quoted packet cannot be read.
  case icmpErrorWithoutQuote
  /// Not IP: ARP, LLDP, spanning tree, and so on, without any IP packet around it.
  case notIP
  /// The link type is not one that is decoded.
  case unknownLinkType
  /// The captured bytes end inside the link header.
  case truncatedLinkHeader
  /// The captured bytes end inside an IP header or its extension headers.
  case truncatedNetworkHeader
  /// The captured bytes, or the datagram, end before the ports.
  case truncatedTransportHeader
  /// An IP header with an impossible version or length.
  case malformedNetworkHeader
  /// More IP headers within each other than are followed: whose flow it is of is not known.
  case nestedTooDeep
  /// The packet that an ICMP error quotes: the addresses and ports of the refused packet.
  case quotedPacket
  /// Addresses, protocol and identification by which fragments of a datagram belong together.
  case fragmentIdentity

  /// The kind's name in machine-readable output.
  public var name: String {
    switch self {
    case .flow: "flow"
    case .firstFragment: "first_fragment"
    case .laterFragment: "later_fragment"
    case .icmpError: "icmp_error"
    case .icmpErrorWithoutQuote: "icmp_error_without_quote"
    case .notIP: "not_ip"
    case .unknownLinkType: "unknown_link_type"
    case .truncatedLinkHeader: "truncated_link_header"
    case .truncatedNetworkHeader: "truncated_network_header"
    case .truncatedTransportHeader: "truncated_transport_header"
    case .malformedNetworkHeader: "malformed_network_header"
    case .nestedTooDeep: "nested_too_deep"
    case .quotedPacket: "quoted_packet"
    case .fragmentIdentity: "fragment_identity"
    }
  }
}
