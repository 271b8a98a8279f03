import NetworkTypes
import PacketCapture
import PacketDecode

/// Captures to flows: reads, decodes and tracks, over one capture or several merged by time.
///
/// ```swift
/// let run = CaptureRun(paths: ["node.pcap"])
/// let result = try run.flows(services: translation, knownServers: servers)
/// for flow in result.flows { ... }
/// ```
///
/// The result depends only on the captures and the options.
public struct CaptureRun: Sendable {
  public struct Options: Sendable, Hashable {
    public var reading: CaptureReadingOptions
    public var decoding: PacketDecoder.Options
    public var tracking: FlowTrackerOptions
    /// Threads that read and decode, the calling one included. The result does not depend on it.
    public var jobs: Int

    public init(
      reading: CaptureReadingOptions = CaptureReadingOptions(),
      decoding: PacketDecoder.Options = PacketDecoder.Options(),
      tracking: FlowTrackerOptions = FlowTrackerOptions(), jobs: Int = 1
    ) {
      self.jobs = jobs
      self.reading = reading
      self.decoding = decoding
      self.tracking = tracking
    }
  }

  /// How far a run has come.
  public struct Progress: Sendable, Hashable {
    public var packetCount: UInt64
    /// Bytes of captures used so far, after decompression.
    public var byteCount: UInt64
    /// Bytes of all captures; `nil` if one is a pipe.
    public var totalByteCount: UInt64?
  }

  /// Files, or `-` for standard input.
  public var paths: [String]
  public var options: Options
  /// Ends the run early when it is cancelled; the result is then marked as interrupted.
  public var cancellation: CaptureCancellation

  public init(
    paths: [String], options: Options = Options(),
    cancellation: CaptureCancellation = CaptureCancellation()
  ) {
    self.paths = paths
    self.options = options
    self.cancellation = cancellation
  }

  /// Reads all captures and returns their flows, in the order of their first packets, then of their ends.
  ///
  /// - Parameter progress: is called every few thousand packets; the run ends early when it returns `false`, and the result is
  ///   then marked as interrupted.
  /// - Throws: ``CaptureRunError`` if a capture cannot be opened. Damage inside a capture does not throw: see
  ///   ``CaptureRunSummary/captures``.
  public func flows(
    services: ServiceTranslation = .none, knownServers: KnownServers = KnownServers(),
    progress: (Progress) -> Bool = { _ in true }
  ) throws(CaptureRunError) -> CaptureResult {
    // A box, because the tracker keeps the sink for its whole life.
    let collected = FlowCollector()
    let summary = try run(
      services: services, knownServers: knownServers, progress: progress,
      sink: { collected.flows.append($0) },
      willFinish: { collected.flows.reserveCapacity(collected.flows.count + $0) })
    if summary.tracking.evictedFlows > 0 { collected.sort() }
    return CaptureResult(flows: collected.flows, summary: summary)
  }

  /// Reads all captures and hands each flow to `sink`, once.
  ///
  /// Flows come in the order of their first packets, except those that had to be handed out early: memory is bounded by
  /// ``FlowTrackerOptions/maximumFlowCount`` whatever the size of the captures.
  ///
  /// - Parameter observations: is filled while the run goes on, for the sink to read.
  public func run(
    services: ServiceTranslation = .none, knownServers: KnownServers = KnownServers(),
    observations: CaptureObservations? = nil,
    progress: (Progress) -> Bool = { _ in true }, sink: @escaping (Flow) -> Void
  ) throws(CaptureRunError) -> CaptureRunSummary {
    try run(
      services: services, knownServers: knownServers, observations: observations,
      progress: progress, sink: sink, willFinish: { _ in })
  }

  /// - Parameter willFinish: is told how many records are left before they are handed out.
  private func run(
    services: ServiceTranslation, knownServers: KnownServers,
    observations: CaptureObservations? = nil, progress: (Progress) -> Bool,
    sink: @escaping (Flow) -> Void, willFinish: (Int) -> Void
  ) throws(CaptureRunError) -> CaptureRunSummary {
    let views = ViewTable()
    let tracker: FlowTracker
    do {
      tracker = try FlowTracker(
        options: options.tracking, services: services, knownServers: knownServers, views: views,
        sink: sink)
    } catch {
      throw .tracking(error)
    }
    let pool = WorkerPool()
    defer { pool.stop() }
    let (supplies, totalByteCount) = try openSupplies(views: views, seed: tracker.seed, pool: pool)
    pool.start(options.jobs - 1)
    let merge = CaptureMerge(supplies, views: views)
    observations?.start(merge)
    var packetsSinceReport = 0
    var isInterrupted = false
    while true {
      // Safe: the tracker's room is as large as the merge demands.
      let count = unsafe merge.next(into: tracker.room)
      if count == 0 { break }
      tracker.commit(count)
      packetsSinceReport += count
      if cancellation.isCancelled { break }
      // A batch is short where a pipe has nothing more.
      if packetsSinceReport >= 8192 || count < FlowTracker.batchSize {
        packetsSinceReport = 0
        let bytes = merge.byteOffset
        let state = Progress(
          packetCount: merge.packetCount, byteCount: bytes, totalByteCount: totalByteCount)
        if !progress(state) {
          isInterrupted = true
          break
        }
      }
    }
    observations?.finish(merge)
    willFinish(tracker.liveCount)
    tracker.finish()
    return CaptureRunSummary(
      captures: merge.summaries, packets: tracker.packetCounts, tracking: tracker.counts,
      names: merge.answers, pods: merge.pods,
      mayCountRepeatedly: merge.mayCountRepeatedly || views.isFull,
      isInterrupted: isInterrupted || cancellation.isCancelled)
  }
}

extension CaptureRun {
  /// Opens all captures.
  ///
  /// - Returns: the captures, and the bytes of all; `nil` if one is a pipe.
  private func openSupplies(
    views: ViewTable, seed: HashSeed, pool: WorkerPool
  ) throws(CaptureRunError) -> (supplies: [any PacketSupply], totalByteCount: UInt64?) {
    guard paths.count < Int(UInt16.max) else {
      throw .capture(
        CaptureError(.unreadable, "\(paths.count) captures at once are more than can be merged"))
    }
    var supplies: [any PacketSupply] = []
    var total: UInt64? = 0
    for (number, path) in paths.enumerated() {
      let number = UInt16(number)
      let opened: OpenedCapture
      do {
        opened = try openCapture(
          path: path, options: options.reading, cancellation: cancellation)
      } catch {
        throw .capture(error)
      }
      total = total.flatMap { sum in opened.byteCount.map { sum + $0 } }
      if options.jobs <= 1 {
        supplies.append(
          SerialSupply(
            path: path, number: number, reader: opened.reader, mayWait: opened.byteCount == nil,
            options: options, views: views))
      } else if let capture = SplittableCapture(path: path, options: options.reading) {
        // A few parts for each thread, shared by all captures.
        let window = max(1, (4 * options.jobs + paths.count - 1) / paths.count)
        supplies.append(
          BackgroundSupply(
            path: path, number: number, capture: capture, options: options, views: views,
            seed: seed, pool: pool, window: window))
      } else {
        supplies.append(
          BackgroundSupply(
            path: path, number: number, reader: opened.reader, mayWait: opened.byteCount == nil,
            options: options, views: views, seed: seed, pool: pool))
      }
    }
    return (supplies, total)
  }
}

/// Flows as they come.
private final class FlowCollector {
  var flows: [Flow] = []

  func sort() {
    flows.sort { left, right in
      let start = (left.startTime ?? Timestamp(nanoseconds: 0))
      let otherStart = (right.startTime ?? Timestamp(nanoseconds: 0))
      if start != otherStart { return start < otherStart }
      if left.tuple.source != right.tuple.source { return left.tuple.source < right.tuple.source }
      if left.tuple.destination != right.tuple.destination {
        return left.tuple.destination < right.tuple.destination
      }
      return (left.tuple.sourcePort, left.tuple.destinationPort)
        < (right.tuple.sourcePort, right.tuple.destinationPort)
    }
  }
}

/// Why a run could not start.
public enum CaptureRunError: Error, Hashable, Sendable {
  case capture(CaptureError)
  case tracking(FlowTrackingError)
}

extension CaptureRunError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .capture(let error): error.description
    case .tracking(let error): error.description
    }
  }
}
