import NetworkTypes
import PacketCapture
import PacketDecode

/// Several captures as one stream of decoded packets, in the order of time.
///
/// Packets of one capture keep their order. Of equal times, the capture named first comes first.
@safe
final class CaptureMerge {
  /// Packets read and decoded together: enough that what is done per batch costs nothing, few enough that records and
  /// entries stay in the first-level cache.
  static let batchSize = 2 * FlowTracker.batchSize

  private let sources: [CaptureSource]
  private let decoder: PacketDecoder
  private let entries: UnsafeMutablePointer<DecodedPacket>
  /// Sources that have packets left.
  private var live: [CaptureSource] = []
  let totalByteCount: UInt64?

  init(
    paths: [String], options: CaptureRun.Options, views: ViewTable
  ) throws(CaptureRunError) {
    decoder = PacketDecoder(options: options.decoding)
    var sources: [CaptureSource] = []
    var total: UInt64? = 0
    for (number, path) in paths.enumerated() {
      let opened: OpenedCapture
      do {
        opened = try openCapture(path: path, options: options.reading)
      } catch {
        throw .capture(error)
      }
      sources.append(
        CaptureSource(
          path: path, number: UInt16(truncatingIfNeeded: number), reader: opened.reader,
          views: views, joinsViews: options.tracking.joinsViews, batchSize: Self.batchSize))
      total = total.flatMap { sum in opened.byteCount.map { sum + $0 } }
    }
    views.windows = Array(repeating: nil, count: sources.count)
    self.sources = sources
    totalByteCount = total
    unsafe entries = .allocate(capacity: Self.batchSize * PacketDecoder.maximumEntryCount)
    unsafe entries.initialize(
      repeating: DecodedPacket(), count: Self.batchSize * PacketDecoder.maximumEntryCount)
    for source in sources where source.refill() { live.append(source) }
  }

  deinit {
    unsafe entries.deallocate()
  }

  var byteOffset: UInt64 { sources.reduce(0) { $0 + $1.reader.byteOffset } }
  var packetCount: UInt64 { sources.reduce(0) { $0 + $1.reader.packetCount } }
  var summaries: [CaptureSummary] { sources.map(\.summary) }
  var mayCountRepeatedly: Bool { sources.contains(where: \.mayCountRepeatedly) }

  /// The next packets, all of one capture; valid until the next call. `nil` at the end.
  func next() -> UnsafeBufferPointer<DecodedPacket>? {
    while let place = live.firstIndex(where: { !$0.hasPackets }) {
      if !live[place].refill() { live.remove(at: place) } else if live.count == 1 { break }
    }
    guard var source = live.first else { return nil }
    var limit = Int64.max
    if live.count > 1 {
      for candidate in live.dropFirst() where candidate.nextTime < source.nextTime {
        source = candidate
      }
      // Up to the next packet of another capture: before it, or at the same time if that capture is named later.
      for other in live where other !== source {
        let bound = other.number < source.number ? other.nextTime : other.nextTime &+ 1
        limit = min(limit, bound)
      }
    }
    if !source.hasStarted { source.start(continuing: finishedPredecessor()) }
    let count = unsafe source.decode(
      before: limit, decoder, into: entries)
    return unsafe UnsafeBufferPointer(start: entries, count: count)
  }

  /// A capture that has ended and that no other has continued yet.
  private func finishedPredecessor() -> CaptureSource? {
    sources.first { source in
      source.hasStarted && !source.isContinued && !live.contains { $0 === source }
    }
  }
}
