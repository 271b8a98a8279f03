import NetworkTypes

/// A capture file that can be read in parts, at the same time and in any order.
///
/// A part is a stretch of the file; a record belongs to the part that it starts in. Where the first record of a part
/// starts is guessed from the bytes, and must be checked against the end of the part before: see
/// ``CapturePart/start`` and ``CapturePart/endState``. Uncompressed classic pcap and pcapng files can be split.
///
/// Thread-safe.
public final class SplittableCapture: Sendable {
  /// Bytes of a part: enough that its overhead vanishes, few enough that what it yields stays in the cache.
  public static let partByteCount: UInt64 = 1 << 20
  /// Bytes behind a part that are read with it.
  private static let overhangByteCount = 1 << 12
  /// Bytes in which a part's first record is looked for, at least.
  private static let searchByteCount = 1 << 17

  public let format: CaptureFormat
  public let byteCount: UInt64
  private let file: FileSource
  private let options: CaptureReadingOptions
  /// `nil` for pcapng.
  private let layout: ClassicLayout?
  /// Seconds of the first record, near which those of the others are.
  private let firstSeconds: UInt32?

  /// What must be known where a part starts.
  public struct State: Sendable {
    /// Offset of its first record.
    public var offset: UInt64
    /// `nil` for classic captures.
    var pcapng: PcapngState?

    /// Whether a part that began in this state read what one would that begins in `other`.
    public func isEquivalent(to other: State) -> Bool {
      offset == other.offset && pcapng?.version == other.pcapng?.version
    }
  }

  /// The state at the first record of the file.
  public let initialState: State

  /// - Returns: `nil` if the file cannot be split: then `openCapture` says what it is.
  public init?(path: String, options: CaptureReadingOptions) {
    guard options.backend == .own, !options.resynchronises, path != "-",
      let file = try? FileSource(path: path), let byteCount = file.byteCount
    else { return nil }
    var buffer = CaptureBuffer(RangeSource(file, offset: 0))
    let headerByteCount = ClassicLayout.headerByteCount
    guard buffer.fill(atLeast: headerByteCount + 4) else { return nil }
    // Safe: so many bytes are available.
    let header = unsafe UnsafeRawBufferPointer(start: buffer.cursor, count: headerByteCount)
    if let layout = try? unsafe ClassicLayout(header: header) {
      format = .pcap
      self.layout = layout
      initialState = State(offset: UInt64(headerByteCount), pcapng: nil)
      let seconds = unsafe buffer.cursor.loadUnaligned(
        fromByteOffset: headerByteCount, as: UInt32.self)
      firstSeconds = layout.isByteSwapped ? seconds.byteSwapped : seconds
    } else if unsafe header.loadUnaligned(as: UInt32.self) == PcapngReader.BlockType.section {
      format = .pcapng
      layout = nil
      initialState = State(offset: 0, pcapng: PcapngState())
      firstSeconds = nil
    } else {
      return nil
    }
    self.file = file
    self.byteCount = byteCount
    self.options = options
  }

  /// Bytes that were read of the file so far.
  var readByteCount: UInt64 { file.readByteCount }

  /// At least 1.
  public var partCount: Int {
    Int((max(byteCount, 1) + Self.partByteCount - 1) / Self.partByteCount)
  }

  /// Where the records of a part end: the next part begins with the first record at or after it.
  private func limit(ofPart number: Int) -> UInt64 {
    number + 1 >= partCount ? .max : UInt64(number + 1) * Self.partByteCount
  }

  /// Whether a part has any record, if its first one would start at `offset`.
  public func hasPart(_ number: Int, from offset: UInt64) -> Bool {
    offset < limit(ofPart: number)
  }

  /// A reader of one part.
  ///
  /// - Parameters:
  ///   - start: the state at its start, where that is known.
  ///   - hint: the state at the start of any part before it: used where `start` is not known.
  /// - Returns: `nil` if no record was recognised in the part.
  public func part(_ number: Int, from start: State?, hint: State) -> CapturePart? {
    let limitOffset = limit(ofPart: number)
    var state = start ?? hint
    if start == nil {
      state.offset = max(UInt64(number) * Self.partByteCount, initialState.offset)
    }
    // Up to the limit, and what the last record reaches behind it: a single read, unless that is a very long one.
    let byteCount = min(limitOffset - min(limitOffset, state.offset), Self.partByteCount)
    var buffer = CaptureBuffer(
      RangeSource(file, offset: state.offset), offset: state.offset,
      blockByteCount: Int(byteCount) + Self.overhangByteCount,
      laterBlockByteCount: Self.overhangByteCount)
    if start == nil, state.offset > initialState.offset {
      guard let distance = firstRecord(in: &buffer, hint) else { return nil }
      buffer.position += distance
      state.offset += UInt64(distance)
    }
    let reader: any CaptureReader
    var pcapng: PcapngReader?
    if let layout {
      reader = ClassicCaptureReader(
        layout: layout, buffer: buffer, resynchronises: false, limitOffset: limitOffset)
    } else {
      let own = PcapngReader(
        buffer: buffer, resynchronises: false, state: state.pcapng ?? PcapngState(),
        limitOffset: limitOffset)
      pcapng = own
      reader = own
    }
    return CapturePart(
      start: state, limitOffset: limitOffset, base: reader, pcapng: pcapng,
      filter: options.filter)
  }

  /// The first place of a part's buffer that looks like a record.
  private func firstRecord(in buffer: inout CaptureBuffer, _ hint: State) -> Int? {
    let isComplete = !buffer.fill(atLeast: Self.searchByteCount)
    // Safe: `available` bytes are readable at the cursor.
    if let layout {
      let search = ClassicResynchronisation(
        layout: layout, lengthLimit: layout.captureLengthLimit, lastSeconds: firstSeconds,
        tolerance: 400 * 86_400)
      let window = unsafe UnsafeRawBufferPointer(start: buffer.cursor, count: buffer.available)
      let place = unsafe search.firstPlausibleRecord(in: window, isWholeRest: isComplete)
      return place.isRecord ? place.offset : nil
    }
    // Blocks of pcapng are multiples of 4 bytes, and so is the size of a part.
    let window = unsafe PcapngBytes(
      buffer.cursor, count: buffer.available,
      isByteSwapped: hint.pcapng?.isByteSwapped ?? false)
    let place = PcapngResynchronisation.firstPlausibleBlock(in: window, isWholeRest: isComplete)
    return place.isBlock ? place.offset : nil
  }
}

/// One part of a ``SplittableCapture``.
public final class CapturePart: CaptureReader {
  /// The state that the part began in.
  public let start: SplittableCapture.State
  private let limitOffset: UInt64
  private let base: any CaptureReader
  private let pcapng: PcapngReader?
  /// The base, or a filter over it.
  private let reader: any CaptureReader

  init(
    start: SplittableCapture.State, limitOffset: UInt64, base: any CaptureReader,
    pcapng: PcapngReader?, filter: String?
  ) {
    self.start = start
    self.limitOffset = limitOffset
    self.base = base
    self.pcapng = pcapng
    if let filter, !filter.isEmpty {
      reader = FilteringReader(base, checkedExpression: filter)
    } else {
      reader = base
    }
  }

  public var format: CaptureFormat { reader.format }
  public var interfaces: [CaptureInterface] { reader.interfaces }
  public var metadata: CaptureMetadata { reader.metadata }
  public var anomalies: [CaptureAnomaly] { reader.anomalies }
  public var anomalyCount: UInt64 { reader.anomalyCount }
  public var packetCount: UInt64 { reader.packetCount }
  public var filteredPacketCount: UInt64 { reader.filteredPacketCount }
  public var filteredPacketNumbers: [UInt64] { reader.filteredPacketNumbers }
  public var untimedPacketCount: UInt64 { reader.untimedPacketCount }
  public var byteOffset: UInt64 { reader.byteOffset }

  public func read(into records: UnsafeMutableBufferPointer<PacketRecord>) -> Int {
    unsafe reader.read(into: records)
  }

  /// The state behind the part's last record, where the next part must begin, once all its packets were read; `nil` if the
  /// capture ends in the part, or cannot be read on.
  public var endState: SplittableCapture.State? {
    guard base.byteOffset >= limitOffset else { return nil }
    return SplittableCapture.State(offset: base.byteOffset, pcapng: pcapng?.state)
  }
}
