/// The records of a tracker, by number.
///
/// Each is kept in two halves that lie apart: its *line*, which is all that an ordinary packet of an IPv4 flow touches, and
/// the rest. Lines without gaps fill all sets of the caches; of records in one piece, half of the sets would hold what no
/// packet needs.
@safe
struct RecordTable: ~Copyable {
  /// Half of a ``FlowRecord``: one cache line.
  typealias Half = InlineArray<8, UInt64>

  private let lineMemory: ReservedMemory
  private let restMemory: ReservedMemory

  /// - Parameter count: numbers are below it.
  /// - Returns: `nil` if the system grants no memory.
  init?(count: Int) {
    let byteCount = count * MemoryLayout<Half>.stride
    guard let lines = ReservedMemory(byteCount: byteCount),
      let rest = ReservedMemory(byteCount: byteCount)
    else { return nil }
    lineMemory = lines
    restMemory = rest
  }

  /// The first halves. Safe for the table's numbers: the memory is zeroed, which is a free record.
  @inline(__always)
  var lines: UnsafeMutablePointer<Half> {
    unsafe lineMemory.base.assumingMemoryBound(to: Half.self)
  }

  /// The second halves.
  @inline(__always)
  var rest: UnsafeMutablePointer<Half> {
    unsafe restMemory.base.assumingMemoryBound(to: Half.self)
  }

  /// A whole record.
  @inline(__always)
  subscript(number: Int) -> FlowRecord {
    get {
      // Safe: a record is two halves, and any bits are one.
      unsafe unsafeBitCast((lines[number], rest[number]), to: FlowRecord.self)
    }
    nonmutating set {
      let halves = unsafe unsafeBitCast(newValue, to: (Half, Half).self)
      unsafe lines[number] = halves.0
      unsafe rest[number] = halves.1
    }
  }
}
