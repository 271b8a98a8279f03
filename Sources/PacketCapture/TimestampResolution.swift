/// How an interface of a pcapng capture counts time: `if_tsresol` and `if_tsoffset`.
struct TimestampResolution: Sendable, Hashable {
  private enum Scale: Sendable, Hashable {
    /// Nanoseconds in a unit.
    case multiply(Int64)
    /// Units in a nanosecond.
    case divide(UInt64)
    /// 2^bits units in a second.
    case binary(bits: UInt8)
  }

  private let scale: Scale
  private let offsetNanoseconds: Int64

  /// Microseconds since 1970: what holds without options.
  static let microseconds = TimestampResolution(code: 6, offsetSeconds: 0)

  /// - Parameters:
  ///   - code: the option's byte: a power of ten, or with the highest bit a power of two, by which a second is divided.
  ///   - offsetSeconds: added to all times.
  init(code: UInt8, offsetSeconds: Int64) {
    offsetNanoseconds = offsetSeconds &* 1_000_000_000
    if code & 0x80 != 0 {
      scale = .binary(bits: code & 0x7f)
    } else if code <= 9 {
      scale = .multiply(Self.power(ofTen: 9 - code))
    } else {
      // Finer than 10^-19 s no 64-bit count can reach a nanosecond.
      scale = .divide(code - 9 <= 18 ? UInt64(Self.power(ofTen: code - 9)) : .max)
    }
  }

  /// Nanoseconds since 1970.
  ///
  /// Wraps around beyond 64 bits: some writers store negative times as huge numbers, which so come out right.
  @inline(__always)
  func nanoseconds(_ units: UInt64) -> Int64 {
    switch scale {
    case .multiply(let factor):
      Int64(bitPattern: units) &* factor &+ offsetNanoseconds
    case .divide(let divisor):
      Int64(bitPattern: units / divisor) &+ offsetNanoseconds
    case .binary(let bits):
      Self.nanoseconds(binary: units, bits: bits) &+ offsetNanoseconds
    }
  }

  private static func nanoseconds(binary units: UInt64, bits: UInt8) -> Int64 {
    let product = units.multipliedFullWidth(by: 1_000_000_000)
    let low: UInt64
    if bits == 0 {
      low = product.low
    } else if bits < 64 {
      low = product.low >> UInt64(bits) | product.high << (64 - UInt64(bits))
    } else {
      low = product.high >> (UInt64(bits) - 64)
    }
    return Int64(bitPattern: low)
  }

  private static func power(ofTen exponent: UInt8) -> Int64 {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}
