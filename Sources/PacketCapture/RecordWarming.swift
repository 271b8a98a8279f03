import CShims

/// Brings the records of a window of a mapped capture into the cache before they are read.
///
/// Where one large record follows another, each one's place is known only once the header of the one before it has come
/// from memory, at more than 100 ns each. So several cursors go through pieces of the window in turns and ask for headers,
/// while those of the others are on their way. All but the first begin at a guessed record. Nothing that they see is
/// believed: a wrong guess only warms the wrong bytes.
struct RecordWarming {
  /// Cursors; about as many cache misses as a processor has on their way at the same time.
  static let cursorCount = 16
  /// Mean bytes of a record from which warming pays; smaller records share cache lines, and the processor reads ahead.
  static let minimumMeanByteCount = 400
  /// Records at the start of the window that the mean is taken of.
  private static let sampleCount = 32
  /// Bytes that are searched for the first record of a piece.
  private static let searchByteCount = 1 << 15

  private enum Format {
    case classic(ClassicChain)
    case pcapng(PcapngChain)
  }

  private let format: Format

  init(_ layout: ClassicLayout) {
    format = .classic(
      ClassicChain(
        isByteSwapped: layout.isByteSwapped, headerByteCount: layout.recordHeaderByteCount,
        lengthOffset: layout.lengthOrder == .originalFirst ? 12 : 8,
        lengthLimit: layout.captureLengthLimit))
  }

  init(pcapngIsByteSwapped isByteSwapped: Bool) {
    format = .pcapng(PcapngChain(isByteSwapped: isByteSwapped))
  }

  /// Warms the records of a window, the first of which is probably at its start.
  ///
  /// - Complexity: O(records + cursors * 32 KiB).
  func warm(_ window: UnsafeRawBufferPointer) {
    switch format {
    case .classic(var chain):
      guard window.count >= 2 * RecordWarming.cursorCount * 32 else { return }
      // Safe: the window has so many bytes.
      unsafe chain.takeReference(window.baseAddress!)
      unsafe warm(window, chain)
    case .pcapng(let chain): unsafe warm(window, chain)
    }
  }

  @inline(__always)
  private func warm(_ window: UnsafeRawBufferPointer, _ chain: some RecordChain) {
    // Where a header can be.
    let end = window.count - 32
    let piece = end / Self.cursorCount & ~3
    guard piece >= 1 << 12, let base = window.baseAddress,
      unsafe meanByteCount(base, end, chain) >= Self.minimumMeanByteCount
    else { return }
    unsafe withUnsafeTemporaryAllocation(of: Cursor.self, capacity: Self.cursorCount) { cursors in
      var live = 0
      for number in 0..<Self.cursorCount {
        let start = number * piece
        // Safe: `live` is below the number of cursors.
        if let place = number == 0
          ? 0 : unsafe firstRecord(base, start..<min(start + Self.searchByteCount, end), end, chain)
        {
          unsafe cursors[live] = Cursor(place: place, end: start + piece)
          live += 1
        }
      }
      while live > 0 {
        var number = 0
        while number < live {
          let place = unsafe cursors[number].place
          // Safe: places are below `end`, so that a header is inside the window. A prefetch never faults.
          let next = unsafe place &+ chain.byteCount(base + place)
          if unsafe next > place && next < cursors[number].end {
            unsafe flowverdict_prefetch(base + next)
            unsafe flowverdict_prefetch(base + next + 64)
            unsafe cursors[number].place = next
            number &+= 1
          } else {
            live &-= 1
            unsafe cursors[number] = cursors[live]
          }
        }
      }
    }
  }

  private struct Cursor: BitwiseCopyable {
    var place: Int
    /// Where its piece ends.
    var end: Int
  }

  /// The mean of the first records, 0 where there are none.
  @inline(__always)
  private func meanByteCount(
    _ base: UnsafeRawPointer, _ end: Int, _ chain: some RecordChain
  ) -> Int {
    var place = 0
    var count = 0
    while count < Self.sampleCount, place < end {
      // Safe: a header is inside the window.
      guard unsafe chain.isPlausible(base + place) else { break }
      unsafe place += chain.byteCount(base + place)
      count += 1
    }
    return count == 0 ? 0 : place / count
  }

  /// The first place of a range that looks like a record, as does what follows it.
  @inline(__always)
  private func firstRecord(
    _ base: UnsafeRawPointer, _ range: Range<Int>, _ end: Int, _ chain: some RecordChain
  ) -> Int? {
    var place = range.lowerBound
    while place < range.upperBound {
      // Safe: both headers are inside the window.
      if unsafe chain.isPlausible(base + place) {
        let next = unsafe place + chain.byteCount(base + place)
        if next < end, unsafe chain.isPlausible(base + next) { return place }
      }
      place &+= chain.alignment
    }
    return nil
  }
}

/// How records follow each other. Reads up to 32 bytes of each.
private protocol RecordChain {
  /// Records start at multiples of it, counted from the first one.
  var alignment: Int { get }
  /// Bytes from a record's start to the next one's, if it is one. Safe if 32 bytes are readable.
  func byteCount(_ record: UnsafeRawPointer) -> Int
  /// Whether these bytes may be a record's. Safe if 32 bytes are readable.
  func isPlausible(_ record: UnsafeRawPointer) -> Bool
}

private struct ClassicChain: RecordChain {
  var isByteSwapped: Bool
  var headerByteCount: Int
  /// Where in a header the captured length is.
  var lengthOffset: Int
  var lengthLimit: UInt32
  /// Seconds of a record nearby.
  private var seconds: UInt32 = 0

  init(isByteSwapped: Bool, headerByteCount: Int, lengthOffset: Int, lengthLimit: UInt32) {
    self.isByteSwapped = isByteSwapped
    self.headerByteCount = headerByteCount
    self.lengthOffset = lengthOffset
    self.lengthLimit = lengthLimit
  }

  @inline(__always) var alignment: Int { 1 }

  @inline(__always)
  private func word(_ record: UnsafeRawPointer, _ offset: Int) -> UInt32 {
    let word = unsafe record.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return isByteSwapped ? word.byteSwapped : word
  }

  /// Takes the time of a record as that which others are near to. Safe if 32 bytes are readable.
  mutating func takeReference(_ record: UnsafeRawPointer) { unsafe seconds = word(record, 0) }

  @inline(__always)
  func byteCount(_ record: UnsafeRawPointer) -> Int {
    unsafe headerByteCount &+ Int(word(record, lengthOffset))
  }

  @inline(__always)
  func isPlausible(_ record: UnsafeRawPointer) -> Bool {
    let difference = unsafe Int64(word(record, 0)) - Int64(seconds)
    return unsafe difference.magnitude < 86_400 && word(record, 4) < 1_000_000_000
      && word(record, lengthOffset) <= min(lengthLimit, word(record, 20 - lengthOffset))
      && word(record, 20 - lengthOffset) >= 14
  }
}

private struct PcapngChain: RecordChain {
  var isByteSwapped: Bool

  @inline(__always) var alignment: Int { 4 }

  @inline(__always)
  private func word(_ record: UnsafeRawPointer, _ offset: Int) -> UInt32 {
    let word = unsafe record.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    return isByteSwapped ? word.byteSwapped : word
  }

  @inline(__always)
  func byteCount(_ record: UnsafeRawPointer) -> Int { unsafe Int(word(record, 4)) }

  @inline(__always)
  func isPlausible(_ record: UnsafeRawPointer) -> Bool {
    let length = unsafe word(record, 4)
    return unsafe (1...12).contains(word(record, 0)) && length >= 12 && length & 3 == 0
      && length <= CaptureReaderLimits.blockByteCount
  }
}
