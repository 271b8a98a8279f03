import FlowAudit
import FlowTracking
import NetworkTypes
import PacketCapture
import PacketDecode

/// How far packets are followed: each stage does what the one before it does, and more.
public enum CaptureStage: String, Sendable, CaseIterable {
  /// Records are found in the file.
  case read
  /// Five-tuples of the innermost packets.
  case decode
  /// Flows, with directions, counters and outcomes.
  case flows
  /// The verdict of each flow.
  case verdicts
}

/// What one pass over captures came to.
public struct CaptureTally: Sendable, Hashable {
  public var packetCount: UInt64 = 0
  public var flowCount: UInt64 = 0
  /// Flows by verdict.
  public var verdicts: [Verdict: UInt64] = [:]
  /// Why not all was read; `nil` where all was.
  public var problem: String?

  public init() {}
}

extension CaptureStage {
  /// Passes over the captures once.
  ///
  /// - Parameters:
  ///   - auditor: knows Services, and judges flows.
  ///   - judge: judges flows without a record of each; `nil`: the auditor does.
  ///   - knownServers: ports by which the initiator of a flow is told.
  ///   - jobs: threads that read and decode; only stages that track flows have more than one.
  /// - Throws: ``CaptureRunError`` where a capture cannot be opened.
  public func run(
    _ paths: [String], auditor: FlowAuditor, judge: VerdictJudge? = nil,
    knownServers: KnownServers, jobs: Int = 1
  ) throws(CaptureRunError) -> CaptureTally {
    switch self {
    case .read: unsafe try Self.read(paths) { _, _ in }
    case .decode: try Self.decode(paths)
    case .flows:
      try Self.track(paths, auditor, knownServers, jobs) { counter in { _ in counter.add() } }
    case .verdicts:
      if let judge {
        try Self.track(paths, auditor, knownServers, jobs) { counter in
          { counter.add(judge.verdict(for: $0)) }
        }
      } else {
        try Self.track(paths, auditor, knownServers, jobs) { counter in
          { counter.add(auditor.record(for: $0).verdict) }
        }
      }
    }
  }

  /// Whether several threads can share the stage.
  public var hasJobs: Bool { self == .flows || self == .verdicts }

  private static let batchSize = 256

  /// Hands every batch of packets to `body`.
  private static func read(
    _ paths: [String],
    _ body: (_ records: UnsafeBufferPointer<PacketRecord>, any CaptureReader) -> Void
  ) throws(CaptureRunError) -> CaptureTally {
    var tally = CaptureTally()
    let records = UnsafeMutableBufferPointer<PacketRecord>.allocate(capacity: batchSize)
    defer { unsafe records.deallocate() }
    for path in paths {
      let reader: any CaptureReader
      do {
        reader = try openCapture(path: path).reader
      } catch {
        throw .capture(error)
      }
      while true {
        let count = unsafe reader.read(into: records)
        if count == 0 { break }
        // Safe: the reader has just written `count` records.
        unsafe body(UnsafeBufferPointer(rebasing: records[..<count]), reader)
      }
      tally.packetCount += reader.packetCount
      if let anomaly = reader.anomalies.first { tally.problem = "\(path): \(anomaly)" }
    }
    return tally
  }

  private static func decode(_ paths: [String]) throws(CaptureRunError) -> CaptureTally {
    let decoder = PacketDecoder()
    let entries = UnsafeMutablePointer<DecodedPacket>.allocate(
      capacity: PacketDecoder.maximumEntryCount)
    unsafe entries.initialize(repeating: DecodedPacket(), count: PacketDecoder.maximumEntryCount)
    defer { unsafe entries.deallocate() }
    var linkTypes: [LinkType] = []
    return unsafe try read(paths) { records, reader in
      if linkTypes.count != reader.interfaces.count {
        linkTypes = reader.interfaces.map(\.linkType)
      }
      for index in records.indices {
        let record = unsafe records[index]
        // Safe: a record's bytes are valid until the next read, and there is room for all entries.
        _ = unsafe decoder.decode(
          record.bytes, capturedLength: Int(record.capturedLength),
          linkType: linkTypes[Int(record.interface)], into: entries)
      }
    }
  }

  private static func track(
    _ paths: [String], _ auditor: FlowAuditor, _ knownServers: KnownServers, _ jobs: Int,
    _ sink: (FlowCounter) -> (Flow) -> Void
  ) throws(CaptureRunError) -> CaptureTally {
    let counter = FlowCounter()
    let summary = try CaptureRun(paths: paths, options: CaptureRun.Options(jobs: jobs)).run(
      services: auditor.services.translation, knownServers: knownServers,
      sink: sink(counter))
    var tally = counter.tally
    tally.packetCount = summary.captures.reduce(0) { $0 + $1.packetCount }
    if let capture = summary.captures.first(where: { !$0.isComplete }) {
      tally.problem =
        "\(capture.path): \(capture.anomalies.first.map { "\($0)" } ?? "not read in full")"
    }
    return tally
  }
}

/// Counts flows, judged or not.
private final class FlowCounter {
  private var flowCount: UInt64 = 0
  /// In the order of ``Verdict/allCases``.
  private var counts = [UInt64](repeating: 0, count: Verdict.allCases.count)

  func add() { flowCount += 1 }

  func add(_ verdict: Verdict) {
    flowCount += 1
    counts[Self.place(of: verdict)] += 1
  }

  private static func place(of verdict: Verdict) -> Int {
    switch verdict {
    case .allowed: 0
    case .denied: 1
    case .undecided: 2
    case .notEvaluated: 3
    }
  }

  var tally: CaptureTally {
    var tally = CaptureTally()
    tally.flowCount = flowCount
    for (verdict, count) in zip(Verdict.allCases, counts) where count > 0 {
      tally.verdicts[verdict] = count
    }
    return tally
  }
}
