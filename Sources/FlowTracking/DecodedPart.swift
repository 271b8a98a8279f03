import NetworkTypes
import PacketCapture
import PacketDecode

/// The decoded packets of one part of a capture.
///
/// Made by one thread, then used by another, which has nothing left to do but to look up and to count. Views are numbered
/// inside the part, or inside the stream that it is of.
@safe
final class DecodedPart: @unchecked Sendable {
  // Not shared: handed from the thread that makes it to the one that uses it, under the pool's lock.
  // Checked for each batch, these accesses cost more than they find: no method that makes one is entered twice.
  @safe @exclusivity(unchecked) private(set) var entries: UnsafeMutablePointer<PartEntry>
  @safe @exclusivity(unchecked) private var capacity: Int
  /// Entries in use.
  @safe @exclusivity(unchecked) private(set) var count = 0
  /// The entries of the packets that are detailed, in their order, and their details; for a plain SYN, whatever was there.
  @safe @exclusivity(unchecked) private(set) var detailedEntries: UnsafeMutablePointer<BatchEntry>
  @safe @exclusivity(unchecked) private(set) var detailedPackets:
    UnsafeMutablePointer<DecodedPacket>
  @safe @exclusivity(unchecked) private var detailedCapacity: Int
  @safe @exclusivity(unchecked) private var detailedCount = 0
  /// The tracker's, which entries are hashed with.
  private let seed: HashSeed
  /// The views that entries' numbers mean.
  private(set) var views: [ViewTable.View] = []
  private(set) var findings = StageFindings()
  private(set) var interfaces: [CaptureInterface] = []
  private(set) var metadata = CaptureMetadata()
  private(set) var anomalies: [CaptureAnomaly] = []
  private(set) var anomalyCount: UInt64 = 0
  private(set) var packetCount: UInt64 = 0
  private(set) var filteredPacketCount: UInt64 = 0
  private(set) var untimedPacketCount: UInt64 = 0
  private(set) var byteOffset: UInt64 = 0
  /// Where the part was started and where the next one must start; `nil` for a part of a stream. See ``CapturePart``.
  private(set) var start: SplittableCapture.State?
  private(set) var end: SplittableCapture.State?
  /// Whether no packet follows.
  private(set) var isLast = false

  init(seed: HashSeed) {
    self.seed = seed
    capacity = 1 << 14
    entries = .allocate(capacity: capacity)
    unsafe entries.initialize(repeating: PartEntry(), count: capacity)
    detailedCapacity = 1 << 10
    detailedEntries = .allocate(capacity: detailedCapacity)
    unsafe detailedEntries.initialize(repeating: BatchEntry(), count: detailedCapacity)
    detailedPackets = .allocate(capacity: detailedCapacity)
    unsafe detailedPackets.initialize(repeating: DecodedPacket(), count: detailedCapacity)
  }

  deinit {
    unsafe entries.deallocate()
    unsafe detailedEntries.deallocate()
    unsafe detailedPackets.deallocate()
  }

  /// Reads and decodes a part of a file.
  func fill(from part: CapturePart, number: UInt16, options: CaptureRun.Options) {
    clear()
    let numbering = ViewNumbering()
    let stage = PacketStage(number: number, options: options) { numbering.number(of: $0) }
    let batch = RecordBatch()
    while true {
      let read = unsafe part.read(into: batch.records)
      if read == 0 { break }
      decode(batch, count: read, stage, part)
    }
    findings = stage.takeFindings()
    views = numbering.views
    note(part)
    start = part.start
    end = part.endState
    isLast = end == nil
  }

  /// Reads and decodes what a stream has ready, up to about one part.
  func fill(from stream: StreamState) {
    clear()
    let reader = stream.reader
    while true {
      let read = unsafe reader.read(into: stream.batch.records)
      if read == 0 {
        isLast = true
        break
      }
      decode(stream.batch, count: read, stream.stage, reader)
      // What is left over belongs to the next part: the reader waits for the stream before it gives more.
      if unsafe read < stream.batch.records.count || count >= 1 << 14 { break }
    }
    findings = stream.stage.takeFindings()
    views = stream.numbering.views
    note(reader)
  }

  func clear() {
    count = 0
    detailedCount = 0
    views = []
    start = nil
    end = nil
    isLast = false
  }

  private func note(_ reader: any CaptureReader) {
    interfaces = reader.interfaces
    metadata = reader.metadata
    anomalies = reader.anomalies
    anomalyCount = reader.anomalyCount
    packetCount = reader.packetCount
    filteredPacketCount = reader.filteredPacketCount
    untimedPacketCount = reader.untimedPacketCount
    byteOffset = reader.byteOffset
  }

  private func decode(
    _ batch: RecordBatch, count read: Int, _ stage: PacketStage, _ reader: any CaptureReader
  ) {
    let most = read * PacketDecoder.maximumEntryCount
    unsafe Self.grow(&entries, count, &capacity, to: count + most, PartEntry())
    var entryCapacity = detailedCapacity
    unsafe Self.grow(
      &detailedEntries, detailedCount, &entryCapacity, to: detailedCount + most, BatchEntry())
    unsafe Self.grow(
      &detailedPackets, detailedCount, &detailedCapacity, to: detailedCount + most,
      DecodedPacket())
    let (detailedEntries, detailedPackets, seed) = (detailedEntries, detailedPackets, seed)
    let place = unsafe entries + count
    // Safe: there is room for the entries of `read` packets, and for as many details.
    let decoded = unsafe withUnsafeMutablePointer(to: &detailedCount) { detailedCount in
      // All of them: every packet is before the end of all times.
      unsafe stage.decode(
        batch.records.baseAddress!, count: read, before: .max, of: reader,
        into: PartRoom(
          entries: place, detailedEntries: detailedEntries, detailedPackets: detailedPackets,
          detailedCount: detailedCount, seed: seed))
    }
    precondition(decoded.packets == read, "a reader gave a packet a time that none may have")
    count += decoded.entries
  }

  /// Makes room for `needed` elements, the first `count` of which are kept.
  private static func grow<Element: BitwiseCopyable>(
    _ memory: inout UnsafeMutablePointer<Element>, _ count: Int, _ capacity: inout Int,
    to needed: Int, _ empty: Element
  ) {
    if needed <= capacity { return }
    let larger = max(needed, capacity * 2)
    let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
    // Safe: both hold so many elements.
    unsafe moved.initialize(from: memory, count: count)
    unsafe (moved + count).initialize(repeating: empty, count: larger - count)
    unsafe memory.deallocate()
    unsafe memory = moved
    capacity = larger
  }
}

/// Room for the records of one read.
@safe
final class RecordBatch {
  let records: UnsafeMutableBufferPointer<PacketRecord>

  /// More than the tracker takes at once: here nothing is on its way from memory meanwhile.
  private static let recordCount = 256

  init() { unsafe records = .allocate(capacity: Self.recordCount) }

  deinit { unsafe records.deallocate() }
}

/// Numbers for views, from 0, in the order in which they first occur.
final class ViewNumbering {
  private(set) var views: [ViewTable.View] = []
  private var numbers: [ViewTable.View: UInt16] = [:]

  func number(of view: ViewTable.View) -> UInt16 {
    if let number = numbers[view] { return number }
    guard views.count < Int(UInt16.max) else { return UInt16.max - 1 }
    let number = UInt16(views.count)
    views.append(view)
    numbers[view] = number
    return number
  }
}

/// A capture that can only be read from its start to its end.
final class StreamState {
  let reader: any CaptureReader
  let stage: PacketStage
  let numbering: ViewNumbering
  let batch = RecordBatch()

  init(reader: any CaptureReader, number: UInt16, options: CaptureRun.Options) {
    self.reader = reader
    let numbering = ViewNumbering()
    self.numbering = numbering
    stage = PacketStage(number: number, options: options) { numbering.number(of: $0) }
  }
}
