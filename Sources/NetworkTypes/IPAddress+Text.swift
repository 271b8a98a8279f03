extension IPAddress {
  /// Reads `10.0.0.1` or any form of RFC 4291 section 2.2, without zone or brackets.
  ///
  /// Decimal octets with leading zeros are refused: readers disagree on whether they are octal. Use
  /// ``init(lenient:)`` where the Kubernetes API still accepts them (N19).
  public init?(_ text: some StringProtocol) {
    guard let address = Self.parse(text, allowsLeadingZeros: false) else { return nil }
    self = address
  }

  /// Like ``init(_:)``, and reads IPv4 octets with leading zeros as decimal, as the API server does (N19).
  public init?(lenient text: some StringProtocol) {
    guard let address = Self.parse(text, allowsLeadingZeros: true) else { return nil }
    self = address
  }

  private static func parse(_ text: some StringProtocol, allowsLeadingZeros: Bool) -> IPAddress? {
    let copy = String(text)
    let bytes = copy.utf8Span.span
    for index in bytes.indices where bytes[index] == UInt8(ascii: ":") {
      return parseIPv6(bytes, allowsLeadingZeros: allowsLeadingZeros)
    }
    guard let bits = parseIPv4(bytes, from: 0, allowsLeadingZeros: allowsLeadingZeros) else {
      return nil
    }
    return IPAddress(ipv4: bits)
  }

  /// Four decimal octets from `start` to the end of `bytes`.
  private static func parseIPv4(
    _ bytes: Span<UInt8>, from start: Int, allowsLeadingZeros: Bool
  ) -> UInt32? {
    var result: UInt32 = 0
    var octet: UInt32 = 0
    var digits = 0
    var octets = 0
    for index in start..<bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: ".") {
        guard digits > 0, octets < 3 else { return nil }
        result = result << 8 | octet
        octets += 1
        octet = 0
        digits = 0
        continue
      }
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      if digits > 0, octet == 0, !allowsLeadingZeros { return nil }
      octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
      digits += 1
      guard octet <= 255, digits <= 8 else { return nil }
    }
    guard octets == 3, digits > 0 else { return nil }
    return result << 8 | octet
  }

  private static func parseIPv6(_ bytes: Span<UInt8>, allowsLeadingZeros: Bool) -> IPAddress? {
    var groups = InlineArray<8, UInt16>(repeating: 0)
    var count = 0
    var gap = -1
    var index = 0
    if bytes.count >= 2, bytes[0] == UInt8(ascii: ":") {
      guard bytes[1] == UInt8(ascii: ":") else { return nil }
      gap = 0
      index = 2
    }
    while index < bytes.count {
      guard count < 8 else { return nil }
      let groupStart = index
      var value: UInt32 = 0
      var digits = 0
      while index < bytes.count, let digit = hexadecimalValue(bytes[index]) {
        value = value << 4 | UInt32(digit)
        digits += 1
        guard digits <= 4 else { return nil }
        index += 1
      }
      if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
        guard count <= 6,
          let bits = parseIPv4(
            bytes, from: groupStart, allowsLeadingZeros: allowsLeadingZeros)
        else { return nil }
        groups[count] = UInt16(truncatingIfNeeded: bits >> 16)
        groups[count + 1] = UInt16(truncatingIfNeeded: bits)
        count += 2
        index = bytes.count
        break
      }
      guard digits > 0 else { return nil }
      groups[count] = UInt16(value)
      count += 1
      if index == bytes.count { break }
      guard bytes[index] == UInt8(ascii: ":") else { return nil }
      index += 1
      if index < bytes.count, bytes[index] == UInt8(ascii: ":") {
        guard gap < 0 else { return nil }
        gap = count
        index += 1
      } else if index == bytes.count {
        return nil
      }
    }
    if gap >= 0 {
      guard count < 8 else { return nil }
      let moved = count - gap
      for offset in 0..<moved {
        groups[7 - offset] = groups[gap + moved - 1 - offset]
      }
      for position in gap..<(8 - moved) { groups[position] = 0 }
    } else if count != 8 {
      return nil
    }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for position in 0..<4 {
      high = high << 16 | UInt64(groups[position])
      low = low << 16 | UInt64(groups[position + 4])
    }
    return IPAddress(ipv6High: high, low: low)
  }

  private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// Dotted decimal, or RFC 5952: lower case, the longest run of two or more zero groups (the first of equals) as `::`.
extension IPAddress: CustomStringConvertible {
  public var description: String {
    switch family {
    case .ipv4:
      return "\(low >> 24 & 255).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
    case .ipv6:
      if let mapped = mappedIPv4 { return "::ffff:\(mapped)" }
      let groups: [UInt16] = (0..<8).map { position -> UInt16 in
        let half = position < 4 ? high : low
        let shift = UInt64(48 - 16 * (position % 4))
        return UInt16(truncatingIfNeeded: half >> shift)
      }
      var longest = 0..<0
      var start = 0
      while start < 8 {
        var end = start
        while end < 8, groups[end] == 0 { end += 1 }
        if end - start > longest.count { longest = start..<end }
        start = end + 1
      }
      func join(_ slice: ArraySlice<UInt16>) -> String {
        slice.map { String($0, radix: 16) }.joined(separator: ":")
      }
      guard longest.count >= 2 else { return join(groups[...]) }
      return join(groups[..<longest.lowerBound]) + "::" + join(groups[longest.upperBound...])
    }
  }
}
