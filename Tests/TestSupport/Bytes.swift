/// Bytes of protocol headers, written field by field.
public struct Bytes: ExpressibleByArrayLiteral, Sendable {
  public var array: [UInt8]

  public init(_ array: [UInt8] = []) { self.array = array }
  public init(arrayLiteral elements: UInt8...) { array = elements }

  public static func big(_ values: UInt16...) -> Bytes {
    Bytes(values.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] })
  }

  /// 16 bits in either byte order.
  public static func word16(_ value: UInt16, isBig: Bool) -> Bytes {
    let bytes = [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)]
    return Bytes(isBig ? bytes : bytes.reversed())
  }

  /// 32 bits in either byte order.
  public static func word32(_ value: UInt32, isBig: Bool) -> Bytes {
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * $0)) }
    return Bytes(isBig ? bytes : bytes.reversed())
  }

  /// 64 bits in either byte order.
  public static func word64(_ value: UInt64, isBig: Bool) -> Bytes {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }
    return Bytes(isBig ? bytes : bytes.reversed())
  }

  public static func zeros(_ count: Int) -> Bytes { Bytes(Array(repeating: 0, count: count)) }

  public static func + (left: Bytes, right: Bytes) -> Bytes { Bytes(left.array + right.array) }
  public static func += (left: inout Bytes, right: Bytes) { left.array += right.array }
}

extension Bytes: CustomStringConvertible {
  /// How many, and the first few in hexadecimal: whole packets would fill the screen.
  public var description: String {
    let shown = array.prefix(16).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "\(array.count) bytes: " + shown.joined(separator: " ")
      + (array.count > shown.count ? " ..." : "")
  }
}
