import NetworkTypes

/// The Community ID of a flow, version 1 with seed 0: the key by which Zeek, Suricata and others name a flow too.
public enum CommunityID {
  /// `1:` and the Base64 of a SHA-1 over both addresses, the protocol and the ports, the lower end first; `nil` for
  /// ICMP and ICMPv6, whose ID needs the message's type and code.
  public static func text(for tuple: FiveTuple) -> String? {
    guard tuple.ipProtocol != .icmp, tuple.ipProtocol != .icmpv6 else { return nil }
    let isOrdered =
      (tuple.source, tuple.sourcePort) <= (tuple.destination, tuple.destinationPort)
    let ordered = isOrdered ? tuple : tuple.reversed
    var message: [UInt8] = [0, 0]
    message += ordered.source.networkBytes
    message += ordered.destination.networkBytes
    message += [tuple.ipProtocol.rawValue, 0]
    if tuple.ipProtocol.hasPorts {
      message += ordered.sourcePort.bigEndianBytes + ordered.destinationPort.bigEndianBytes
    }
    return "1:" + base64(SHA1.digest(message))
  }

  private static let alphabet = [UInt8](
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func base64(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var group = 0
      for offset in 0..<3 { group = group << 8 | (offset < count ? Int(bytes[start + offset]) : 0) }
      for offset in 0..<4 {
        text.append(
          offset <= count ? alphabet[group >> (18 - 6 * offset) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension IPAddress {
  /// 4 or 16 bytes in network order.
  var networkBytes: [UInt8] {
    switch family {
    case .ipv4: UInt32(truncatingIfNeeded: low).bigEndianBytes
    case .ipv6: high.bigEndianBytes + low.bigEndianBytes
    }
  }
}
