/// Escapes of JSON strings.
enum JSONString {
  /// Appends the text of a string that ``JSONReader/scanString()`` has accepted, without its quotes, as UTF-8.
  ///
  /// A lone surrogate becomes U+FFFD, as the API server reads it.
  static func unescape(_ bytes: ByteWindow, _ range: Range<Int>, into result: inout [UInt8]) {
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        index += 1
        continue
      }
      let escaped = bytes[index + 1]
      index += 2
      switch escaped {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0c)
      case UInt8(ascii: "n"): result.append(0x0a)
      case UInt8(ascii: "r"): result.append(0x0d)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        var value = fourDigits(bytes, at: index)
        index += 4
        if value & 0xfc00 == 0xd800, index + 6 <= range.upperBound,
          bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        {
          let low = fourDigits(bytes, at: index + 2)
          if low & 0xfc00 == 0xdc00 {
            value = 0x10000 + (value & 0x3ff) << 10 + (low & 0x3ff)
            index += 6
          }
        }
        let scalar = Unicode.Scalar(value) ?? "\u{fffd}"
        result.append(contentsOf: String(scalar).utf8)
      default: result.append(escaped)
      }
    }
  }

  private static func fourDigits(_ bytes: ByteWindow, at start: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in start..<(start + 4) {
      value = value << 4 | UInt32(hexadecimalValue(bytes[index]) ?? 0)
    }
    return value
  }

  static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
