/// Integers of frames and capture files. Of fixed widths, so that no literal takes eight bytes.
extension [UInt8] {
  /// Appends a number in network byte order.
  @inlinable
  public mutating func appendBigEndian(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value >> 8))
    append(UInt8(truncatingIfNeeded: value))
  }

  /// Appends a number in network byte order.
  @inlinable
  public mutating func appendBigEndian(_ value: UInt32) {
    appendBigEndian(UInt16(truncatingIfNeeded: value >> 16))
    appendBigEndian(UInt16(truncatingIfNeeded: value))
  }

  /// Appends a number, its lowest byte first.
  @inlinable
  public mutating func appendLittleEndian(_ value: UInt32) {
    for shift in [0, 8, 16, 24] as [UInt32] {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
