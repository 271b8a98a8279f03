import NetworkTypes
import PacketCapture
import PacketDecode

/// The decoded packets of one part of a capture.
///
/// Made by one thread, then used by another. Views are numbered inside the part, or inside the stream that it is of.
@safe
final class DecodedPart: @unchecked Sendable {
  // Not shared: handed from the thread that makes it to the one that uses it, under the pool's lock.
  private(set) var entries: UnsafeMutablePointer<DecodedPacket>
  private var capacity: Int
  /// Entries in use.
  private(set) var count = 0
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

  init() {
    capacity = 1 << 14
    unsafe entries = .allocate(capacity: capacity)
    unsafe entries.initialize(repeating: DecodedPacket(), count: capacity)
  }

  deinit {
    unsafe entries.deallocate()
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
    let needed = count + read * PacketDecoder.maximumEntryCount
    if needed > capacity { grow(to: needed) }
    // Safe: there is room for the entries of `read` packets.
    let decoded = unsafe stage.decode(
      batch.records.baseAddress!, count: read, before: .max, of: reader,
      into: PartRoom(packets: entries + count))
    count += decoded.entries
  }

  private func grow(to needed: Int) {
    let larger = max(needed, capacity * 2)
    let moved = UnsafeMutablePointer<DecodedPacket>.allocate(capacity: larger)
    // Safe: both hold so many entries.
    unsafe moved.initialize(from: entries, count: count)
    unsafe (moved + count).initialize(repeating: DecodedPacket(), count: larger - count)
    unsafe entries.deallocate()
    unsafe entries = moved
    capacity = larger
  }
}

/// Room for the records of one read.
@safe
final class RecordBatch {
  let records: UnsafeMutableBufferPointer<PacketRecord>

  init() { unsafe records = .allocate(capacity: FlowTracker.batchSize) }

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
