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
  /// Whether the offset is what the option says; else no time is.
  private let isOffsetExact: Bool

  /// Microseconds since 1970: what holds without options.
  static let microseconds = TimestampResolution(code: 6, offsetSeconds: 0)

  /// - Parameters:
  ///   - code: the option's byte: a power of ten, or with the highest bit a power of two, by which a second is divided.
  ///   - offsetSeconds: added to all times.
  init(code: UInt8, offsetSeconds: Int64) {
    let (offset, overflows) = offsetSeconds.multipliedReportingOverflow(by: 1_000_000_000)
    offsetNanoseconds = overflows ? (offsetSeconds < 0 ? .min : .max) : offset
    isOffsetExact = !overflows
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
  /// Some writers store negative times as huge numbers: units are taken as signed numbers.
  /// - Returns: the time, and whether it is exact; else it is the nearest one that 64 bits can tell.
  @inline(__always)
  func nanoseconds(_ units: UInt64) -> (time: Int64, isExact: Bool) {
    let signed = Int64(bitPattern: units)
    switch scale {
    case .multiply(let factor):
      let (product, overflows) = signed.multipliedReportingOverflow(by: factor)
      return overflows ? Self.nearest(isNegative: signed < 0) : add(product)
    case .divide(let divisor):
      // Beyond the largest signed divisor, every number of units is less than a nanosecond.
      let quotient = Int64(exactly: divisor).map { signed / $0 } ?? 0
      return add(quotient)
    case .binary(let bits):
      let magnitude = Self.nanoseconds(binary: signed.magnitude, bits: bits)
      guard let magnitude else { return Self.nearest(isNegative: signed < 0) }
      return add(signed < 0 ? -magnitude : magnitude)
    }
  }

  @inline(__always)
  private func add(_ time: Int64) -> (time: Int64, isExact: Bool) {
    let (sum, overflows) = time.addingReportingOverflow(offsetNanoseconds)
    if overflows || !isOffsetExact || !(unsafe PacketRecord.times.contains(sum)) {
      return Self.nearest(isNegative: overflows ? time < 0 : offsetNanoseconds < 0 || sum < 0)
    }
    return (sum, true)
  }

  /// The same of a time that is in seconds and nanoseconds.
  static func nanoseconds(
    seconds: Int64, nanoseconds: Int64
  ) -> (time: Int64, isExact: Bool) {
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, sumOverflows) = product.addingReportingOverflow(nanoseconds)
    if overflows || sumOverflows || !(unsafe PacketRecord.times.contains(sum)) {
      return nearest(isNegative: seconds < 0)
    }
    return (sum, true)
  }

  private static func nearest(isNegative: Bool) -> (time: Int64, isExact: Bool) {
    let times = unsafe PacketRecord.times
    return (isNegative ? times.lowerBound : times.upperBound, false)
  }

  /// - Returns: `nil` where 63 bits do not hold them.
  private static func nanoseconds(binary units: UInt64, bits: UInt8) -> Int64? {
    let product = units.multipliedFullWidth(by: 1_000_000_000)
    let low: UInt64
    let high: UInt64
    if bits == 0 {
      (high, low) = (product.high, product.low)
    } else if bits < 64 {
      low = product.low >> UInt64(bits) | product.high << (64 - UInt64(bits))
      high = product.high >> UInt64(bits)
    } else {
      low = product.high >> (UInt64(bits) - 64)
      high = 0
    }
    return high == 0 ? Int64(exactly: low) : nil
  }

  private static func power(ofTen exponent: UInt8) -> Int64 {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}
