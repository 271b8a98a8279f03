import NetworkTypes

extension HeaderWalk {
  /// The payload of an IP packet: a transport header that ends the walk, or another IP packet inside.
  mutating func transport(_ ipProtocol: UInt8) -> Header {
    switch ipProtocol {
    case 6: return tcp()
    case 17: return udp()
    case 132: return sctp()
    case 1, 58: return icmp(ipProtocol)
    case 51:
      guard let inner = authenticationHeader() else { return .end(.truncatedNetworkHeader) }
      return .transport(ipProtocol: inner)
    case 4: return inside(ipProtocol, .ipv4)
    case 41: return inside(ipProtocol, .ipv6)
    case 137: return inside(ipProtocol, .mpls)
    case 47:
      writeFlow(ipProtocol: ipProtocol)
      return gre()
    default:
      writeFlow(ipProtocol: ipProtocol)
      return .end(.flow)
    }
  }

  private mutating func inside(_ ipProtocol: UInt8, _ header: Header) -> Header {
    writeFlow(ipProtocol: ipProtocol)
    return header
  }

  private mutating func tcp() -> Header {
    guard has(4) else { return .end(.truncatedTransportHeader) }
    writeFlow(ipProtocol: 6, ports: word32(0), tcpFlags: byte(13), sequence: word32(4))
    return .end(.flow)
  }

  private mutating func udp() -> Header {
    guard has(4) else { return .end(.truncatedTransportHeader) }
    writeFlow(ipProtocol: 17, ports: word32(0), sequence: word32(4))
    guard let tunnel = tunnels.tunnel(ofPort: word16(2)), has(8) else { return .end(.flow) }
    offset += 8
    switch tunnel {
    case .vxlan: return vxlan()
    case .vxlanGPE: return vxlanGPE()
    case .geneve: return geneve()
    }
  }

  /// RFC 9260: the first chunk tells what the packet does.
  private mutating func sctp() -> Header {
    guard has(4) else { return .end(.truncatedTransportHeader) }
    var flags: UInt8 = TCPFlags.ack
    var tag: UInt32 = 0
    if has(16) {
      switch byte(12) {
      case 1:
        flags = TCPFlags.syn
        tag = word32(16)
      case 2:
        flags = TCPFlags.syn | TCPFlags.ack
        tag = word32(16)
      case 6: flags = TCPFlags.rst
      case 14: flags = TCPFlags.fin
      default: break
      }
    }
    writeFlow(ipProtocol: 132, ports: word32(0), tcpFlags: flags, sequence: tag)
    return .end(.flow)
  }

  /// Passes a header of RFC 4302: what follows is authenticated, not encrypted.
  ///
  /// - Returns: the protocol of what follows; `nil` where the captured bytes end inside the header.
  mutating func authenticationHeader() -> UInt8? {
    guard has(2) else { return nil }
    let nextHeader = byte(0)
    let byteCount = (Int(byte(1)) + 2) * 4
    guard has(byteCount) else { return nil }
    offset += byteCount
    return nextHeader
  }

  /// RFC 792 and RFC 4443.
  private mutating func icmp(_ ipProtocol: UInt8) -> Header {
    guard has(1) else { return .end(.truncatedTransportHeader) }
    let type = byte(0)
    let code = byte(1)
    let isVersion4 = ipProtocol == 1
    let isError =
      isVersion4 ? [3, 4, 5, 11, 12].contains(type) : type < 128
    guard isError else {
      let isRequest = isRequest(ipProtocol)
      let isReply = isVersion4 ? [0, 14, 16, 18].contains(type) : type == 129
      let flags = isRequest ? TCPFlags.syn : isReply ? TCPFlags.syn | TCPFlags.ack : 0
      writeFlow(
        ipProtocol: ipProtocol, ports: flags != 0 ? identifierPorts : 0, tcpFlags: flags)
      return .end(.flow)
    }
    // Redirects, source quench and "too big" ask for another way or size; they refuse nothing.
    let refuses = isVersion4 ? type == 3 && code != 4 || type > 5 : type != 2
    writeFlow(
      ipProtocol: ipProtocol, tcpFlags: refuses ? TCPFlags.rst : 0,
      sequence: UInt32(type) << 8 | UInt32(code), kind: .icmpError)
    offset += 8
    guard let quoted = quotedPacket() else { return .end(.icmpErrorWithoutQuote) }
    writeCompanion(quoted)
    return .end(.icmpError)
  }

  /// Whether the message at ``offset`` is an ICMP request: echo, timestamp, information or address mask.
  private func isRequest(_ ipProtocol: UInt8) -> Bool {
    switch ipProtocol {
    case 1: [8, 13, 15, 17].contains(byte(0))
    case 58: byte(0) == 128
    default: false
    }
  }

  /// The identifier of an ICMP request or reply as both ports: with it, the echoes of each side are flows of their own, as
  /// for connection tracking.
  private var identifierPorts: UInt32 {
    keepsEchoIdentifiers ? UInt32(word16(4)) << 16 | UInt32(word16(4)) : 0
  }

  /// The start of the packet that an ICMP error answers: an IP header and the ports.
  ///
  /// Its length fields are not believed: the quote is cut anyway.
  private mutating func quotedPacket() -> DecodedPacket? {
    var entry = DecodedPacket()
    entry.kind = .quotedPacket
    switch byte(0) >> 4 {
    case 4:
      let headerByteCount = Int(byte(0) & 15) * 4
      guard headerByteCount >= 20, has(headerByteCount), word16(6) & 0x1fff == 0 else {
        return nil
      }
      entry.family = 4
      entry.sourceLow = UInt64(word32(12))
      entry.destinationLow = UInt64(word32(16))
      var ipProtocol = byte(9)
      offset += headerByteCount
      while ipProtocol == 51 {
        guard let inner = authenticationHeader() else { return nil }
        ipProtocol = inner
      }
      entry.ipProtocol = ipProtocol
    case 6:
      guard has(40) else { return nil }
      entry.family = 6
      entry.sourceHigh = word64(8)
      entry.sourceLow = word64(16)
      entry.destinationHigh = word64(24)
      entry.destinationLow = word64(32)
      var nextHeader = byte(6)
      offset += 40
      while [0, 43, 44, 51, 60].contains(nextHeader) {
        if nextHeader == 51 {
          guard let inner = authenticationHeader() else { return nil }
          nextHeader = inner
          continue
        }
        guard has(8) else { return nil }
        let byteCount = nextHeader == 44 ? 8 : (Int(byte(1)) + 1) * 8
        if nextHeader == 44, word16(2) & 0xfff8 != 0 { return nil }
        nextHeader = byte(0)
        offset += byteCount
      }
      entry.ipProtocol = nextHeader
    default: return nil
    }
    if IPProtocol(rawValue: entry.ipProtocol).hasPorts {
      guard has(4) else { return nil }
      entry.sourcePort = word16(0)
      entry.destinationPort = word16(2)
    } else if keepsEchoIdentifiers, isRequest(entry.ipProtocol) {
      entry.sourcePort = word16(4)
      entry.destinationPort = word16(4)
    }
    return entry
  }
}
