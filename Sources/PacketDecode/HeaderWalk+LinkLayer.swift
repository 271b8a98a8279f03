import NetworkTypes

extension HeaderWalk {
  /// The first header of a packet, behind what the link type itself puts in front.
  mutating func firstHeader(_ linkType: LinkType) -> Header {
    switch linkType {
    case .ethernet: return .ethernet
    case .raw: return .ip
    case .ipv4: return .ipv4
    case .ipv6: return .ipv6
    case .linuxCooked: return cooked(headerByteCount: 16, protocolOffset: 14)
    case .linuxCooked2: return cooked(headerByteCount: 20, protocolOffset: 0)
    case .null, .loop: return loopback()
    case .ppp: return .ppp
    case .pppHDLC:
      guard has(2) else { return .end(.truncatedLinkHeader) }
      return byte(0) == 0x0f || byte(0) == 0x8f ? .ciscoHDLC : .ppp
    case .pppWithDirection:
      guard has(1) else { return .end(.truncatedLinkHeader) }
      offset += 1
      return .ppp
    case .pppoe: return .pppoe
    case .ciscoHDLC: return .ciscoHDLC
    case .mpls: return .mpls
    case .netfilterLog: return netfilterLog()
    default: return .end(.unknownLinkType)
    }
  }

  /// Destination and source address and an EtherType, or an IEEE 802.3 length with LLC and SNAP.
  mutating func ethernet() -> Header {
    guard has(14) else { return .end(.truncatedLinkHeader) }
    let type = word16(12)
    offset += 14
    return type >= 0x0600 ? .etherType(type) : logicalLinkControl()
  }

  /// IEEE 802.2: only SNAP with an EtherType leads to IP.
  private mutating func logicalLinkControl() -> Header {
    guard has(8) else { return .end(.notIP) }
    guard word32(0) == 0xaaaa_0300, word16(4) <= 0xff else { return .end(.notIP) }
    let type = word16(6)
    offset += 8
    return .etherType(type)
  }

  /// What follows an EtherType at ``offset``.
  mutating func payload(ofEtherType type: UInt16) -> Header {
    switch type {
    case 0x0800: return .ipv4
    case 0x86dd: return .ipv6
    case 0x8100, 0x88a8, 0x9100, 0x9200:  // 802.1Q, 802.1ad, and what was used before it
      guard has(4) else { return .end(.truncatedLinkHeader) }
      let inner = word16(2)
      offset += 4
      return inner >= 0x0600 ? .etherType(inner) : logicalLinkControl()
    case 0x8847, 0x8848: return .mpls
    case 0x8864: return .pppoe
    case 0x894f: return .nsh
    case 0x6558: return .ethernet  // Transparent Ethernet bridging
    case 0x880b: return .ppp
    default: return .end(.notIP)
    }
  }

  /// A stack of 4-byte labels; nothing says what follows, but IP shows its version (RFC 4928).
  mutating func mpls() -> Header {
    while true {
      guard has(4) else { return .end(.truncatedLinkHeader) }
      let isBottom = byte(2) & 1 != 0
      offset += 4
      if isBottom { break }
    }
    guard has(1) else { return .end(.truncatedLinkHeader) }
    switch byte(0) >> 4 {
    case 4: return .ipv4
    case 6: return .ipv6
    case 0:  // The control word of an Ethernet pseudowire (RFC 4448).
      offset += 4
      return .ethernet
    case 1: return .end(.notIP)  // The associated channel (RFC 5586).
    default: return .ethernet
    }
  }

  /// RFC 2516, session stage: version, type, code, session and length, then PPP.
  mutating func pppoe() -> Header {
    guard has(6) else { return .end(.truncatedLinkHeader) }
    guard byte(1) == 0 else { return .end(.notIP) }
    offset += 6
    return .ppp
  }

  /// RFC 1661, with or without address and control (RFC 1662), with or without a compressed protocol field.
  mutating func ppp() -> Header {
    if byte(0) == 0xff, byte(1) == 0x03 { offset += 2 }
    guard has(1) else { return .end(.truncatedLinkHeader) }
    var number = UInt16(byte(0))
    if number & 1 == 0 {
      guard has(2) else { return .end(.truncatedLinkHeader) }
      number = word16(0)
      offset += 2
    } else {
      offset += 1
    }
    switch number {
    case 0x0021: return .ipv4
    case 0x0057: return .ipv6
    case 0x0281, 0x0283: return .mpls
    default: return .end(.notIP)
    }
  }

  /// Address, control, EtherType.
  mutating func ciscoHDLC() -> Header {
    guard has(4) else { return .end(.truncatedLinkHeader) }
    let type = word16(2)
    offset += 4
    return .etherType(type)
  }

  /// Linux "cooked" packets, versions 1 and 2: the protocol field is an EtherType, or below 0x600 something that is not IP
  /// except LLC.
  private mutating func cooked(headerByteCount: Int, protocolOffset: Int) -> Header {
    guard has(headerByteCount) else { return .end(.truncatedLinkHeader) }
    let type = word16(protocolOffset)
    offset += headerByteCount
    if type == 0x0004 { return logicalLinkControl() }
    return type >= 0x0600 ? .etherType(type) : .end(.notIP)
  }

  /// The address family of the capturing BSD, in its byte order (NULL) or in network order (LOOP). Some writers put an
  /// EtherType into the last two bytes.
  private mutating func loopback() -> Header {
    guard has(4) else { return .end(.truncatedLinkHeader) }
    let word = word32(0)
    offset += 4
    switch min(word, word.byteSwapped) {
    case 2: return .ipv4
    // AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, and macOS.
    case 10, 23, 24, 28, 30: return .ipv6
    default:
      let type = UInt16(truncatingIfNeeded: word)
      return type == 0x0800 || type == 0x86dd ? .etherType(type) : .end(.notIP)
    }
  }

  /// Family, version and resource, then attributes of length, type and value, padded to 4 bytes, in the capturing
  /// machine's byte order; the packet is the attribute of type 9.
  private mutating func netfilterLog() -> Header {
    guard has(4) else { return .end(.truncatedLinkHeader) }
    let start = offset
    let family = byte(0)
    for isByteSwapped in [true, false] {
      offset = start + 4
      while has(4) {
        let length = isByteSwapped ? word16(0).byteSwapped : word16(0)
        let type = isByteSwapped ? word16(2).byteSwapped : word16(2)
        guard length >= 4 else { break }
        if type == 9 {
          limit = min(limit, offset + Int(length))
          offset += 4
          switch family {
          case 2: return .ipv4
          case 10: return .ipv6
          default: return .ip
          }
        }
        offset += (Int(length) + 3) & ~3
      }
    }
    return .end(.notIP)
  }
}
