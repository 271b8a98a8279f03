import CShims

/// Where the records of a window probably are, as ``RecordWarming`` saw them; to ask for each once more, shortly before it
/// is read: the first-level cache is too small for a window.
///
/// Invariant: the places up to `count` ascend.
@safe
struct WarmedPlaces: ~Copyable {
  /// Places kept of each cursor's piece of the window.
  static let countPerPiece = 512

  /// Offsets from the window's start; allocated when the first window is warmed.
  private var places: UnsafeMutablePointer<UInt32>?
  private var count = 0
  /// The first place that was not asked for.
  private var next = 0

  deinit { unsafe places?.deallocate() }

  /// Forgets all places.
  mutating func clear() {
    count = 0
    next = 0
  }

  /// Makes room for the places of so many pieces, always as many.
  mutating func prepare(pieceCount: Int) {
    if unsafe places == nil {
      unsafe places = .allocate(capacity: pieceCount * Self.countPerPiece)
    }
  }

  /// Room for the places of a piece: ``countPerPiece``. Only after ``prepare(pieceCount:)``.
  func room(ofPiece piece: Int) -> UnsafeMutablePointer<UInt32>? {
    unsafe places.map { unsafe $0 + piece * Self.countPerPiece }
  }

  /// Takes the first `count` places in the room of a piece; all pieces in order.
  mutating func append(_ count: Int, ofPiece piece: Int) {
    guard let places = unsafe places else { return }
    // Safe: places of earlier pieces are at most as many as they have room for.
    unsafe (places + self.count).update(from: places + piece * Self.countPerPiece, count: count)
    self.count += count
  }

  /// Asks for the records behind the next `count` ones.
  ///
  /// - Parameters:
  ///   - window: where the places count from.
  ///   - position: the next record's offset.
  @inline(__always)
  mutating func approach(
    _ recordCount: Int, window: UnsafeRawPointer, position: Int
  ) {
    if next < count { unsafe askFor(recordCount, window, position) }
  }

  @inline(never)
  private mutating func askFor(
    _ recordCount: Int, _ window: UnsafeRawPointer, _ position: Int
  ) {
    guard let places = unsafe places else { return }
    var current = max(0, next - recordCount)
    // Safe: `current` and `next` are below `count`. A prefetch never faults.
    while current < count, unsafe Int(places[current]) < position { current += 1 }
    let end = min(count, current + 2 * recordCount)
    var place = max(next, current)
    while place < end {
      let record = unsafe window + Int(places[place])
      unsafe flowverdict_prefetch(record)
      unsafe flowverdict_prefetch(record + 64)
      place &+= 1
    }
    next = max(next, end)
  }
}
