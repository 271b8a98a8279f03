/// The counters of one direction of a record, reached by offset so that nothing branches on the direction.
///
/// Safe for a live record and direction 0 or 1; the offsets are those that ``FlowRecord`` states.
@unsafe
struct DirectedCounters {
  private let base: UnsafeMutableRawPointer
  private let direction: Int

  @inline(__always)
  init(_ line: UnsafeMutablePointer<RecordTable.Half>, _ direction: Int) {
    unsafe base = UnsafeMutableRawPointer(line)
    unsafe self.direction = direction
  }

  @inline(__always)
  private var packets: UInt32 {
    unsafe base.load(fromByteOffset: 16 &+ direction &<< 2, as: UInt32.self)
  }

  @inline(__always)
  private var last: Int64 {
    unsafe base.load(fromByteOffset: 48 &+ direction &<< 3, as: Int64.self)
  }

  /// Whether no packet was counted yet, or one more would overflow.
  @inline(__always)
  var isFirstOrLast: Bool { unsafe packets &+ 1 <= 1 }

  /// Time of the last packet of either direction.
  @inline(__always)
  var lastOfEither: Int64 {
    let other = unsafe base.load(fromByteOffset: 56 &- direction &<< 3, as: Int64.self)
    return unsafe max(last, other)
  }

  @inline(__always)
  func add(bytes added: UInt32, time: Int64, flags: UInt8) {
    let bytes = unsafe base.load(fromByteOffset: 32 &+ direction &<< 3, as: UInt64.self)
    let seen = unsafe base.load(fromByteOffset: 24 &+ direction, as: UInt8.self)
    unsafe base.storeBytes(
      of: max(last, time), toByteOffset: 48 &+ direction &<< 3, as: Int64.self)
    unsafe base.storeBytes(
      of: packets &+ 1, toByteOffset: 16 &+ direction &<< 2, as: UInt32.self)
    unsafe base.storeBytes(
      of: bytes &+ UInt64(added), toByteOffset: 32 &+ direction &<< 3, as: UInt64.self)
    unsafe base.storeBytes(of: seen | flags, toByteOffset: 24 &+ direction, as: UInt8.self)
  }
}
