import NetworkTypes

extension HeaderWalk {
  mutating func ip() -> Header {
    guard has(1) else { return .end(.truncatedNetworkHeader) }
    switch byte(0) >> 4 {
    case 4: return .ipv4
    case 6: return .ipv6
    default: return .end(hasFlow ? .notIP : .malformedNetworkHeader)
    }
  }

  /// RFC 791. A total length of 0 means that the sender's hardware was to cut the packet (TSO, BIG TCP): the captured bytes
  /// bound it then.
  mutating func ipv4() -> Header {
    guard ipHeaderCount < maximumDepth else { return .end(.nestedTooDeep) }
    guard has(1) else { return .end(.truncatedNetworkHeader) }
    let headerByteCount = Int(byte(0) & 15) * 4
    guard byte(0) >> 4 == 4, headerByteCount >= 20 else { return .end(.malformedNetworkHeader) }
    guard has(headerByteCount) else { return .end(.truncatedNetworkHeader) }
    let totalLength = Int(word16(2))
    guard totalLength == 0 || totalLength >= headerByteCount else {
      return .end(.malformedNetworkHeader)
    }
    if totalLength > 0 { limit = min(limit, offset + totalLength) }
    ipHeaderCount += 1
    address.family = 4
    address.sourceHigh = 0
    address.sourceLow = UInt64(word32(12))
    address.destinationHigh = 0
    address.destinationLow = UInt64(word32(16))
    let fragment = word16(6)
    let ipProtocol = byte(9)
    if fragment & 0x3fff != 0 {
      let identification = UInt32(word16(4))
      if fragment & 0x1fff != 0 {
        return laterFragment(ipProtocol: ipProtocol, identification: identification)
      }
      noteFirstFragment(ipProtocol: ipProtocol, identification: identification)
    }
    offset += headerByteCount
    return .transport(ipProtocol: ipProtocol)
  }

  /// RFC 8200. A payload length of 0 means a jumbogram (RFC 2675) or hardware segmentation: the captured bytes bound it.
  mutating func ipv6() -> Header {
    guard ipHeaderCount < maximumDepth else { return .end(.nestedTooDeep) }
    guard has(1) else { return .end(.truncatedNetworkHeader) }
    guard byte(0) >> 4 == 6 else { return .end(.malformedNetworkHeader) }
    guard has(40) else { return .end(.truncatedNetworkHeader) }
    let payloadLength = Int(word16(4))
    if payloadLength > 0 { limit = min(limit, offset + 40 + payloadLength) }
    ipHeaderCount += 1
    address.family = 6
    address.sourceHigh = word64(8)
    address.sourceLow = word64(16)
    address.destinationHigh = word64(24)
    address.destinationLow = word64(32)
    let nextHeader = byte(6)
    offset += 40
    return extensionHeaders(from: nextHeader)
  }

  /// Hop-by-hop options, routing, fragment, authentication (RFC 4302) and destination options; what is left is the
  /// transport.
  private mutating func extensionHeaders(from first: UInt8) -> Header {
    var nextHeader = first
    // Ends: each takes up eight bytes at least.
    while true {
      switch nextHeader {
      case 0, 43, 60:
        guard has(2) else { return .end(.truncatedNetworkHeader) }
        let byteCount = (Int(byte(1)) + 1) * 8
        guard has(byteCount) else { return .end(.truncatedNetworkHeader) }
        nextHeader = byte(0)
        offset += byteCount
      case 51:
        guard let inner = authenticationHeader() else { return .end(.truncatedNetworkHeader) }
        nextHeader = inner
      case 44:
        guard has(8) else { return .end(.truncatedNetworkHeader) }
        let placement = word16(2)
        let identification = word32(4)
        nextHeader = byte(0)
        // Offset 0 without "more" is an atomic fragment (RFC 6946): a whole packet.
        if placement & 0xfff8 != 0 {
          return laterFragment(ipProtocol: nextHeader, identification: identification)
        }
        if placement & 1 != 0 {
          noteFirstFragment(ipProtocol: nextHeader, identification: identification)
        }
        offset += 8
      default:
        return .transport(ipProtocol: nextHeader)
      }
    }
  }

  private func fragmentEntry(
    _ kind: PacketKind, ipProtocol: UInt8, identification: UInt32
  ) -> DecodedPacket {
    var entry = address
    entry.kind = kind
    entry.ipProtocol = ipProtocol
    entry.sequence = identification
    return entry
  }

  private mutating func noteFirstFragment(ipProtocol: UInt8, identification: UInt32) {
    fragmentIdentity = fragmentEntry(
      .fragmentIdentity, ipProtocol: ipProtocol, identification: identification)
  }

  private mutating func laterFragment(ipProtocol: UInt8, identification: UInt32) -> Header {
    writeFlow(ipProtocol: ipProtocol, sequence: identification, kind: .laterFragment)
    return .end(.laterFragment)
  }
}
