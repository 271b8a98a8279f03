extension HeaderWalk {
  /// RFC 7348: flags, reserved, network identifier; then an Ethernet frame.
  mutating func vxlan() -> Header {
    guard has(8), byte(0) & 0x08 != 0 else { return .end(.notIP) }
    offset += 8
    return .ethernet
  }

  /// VXLAN-GPE: with the P bit, the fourth byte says what is inside.
  mutating func vxlanGPE() -> Header {
    guard has(8), byte(0) & 0x08 != 0 else { return .end(.notIP) }
    let hasNextProtocol = byte(0) & 0x04 != 0
    let nextProtocol = byte(3)
    offset += 8
    return hasNextProtocol ? serviceHeaderPayload(nextProtocol) : .ethernet
  }

  /// RFC 8926: version and option length, flags, EtherType, network identifier, options.
  mutating func geneve() -> Header {
    guard has(8), byte(0) >> 6 == 0 else { return .end(.notIP) }
    let type = word16(2)
    let byteCount = 8 + Int(byte(0) & 0x3f) * 4
    guard has(byteCount) else { return .end(.truncatedLinkHeader) }
    offset += byteCount
    return .etherType(type)
  }

  /// RFC 8300: the length in words is in the second byte, what follows in the fourth.
  mutating func nsh() -> Header {
    guard has(8), byte(0) >> 6 == 0 else { return .end(.notIP) }
    let byteCount = Int(byte(1) & 0x3f) * 4
    guard byteCount >= 8 else { return .end(.notIP) }
    guard has(byteCount) else { return .end(.truncatedLinkHeader) }
    let nextProtocol = byte(3)
    offset += byteCount
    return serviceHeaderPayload(nextProtocol)
  }

  /// The numbers that VXLAN-GPE and NSH share.
  private func serviceHeaderPayload(_ number: UInt8) -> Header {
    switch number {
    case 1: .ipv4
    case 2: .ipv6
    case 3: .ethernet
    case 4: .nsh
    case 5: .mpls
    default: .end(.notIP)
    }
  }

  /// RFC 2784 and 2890, and version 1 of PPTP (RFC 2637).
  mutating func gre() -> Header {
    guard has(4) else { return .end(.notIP) }
    let flags = word16(0)
    let type = word16(2)
    let version = flags & 7
    // The source routes of RFC 1701 are used by nobody.
    guard version <= 1, flags & 0x4000 == 0 else { return .end(.notIP) }
    var byteCount = 4
    if flags & 0x8000 != 0 { byteCount += 4 }  // Checksum
    if flags & 0x2000 != 0 { byteCount += 4 }  // Key
    if flags & 0x1000 != 0 { byteCount += 4 }  // Sequence number
    if version == 1, flags & 0x0080 != 0 { byteCount += 4 }  // Acknowledgment number
    guard has(byteCount) else { return .end(.truncatedLinkHeader) }
    offset += byteCount
    switch type {
    case 0x88be:
      // ERSPAN type I has neither sequence number nor header of its own; type II has both.
      guard flags & 0x1000 != 0 else { return .ethernet }
      return erspan(headerByteCount: 8)
    case 0x22eb:
      // Type III: 12 bytes, and 8 more with the O bit.
      guard has(12) else { return .end(.truncatedLinkHeader) }
      return erspan(headerByteCount: byte(11) & 1 != 0 ? 20 : 12)
    default:
      return .etherType(type)
    }
  }

  private mutating func erspan(headerByteCount: Int) -> Header {
    guard has(headerByteCount) else { return .end(.truncatedLinkHeader) }
    offset += headerByteCount
    return .ethernet
  }
}
