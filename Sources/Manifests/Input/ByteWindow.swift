/// The bytes of one input, with checked access.
///
/// Bytes past the end read as 0, which no format allows outside the end, so that scanners need one comparison a byte.
@safe
struct ByteWindow {
  /// Keeps ``base`` alive: memory stays where it is until the last window is gone.
  let owner: InputBytes
  private let base: UnsafePointer<UInt8>
  let count: Int

  init(_ owner: InputBytes) {
    self.owner = owner
    unsafe base = owner.base
    count = owner.count
  }

  /// The byte at `index`, or 0 past the end.
  /// - Precondition: `index` is not negative.
  @inline(__always)
  subscript(index: Int) -> UInt8 {
    // Safe: compared as unsigned, so a negative index is past the end too; `base` holds `count` bytes.
    UInt(bitPattern: index) < UInt(bitPattern: count) ? unsafe base[index] : 0
  }

  /// Whether eight bytes from `index` can be read as one word.
  @inline(__always)
  func hasWord(at index: Int) -> Bool { index >= 0 && index <= count - 8 }

  /// Eight bytes from `index`, the first in the lowest byte, or 0 where they are not all inside.
  @inline(__always)
  func word(at index: Int) -> UInt64 {
    guard hasWord(at: index) else { return 0 }
    // Safe: all eight bytes are inside; the load has no alignment requirement.
    return UInt64(
      littleEndian: unsafe UnsafeRawPointer(base).loadUnaligned(
        fromByteOffset: index, as: UInt64.self))
  }

  /// The bytes of `range`, clamped to the window, for the time of `body`.
  @inline(__always)
  func withSpan<Result, Failure: Error>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let range = range.clamped(to: 0..<count)
    // Safe: the range is inside the memory, and `owner` outlives the call.
    let buffer = unsafe UnsafeBufferPointer(start: base + range.lowerBound, count: range.count)
    return try body(unsafe Span(_unsafeElements: buffer))
  }

  /// The text of `range`; ill-formed bytes become replacement characters.
  func text(_ range: Range<Int>) -> String {
    withSpan(range) { String($0) }
  }
}
