import CShims
import NetworkTypes

/// Reads classic pcap: microseconds and nanoseconds, both byte orders, versions 2.0 to 2.4, and Kuznetzov's "modified"
/// records.
///
/// A record longer than its snapshot length is handed out whole. What follows a record whose length is impossible cannot
/// be trusted, so the reader stops there, as libpcap does, unless it was asked to resynchronise.
public final class ClassicCaptureReader: CaptureReader {
  public let format = CaptureFormat.pcap
  public let interfaces: [CaptureInterface]
  // Not checked for the same reason as the buffer.
  @safe @exclusivity(unchecked) public private(set) var packetCount: UInt64 = 0

  private let layout: ClassicLayout
  private let lengthLimit: UInt32
  private let resynchronises: Bool
  /// Records that start here or later belong to another part of the capture.
  private let limitOffset: UInt64
  // Checked for each batch, these accesses cost more than they find: no method that makes one is entered twice.
  @safe @exclusivity(unchecked) private var buffer: CaptureBuffer
  private var log = AnomalyLog()
  private var isStopped = false
  /// Seconds of the last good record, to judge what is plausible after damage.
  private var lastSeconds: UInt32?

  /// Takes over `buffer`, whose position is after the file header.
  init(
    layout: ClassicLayout, buffer: consuming CaptureBuffer, resynchronises: Bool,
    limitOffset: UInt64 = .max
  ) {
    self.layout = layout
    self.limitOffset = limitOffset
    self.buffer = buffer
    self.resynchronises = resynchronises
    lengthLimit = layout.captureLengthLimit
    interfaces = [
      CaptureInterface(linkType: layout.linkType, snapshotLength: layout.snapshotLength)
    ]
  }

  public var anomalies: [CaptureAnomaly] { log.first }
  public var anomalyCount: UInt64 { log.count }
  public var byteOffset: UInt64 { buffer.offset }

  public func read(into records: UnsafeMutableBufferPointer<PacketRecord>) -> Int {
    while true {
      let count =
        layout.isByteSwapped
        ? unsafe takeBuffered(records, isByteSwapped: true)
        : unsafe takeBuffered(records, isByteSwapped: false)
      packetCount += UInt64(count)
      if count > 0 || records.count == 0 { return count }
      guard !isStopped, prepareNextRecord() else { return 0 }
    }
  }

  /// Hands out records that are wholly in the buffer, up to the first that is not or that is damaged.
  ///
  /// `isByteSwapped` is a constant at each call, so that each gets a loop of its own.
  @inline(__always)
  private func takeBuffered(
    _ records: UnsafeMutableBufferPointer<PacketRecord>, isByteSwapped: Bool
  ) -> Int {
    guard let output = records.baseAddress else { return 0 }
    let layout = layout
    let headerByteCount = layout.recordHeaderByteCount
    let limit = lengthLimit
    let room = records.count
    var cursor = unsafe buffer.cursor
    var left = buffer.available
    // With fewer bytes left, there is no record header, or it starts at the limit.
    let minimumLeft = max(headerByteCount, left - limitDistance + 1)
    var count = 0
    while count < room, left >= minimumLeft {
      // Safe: `left` bytes are readable at `cursor`, at least a record header.
      let header = unsafe RecordHeader(
        at: cursor, isByteSwapped: isByteSwapped, lengthOrder: layout.lengthOrder)
      let length = headerByteCount &+ Int(header.capturedLength)
      if header.capturedLength > limit || length > left { break }
      // Safe: `count < room`.
      unsafe output[count] = PacketRecord(
        bytes: cursor + headerByteCount,
        timestampNanoseconds: header.timestamp(layout.nanosecondsPerUnit),
        capturedLength: header.capturedLength, originalLength: header.originalLength,
        interface: 0)
      // The next record's place depends on this one's length: without this, the chain waits for the second-level cache.
      unsafe flowverdict_prefetch(cursor + 512)
      unsafe cursor += length
      left &-= length
      count &+= 1
    }
    buffer.position += buffer.available - left
    return count
  }

  /// Bytes up to the limit, as far as they matter.
  private var limitDistance: Int {
    Int(min(limitOffset - min(limitOffset, buffer.offset), UInt64(Int32.max)))
  }

  /// Makes the next record available, or says why there is none.
  ///
  /// - Returns: whether reading goes on.
  private func prepareNextRecord() -> Bool {
    let headerByteCount = layout.recordHeaderByteCount
    if buffer.offset >= limitOffset {
      isStopped = true
      return false
    }
    guard buffer.fill(atLeast: headerByteCount) else {
      return finish(expected: headerByteCount)
    }
    // Safe: a record header is available.
    let header = unsafe RecordHeader(
      at: buffer.cursor, isByteSwapped: layout.isByteSwapped, lengthOrder: layout.lengthOrder)
    if header.capturedLength > lengthLimit {
      let offset = buffer.offset
      let skipped = resynchronises ? skipToPlausibleRecord() : nil
      log.append(
        CaptureAnomaly(
          packetNumber: packetCount + 1, byteOffset: offset,
          reason: .recordTooLong(
            length: UInt64(header.capturedLength), limit: UInt64(lengthLimit)),
          action: skipped.map { .resynchronised(byteCount: $0) } ?? .stopped))
      isStopped = skipped == nil
      return skipped != nil
    }
    let length = headerByteCount + Int(header.capturedLength)
    guard buffer.fill(atLeast: length) else { return finish(expected: length) }
    lastSeconds = header.seconds
    return true
  }

  /// The end of the source was reached with fewer than `expected` bytes left.
  private func finish(expected: Int) -> Bool {
    isStopped = true
    let reason: CaptureAnomaly.Reason
    if let failure = buffer.failure {
      reason = failure
    } else if buffer.available > 0 {
      reason = .truncated(expected: UInt64(expected), found: UInt64(buffer.available))
    } else {
      return false
    }
    log.append(
      CaptureAnomaly(
        packetNumber: packetCount + 1, byteOffset: buffer.offset, reason: reason, action: .stopped))
    return false
  }

  /// Looks for the next place from which ``ClassicResynchronisation/chainLength`` plausible records follow.
  ///
  /// - Returns: how many bytes were left out, or `nil` where no such place was found.
  private func skipToPlausibleRecord() -> UInt64? {
    let start = buffer.offset
    let search = ClassicResynchronisation(
      layout: layout, lengthLimit: lengthLimit, lastSeconds: lastSeconds)
    buffer.position += 1
    while true {
      let isComplete = !buffer.fill(atLeast: ClassicResynchronisation.windowByteCount)
      // Safe: `available` bytes are readable at the cursor.
      let window = unsafe UnsafeRawBufferPointer(start: buffer.cursor, count: buffer.available)
      let place = unsafe search.firstPlausibleRecord(in: window, isWholeRest: isComplete)
      buffer.position += place.offset
      if place.isRecord { return buffer.offset - start }
      if isComplete || place.offset == 0 { return nil }
    }
  }
}

/// The 16 bytes in front of every packet.
struct RecordHeader {
  var seconds: UInt32
  var fraction: UInt32
  var capturedLength: UInt32
  var originalLength: UInt32

  /// Safe if 16 bytes are readable at `bytes`.
  @inline(__always)
  init(at bytes: UnsafeRawPointer, isByteSwapped: Bool, lengthOrder: ClassicLayout.LengthOrder) {
    // Word by word: the next record's place waits for the length, which should wait for nothing else.
    func word(_ offset: Int) -> UInt32 {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
      return isByteSwapped ? word.byteSwapped : word
    }
    seconds = word(0)
    fraction = word(4)
    let first = word(8)
    let second = word(12)
    switch lengthOrder {
    case .capturedFirst: (capturedLength, originalLength) = (first, second)
    case .originalFirst: (capturedLength, originalLength) = (second, first)
    case .smallerIsCaptured:
      (capturedLength, originalLength) = (min(first, second), max(first, second))
    }
  }

  /// Nanoseconds since 1970; a fraction of a second or more is carried, as libpcap does.
  @inline(__always)
  func timestamp(_ nanosecondsPerUnit: Int64) -> Int64 {
    Int64(seconds) &* 1_000_000_000 &+ Int64(fraction) &* nanosecondsPerUnit
  }
}
