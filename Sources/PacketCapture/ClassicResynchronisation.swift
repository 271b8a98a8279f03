/// Finds the next record of a damaged classic capture.
///
/// A place is a record if ``chainLength`` records follow each other from there, or records up to the exact end of the
/// capture, and each has possible lengths and a time near that of a good record.
struct ClassicResynchronisation {
  static let chainLength = 6
  /// Bytes looked at together: room for a chain of large frames.
  static let windowByteCount = 1 << 20

  let layout: ClassicLayout
  let lengthLimit: UInt32
  let lastSeconds: UInt32?
  /// Seconds that a record's time may differ from it.
  var tolerance: UInt32 = 86_400

  /// The first record in `window`, or how many bytes certainly hold none.
  ///
  /// - Parameter isWholeRest: whether the capture ends with the window.
  /// - Complexity: O(window bytes): a chain breaks at its first record almost everywhere.
  func firstPlausibleRecord(
    in window: UnsafeRawBufferPointer, isWholeRest: Bool
  ) -> (offset: Int, isRecord: Bool) {
    let lastStart = window.count - layout.recordHeaderByteCount
    guard lastStart >= 0 else { return (window.count, false) }
    for start in 0...lastStart {
      switch unsafe chain(from: start, in: window, isWholeRest: isWholeRest) {
      case .plausible: return (start, true)
      case .implausible: continue
      case .needsMore: return (start, false)
      }
    }
    return (isWholeRest ? window.count : lastStart + 1, false)
  }

  private enum Chain { case plausible, implausible, needsMore }

  private func chain(
    from start: Int, in window: UnsafeRawBufferPointer, isWholeRest: Bool
  ) -> Chain {
    var offset = start
    for _ in 0..<Self.chainLength {
      if offset == window.count, isWholeRest { return .plausible }
      guard offset + layout.recordHeaderByteCount <= window.count else {
        // With the first record in doubt already at the front, no larger window would help.
        return isWholeRest || start == 0 ? .implausible : .needsMore
      }
      // Safe: a record header is inside the window.
      let header = unsafe RecordHeader(
        at: window.baseAddress! + offset, isByteSwapped: layout.isByteSwapped,
        lengthOrder: layout.lengthOrder)
      guard isPlausible(header) else { return .implausible }
      offset += layout.recordHeaderByteCount + Int(header.capturedLength)
    }
    if offset <= window.count { return .plausible }
    return isWholeRest || start == 0 ? .implausible : .needsMore
  }

  private func isPlausible(_ header: RecordHeader) -> Bool {
    guard header.capturedLength <= lengthLimit, header.capturedLength <= header.originalLength,
      header.originalLength >= 14, header.originalLength <= 1 << 24,
      Int64(header.fraction) < 1_000_000_000 / layout.nanosecondsPerUnit
    else { return false }
    guard let lastSeconds else { return true }
    return header.seconds > lastSeconds
      ? header.seconds - lastSeconds < tolerance : lastSeconds - header.seconds < tolerance
  }
}
