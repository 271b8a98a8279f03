import NetworkTypes

/// Reads pcapng: several sections in either byte order, interfaces that differ in link type, snapshot length and time
/// resolution, all three kinds of packet blocks; keeps interface names and descriptions, comments, and names of addresses
/// (draft-ietf-opsawg-pcapng).
///
/// Blocks of unknown types are skipped. A packet block whose fields do not fit into it is left out and reported; where a
/// block's length is damaged, the reader stops, unless it was asked to resynchronise.
public final class PcapngReader: CaptureReader {
  /// Block types.
  enum BlockType {
    static let section: UInt32 = 0x0a0d_0d0a
    static let interface: UInt32 = 1
    static let obsoletePacket: UInt32 = 2
    static let simplePacket: UInt32 = 3
    static let names: UInt32 = 4
    static let statistics: UInt32 = 5
    static let enhancedPacket: UInt32 = 6
  }

  public let format = CaptureFormat.pcapng
  public internal(set) var metadata = CaptureMetadata()
  // Not checked for the same reason as the buffer.
  @safe @exclusivity(unchecked) public private(set) var packetCount: UInt64 = 0
  public private(set) var untimedPacketCount: UInt64 = 0
  /// What the blocks so far said of those that follow.
  // As the buffer.
  @safe @exclusivity(unchecked) var state: PcapngState
  var nameCount = 0

  // Checked for each batch, these accesses cost more than they find: no method that makes one is entered twice.
  @safe @exclusivity(unchecked) private var buffer: CaptureBuffer
  /// Blocks that start here or later belong to another part of the capture.
  private let limitOffset: UInt64
  private let resynchronises: Bool
  private var log = AnomalyLog()
  private var isStopped = false

  /// Takes over `buffer`, which stands at the first section header.
  ///
  /// - Parameter state: what blocks before `buffer` said, where it begins in the middle of a capture.
  init(
    buffer: consuming CaptureBuffer, resynchronises: Bool, state: PcapngState = PcapngState(),
    limitOffset: UInt64 = .max
  ) {
    self.buffer = buffer
    self.resynchronises = resynchronises
    self.state = state
    self.limitOffset = limitOffset
  }

  public var interfaces: [CaptureInterface] { state.interfaces }
  public var anomalies: [CaptureAnomaly] { log.first }
  public var anomalyCount: UInt64 { log.count }
  public var byteOffset: UInt64 { buffer.offset }

  public func read(into records: UnsafeMutableBufferPointer<PacketRecord>) -> Int {
    guard records.count > 0 else { return 0 }
    while !isStopped {
      var count =
        state.isByteSwapped
        ? unsafe takeBuffered(records, isByteSwapped: true)
        : unsafe takeBuffered(records, isByteSwapped: false)
      // What stopped the loop is another kind of block, the end of the buffer, or damage. The first must not move the
      // buffer once packets were taken from it.
      if count == 0, unsafe takeBlock(into: records) { count = 1 }
      packetCount += UInt64(count)
      if count > 0 { return count }
    }
    return 0
  }

  /// Hands out sound enhanced packet blocks that are wholly in the buffer, up to the first other block.
  ///
  /// `isByteSwapped` is a constant at each call, so that each gets a loop of its own.
  @inline(__always)
  private func takeBuffered(
    _ records: UnsafeMutableBufferPointer<PacketRecord>, isByteSwapped: Bool
  ) -> Int {
    guard let output = records.baseAddress else { return 0 }
    let room = records.count
    let sectionStart = state.sectionStart
    let interfaceCount = state.interfaces.count - sectionStart
    var cursor = unsafe buffer.cursor
    var left = buffer.available
    // With fewer bytes left, there is no whole block, or it starts at the limit.
    let minimumLeft = max(32, left - limitDistance + 1)
    var count = 0
    unsafe state.resolutions.withUnsafeBufferPointer { resolutions in
      while count < room, left >= minimumLeft {
        // Safe: 32 bytes are readable at `cursor`.
        let head = unsafe PcapngBytes(cursor, count: 32, isByteSwapped: isByteSwapped)
        let length = Int(head.word32(4))
        guard head.word32(0) == BlockType.enhancedPacket, length >= 32, length & 3 == 0,
          length <= left
        else { break }
        let block = unsafe PcapngBytes(cursor, count: length, isByteSwapped: isByteSwapped)
        let interface = Int(head.word32(8))
        let capturedLength = Int(head.word32(20))
        let padded = (capturedLength + 3) & ~3
        guard interface < interfaceCount, padded <= length - 32,
          block.word32(length - 4) == UInt32(truncatingIfNeeded: length)
        else { break }
        let number = sectionStart + interface
        let units = UInt64(head.word32(12)) << 32 | UInt64(head.word32(16))
        let (time, isExact) = unsafe resolutions[number].nanoseconds(units)
        if !isExact { break }
        let optionByteCount = length - 32 - padded
        // Safe: `count < room`, `number < resolutions.count`; the packet lies inside the block.
        unsafe output[count] = PacketRecord(
          bytes: cursor + 28,
          timestampNanoseconds: time,
          capturedLength: UInt32(truncatingIfNeeded: capturedLength),
          originalLength: head.word32(24), interface: UInt32(truncatingIfNeeded: number),
          optionByteCount: optionByteCount == 0
            ? 0 : PacketRecord.optionByteCount(optionByteCount, isByteSwapped: isByteSwapped))
        unsafe cursor += length
        left &-= length
        count &+= 1
      }
    }
    buffer.position += buffer.available - left
    return count
  }

  /// Bytes up to the limit, as far as they matter.
  private var limitDistance: Int {
    Int(min(limitOffset - min(limitOffset, buffer.offset), UInt64(Int32.max)))
  }

  /// Reads one block of any kind.
  ///
  /// - Returns: whether it was a packet, which then is in `records[0]`.
  private func takeBlock(into records: UnsafeMutableBufferPointer<PacketRecord>) -> Bool {
    if buffer.offset >= limitOffset {
      isStopped = true
      return false
    }
    guard buffer.fill(atLeast: 12) else {
      finish(expected: 12)
      return false
    }
    // Safe: 12 bytes are readable.
    var block = unsafe PcapngBytes(buffer.cursor, count: 12, isByteSwapped: state.isByteSwapped)
    let isSection = block.word32(0) == BlockType.section
    if isSection {
      switch block.word32(8) {
      case 0x1a2b_3c4d: break
      case 0x4d3c_2b1a: state.isByteSwapped.toggle()
      default:
        note(.unknownSection(detail: "its byte-order magic is not one"), .stopped)
        return false
      }
      unsafe block = PcapngBytes(buffer.cursor, count: 12, isByteSwapped: state.isByteSwapped)
    }
    let type = block.word32(0)
    let length = block.word32(4)
    guard length >= (isSection ? 28 : 12), length & 3 == 0 else {
      recover(.blockLengthInvalid(length: UInt64(length)))
      return false
    }
    guard length <= CaptureReaderLimits.blockByteCount else {
      recover(
        .blockTooLong(
          length: UInt64(length), limit: UInt64(CaptureReaderLimits.blockByteCount)))
      return false
    }
    guard buffer.fill(atLeast: Int(length)) else {
      finish(expected: Int(length))
      return false
    }
    unsafe block = PcapngBytes(
      buffer.cursor, count: Int(length), isByteSwapped: state.isByteSwapped)
    guard block.word32(Int(length) - 4) == length else {
      recover(.blockLengthInvalid(length: UInt64(length)))
      return false
    }
    var isPacket = false
    switch type {
    case BlockType.section:
      if let problem = beginSection(block) {
        note(problem, .stopped)
        return false
      }
    case BlockType.enhancedPacket, BlockType.obsoletePacket, BlockType.simplePacket:
      isPacket = unsafe takePacket(block, type: type, into: records)
    default:
      if let problem = takeDescription(block, type: type) { note(problem, .skipped) }
    }
    buffer.position += Int(length)
    return isPacket
  }

  /// Any packet block that the fast loop left.
  private func takePacket(
    _ block: PcapngBytes, type: UInt32, into records: UnsafeMutableBufferPointer<PacketRecord>
  ) -> Bool {
    switch packet(block, type: type) {
    case .success(let place):
      if type == BlockType.simplePacket { untimedPacketCount += 1 }
      if !place.hasExactTime { note(.timestampOutOfRange, .corrected) }
      // Safe: the packet lies inside the block, which is in the buffer; there is room for one record.
      unsafe records[0] = PacketRecord(
        bytes: buffer.cursor + place.offset, timestampNanoseconds: place.timestampNanoseconds,
        capturedLength: UInt32(place.capturedLength), originalLength: place.originalLength,
        interface: UInt32(place.interface),
        optionByteCount: place.optionByteCount == 0
          ? 0
          : PacketRecord.optionByteCount(place.optionByteCount, isByteSwapped: state.isByteSwapped))
      return true
    case .failure(let problem):
      note(problem.reason, .skipped)
      return false
    }
  }

  // MARK: Damage

  private func note(_ reason: CaptureAnomaly.Reason, _ action: CaptureAnomaly.Action) {
    log.append(
      CaptureAnomaly(
        packetNumber: packetCount + 1, byteOffset: buffer.offset, reason: reason, action: action))
    if action == .stopped { isStopped = true }
  }

  /// The end of the source was reached with fewer than `expected` bytes left.
  private func finish(expected: Int) {
    isStopped = true
    if let failure = buffer.failure {
      note(failure, .stopped)
    } else if buffer.available > 0 {
      note(
        .truncated(expected: UInt64(expected), found: UInt64(buffer.available)), .stopped)
    }
  }

  /// Goes on at the next plausible block, or stops.
  private func recover(_ reason: CaptureAnomaly.Reason) {
    let offset = buffer.offset
    let skipped = resynchronises ? skipToPlausibleBlock() : nil
    log.append(
      CaptureAnomaly(
        packetNumber: packetCount + 1, byteOffset: offset, reason: reason,
        action: skipped.map { .resynchronised(byteCount: $0) } ?? .stopped))
    isStopped = skipped == nil
  }

  /// - Returns: how many bytes were left out, or `nil` where no plausible block follows.
  private func skipToPlausibleBlock() -> UInt64? {
    let start = buffer.offset
    buffer.position += 4
    while true {
      let isComplete = !buffer.fill(atLeast: PcapngResynchronisation.windowByteCount)
      // Safe: `available` bytes are readable at the cursor.
      let window = unsafe PcapngBytes(
        buffer.cursor, count: buffer.available, isByteSwapped: state.isByteSwapped)
      let place = PcapngResynchronisation.firstPlausibleBlock(in: window, isWholeRest: isComplete)
      buffer.position += place.offset
      if place.isBlock { return buffer.offset - start }
      if isComplete || place.offset == 0 { return nil }
    }
  }
}
