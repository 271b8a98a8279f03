import NetworkTypes
import PacketCapture
import PacketDecode

/// Several captures as one stream of decoded packets, in the order of time.
///
/// Packets of one capture keep their order. Of equal times, the capture named first comes first.
@safe
final class CaptureMerge {
  private let sources: [CaptureSource]
  private let decoder: PacketDecoder
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
          views: views, joinsViews: options.tracking.joinsViews, batchSize: FlowTracker.batchSize))
      total = total.flatMap { sum in opened.byteCount.map { sum + $0 } }
    }
    views.windows = Array(repeating: nil, count: sources.count)
    self.sources = sources
    totalByteCount = total
    for source in sources where source.refill() { live.append(source) }
  }

  var byteOffset: UInt64 { sources.reduce(0) { $0 + $1.reader.byteOffset } }
  var packetCount: UInt64 { sources.reduce(0) { $0 + $1.reader.packetCount } }
  var summaries: [CaptureSummary] { sources.map(\.summary) }
  var mayCountRepeatedly: Bool { sources.contains(where: \.mayCountRepeatedly) }

  /// Reads and decodes the next packets.
  ///
  /// - Parameter room: where the entries go: as many as ``FlowTracker/batchSize`` packets may yield.
  /// - Returns: how many entries were written; 0 only at the end. On a pipe, those of the packets that are there.
  func next(into room: UnsafeMutablePointer<DecodedPacket>) -> Int {
    var packetsLeft = FlowTracker.batchSize
    var count = 0
    while packetsLeft > 0 {
      if live.count == 1, count > 0, !live[0].hasPackets { break }
      while let place = live.firstIndex(where: { !$0.hasPackets }) {
        if !live[place].refill() { live.remove(at: place) }
      }
      guard let (source, limit) = earliest() else { break }
      if !source.hasStarted { source.start(continuing: finishedPredecessor()) }
      let written = unsafe source.decode(
        before: limit, atMost: packetsLeft, decoder, into: room + count)
      count += written.entries
      packetsLeft -= written.packets
    }
    return count
  }

  /// The capture with the earliest next packet, and the time before which its packets come before all others.
  private func earliest() -> (CaptureSource, limit: Int64)? {
    guard var source = live.first else { return nil }
    if live.count == 1 { return (source, .max) }
    for candidate in live.dropFirst() where candidate.nextTime < source.nextTime {
      source = candidate
    }
    var limit = Int64.max
    // Up to the next packet of another capture: before it, or at the same time if that capture is named later.
    for other in live where other !== source {
      let bound = other.number < source.number ? other.nextTime : other.nextTime &+ 1
      limit = min(limit, bound)
    }
    return (source, limit)
  }

  /// A capture that has ended and that no other has continued yet.
  private func finishedPredecessor() -> CaptureSource? {
    sources.first { source in
      source.hasStarted && !source.isContinued && !live.contains { $0 === source }
    }
  }
}
